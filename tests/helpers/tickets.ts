/**
 * Stored tickets in any state, and plans with every kind of step.
 *
 * @module
 */
import type { Person, Plan, PlanStep } from "../../workflow/plan.ts";
import { dueValue } from "../../workflow/store.ts";
import type { StoredPlan, Ticket } from "../../workflow/ticket.ts";

/** A contact of the sandbox's account. */
export const CONTACT: Person = {
  id: 1001,
  name: "Ada Okafor",
  email: "ada@example.com",
};
/** An agent. */
export const AGENT: Person = {
  id: 501,
  name: "Kim Park",
  email: "kim@example.com",
};

/** The classic steps. */
export const CLASSIC_STEPS: PlanStep[] = [
  { kind: "create", body: "<p>It is broken.</p>" },
  { kind: "assign", agent: AGENT, sameTick: true },
  { kind: "reply", agent: AGENT, body: "<p>What is?</p>", first: true },
  { kind: "answer", body: "<p>The lamp.</p>" },
  { kind: "reply", agent: AGENT, body: "<p>Mended.</p>", resolves: true },
  { kind: "close" },
];

/** A plan of these steps; by default the classic ones. */
export function makePlan(
  steps: PlanStep[] = CLASSIC_STEPS,
  changes: Partial<Plan> = {},
): StoredPlan {
  return {
    desk: "classic",
    topic: "lamp",
    outcome: "one_round",
    subject: "A lamp is broken",
    priority: 1,
    source: 2,
    tags: [],
    contact: CONTACT,
    agent: AGENT,
    steps,
    fields: {},
    ...changes,
  };
}

/** A stored ticket that waits for its opening. */
export function makeTicket(
  tag: string,
  at: number,
  changes: Partial<Ticket> = {},
): Ticket {
  return {
    version: 2,
    tag,
    number: 0,
    id: null,
    state: "active",
    step: 0,
    steps: CLASSIC_STEPS.length,
    waitsFor: "opening",
    job: 5,
    dueAt: at,
    createdAt: at,
    stepSince: at,
    firstFailedAt: null,
    claim: null,
    outcomeUnknown: false,
    attempts: 0,
    lastError: null,
    contact: { id: CONTACT.id, name: CONTACT.name },
    agent: { id: AGENT.id, name: AGENT.name },
    subject: "A lamp is broken",
    priority: 1,
    outcome: "one_round",
    status: null,
    completedAt: null,
    ...changes,
  };
}

/** Puts tickets into a database as they are. */
export async function putTickets(
  kv: Deno.Kv,
  tickets: readonly Ticket[],
  plan = makePlan(),
): Promise<void> {
  for (let i = 0; i < tickets.length; i += 100) {
    const atomic = kv.atomic();
    for (const ticket of tickets.slice(i, i + 100)) {
      const { tag, id, state, job, dueAt, completedAt } = ticket;
      atomic.set(["ticket", tag], ticket).set(["plan", tag], plan);
      if (state === "active") {
        atomic.set(["due", job, dueAt, tag], dueValue(ticket));
      } else atomic.set(["finished", state, completedAt ?? 0, tag], 0);
      if (id !== null) atomic.set(["id", id], tag);
    }
    await atomic.commit();
  }
}
