/**
 * Why an action is refused, or has failed: a sentence, and the status of the answer.
 *
 * @module
 */
import {
  FreshdeskError,
  NotSentError,
  RateLimitError,
} from "../../freshdesk/errors.ts";
import { errorMessage } from "../../lib/error.ts";
import { hintFor } from "../../workflow/failures.ts";

/** The HTTP statuses of refused actions. */
export type ActionStatus = 400 | 403 | 404 | 409 | 429 | 503;

/** An action is refused, or has failed. Nothing is half done. */
export class ActionError extends Error {
  /** Its class. */
  override readonly name = "ActionError";

  /**
   * Takes the status of the answer, and what to say.
   *
   * @param needsConfirm whether the same with `confirm` would be done
   */
  constructor(
    readonly status: ActionStatus,
    message: string,
    readonly needsConfirm = false,
  ) {
    super(message);
  }
}

/** Refuses what was asked for unless it is right. */
export function check(isRight: boolean, message: string): asserts isRight {
  if (!isRight) throw new ActionError(400, message);
}

/** What went wrong, in a sentence and with the status of the answer. */
export function asActionError(error: unknown): ActionError {
  if (error instanceof ActionError) return error;
  if (error instanceof NotSentError || error instanceof RateLimitError) {
    return new ActionError(
      429,
      `No call to Freshdesk is free now: ${
        errorMessage(error)
      }. Try again in a minute`,
    );
  }
  const hint = hintFor(error);
  return error instanceof FreshdeskError || "hint" in Object(error)
    ? new ActionError(503, `${errorMessage(error)}. ${hint}`)
    : new ActionError(503, `It could not be done: ${errorMessage(error)}`);
}
