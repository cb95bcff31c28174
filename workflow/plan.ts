/**
 * The plan of one ticket: who does what, and when, written in full before the ticket is opened.
 *
 * @module
 */

/** A contact or an agent. */
export interface Person {
  id: number;
  /** As in the account; may be empty. */
  name: string;
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

/** The hours in which a wait passes: agents' hours, waking hours, or around the clock. */
export type WaitHours = "business" | "day" | "clock";

/** What passes before a step is due, and which minutes count. */
export interface Wait {
  minutes: number;
  hours: WaitHours;
}

/** What is waited for. */
export type WaitKind =
  | "firstReply"
  | "reply"
  | "handOver"
  | "answer"
  | "reopening"
  | "reminder"
  | "giveUp"
  | "thirdParty"
  | "close";

interface StepBase {
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
  desk: string;
  topic: string;
  outcome: Outcome;
  /** Plain text, at most 120 characters. */
  subject: string;
  /** Freshdesk's scale: 1 low, 2 medium, 3 high, 4 urgent. */
  priority: 1 | 2 | 3 | 4;
  /** 1 e-mail, 2 portal, 3 phone, 9 widget. */
  source: 1 | 2 | 3 | 9;
  type?: string;
  tags: string[];
  team?: string;
  /** The id of the account's group of that name. */
  group?: number;
  contact: Person;
  /** Who gets the ticket first. */
  agent: Person;
  steps: PlanStep[];
}
