/**
 * What is wrong with the jobs, in words: for monitors, for the page and for the terminal.
 *
 * @module
 */
import type { JobView } from "./job_list.ts";
import type { Source } from "./source.ts";

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
export function problemsOf(source: Source, jobs: JobView[]): Problem[] {
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

  const runs = jobs.flatMap((job) =>
    production && job.lastRun ? [{ ...job, ...job.lastRun }] : []
  ).filter(({ at }) => start !== null || Date.parse(at) >= startedAt);
  /** Whether a later job did steps: each makes up for an hour in which no ticket was opened. */
  const isMadeUp = ({ name, at }: typeof runs[number]) =>
    name === "open tickets" &&
    runs.some((other) => other.at > at && (other.report?.done ?? 0) > 0);
  // One cause often stops several jobs.
  const causes = new Map<string, { what: string[]; why: string }>();
  for (const run of runs) {
    const { name, at, report, error } = run;
    const { done = 0, refused } = report ?? {};
    if (isMadeUp(run) || report && (done > 0 || !refused)) continue;
    const why = refused ?? error ?? "The reason is not known. See the log.";
    const what = `"${name}" ${
      refused ? "was refused every step" : "crashed"
    } at ${minute(at)}`;
    const cause = why.replace(/ \[request [^\]]*\]/, "");
    const known = causes.get(cause);
    causes.set(cause, { what: [...known?.what ?? [], what], why });
  }
  for (const { what, why } of causes.values()) {
    problems.push({ what: what.join(", "), why });
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
        why: "Look at the program's log, and start it again.",
      });
    }
  }
  return problems;
}

function minute(at: string): string {
  return `${at.slice(0, 16).replace("T", " ")} UTC`;
}
