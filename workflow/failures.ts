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
import { HOUR, MINUTE } from "../lib/time.ts";
import { NoParticipantError } from "./participants.ts";
import { RequiredFieldsError } from "./required_fields.ts";
import { isAuthorRejected, TakenOverError } from "./steps.ts";
import { LONGEST_RETRY, NoAnswerError } from "./store.ts";
import type { StepError, Ticket } from "./ticket.ts";

/** What follows from an error. */
export type Consequence = "stop" | "later" | "abandon" | "fail";

/** A step that Freshdesk refuses is not tried again before. */
const REFUSED_WAIT = 20 * MINUTE;
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
export function isRefusal(error: unknown): boolean {
  const passing = error instanceof RateLimitError ||
    error instanceof NoResponseError || error instanceof BusyError;
  return error instanceof FreshdeskError && !passing &&
    (error instanceof RedirectError ||
      error.status !== undefined && error.status >= 400 && error.status < 500);
}

/** Whether the call that ended in this error may have done what it was asked. */
export function mayHaveBeenApplied(error: unknown): boolean {
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
export function stepErrorOf(error: unknown, at: number): StepError {
  return {
    at,
    message: error instanceof Error ? error.message : String(error),
    hint: hintFor(error),
    ...(isRefusal(error) && { refused: true }),
  };
}

/** Whether a step that fails again has been tried often and long enough. */
export function isHopeless(attempts: number, failingFor: number): boolean {
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
