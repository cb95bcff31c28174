/**
 * What is wrong with the jobs, in words: for monitors, for the page and for the terminal.
 *
 * @module
 */
import type { JobFacts, Source } from "./facts.ts";

/** The clocks of two processes may differ by so much. */
const SKEW = 60_000;

/** Something that keeps the workflow from going on. */
export interface Problem {
  /** What is wrong, in a sentence without its period. */
  what: string;
  /** Why, and what a person can do about it. */
  why: string;
}

/** What is wrong with the start and with the jobs. */
export function problemsOf(source: Source, jobs: JobFacts[]): Problem[] {
  const { production = true, startedAt = 0 } = source;
  const now = source.now();
  const problems: Problem[] = [];
  const start = source.startProblem?.();
  if (start) {
    problems.push({
      what: "The program found a problem at its start",
      why: start,
    });
  }

  // One cause often crashes all five jobs.
  const crashed = new Map<string, JobFacts[]>();
  for (const job of production ? jobs : []) {
    if (!job.lastRun || job.lastRun.report) continue;
    // A start that found the account in order says more than a crash before it.
    if (start === null && Date.parse(job.lastRun.at) < startedAt) continue;
    const why = job.lastRun.error ?? "The reason is not known. See the log.";
    crashed.set(why, [...crashed.get(why) ?? [], job]);
  }
  for (const [why, jobs] of crashed) {
    const names = jobs.map(({ name, lastRun }) =>
      `"${name}" at ${minute(lastRun!.at)}`
    );
    problems.push({ what: `Crashed: ${names.join(", ")}`, why });
  }

  for (const { name, every, lastRun, overdue } of jobs) {
    if (lastRun && Date.parse(lastRun.at) > now + SKEW) {
      problems.push({
        what: `"${name}" ran at ${minute(lastRun.at)}, which is in the future`,
        why: `This computer's clock says ${
          minute(new Date(now).toISOString())
        }. If it is wrong, let the system set it (NTP); if it was wrong before, this passes with the job's next run.`,
      });
    } else if (overdue) {
      const last = lastRun && Date.parse(lastRun.at) >= startedAt
        ? `ran last at ${minute(lastRun.at)}`
        : "has not run since the program started";
      problems.push({
        what:
          `"${name}" is overdue: it ${last} and should run every ${every} minutes`,
        why: "If the program is running, restart it and look at its log.",
      });
    }
  }
  return problems;
}

function minute(at: string): string {
  return `${at.slice(0, 16).replace("T", " ")} UTC`;
}
