/**
 * Finds what only writing shows: texts that can never be chosen, slots that may stay without one,
 * messages that may come out alike.
 *
 * @module
 */
import type { Outcome } from "../workflow/plan.ts";
import { NoTextError } from "./compose.ts";
import { drawOfTopic } from "./deck.ts";
import {
  type Alternative,
  type Desk,
  inOrder,
  type Mistake,
  THREADS,
  type Topic,
  tryToRead,
} from "./desk.ts";
import { type MessageName, SOURCES } from "./form.ts";
import { AlikeError, writePlan } from "./write.ts";

/** So many threads of each outcome show nearly everything. */
const THOROUGH = 150;
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
        ...neverChosen(topic, chosen),
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
) {
  const seed = `check ${outcome}`;
  const sources = topic.file.sources ??
    Object.keys(SOURCES) as (keyof typeof SOURCES)[];
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
  });
}

function placeOf(error: Error, topic: Topic): string {
  if (error instanceof NoTextError) return error.slot.place;
  return error instanceof AlikeError
    ? topic.messages.get(error.of)?.[0]?.place ?? topic.place
    : topic.place;
}

function* neverChosen(
  topic: Topic,
  chosen: ReadonlySet<string>,
): Generator<[place: string, message: string]> {
  for (const slot of [topic.subject, ...writtenSlots(topic)]) {
    for (const { place, facts: names } of slot.alternatives) {
      // Texts of desk.yaml need not fit every topic.
      if (chosen.has(place) || place.startsWith("desk.yaml")) continue;
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

function person(id: number, name: string) {
  return { id, name, email: "jane@example.com" };
}
