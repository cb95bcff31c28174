/**
 * What a step of a ticket is given, and what it gives back.
 *
 * @module
 */
import type { Deadline } from "../freshdesk/http_client.ts";
import type { Freshdesk, FreshdeskTicket } from "../freshdesk.ts";
import type { Random } from "../lib/random.ts";
import type { Person, Plan, PlanStep } from "./plan.ts";
import type { Store } from "./store.ts";
import type { OpenedTicket, StoredPlan, Ticket } from "./ticket.ts";

/** What a step did: what has become known of the ticket, and what was said. */
export interface StepResult {
  /** To be changed in its record. */
  change?: Partial<Ticket>;
  /** What comes of its plan, where the account forced another one. */
  plan?: StoredPlan;
  /** The message that is in Freshdesk now. */
  message?: { conversationId: number | null; name: string };
}

/** What the steps work with. */
export interface StepContext {
  /** The account. */
  freshdesk: Freshdesk;
  /** The agents who can be picked. */
  agents: () => Promise<Person[]>;
  /** The plan with another agent from step `from` on; what was said before stays. */
  rewriteForAgent: (plan: Plan, agent: Person, from: number) => Promise<Plan>;
  /** Has the account's people and form read again for the next tickets. */
  forgetLists: () => Promise<void>;
  /** The tickets. */
  store: Store;
  /** One line per event. */
  log: Log;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Between 0 and 1. */
  random: Random;
  /** What was said once and need not be said again. */
  said: Set<string>;
}

/** Takes what happens, a line each, and the same as data. */
export interface Log {
  /** An event of a ticket's life. */
  info(message: string, data?: unknown): unknown;
  /** Something to look at. */
  warn(message: string, data?: unknown): unknown;
  /** Something went wrong for good. */
  error(message: string, data?: unknown): unknown;
}

/** A step of a ticket. */
export interface StepInput {
  /** Whose step it is. */
  ticket: Ticket;
  /** What it is a step of. */
  plan: StoredPlan;
  /** What is to happen. */
  step: PlanStep;
}

/** How a step is taken. */
export interface StepHandler {
  /** Does it: one call to Freshdesk, if all goes well. */
  run: (
    context: StepContext,
    input: StepInput,
    deadline: Deadline,
  ) => Promise<StepResult>;
  /** Whether it was done, for steps that must not be done twice. */
  findExisting?: (
    context: StepContext,
    input: StepInput,
    deadline: Deadline,
  ) => Promise<StepResult | undefined>;
}

/** The ticket, which every step but the first finds opened. */
export function opened(ticket: Ticket): OpenedTicket {
  const { id } = ticket;
  if (id === null) throw new TypeError("The ticket has not been opened");
  return { ...ticket, id };
}

/** The note that an answer showed the ticket's own tag, if it did. */
export function seen(
  { tag }: Ticket,
  { tags }: FreshdeskTicket,
  at: number,
): Partial<Ticket> {
  return tags?.includes(tag) ? { tagSeenAt: at } : {};
}

/** Warns of what is warned of once. */
export function sayOnce({ log, said }: StepContext, message: string): void {
  if (!said.has(message)) log.warn(message);
  said.add(message);
}

/** The text of a step; empty where it has none. */
export function bodyOf(step: PlanStep): string {
  return "body" in step ? step.body : "";
}
