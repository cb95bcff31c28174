/**
 * A draft as the ticket it becomes.
 *
 * @module
 */
import type { Draft } from "./draft.ts";
import { jobOf, labelOf } from "./schedule.ts";
import { bounded } from "./stored_values.ts";
import { stepOf, type Ticket } from "./ticket.ts";

/** A draft as the ticket it becomes. */
export function newTicket(
  { plan, dueAt }: Draft,
  number: number,
  tag: string,
  now: number,
): Ticket {
  const first = stepOf(plan, { step: 0 });
  return bounded({
    version: 2,
    tag,
    number,
    id: null,
    state: "active",
    step: 0,
    steps: plan.steps.length,
    waitsFor: labelOf(first),
    job: jobOf(plan, 0),
    dueAt,
    createdAt: now,
    stepSince: now,
    firstFailedAt: null,
    claim: null,
    outcomeUnknown: false,
    attempts: 0,
    lastError: null,
    contact: plan.contact,
    agent: plan.agent,
    subject: plan.subject,
    priority: plan.priority,
    outcome: plan.outcome,
    status: null,
    completedAt: null,
  });
}

/**
 * A tag no other ticket has, within Freshdesk's 32 characters: `tw-20261123120000-003j9x2a`. Those
 * drafted together sort by their place. Never from the seed: a database that was wiped must not meet
 * its old tags.
 */
export function newTag(at: number, place: number): string {
  const time = new Date(at).toISOString().replace(/\D/g, "").slice(0, 14);
  const bytes = crypto.getRandomValues(new Uint8Array(6));
  const rest = Array.from(bytes, (byte) => (byte % 36).toString(36));
  const order = (place % 36 ** 2).toString(36).padStart(2, "0");
  return `tw-${time}-${order}${rest.join("")}`;
}
