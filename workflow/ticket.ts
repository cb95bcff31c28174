/**
 * A ticket as it is stored: its state, which is written at every step, apart from its texts, which
 * are written once.
 *
 * @module
 */
import type { Outcome, Plan, PlanStep, Priority } from "./plan.ts";
import type { Fields } from "./required_fields.ts";
import type { Interval, Label } from "./schedule.ts";

/** How a ticket can end; one that is not closed can be retried. */
export const FINAL_STATES = ["closed", "abandoned", "failed"] as const;

/** How a ticket ended. */
export type FinalState = typeof FINAL_STATES[number];

/** Somebody in a ticket. */
export interface Participant {
  /** Freshdesk's id. */
  id: number;
  /** Full name, at most 60 characters. */
  name: string;
}

/** Only the process that holds the claim may work on the ticket. */
export interface Claim {
  /** The process. */
  owner: string;
  /** When it was taken (ms since 1970). */
  claimedAt: number;
  /** When it ends (ms since 1970): its holder may have died half-way. */
  expiresAt: number;
}

/** Why a step failed last. */
export interface StepError {
  /** When (ms since 1970). */
  at: number;
  /** What went wrong. */
  message: string;
  /** What a person can do about it. */
  hint: string;
  /** Whether Freshdesk itself refused. */
  refused?: boolean;
}

/** A ticket, from before it exists in Freshdesk until after it has ended. Below 1 KiB. */
export interface Ticket {
  /** The form of this record. */
  version: 2;
  /** Its own tag in Freshdesk, and its key here; sorts by age. */
  tag: string;
  /** It is the n-th ticket of this database, from 0. */
  number: number;
  /** Freshdesk's id, once it is known. */
  id: number | null;
  /** Whether it goes on, or how it ended. */
  state: "active" | FinalState;
  /** The step of its plan that comes next, or that it ended in. */
  step: number;
  /** How many steps its plan has. */
  steps: number;
  /** What that step is called. */
  waitsFor: Label;
  /** The job that takes it. */
  job: Interval;
  /** The tick it waits for (ms since 1970). */
  dueAt: number;
  /** When it was drafted (ms since 1970). */
  createdAt: number;
  /** Since when it waits for this step (ms since 1970). */
  stepSince: number;
  /** When the step first failed (ms since 1970). */
  firstFailedAt: number | null;
  /** Who works on it. */
  claim: Claim | null;
  /** Whether the step's call may have been applied already: look before it is made again. */
  outcomeUnknown: boolean;
  /** How often the step failed. */
  attempts: number;
  /** Why it failed last. */
  lastError: StepError | null;
  /** When an answer last showed its own tag on the ticket of this id (ms since 1970). */
  tagSeenAt?: number;
  /** The requester. */
  contact: Participant;
  /** The agent it is assigned to, or will be. */
  agent: Participant;
  /** Plain text, at most 80 characters. */
  subject: string;
  /** Freshdesk's scale: 1 low, 2 medium, 3 high, 4 urgent. */
  priority: Priority;
  /** How the conversation goes. */
  outcome: Outcome;
  /** Freshdesk's status, as last set or seen; null before it is opened. */
  status: number | null;
  /** When it ended (ms since 1970). */
  completedAt: number | null;
}

/** A ticket that exists in Freshdesk. */
export type OpenedTicket = Ticket & { id: number };

/** A plan as it is stored, with the values for the fields that the account demands. */
export interface StoredPlan extends Plan {
  /** Required fields. */
  fields: Fields;
}

/** One message of a ticket's history. */
export interface Message {
  /** Who wrote it. */
  from: "agent" | "contact";
  /** The author's name. */
  name: string;
  /** HTML. */
  body: string;
  /** Whether only agents see it. */
  private: boolean;
  /** When it was known to be in Freshdesk (ms since 1970). */
  at: number;
  /** Freshdesk's id of the conversation; null for the description. */
  conversationId: number | null;
}

/** Whether a ticket exists in Freshdesk. */
export function isOpened(ticket: Ticket): ticket is OpenedTicket {
  return ticket.id !== null;
}

/** The step that a ticket waits for. */
export function stepOf(plan: Plan, { step }: Pick<Ticket, "step">): PlanStep {
  const found = plan.steps[step];
  if (!found) throw new RangeError(`The plan has no step ${step}`);
  return found;
}
