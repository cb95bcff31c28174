/**
 * How long people let a ticket wait between two steps of its plan.
 *
 * A wait is a number of minutes and the hours in which they pass. Agents' waits pass in business
 * hours. Customers' waits pass by day, except one in ten, which passes around the clock: some people
 * write at night. What Freshdesk does by itself, such as closing a resolved ticket, knows no hours.
 *
 * @module
 */
import { type BusinessHours, daytime } from "../lib/business_hours.ts";
import { logNormal } from "../lib/distributions.ts";
import type { Random } from "../lib/random.ts";
import { DAY, MINUTE } from "../lib/time.ts";
import type {
  DrawPlanWaits,
  Pace,
  Priority,
  Wait,
  WaitHours,
  WaitKind,
  WaitShapes,
} from "./plan.ts";

/**
 * Within how many minutes of business hours the first reply is due, by priority. Assumed: accounts
 * differ, and only administrators can read their SLA policies.
 */
export const FIRST_REPLY_SLA: Readonly<Record<Priority, number>> = {
  1: 24 * 60,
  2: 8 * 60,
  3: 4 * 60,
  4: 60,
};

/** What a wait depends on. */
export interface WaitOptions {
  /** How the desk spends its time. */
  pace: Pace;
  /** The ticket's priority; urgent tickets get their first reply sooner. */
  priority: Priority;
  /** Kinds that a desk has waits of its own for; the hours stay. */
  shapes?: WaitShapes | undefined;
}

/** Draws a wait. */
export function drawWait(
  kind: WaitKind,
  { pace, priority, shapes }: WaitOptions,
  random: Random,
): Wait {
  if (pace === "classic") return { minutes: 0, hours: "clock" };
  const [drawn, hours] = kind === "firstReply"
    ? [drawFirstReply(priority, random), "business" as const]
    : KINDS[kind](random);
  const shape = shapes?.[kind];
  const minutes = shape ? logNormal(shape, random) : drawn;
  return pace === "fast"
    ? { minutes: Math.max(1, Math.round(minutes / 10)), hours: "clock" }
    : { minutes: Math.max(1, Math.round(minutes)), hours };
}

/** What bounds the waits of a plan. */
export interface PlanWaitOptions extends WaitOptions {
  /** When the plan begins, in milliseconds since 1970. */
  at: number;
  /** The hours in which the waits pass. */
  calendars: Calendars;
  /** The plan is over within this many days. */
  maxDays: number;
}

/**
 * Draws the waits of a plan, one for each kind in its order. A plan that would take longer than
 * `maxDays` gets shorter waits; if it still would (say, with hours on Mondays only), they pass around
 * the clock.
 */
export function drawWaits(
  kinds: readonly WaitKind[],
  options: PlanWaitOptions,
  random: Random,
): Wait[] {
  const { at, calendars, maxDays } = options;
  const drawn = kinds.map((kind) => drawWait(kind, options, random));
  const latest = at + maxDays * DAY;
  for (let factor = 1; factor > 0.01; factor /= 2) {
    const waits = drawn.map((wait) => shorten(wait, factor));
    if (endOf(waits, at, calendars) <= latest) return waits;
  }
  const minutes = drawn.reduce((sum, wait) => sum + wait.minutes, 0);
  const factor = Math.min(1, maxDays * DAY / MINUTE / minutes);
  return drawn.map((wait) => ({ ...shorten(wait, factor), hours: "clock" }));
}

/** Binds {@linkcode drawWaits} to what holds for all plans. */
export function bindWaits(
  { pace, calendars, maxDays, shapes }:
    & Pick<PlanWaitOptions, "pace" | "maxDays" | "shapes">
    & { calendars: () => Calendars },
): DrawPlanWaits {
  return (kinds, { at, priority }, random) =>
    drawWaits(
      kinds,
      { pace, priority, at, calendars: calendars(), maxDays, shapes },
      random,
    );
}

function shorten(wait: Wait, factor: number): Wait {
  return { ...wait, minutes: Math.floor(wait.minutes * factor) };
}

function endOf(waits: Wait[], at: number, calendars: Calendars): number {
  return waits.reduce((time, wait) => addWait(time, wait, calendars), at);
}

