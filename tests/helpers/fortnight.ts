/**
 * A fortnight as it is planned: what the opener drafts and when the schedule takes each step, without
 * Freshdesk or a database. Twenty of them take no longer than one that is played.
 *
 * @module
 */
import {
  type Fortnight,
  STATUS,
  type TicketEvent,
  type TicketLife,
} from "../../commands/fortnight/simulation.ts";
import { normalizeMessage } from "../../lib/text.ts";
import type { PlanStep } from "../../workflow/plan.ts";
import { dueTick } from "../../workflow/schedule.ts";
import { type Calendars, calendarsOf } from "../../workflow/waits.ts";
import { loadDesk } from "../../writing/folder.ts";
import { businessHoursOf } from "../../writing/time.ts";
import { OpeningEnv, type Stored } from "./opening_env.ts";

const HOURS = businessHoursOf((await loadDesk("shop")).file);

/** Plans a fortnight of the shop at 2 tickets an hour. */
export async function planFortnight(seed: string): Promise<Fortnight> {
  const from = Temporal.PlainDate.from("2026-10-19");
  const [start, end] = [0, 14].map((days) =>
    from.add({ days }).toZonedDateTime(HOURS.timeZone).epochMilliseconds
  ) as [number, number];
  using env = await OpeningEnv.at(new Date(start).toISOString());
  for (const agent of env.sandbox.agents) agent.blocksImpersonation = false;
  const { opener } = await env.process({
    desk: "shop",
    seed,
    ticketsPerHour: 2,
    week: HOURS.week,
    timeZone: HOURS.timeZone,
  });
  await env.until(opener, new Date(end - 1).toISOString());
  const calendars = calendarsOf(HOURS);
  const tickets = env.store.tickets.map((draft) => lifeOf(draft, calendars));
  return { start, end, hours: HOURS, tickets, calls: 0, troubles: env.lines };
}

function lifeOf(
  { plan, dueAt, number }: Stored,
  calendars: Calendars,
): TicketLife {
  const events: TicketEvent[] = [];
  let at = dueAt;
  for (const [i, step] of plan.steps.entries()) {
    if (i > 0 && !step.sameTick) at = dueTick(plan, i, at, calendars);
    events.push({
      at,
      what: whatOf(step),
      status: statusAfter(step, events.at(-1)?.status),
    });
  }
  const { outcome, contact, priority, source, steps } = plan;
  const planned = steps.flatMap((step) =>
    "body" in step ? [normalizeMessage(step.body)] : []
  );
  return {
    number,
    outcome,
    contact: contact.id,
    priority,
    source,
    state: "closed",
    events,
    calls: 0,
    planned,
    posted: planned,
  };
}

function whatOf({ kind }: PlanStep): TicketEvent["what"] {
  switch (kind) {
    case "create":
      return "created";
    case "reply":
    case "answer":
    case "note":
      return kind;
    default:
      return "updated";
  }
}

function statusAfter(step: PlanStep, before: number = STATUS.open): number {
  switch (step.kind) {
    case "status":
      return STATUSES[step.status];
    case "close":
      return STATUS.closed;
    case "answer":
      // Freshdesk opens a resolved ticket again when its customer writes.
      return before === STATUS.resolved ? STATUS.open : before;
    default:
      return before;
  }
}

const STATUSES = {
  open: STATUS.open,
  pending: STATUS.pending,
  resolved: STATUS.resolved,
  waiting_on_customer: STATUS.waitingOnCustomer,
  waiting_on_third_party: STATUS.waitingOnThirdParty,
};
