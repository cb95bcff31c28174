/**
 * The plan of one ticket: who does what, and when, written in full before the ticket is opened.
 *
 * @module
 */

/** A contact or an agent. */
export interface Person {
  /** Freshdesk's id. */
  id: number;
  /** As in the account; may be empty. */
  name: string;
  /** E-mail address. */
  email: string;
}

/** How a conversation goes. */
export const OUTCOMES = [
  "solved_by_first_reply",
  "one_round",
  "more_rounds",
  "no_answer",
  "third_party",
  "reopened",
  "handed_over",
  "refused",
  "withdrawn",
] as const;

/** How a conversation goes. */
export type Outcome = typeof OUTCOMES[number];

/**
 * How a desk spends its time: `classic` knows no waits but the ticks of the jobs, `natural` waits as
 * people do, `fast` waits a tenth of that, around the clock.
 */
export const PACES = ["classic", "natural", "fast"] as const;

/** One of {@linkcode PACES}. */
export type Pace = typeof PACES[number];

/** Freshdesk's priorities: low, medium, high, urgent. */
export type Priority = 1 | 2 | 3 | 4;

/** The hours in which a wait passes: agents' hours, waking hours, or around the clock. */
export type WaitHours = "business" | "day" | "clock";

/** What passes before a step is due, and which minutes count. */
export interface Wait {
  /** Whole minutes. */
  minutes: number;
  /** The hours in which they pass. */
  hours: WaitHours;
}

/** What is waited for. */
export type WaitKind =
  /** The agent's first answer. */
  | "firstReply"
  /** Any later answer of the agent. */
  | "reply"
  /** Passing the ticket on to another agent or group. */
  | "handOver"
  /** The customer's answer. */
  | "answer"
  /** The customer's word that it is settled, before anybody has answered. */
  | "withdrawal"
  /** The customer's objection to a resolved ticket. */
  | "reopening"
  /** The agent's reminder to a customer who does not answer. */
  | "reminder"
  /** Giving up on a customer who does not answer the reminder either. */
  | "giveUp"
  /** News from a third party. */
  | "thirdParty"
  /** From the last message to the status Resolved. */
  | "resolve"
  /** From Resolved to Closed. */
  | "close";

/** Log-normal waits in minutes, by what is waited for. */
export type WaitShapes = Partial<
  Record<WaitKind, { median: number; p90: number }>
>;

/** What every step has. */
export interface StepBase {
  /** None: the next tick of the step's job. */
  wait?: Wait;
  /** Done in the tick of the step before. */
  sameTick?: true;
}

/** One step: one call to Freshdesk. Bodies are HTML. */
export type PlanStep =
  & StepBase
  & (
    | { kind: "create"; body: string }
    | { kind: "assign"; agent: Person }
    | {
      kind: "reply";
      agent: Person;
      body: string;
      first?: true;
      resolves?: true;
    }
    | { kind: "answer"; body: string }
    | { kind: "note"; agent: Person; body: string }
    | {
      kind: "status";
      status:
        | "open"
        | "pending"
        | "waiting_on_customer"
        | "waiting_on_third_party"
        | "resolved";
    }
    | { kind: "close" }
  );

/** One ticket from its opening to its closing. */
export interface Plan {
  /** The desk it was written by. */
  desk: string;
  /** What it is about. */
  topic: string;
  /** How the conversation goes. */
  outcome: Outcome;
  /** Plain text, at most 120 characters. */
  subject: string;
  /** Freshdesk's scale: 1 low, 2 medium, 3 high, 4 urgent. */
  priority: 1 | 2 | 3 | 4;
  /** 1 e-mail, 2 portal, 3 phone, 9 widget. */
  source: 1 | 2 | 3 | 9;
  /** One of the account's ticket types. */
  type?: string;
  /** Tags that people would use. */
  tags: string[];
  /** The team that answers it. */
  team?: string;
  /** The id of the account's group of that name. */
  group?: number;
  /** Who writes in. */
  contact: Person;
  /** Who gets the ticket first. */
  agent: Person;
  /** What happens, in order. */
  steps: PlanStep[];
}

/** What is kept of a contact, so that nobody brings up the same thing twice. */
export interface ContactMemory {
  /** The topics that the contact brought up, since all topics were through. */
  topics: readonly string[];
  /** Has asked to be erased, and is not picked again. */
  erased: boolean;
}

/** What the account has of what a plan may use. */
export interface Offered {
  /** Its ticket types; a type that it lacks is left out. */
  types?: readonly string[];
  /** Its statuses in the words of a plan; without "waiting_on_third_party", tickets stay pending. */
  statuses?: readonly string[];
  /** Its groups; the one of the team's name gets the ticket. */
  groups?: readonly { id: number; name: string }[];
}

/** What a writer needs for one ticket. */
export interface TicketOrder {
  /** The ticket's number in the database, from 0. */
  n: number;
  /** When it is opened, in milliseconds since 1970. */
  at: number;
  /** Whom a ticket may be opened for. */
  contacts: readonly Person[];
  /** Who may reply. Where the key may not write for others: only its own agent. */
  agents: readonly Person[];
  /** What was kept of a contact, those of tickets drafted before in the same commit included. */
  recall: (
    contactId: number,
  ) => ContactMemory | undefined | Promise<ContactMemory | undefined>;
  /** What the account offers. */
  offered?: Offered;
  /** Another topic than the n-th ticket's, by name. */
  topic?: string;
  /** Another outcome than the n-th ticket's. */
  outcome?: Outcome;
}

/** A written ticket. */
export interface WrittenTicket {
  /** Everything that happens in the ticket. */
  plan: Plan;
  /** To keep of `plan.contact`, in the commit that drafts the ticket. */
  memory: ContactMemory;
  /** What the account lacks of what the desk would use, and what happens instead: a sentence each. */
  fallbacks?: readonly string[];
}

/** Writes the plans of tickets. The same order gives the same plan. */
export interface TicketWriter {
  /** Writes one ticket; rejects with a `RangeError` if nobody can write or answer it. */
  write(order: TicketOrder): Promise<WrittenTicket>;
  /** The plan with another agent from step `from` on; what was said before stays. */
  rewriteForAgent(plan: Plan, agent: Person, from: number): Plan;
}

/** Draws the waits of a plan that begins at `at`, one for each kind in its order. */
export type DrawPlanWaits = (
  kinds: readonly WaitKind[],
  options: { at: number; priority: Priority },
  random: () => number,
) => Wait[];
