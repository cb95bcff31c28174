/**
 * Finds what only writing shows: texts that can never be chosen, slots that may stay without one,
 * messages that may come out alike.
 *
 * @module
 */
import type { Outcome } from "../workflow/plan.ts";
import { NoTextError } from "./compose.ts";
import { holds, type Register, REGISTERS, type Term } from "./condition.ts";
import { drawOfTopic } from "./deck.ts";
import {
  type Alternative,
  type Desk,
  type Fact,
  inOrder,
  type Mistake,
  THREADS,
  type Topic,
  tryToRead,
} from "./desk.ts";
import type { Facts } from "./facts.ts";
import { type MessageName, SOURCES } from "./form.ts";
import { personaOf, registerOf } from "./persona.ts";
import { AlikeError, type Order, writePlan } from "./write.ts";

/** These many threads of each outcome show nearly everything. */
const THOROUGH = 150;
/** Threads of each outcome in which a text that none of those took is looked for. */
const SEARCH = 60;
/** Any moment will do; this one is a Tuesday. */
const NOW = Date.UTC(2026, 2, 10, 11);
/** A stored value of Deno KV has 64 KiB. */
const MOST_BYTES = 60_000;

/** Every mistake in the files of a desk: in their form, and in what they write. */
export function checkFiles(files: ReadonlyMap<string, string>): Mistake[] {
  const { desk, mistakes } = tryToRead("check", files);
  if (!desk) return mistakes;
  return inOrder([
    ...mistakes,
    // With a topic missing, texts of desk.yaml may wrongly seem unused.
    ...mistakes.length > 0
      ? desk.topics.flatMap((topic) => checkTopic(desk, topic).mistakes)
      : checkDesk(desk),
  ]);
}

/** The mistakes in what a desk writes, or in what some of its topics write. */
export function checkDesk(
  desk: Desk,
  topics: readonly Topic[] = desk.topics,
  threads = THOROUGH,
): Mistake[] {
  const checked = topics.map((topic) => checkTopic(desk, topic, threads));
  const mistakes = checked.flatMap(({ mistakes }) => mistakes);
  return mistakes.length > 0 || topics.length < desk.topics.length
    ? mistakes
    : unusedInDesk(desk, new Set(checked.flatMap(({ chosen }) => [...chosen])));
}

/** Texts of desk.yaml that no topic ever takes. */
function unusedInDesk(desk: Desk, chosen: ReadonlySet<string>): Mistake[] {
  const general = desk.topics.flatMap((topic) =>
    writtenSlots(topic).flatMap(({ alternatives }) => alternatives)
  ).filter(({ place }) => place.startsWith("desk.yaml"));
  return inOrder(
    general.filter(({ place }) => !chosen.has(place)).map(({ place }) => ({
      place,
      message: "can never be chosen in any topic: its condition never holds",
    })),
  );
}

/** A topic's mistakes, and the places of the texts that were chosen. */
function checkTopic(
  desk: Desk,
  topic: Topic,
  threads = THOROUGH,
): { mistakes: Mistake[]; chosen: Set<string> } {
  const mistakes = new Map<string, Mistake>();
  const chosen = new Set<string>();
  const report = (place: string, message: string) => {
    if (!mistakes.has(place)) mistakes.set(place, { place, message });
  };
  for (const outcome of topic.outcomes.keys()) {
    for (let n = 0; n < threads; n++) {
      try {
        const plan = tryThread(desk, topic, outcome, n, ({ place }) => {
          chosen.add(place);
        });
        const bytes = new TextEncoder().encode(JSON.stringify(plan)).length;
        if (bytes > MOST_BYTES) {
          report(
            topic.place,
            `a thread has ${bytes} bytes; at most ${MOST_BYTES} can be stored`,
          );
        }
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        report(placeOf(error, topic), error.message);
      }
    }
  }
  if (mistakes.size === 0) {
    for (
      const [place, message] of [
        ...neverChosen(desk, topic, chosen),
        ...unused(topic),
      ]
    ) {
      report(place, message);
    }
  }
  return { mistakes: [...mistakes.values()], chosen };
}

function tryThread(
  desk: Desk,
  topic: Topic,
  outcome: Outcome,
  n: number,
  onChoice: (alternative: Alternative) => void,
  more: Partial<Order> = {},
) {
  const seed = `check ${outcome}`;
  const sources = topic.file.sources ??
    keys(SOURCES);
  return writePlan({
    desk,
    seed,
    n,
    // A contact without a name now and then, so that no slot rests on one.
    contact: person(n, n % 10 === 0 ? "" : "Jane Doe"),
    agent: person(n % 7, "Sam Rivera"),
    colleague: person(8, "Kim Park"),
    now: NOW + n * 7_200_000,
    pace: "natural",
    draw: {
      ...drawOfTopic(desk, topic, seed, n),
      outcome,
      source: sources[n % sources.length] ?? "email",
    },
    onChoice,
    ...more,
  });
}

