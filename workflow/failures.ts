/**
 * What follows from an error: pure decisions on whether, and when, a step is tried again.
 *
 * @module
 */
import { isAccountError } from "../freshdesk/http_client.ts";
import {
  BusyError,
  ConnectionError,
  FreshdeskError,
  NoResponseError,
  NotFoundError,
  NotSentError,
  PermissionError,
  RateLimitError,
  RedirectError,
  TicketDeletedError,
  ValidationError,
} from "../freshdesk/errors.ts";
import { errorMessage } from "../lib/error.ts";
import { HOUR, MINUTE } from "../lib/time.ts";
import { NoParticipantError } from "./participants.ts";
import { RequiredFieldsError } from "./required_fields.ts";
import { nextTick } from "./schedule.ts";
import { isAuthorRejected } from "./rejected_fields.ts";
import { TakenOverError } from "./steps.ts";
import { LONGEST_RETRY, NoAnswerError } from "./store.ts";
import type { StepError, Ticket } from "./ticket.ts";

/** What follows from an error. */
export type Consequence = "stop" | "later" | "abandon" | "fail";

/** A step that Freshdesk refuses is not tried again before. */
const REFUSED_WAIT = 20 * MINUTE;
/** What may have been applied is looked up no sooner: Freshdesk may still be at it. */
const VERIFY_DELAY = MINUTE;
/** A ticket is given up when it was tried at least so often, for at least so long. */
const GIVE_UP = { attempts: 10, after: 24 * HOUR };

/**
 * What an error means for a ticket's step: `stop` the tick (it would be the same for all; no
 * attempt is counted), try `later`, `abandon` the ticket, or `fail` and ask a person.
 */
export function classifyError(
  error: unknown,
  { id }: Pick<Ticket, "id">,
): Consequence {
  if (error instanceof TakenOverError) return "abandon";
  if (
    isAccountError(error) || error instanceof NotSentError ||
    error instanceof ConnectionError || error instanceof RateLimitError
  ) return "stop";
  if (error instanceof NotFoundError || error instanceof TicketDeletedError) {
    return id === null ? "stop" : "abandon";
  }
  const look = error instanceof FreshdeskError && error.method === "GET";
  if (!look && (error instanceof ValidationError || isAuthorRejected(error))) {
    return "fail";
  }
  return "later";
}

/** Whether an error that could concern all tickets may be about what one of them asked for. */
export function mayBeItsOwn(error: unknown): boolean {
  return error instanceof PermissionError || error instanceof RedirectError ||
    error instanceof NotFoundError || error instanceof TicketDeletedError;
}

/** Whether Freshdesk said no, and will say so again until a person has changed something. */
function isRefusal(error: unknown): boolean {
  const passing = error instanceof RateLimitError ||
    error instanceof NoResponseError || error instanceof BusyError;
  return error instanceof FreshdeskError && !passing &&
    (error instanceof RedirectError ||
      error.status !== undefined && error.status >= 400 && error.status < 500);
}

/** Whether the call that ended in this error may have done what it was asked. */
function mayHaveBeenApplied(error: unknown): boolean {
  return !(error instanceof TakenOverError) &&
    !(error instanceof FreshdeskError && !error.mayHaveBeenApplied);
}

/** What a person can do about an error. */
export function hintFor(error: unknown): string {
  return error instanceof FreshdeskError ||
      error instanceof NoParticipantError || error instanceof TakenOverError ||
      error instanceof RequiredFieldsError || error instanceof NoAnswerError
    ? error.hint
    : "Unexpected error. If it keeps happening, please report it.";
}

/** An error as it is kept with a ticket. */
function stepErrorOf(error: unknown, at: number): StepError {
  return {
    at,
    message: errorMessage(error),
    hint: hintFor(error),
    ...(isRefusal(error) && { refused: true }),
  };
}

/** A step that failed, and what is known about it. */
export interface FailedStep {
  /** Whose step it is. */
  ticket: Ticket;
  /** What its call ended in. */
  error: unknown;
  /** What follows. */
  consequence: Consequence;
  /** The error that this is due to. */
  cause: unknown;
  /** The minute that it counts for (ms since 1970). */
  tick: number;
  /** Milliseconds since 1970. */
  now: number;
  /** Between 0 and 1. */
  random: number;
  /** Whether it can be looked up that the step was done. */
  canBeFound: boolean;
}

/** What a failed step changes in its ticket, and whether Freshdesk refused it. */
export function failureOf(
  { ticket, error, consequence, cause, tick, now, random, canBeFound }:
    FailedStep,
): { change: Partial<Ticket>; refused: boolean } {
  const refused = isRefusal(cause);
  const outcomeUnknown = ticket.outcomeUnknown || mayHaveBeenApplied(error);
  const lastError = stepErrorOf(cause, now);
  const released = { claim: null, outcomeUnknown, lastError };
  if (consequence === "stop") return { change: released, refused };

  const attempts = ticket.attempts + 1;
  const firstFailedAt = ticket.firstFailedAt ?? now;
  const failingFor = now - firstFailedAt;
  const failed = { ...released, attempts, firstFailedAt };
  if (consequence === "later" && !isHopeless(attempts, failingFor)) {
    const wait = Math.max(
      backOff(refused, failingFor, random),
      outcomeUnknown && canBeFound ? VERIFY_DELAY : 0,
    );
    const dueAt = nextTick(ticket.job, Math.max(tick, now) + wait);
    return { change: { ...failed, dueAt }, refused };
  }
  const state = consequence === "abandon" ? "abandoned" : "failed";
  const ended = { state, stepSince: now, completedAt: now } as const;
  return { change: { ...failed, ...ended }, refused };
}

/** Whether a step that fails again has been tried often and long enough. */
function isHopeless(attempts: number, failingFor: number): boolean {
  return attempts >= GIVE_UP.attempts && failingFor >= GIVE_UP.after;
}

/**
 * How long a step that failed waits besides for its next tick (ms).
 *
 * What Freshdesk refuses waits twice as long as it has been failing, from 20 minutes to 4 hours.
 * Passing trouble is met again at every tick of its first hour; after that the step waits a quarter
 * of the time, an hour at most.
 *
 * @param refused whether Freshdesk itself refused
 * @param failingFor since the step first failed (ms)
 * @param random from 0 to 1, so that tickets that failed together do not come back together
 */
export function backOff(
  refused: boolean,
  failingFor: number,
  random: number,
): number {
  const wait = refused
    ? Math.min(Math.max(2 * failingFor, REFUSED_WAIT), LONGEST_RETRY)
    : failingFor < HOUR
    ? 0
    : Math.min(failingFor / 4, HOUR);
  return wait * (1 - random / 4);
}
