/**
 * Whether all is well, for monitors.
 *
 * @module
 */
import { type JobFacts, jobList, type Source } from "./facts.ts";

/** The database answers within so many milliseconds, or counts as silent. */
const PATIENCE = 5000;

/** What is wrong, a line each; nothing when all is well. */
export async function ailments(source: Source): Promise<string[]> {
  try {
    const jobs = await within(PATIENCE, jobList(source));
    return jobs.filter(({ overdue }) => overdue).map(describe);
  } catch (error) {
    return [`The database does not answer: ${(error as Error).message}`];
  }
}

function describe({ name, every, lastRun }: JobFacts): string {
  const last = lastRun
    ? `ran last at ${lastRun.at.slice(0, 16).replace("T", " ")} UTC`
    : "has not run since the program began";
  return `The job "${name}" is overdue: it ${last} and should run every ${every} minutes`;
}

async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`nothing was heard for ${ms / 1000} seconds`)),
    ms,
  );
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
