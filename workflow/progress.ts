/**
 * What a step that was done changes in its ticket; `failures.ts` says what one that failed does.
 *
 * @module
 */
import type { Calendars } from "./waits.ts";
import type { Plan } from "./plan.ts";
import { dueTick, jobOf, labelOf } from "./schedule.ts";
import type { Claim, Ticket } from "./ticket.ts";

/** A step that was done, and what is known about it. */
export interface DoneStep {
  /** When (ms since 1970). */
  at: number;
  /** The minute that it counts for (ms since 1970). */
  tick: number;
  /** The claim of the step that shares its tick; null where none does. */
  claim: Claim | null;
  /** The hours in which the next wait passes, where there is one. */
  calendars: Calendars | undefined;
}

/** What a plan's step `i`, once done, changes in its ticket: it waits for the next one, or is closed. */
export function progressOf(
  plan: Plan,
  i: number,
  { at, tick, claim, calendars }: DoneStep,
): Partial<Ticket> {
  const done: Partial<Ticket> = {
    stepSince: at,
    claim,
    outcomeUnknown: false,
    attempts: 0,
    firstFailedAt: null,
    lastError: null,
  };
  const next = plan.steps[i + 1];
  if (!next) return { ...done, state: "closed", completedAt: at };
  const waiting = {
    step: i + 1,
    waitsFor: labelOf(next),
    job: jobOf(plan, i + 1),
  };
  if (claim) return { ...done, ...waiting };
  const dueAt = dueTick(plan, i + 1, Math.max(tick, at), calendars);
  return { ...done, ...waiting, dueAt };
}
