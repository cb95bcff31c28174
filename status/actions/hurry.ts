/**
 * Takes a ticket's next step now.
 *
 * @module
 */
import { MINUTE } from "../../lib/time.ts";
import { type ActionContext, HURRY_TIME } from "./context.ts";
import { ActionError, check } from "./errors.ts";
import { asTicket, type HurryResult } from "./results.ts";
import { said, title } from "./words.ts";

/** Takes the step that is meant; leaves a ticket alone that has moved on. */
export async function hurry(
  context: ActionContext,
  name: string,
  step: number | string,
): Promise<HurryResult> {
  const { ticket } = await context.find(name);
  const number = Number(step);
  const isNumber = step !== "" && Number.isInteger(number) && number >= 0;
  check(
    isNumber || typeof step === "string" && /^[a-z ]{1,40}$/.test(step),
    `Cannot hurry ${
      title(ticket)
    } as 'step' must be the number of a step or what the ticket waits for: current value is '${
      said(step)
    }'`,
  );
  if (ticket.state !== "active") {
    throw new ActionError(
      409,
      `${title(ticket)} is ${ticket.state}: no step is left`,
    );
  }
  if (isNumber ? number !== ticket.step : step !== ticket.waitsFor) {
    throw new ActionError(
      409,
      `${title(ticket)} has moved on: it waits for ${ticket.waitsFor}`,
    );
  }
  context.checkSending();
  await context.checkPause();
  context.checkCalls();
  const now = context.now();
  const after = await context.options.workflow.handleTicketWorkflow(
    ticket,
    now - now % MINUTE,
    now + HURRY_TIME,
  );
  if (!after) {
    throw new ActionError(
      409,
      `Another process is working on ${title(ticket)} right now`,
    );
  }
  const isFurther = after.step > ticket.step || after.state === "closed";
  if (!isFurther) {
    const { lastError } = after;
    throw new ActionError(
      after.state === "abandoned" ? 409 : 503,
      `${title(after)}: ${ticket.waitsFor} was not done: ${
        lastError ? `${lastError.message}. ${lastError.hint}` : after.state
      }`,
    );
  }
  return {
    message: `${title(after)}: ${ticket.waitsFor} is done; ${
      after.state === "active"
        ? `it waits for ${after.waitsFor}`
        : `it is ${after.state}`
    }`,
    ticket: asTicket(after),
  };
}