/** Looks for a text in threads made for it: those whose facts, register and source it asks for. */
function search(
  desk: Desk,
  topic: Topic,
  { place }: Alternative,
  when: readonly Term[],
): "found" | "too long" | "not found" {
  const made = madeFor(topic, when);
  // What is said shows only in the writing.
  const terms = when.filter(({ kind }) => kind !== "said");
  const isFact = (term: Term) =>
    "name" in term && topic.facts.some(({ name }) => name === term.name);
  let tooLong = false;
  for (const outcome of topic.outcomes.keys()) {
    for (const register of REGISTERS) {
      for (const source of topic.file.sources ?? keys(SOURCES)) {
        const fits = (terms: readonly Term[], facts?: Facts) =>
          holds(terms, {
            outcome,
            source,
            register,
            said: new Set(),
            valueOf: (name) =>
              facts?.get(name)?.texts[""] ??
                String(desk.file.words?.[name] ?? ""),
          });
        if (!fits(terms.filter((term) => !isFact(term)))) continue;
        const seed = `check ${outcome}`;
        for (let n = 0; n < SEARCH; n++) {
          let found = false;
          const id = idWith(register, seed, n);
          const persona = personaOf(seed, id, desk.file.locale);
          try {
            tryThread(desk, made, outcome, n, (text) => {
              found ||= text.place === place;
            }, {
              contact: person(id, "Jane Doe"),
              persona: { ...persona, detail: 1 },
              draw: { ...drawOfTopic(desk, made, seed, n), outcome, source },
              accept: (facts) => fits(terms, facts),
              onTooLong: (text) => tooLong ||= text.place === place,
            });
          } catch (error) {
            if (!(error instanceof Error)) throw error;
            // No such facts: the condition does not hold with this outcome.
            break;
          }
          if (found) return "found";
        }
      }
    }
  }
  return tooLong ? "too long" : "not found";
}

/** The topic with its facts narrowed to what a condition asks of them, so that no draw is rare. */
function madeFor(topic: Topic, when: readonly Term[]): Topic {
  const narrow = (fact: Fact, term: Term): Fact => {
    if (!("name" in term) || term.name !== fact.name) return fact;
    if (term.kind === "yes" && fact.kind === "yes") {
      const isFixed = fact.chance === 0 || fact.chance === 1;
      return isFixed ? fact : { ...fact, chance: term.not ? 0 : 1 };
    }
    if (term.kind !== "is" || fact.kind !== "one of") return fact;
    const options = fact.options.filter((option) =>
      term.values.includes(option[""] ?? "") !== term.not
    );
    return { ...fact, options };
  };
  const facts = topic.facts.map((fact) => when.reduce(narrow, fact));
  return { ...topic, facts };
}

/** The id of a contact who writes in this way. */
function idWith(register: Register, seed: string, n: number): number {
  let id = n * 1000;
  while (registerOf(seed, id) !== register) id++;
  return id;
}

function placeOf(error: Error, topic: Topic): string {
  if (error instanceof NoTextError) return error.slot.place;
  return error instanceof AlikeError
    ? topic.messages.get(error.of)?.[0]?.place ?? topic.place
    : topic.place;
}

function* neverChosen(
  desk: Desk,
  topic: Topic,
  chosen: Set<string>,
): Generator<[place: string, message: string]> {
  for (const slot of [topic.subject, ...writtenSlots(topic)]) {
    for (const text of slot.alternatives) {
      const { place, facts: names } = text;
      // Texts of desk.yaml need not fit every topic.
      if (chosen.has(place) || place.startsWith("desk.yaml")) continue;
      const result = search(desk, topic, text, [...slot.when, ...text.when]);
      if (result === "found") {
        chosen.add(place);
        continue;
      }
      if (result === "too long") {
        yield [
          place,
          "can never be chosen: only curt contacts may take it, and they take shorter texts of the slot; begin its condition with 'curt', or shorten it",
        ];
        continue;
      }
      const facts = topic.facts.filter(({ name }) => names.includes(name))
        .map(({ name, by }) => `'${name}' (by: ${by})`);
      yield [
        place,
        `can never be chosen: ${
          facts.length > 0 ? `nobody may say ${facts.join(", ")} here, or ` : ""
        }its condition never holds`,
      ];
    }
  }
}

/** Messages that none of the topic's outcomes has. */
function* unused(topic: Topic): Generator<[place: string, message: string]> {
  const written = writtenMessages(topic);
  for (const [name, slots] of topic.messages) {
    const place = slots[0]?.place ?? "";
    if (!written.has(name) && place.startsWith("topics/")) {
      yield [
        place,
        `the message '${name}' is used by none of the topic's outcomes`,
      ];
    }
  }
}

function writtenSlots(topic: Topic) {
  const written = writtenMessages(topic);
  return [...topic.messages].flatMap(([name, slots]) =>
    written.has(name) ? slots : []
  );
}

function writtenMessages(topic: Topic): Set<MessageName> {
  const outcomes = [...topic.outcomes.keys()];
  const thanks = outcomes.some((outcome) =>
    outcome === "one_round" || outcome === "solved_by_first_reply"
  );
  return new Set([
    ...outcomes.flatMap((outcome) => THREADS[outcome]),
    ...(thanks ? ["thanks" as const] : []),
  ]);
}

function keys<T extends object>(object: T): (keyof T)[] {
  return Object.keys(object) as (keyof T)[];
}

function person(id: number, name: string) {
  return { id, name, email: "jane@example.com" };
}