/** The hours in which agents and customers act. */
export interface Calendars {
  /** When agents work. */
  business: BusinessHours;
  /** When customers are awake. */
  day: BusinessHours;
}

/** Returns the calendars of a desk: its business hours, and days in the same zone. */
export function calendarsOf(business: BusinessHours): Calendars {
  return { business, day: daytime(business.timeZone) };
}

/** Returns when a wait that begins at `at` is over, both in milliseconds since 1970. */
export function addWait(at: number, wait: Wait, calendars: Calendars): number {
  const ms = wait.minutes * MINUTE;
  return wait.hours === "clock"
    ? at + ms
    : calendars[wait.hours].addBusinessTime(at, ms);
}

const HOURS = 60;

/**
 * The first reply: 35 % come quickly, the others when the queue allows; sooner or later by priority.
 * Agents see the SLA's clock, so a fifth of those that would be late come just in time.
 */
function drawFirstReply(priority: Priority, random: Random): number {
  const { quick, slow, longest } = FIRST_REPLIES[priority];
  const shape = random() < 0.35 ? quick : slow;
  const minutes = logNormalUpTo(longest, shape, random);
  const due = FIRST_REPLY_SLA[priority];
  return minutes > due && random() < 0.2 ? due * (0.5 + random() / 2) : minutes;
}

interface FirstReplies {
  quick: { median: number; p90: number };
  slow: { median: number; p90: number };
  longest: number;
}

/** The more urgent, the sooner, and the fewer stragglers. */
const FIRST_REPLIES: Readonly<Record<Priority, FirstReplies>> = {
  1: {
    quick: { median: 22, p90: 90 },
    slow: { median: 6 * HOURS, p90: 45 * HOURS },
    longest: 80 * HOURS,
  },
  2: {
    quick: { median: 15, p90: 60 },
    slow: { median: 4 * HOURS, p90: 30 * HOURS },
    longest: 80 * HOURS,
  },
  3: {
    quick: { median: 8, p90: 30 },
    slow: { median: 2 * HOURS, p90: 10 * HOURS },
    longest: 24 * HOURS,
  },
  4: {
    quick: { median: 4, p90: 15 },
    slow: { median: 30, p90: 2 * HOURS },
    longest: 6 * HOURS,
  },
};

const KINDS: Readonly<
  Record<
    Exclude<WaitKind, "firstReply">,
    (random: Random) => [minutes: number, hours: WaitHours]
  >
> = {
  reply: business({ median: 1.5 * HOURS, p90: 10 * HOURS }),
  handOver: business({ median: 30, p90: 3 * HOURS }),
  reminder: business({ median: 16 * HOURS, p90: 32 * HOURS }),
  giveUp: business({ median: 16 * HOURS, p90: 32 * HOURS }),
  // Two to three working days, as agents say.
  thirdParty: business({ median: 20 * HOURS, p90: 40 * HOURS }),
  resolve: (random) =>
    random() < 0.6
      ? [1, "business"]
      : business({ median: 5 * HOURS, p90: 18 * HOURS })(random),
  // A day has 15 waking hours, so that nine in ten have answered after 24 hours.
  answer: customer({ median: 2 * HOURS, p90: 15 * HOURS }),
  withdrawal: customer({ median: 1 * HOURS, p90: 6 * HOURS }),
  reopening: customer({ median: 18 * HOURS, p90: 45 * HOURS }),
  close: (random) => [DAY / MINUTE * (1 + 3 * random()), "clock"],
};

function business(shape: { median: number; p90: number }) {
  return (random: Random): [number, WaitHours] => [
    // Stragglers are slow, and not forgotten.
    logNormalUpTo(5 * shape.p90, shape, random),
    "business",
  ];
}

function customer(shape: { median: number; p90: number }) {
  return (random: Random): [number, WaitHours] => [
    logNormal(shape, random),
    random() < 0.1 ? "clock" : "day",
  ];
}

/** Draws again what is longer. */
function logNormalUpTo(
  longest: number,
  shape: { median: number; p90: number },
  random: Random,
): number {
  const drawn = logNormal(shape, random);
  return drawn <= longest ? drawn : logNormalUpTo(longest, shape, random);
}
