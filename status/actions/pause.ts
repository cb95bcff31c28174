/**
 * Holds all processes back until a moment, and lets them go on.
 *
 * @module
 */
import { MINUTE } from "../../lib/time.ts";
import type { ActionContext, Actor } from "./context.ts";
import { check } from "./errors.ts";
import type { PauseResult } from "./results.ts";
import { iso } from "./words.ts";

/** The longest pause, in minutes. */
export const LONGEST_PAUSE = 30 * 24 * 60;

/** What to pause. */
export interface PauseRequest extends Actor {
  /** Ms since 1970; null: until it is resumed. */
  until: number | null;
}

/** Lets all processes do nothing for a while. Pausing again changes until when. */
export async function pause(
  context: ActionContext,
  { by, until }: PauseRequest,
): Promise<PauseResult> {
  const now = context.now();
  check(
    until === null ||
      Number.isFinite(until) && until > now &&
        until <= now + LONGEST_PAUSE * MINUTE,
    `Cannot pause: it must end within 1 to ${LONGEST_PAUSE} minutes (${
      LONGEST_PAUSE / 24 / 60
    } days), or be left open`,
  );
  const pause = await context.options.store.setPause(by, until, now);
  return {
    message: until === null
      ? "Paused until it is resumed"
      : `Paused until ${context.utc(until)}`,
    pause: {
      by: pause.by,
      since: iso(pause.since),
      until: pause.until === null ? null : iso(pause.until),
    },
  };
}

/** Ends a pause: what is due goes on at the next tick. */
export async function resume(context: ActionContext): Promise<PauseResult> {
  const { store } = context.options;
  const wasPaused = await store.endPause(context.now());
  const rest = await store.pause(context.now());
  return {
    message: rest?.cleanup
      ? "The clean-up under way still holds all else back; it ends by itself"
      : wasPaused
      ? "Resumed: what is due goes on within 5 minutes"
      : "It was not paused",
    pause: null,
  };
}
