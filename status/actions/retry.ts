/**
 * Puts tickets that have ended badly back before the step that they ended in.
 *
 * @module
 */
import { errorMessage } from "../../lib/error.ts";
import type { Ticket } from "../../workflow/ticket.ts";
import { type ActionContext, OPEN_TIME } from "./context.ts";
import { ActionError } from "./errors.ts";
import { asTicket, type RetryResult, stageOf } from "./results.ts";
import { tickets, title } from "./words.ts";

/** Puts one ticket back, or all failed ones, and takes the step at once unless the program is paused. */
export async function retry(
  context: ActionContext,
  name: string | undefined,
): Promise<RetryResult> {
  const { store, dryRun } = context.options;
  const entries = name === undefined
    ? await Array.fromAsync(store.finished("failed"))
    : [await context.find(name)];
  const now = context.now();
  const resumed: Ticket[] = [];
  for (const entry of entries) {
    const ticket = await store.resume(entry, now);
    if (ticket) resumed.push(ticket);
    else if (name !== undefined) {
      const { ticket: { tag } } = entry;
      const ticket = (await store.get(tag))?.ticket ?? entry.ticket;
      throw new ActionError(
        409,
        ticket.state === "active"
          ? `${title(ticket)} goes on already: it waits for ${ticket.waitsFor}`
          : `${title(ticket)} is ${ticket.state}: there is nothing to retry`,
      );
    }
  }
  if (resumed.length === 0) {
    return { message: "There are no failed tickets", tickets: [] };
  }
  const isHeld = dryRun || await store.pause(now) !== undefined;
  const trouble = !isHeld &&
    await context.wait(context.take(resumed, now + OPEN_TIME));
  const all = await context.reload(resumed);
  const [first] = all;
  const what = all.length === 1 && first
    ? `${title(first)} goes on with ${stageOf(resumed[0]!)}`
    : `${tickets(all.length)} go on`;
  const again = all.find(({ lastError, attempts, state }) =>
    lastError && (attempts > 0 || state === "failed")
  );
  return {
    message: isHeld
      ? `${what} when ${dryRun ? "DRY_RUN is off" : "the pause ends"}`
      : trouble
      ? `${what} at the next tick: ${errorMessage(trouble)}`
      : again
      ? `${what}; ${title(again)} failed again: ${again.lastError?.message}`
      : what,
    tickets: all.map(asTicket),
  };
}
