/**
 * When a text may be chosen: `damaged`, `not damaged`, `asks is colour or box`, `asks is not box`,
 * `order said`, `curt`, `outcome is refused`, joined with `and`.
 *
 * @module
 */
import { OUTCOMES } from "../workflow/plan.ts";
import { SOURCES } from "./form.ts";
import { didYouMean } from "./text.ts";

/** How a contact writes. */
export const REGISTERS = ["formal", "neutral", "curt"] as const;
/** What a condition may ask of the ticket itself. */
export const OF_TICKET: Record<string, readonly string[]> = {
  outcome: OUTCOMES,
  source: Object.keys(SOURCES),
};

/** How a contact writes. */
export type Register = typeof REGISTERS[number];

/** One part of a condition. */
export type Term =
  & { not: boolean }
  & (
    | { kind: "yes"; name: string }
    /** `isYes`: said to be so, since it may also have been said not to be. */
    | { kind: "said"; name: string; isYes?: boolean }
    | { kind: "is"; name: string; values: string[] }
    | { kind: "register"; register: Register }
  );

/** What a condition is held against. */
export interface Situation {
  /** How the thread goes. */
  outcome: string;
  /** How the contact got in touch. */
  source: string;
  /** How the contact writes. */
  register: Register;
  /** The facts that were named so far. */
  said: ReadonlySet<string>;
  /** A fact's value as text; "yes" or "no" for those. */
  valueOf(name: string): string;
}

/** Reads a condition; throws a `SyntaxError` that says what was expected. */
export function parseCondition(text: string): Term[] {
  return text.trim().split(/\s+and\s+/).map((part) => {
    const [, not, rest = ""] = /^(not\s+)?(.*)$/.exec(part) ?? [];
    const base = { not: not !== undefined };
    const is = /^([a-z][a-z0-9_]*)\s+is\s+(not\s+)?(.+)$/.exec(rest);
    if (is) {
      const values = (is[3] ?? "").split(/\s+or\s+/).map((value) =>
        value.trim()
      );
      const name = is[1] ?? "";
      const known: readonly string[] | undefined = OF_TICKET[name];
      const wrong = known && values.find((value) => !known.includes(value));
      if (known && wrong !== undefined) {
        const near = didYouMean(wrong, known);
        throw new SyntaxError(
          `unknown ${name} '${wrong}'; expected ${known.join(", ")}${
            near ? `. Did you mean '${near}'?` : ""
          }`,
        );
      }
      return {
        not: base.not !== (is[2] !== undefined),
        kind: "is",
        name,
        values,
      };
    }
    const said = /^([a-z][a-z0-9_]*)\s+said$/.exec(rest);
    if (said) return { ...base, kind: "said", name: said[1] ?? "" };
    const register = REGISTERS.find((register) => register === rest);
    if (register) return { ...base, kind: "register", register };
    if (/^[a-z][a-z0-9_]*$/.test(rest)) {
      return { ...base, kind: "yes", name: rest };
    }
    throw new SyntaxError(
      `expected 'fact', 'not fact', 'fact is value or value', 'fact said', 'curt', or several joined with 'and'; a text with a colon must be quoted`,
    );
  });
}

/** Whether a condition holds. */
export function holds(
  terms: readonly Term[],
  situation: Situation,
): boolean {
  return terms.every((term) => term.not !== termHolds(term, situation));
}

function termHolds(term: Term, situation: Situation): boolean {
  switch (term.kind) {
    case "yes":
      return situation.valueOf(term.name) === "yes";
    case "said":
      return situation.said.has(term.name) &&
        (!term.isYes || situation.valueOf(term.name) === "yes");
    case "register":
      return situation.register === term.register;
    case "is":
      return term.values.includes(
        term.name === "outcome" || term.name === "source"
          ? situation[term.name]
          : situation.valueOf(term.name),
      );
  }
}
