/**
 * Preloaded before `main.ts`: makes time pass `CHAOS_SPEED` times as fast for the whole process, and the
 * same in all processes that share `CHAOS_EPOCH`. Nothing of the program is skipped or replaced: dates,
 * timers, request timeouts and crons of the real program all run by this clock.
 *
 * `CHAOS_NO_LOOKUP=1` takes the look-ups out of the workflow's steps, to show that the proof can fail.
 *
 * @module
 */
import { acceleratedClock } from "./accelerated_clock.ts";
import { MINUTE } from "../../lib/time.ts";
import { STEPS } from "../../workflow.ts";

const speed = Number(Deno.env.get("CHAOS_SPEED"));
const epoch = Number(Deno.env.get("CHAOS_EPOCH"));
const now = acceleratedClock(epoch, speed);

const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...args: [number, number]) {
    super(...(args.length > 0 ? args : [now()] as const) as [number, number]);
  }
  static override now = now;
} as DateConstructor;

const sinceStart = performance.now.bind(performance);
performance.now = () => sinceStart() * speed;

const realSetTimeout = globalThis.setTimeout;
globalThis.setTimeout =
  ((task: () => void, ms = 0, ...args: []) =>
    realSetTimeout(task, ms / speed, ...args)) as typeof setTimeout;

const realTimeout = AbortSignal.timeout;
AbortSignal.timeout = (ms) => realTimeout.call(AbortSignal, ms / speed);

Object.defineProperty(Deno, "cron", { value: cron });

if (Deno.env.get("CHAOS_NO_LOOKUP") === "1") {
  for (const step of Object.values(STEPS)) delete step.findExisting;
}

/** Fires on the minutes of a schedule that gives minutes only, and never while it is running. */
function cron(
  _name: string,
  schedule: string,
  { signal }: { signal: AbortSignal },
  handler: () => Promise<void>,
): Promise<void> {
  const every = Number(schedule.match(/^\*\/(\d+) /)?.[1] ?? 60);
  let running = false;
  function arm(): void {
    const period = every * MINUTE;
    const next = (Math.floor(now() / period) + 1) * period;
    realSetTimeout(async () => {
      if (signal.aborted) return;
      arm();
      if (running) return;
      running = true;
      await handler();
      running = false;
    }, (next - now()) / speed);
  }
  arm();
  return Promise.resolve();
}
