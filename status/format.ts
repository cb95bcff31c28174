/**
 * How facts are put into words, on the page and in the terminal.
 *
 * @module
 */
import { DAY, HOUR, MINUTE } from "../lib/time.ts";
import type { Outcome } from "../workflow/plan.ts";
import type { Label } from "../workflow/schedule.ts";
import type { JobView } from "./job_list.ts";
import type { StepView } from "./thread_view.ts";
import { COUNTED } from "./ticket_pages.ts";
import type { Stage } from "./ticket_view.ts";

/** What Freshdesk calls its priorities. */
export const PRIORITIES = {
  1: "Low",
  2: "Medium",
  3: "High",
  4: "Urgent",
} as const;

/** What a stage or an end is called. */
export const TITLES: Readonly<Record<Stage, string>> = {
  opening: "Opening",
  assignment: "Assignment",
  "first reply": "First reply",
  "customer reply": "Customer reply",
  reply: "Reply",
  resolution: "Resolution",
  "private note": "Private note",
  "status change": "Status change",
  closing: "Closing",
  closed: "Closed",
  abandoned: "Abandoned",
  failed: "Failed",
};

/** What tickets wait for, as the board has it in columns. */
export const STAGE_GROUPS: readonly {
  title: string;
  labels: readonly [Label, ...Label[]];
}[] = [
  { title: "Opening", labels: ["opening", "assignment"] },
  { title: "First reply", labels: ["first reply"] },
  { title: "Customer reply", labels: ["customer reply"] },
  {
    title: "Resolution",
    labels: ["resolution", "reply", "private note", "status change"],
  },
  { title: "Closing", labels: ["closing"] },
];

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

/** `Mon 23 12:00`, in UTC. */
export function dayAndHour(at: string): string {
  const day = DAYS[new Date(at).getUTCDay()];
  return `${day} ${Number(at.slice(8, 10))} ${at.slice(11, 16)}`;
}

/** How old something is: `5 min`, `3 h`, `2 d`. */
export function age(ms: number): string {
  if (ms < MINUTE) return "under 1 min";
  if (ms < 2 * HOUR) return `${Math.floor(ms / MINUTE)} min`;
  if (ms < 2 * DAY) return `${Math.floor(ms / HOUR)} h`;
  return `${Math.floor(ms / DAY)} d`;
}

/** When something is expected: `in 12 minutes`. */
export function until(ms: number): string {
  const minutes = Math.ceil(ms / MINUTE);
  if (minutes <= 0) return "now";
  if (minutes < 100) {
    return `in ${minutes} ${minutes === 1 ? "minute" : "minutes"}`;
  }
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `in ${hours} hours` : `in ${Math.round(hours / 24)} days`;
}

/** How a conversation goes, in words. */
export function outcomeName(outcome: Outcome): string {
  return outcome.replaceAll("_", " ");
}

/** What happens in a step: `The customer answers`. */
export function stepSentence(
  { label, by, status }: Pick<StepView, "label" | "by" | "status">,
): string {
  const who = by ?? "It";
  switch (label) {
    case "opening":
      return `${who} opens the ticket`;
    case "assignment":
      return `It is assigned to ${by}`;
    case "first reply":
      return `${who} replies`;
    case "customer reply":
      return `${who} answers`;
    case "reply":
      return `${who} replies again`;
    case "resolution":
      return `${who} resolves it`;
    case "private note":
      return `${who} writes a private note`;
    case "status change":
      return `It becomes ${status}`;
    case "closing":
      return "It is closed";
  }
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

const DAYS = "Sun Mon Tue Wed Thu Fri Sat".split(" ");
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
