/**
 * How long people take, as `desk.yaml` says.
 *
 * @module
 */
import type { Random } from "../lib/random.ts";
import type { Wait, WaitHours, WaitKind } from "../workflow/plan.ts";
import type { DeskFile, Pace } from "./form.ts";

/** Draws the waits of a plan, one for each kind in its order. */
export type Waits = (
  kinds: readonly WaitKind[],
  options: { at: number; priority: 1 | 2 | 3 | 4 },
  random: Random,
) => Wait[];

/** The waits of a desk without the engine's; with the pace `fast` a tenth of them, around the clock. */
export function waitsOf(desk: DeskFile, pace: Pace): Waits {
  const isFast = pace === "fast";
  return (kinds, _options, random) =>
    kinds.map((kind) => {
      const { own, median, p90, hours } = KINDS[kind];
      const shape = desk.waits?.[own] ?? { median, p90 };
      const sigma = Math.log(shape.p90 / shape.median) / 1.2816;
      const minutes = shape.median * Math.exp(sigma * normal(random));
      return {
        minutes: Math.max(1, Math.round(isFast ? minutes / 10 : minutes)),
        hours: isFast ? "clock" : hours,
      };
    });
}

/** Minutes. */
const KINDS: Record<WaitKind, {
  own: keyof NonNullable<DeskFile["waits"]>;
  median: number;
  p90: number;
  hours: WaitHours;
}> = {
  firstReply: { own: "first_reply", median: 240, p90: 1800, hours: "business" },
  reply: { own: "reply", median: 90, p90: 600, hours: "business" },
  handOver: { own: "reply", median: 30, p90: 180, hours: "business" },
  reminder: { own: "reminder", median: 960, p90: 1920, hours: "business" },
  giveUp: { own: "reminder", median: 960, p90: 1920, hours: "business" },
  thirdParty: {
    own: "third_party",
    median: 960,
    p90: 2400,
    hours: "business",
  },
  answer: { own: "answer", median: 120, p90: 900, hours: "day" },
  reopening: { own: "answer", median: 480, p90: 1440, hours: "day" },
  close: { own: "close", median: 2880, p90: 5760, hours: "clock" },
};

function normal(random: Random): number {
  const value = Math.sqrt(-2 * Math.log(1 - random())) *
    Math.cos(2 * Math.PI * random());
  return Math.max(-2, Math.min(2, value));
}
