/**
 * How facts are put into words, on the page and in the terminal.
 *
 * @module
 */
import { COUNTED, type JobView, type Stage } from "./queries.ts";

/** What a stage or an end is called. */
export const TITLES: Readonly<Record<Stage, string>> = {
  opening: "Opening",
  assignment: "Assignment",
  "first reply": "First reply",
  "customer reply": "Customer reply",
  reply: "Reply",
  resolution: "Resolution",
  "private note": "Private note",
  status: "Status",
  closing: "Closing",
  closed: "Closed",
  abandoned: "Abandoned",
  failed: "Failed",
};

/** A count: `1000+` where counting stopped. */
export function counted(count: number): string {
  return count >= COUNTED ? `${COUNTED}+` : String(count);
}

/** `12:05` on the same day, else `22 Nov 12:05`; both moments in UTC. */
export function clock(at: string, now: string): string {
  const time = at.slice(11, 16);
  if (at.slice(0, 10) === now.slice(0, 10)) return time;
  return `${Number(at.slice(8, 10))} ${
    MONTHS[Number(at.slice(5, 7)) - 1]
  } ${time}`;
}

/** How long something took: `85 ms`, `2.4 s`, `3 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** What became of a job's run. */
export function outcome({ name, lastRun, nextTick }: JobView): string {
  if (!lastRun) return `first run at ${nextTick.slice(11, 16)}`;
  const { report, error } = lastRun;
  if (!report) return error ?? "crashed";
  const { planned } = report;
  if (planned !== undefined) {
    if (planned === 0) return "would have done nothing (dry run)";
    return name === "open tickets"
      ? `would have opened ${planned}`
      : `would have taken ${planned} ${planned === 1 ? "step" : "steps"}`;
  }
  const parts = [
    report.done > 0 && `${report.done} done`,
    report.postponed > 0 && `${report.postponed} to be tried again`,
    report.gaveUp > 0 && `${report.gaveUp} given up`,
  ].filter((part) => part !== false);
  return parts.length > 0 ? parts.join(", ") : "idle";
}

/** What a dry run is said to be, above everything else. */
export const DRY_RUN =
  "DRY_RUN is on: nothing is sent to Freshdesk, the jobs only say what they would do.";

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
