/**
 * Which job takes a step of a plan, what the step is called, and at which tick it is due.
 *
 * @module
 */
import { DAY, HOUR, MINUTE } from "../lib/time.ts";
import type { Plan, PlanStep } from "./plan.ts";
import { addWait, type Calendars } from "./waits.ts";

/** Minutes between two ticks of a job: 5, 10, 15 or 20 past the hour, in UTC. */
export type Interval = 5 | 10 | 15 | 20;

/** The jobs, by their names, and the minutes between two of their ticks. */
export const JOBS = [
  { name: "open tickets", every: 60 },
  { name: "first replies", every: 5 },
  { name: "customer replies", every: 10 },
  { name: "resolutions", every: 15 },
  { name: "closings", every: 20 },
] as const;

/** The minutes of the jobs that take steps. */
export const INTERVALS = [5, 10, 15, 20] as const;

/** What a ticket can wait for, in the words people read. */
export const LABELS = [
  "opening",
  "assignment",
  "first reply",
  "customer reply",
  "reply",
  "resolution",
  "private note",
  "status change",
  "closing",
] as const;

/** What a ticket waits for. */
export type Label = typeof LABELS[number];

/** No plan takes longer. */
export const LONGEST_PLAN = 30 * DAY;

/** Returns what a step is called. */
export function labelOf(step: PlanStep): Label {
  switch (step.kind) {
    case "create":
      return "opening";
    case "assign":
      return "assignment";
    case "reply":
      return step.resolves
        ? "resolution"
        : step.first
        ? "first reply"
        : "reply";
    case "answer":
      return "customer reply";
    case "note":
      return "private note";
    case "status":
      return "status change";
    case "close":
      return "closing";
  }
}

/** Returns how urgent a step is when calls are scarce: what ends a ticket goes first. */
export function priorityOf(label: Label): number {
  return PRIORITIES[label];
}

const PRIORITIES: Readonly<Record<Label, number>> = {
  opening: 0,
  assignment: 1,
  "private note": 1,
  "status change": 1,
  "first reply": 2,
  "customer reply": 3,
  reply: 4,
  resolution: 4,
  closing: 5,
};

/** Returns the highest priority that a job's steps can have. */
export function highestPriority(job: Interval): number {
  return { 5: 2, 10: 3, 15: 4, 20: 5 }[job];
}

/** Returns the job that takes the plan's step `i`. */
export function jobOf({ steps }: Pick<Plan, "steps">, i: number): Interval {
  const step = steps[i];
  if (!step) throw new RangeError(`The plan has no step ${i}`);
  if (step.sameTick && i > 0) return jobOf({ steps }, i - 1);
  switch (step.kind) {
    case "reply":
      return step.first ? 5 : 15;
    case "answer":
      return 10;
    case "close":
      return 20;
    default:
      return 5;
  }
}

/** Returns the first tick of a job strictly after a moment (both in ms since 1970). */
export function nextTick(every: Interval | 60, after: number): number {
  const period = every * MINUTE;
  return (Math.floor(after / period) + 1) * period;
}

/**
 * Returns the tick at which the plan's step `i` is due.
 *
 * @param after when the step before was done (ms since 1970)
 * @param calendars the hours in which waits pass; without them all pass around the clock
 */
export function dueTick(
  plan: Pick<Plan, "steps">,
  i: number,
  after: number,
  calendars: Calendars | undefined,
): number {
  const wait = plan.steps[i]?.wait;
  const over = !wait
    ? after
    : calendars
    ? addWait(after, wait, calendars)
    : after + wait.minutes * MINUTE;
  return nextTick(jobOf(plan, i), over);
}

/** Returns whether a job's idle run at this moment is worth a note: four times a day. */
export function isHeartbeat(at: number): boolean {
  const tick = Math.round(at / MINUTE) * MINUTE;
  return tick % HEARTBEAT === 0;
}

/** Between two notes of a job that finds nothing to do. */
export const HEARTBEAT = 6 * HOUR;
