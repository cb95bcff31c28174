/**
 * A topic of a desk, as it is written from: its facts, messages and texts.
 *
 * @module
 */
import type { Outcome } from "../workflow/plan.ts";
import type { Term } from "./condition.ts";
import type { Expression, Rule } from "./expression.ts";
import type { MessageName, TopicFile } from "./form.ts";
import type { Parts } from "./text.ts";

/** The messages of each outcome, in their order. */
export const THREADS: Record<Outcome, readonly MessageName[]> = {
  solved_by_first_reply: ["opening", "solved"],
  one_round: ["opening", "reply", "answer", "resolution"],
  more_rounds: [
    "opening",
    "reply",
    "answer",
    "reply2",
    "answer2",
    "resolution",
  ],
  no_answer: ["opening", "reply", "reminder"],
  third_party: ["opening", "reply", "answer", "waiting", "resolution"],
  reopened: [
    "opening",
    "reply",
    "answer",
    "resolution",
    "reopen",
    "resolution2",
  ],
  handed_over: ["opening", "handover", "reply", "answer", "resolution"],
  refused: ["opening", "reply", "answer", "refusal"],
  withdrawn: ["opening", "withdrawal", "acknowledgement"],
};

/** Words that every text may use, besides the desk's own. */
export const BUILT_IN = ["company", "contact", "agent", "team"] as const;

/** Who can say a fact without having been told. */
export type Knows = "contact" | "agent" | "both";

/** Which items of a category: those with one of these values, or with none of them. */
export interface Where {
  /** A key of the catalogue. */
  key: string;
  /** Its values. */
  values: string[];
  /** Those with another value. */
  not: boolean;
}

/** A fact of a topic. */
export type Fact =
  & { name: string; by: Knows }
  & (
    | { kind: "number"; pattern: string }
    | { kind: "item"; categories: string[]; where?: Where; except?: string }
    | { kind: "amount"; expression: Expression }
    | { kind: "count"; from: number; to: number }
    | {
      kind: "date";
      base?: string;
      from: number;
      to: number;
      workday: boolean;
    }
    | { kind: "one of"; options: Record<string, string>[] }
    | { kind: "yes"; chance: number }
  );

/** One way to say it. */
export interface Alternative {
  /** As written. */
  text: string;
  /** The text, taken apart. */
  parts: Parts;
  /** When it may be taken. */
  when: Term[];
  /** The facts it rests on: those it names, and those its conditions ask for. */
  facts: string[];
  /** The facts it says: not those of which its conditions only exclude a value. */
  says: string[];
  /** `file:line:column`. */
  place: string;
}

/** A place in a message that takes one of several texts. */
export interface Slot {
  /** Its name, without the ?. */
  name: string;
  /** May be left out. */
  optional: boolean;
  /** When it is written at all. */
  when: Term[];
  /** One of these is taken. */
  alternatives: Alternative[];
  /** `file:line:column`. */
  place: string;
}

/** A topic, ready to write from. */
export interface Topic {
  /** The file's name without its ending. */
  name: string;
  /** The file as it was read. */
  file: TopicFile;
  /** What is drawn for a ticket, in this order. */
  facts: Fact[];
  /** What must hold between the facts. */
  rules: Rule[];
  /** How often it comes, compared with the others. */
  weight: number;
  /** How it may go, each with what must hold for it. */
  outcomes: Map<Outcome, Term[]>;
  /** The subject, as a slot. */
  subject: Slot;
  /** Its messages, those of desk.yaml included. */
  messages: Map<MessageName, Slot[]>;
  /** `file:line:column`. */
  place: string;
}

/** Whether an item of the catalogue is one of those. */
export function isWhere(
  item: Record<string, unknown>,
  { key, values, not }: Where,
): boolean {
  return values.includes(String(item[key])) !== not;
}
