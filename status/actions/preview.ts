/**
 * What the next hours bring.
 *
 * @module
 */
import { HOUR } from "../../lib/time.ts";
import { type ActionContext, HURRY_TIME } from "./context.ts";
import { check } from "./errors.ts";
import { asTicket, type PreviewResult } from "./results.ts";
import { iso, said, tickets } from "./words.ts";

/** Hours that can be looked ahead. */
export const MOST_HOURS = 48;
/** Steps in a list. */
const LISTED = 200;

/** The tickets to be opened, and the next step of those under way. */
export async function preview(
  context: ActionContext,
  hours: number,
): Promise<PreviewResult> {
  check(
    Number.isInteger(hours) && hours >= 1 && hours <= MOST_HOURS,
    `Cannot look ahead as 'hours' must be a whole number from 1 to ${MOST_HOURS}: current value is '${
      said(hours)
    }'`,
  );
  const { store } = context.options;
  const now = context.now();
  const until = now + hours * HOUR;
  const due = await store.dueUntil(until, LISTED + 1);
  const { opener } = await context.options.prepare();
  const openings = await opener.upcoming(now, until, now + HURRY_TIME);
  const shown = due.slice(0, LISTED);
  const entries = await Promise.all(shown.map(({ tag }) => store.get(tag)));
  const steps = entries.flatMap((entry) => entry ? [entry.ticket] : [])
    .filter(({ state }) => state === "active");
  const pause = await store.pause(now);
  return {
    message: `In the next ${hours === 1 ? "hour" : `${hours} hours`}: ${
      tickets(openings.length)
    } to open, ${
      due.length > LISTED ? `more than ${LISTED}` : steps.length
    } under way go on${pause ? "; paused" : ""}${
      context.options.dryRun ? "; DRY_RUN sends nothing" : ""
    }`,
    hours,
    openings: openings.map(({ at, plan }) => ({
      at: iso(at),
      subject: plan?.subject ?? null,
      contact: plan?.contact.name ?? null,
      agent: plan?.agent.name ?? null,
    })),
    steps: steps.map((ticket) => ({
      ...asTicket(ticket),
      at: iso(ticket.dueAt),
      contact: ticket.contact.name,
      agent: ticket.agent.name,
    })),
    more: due.length > LISTED,
  };
}
