/**
 * Finds what only writing shows: texts that can never be chosen, slots that may stay without one.
 *
 * @module
 */
import {
  type Alternative,
  type Desk,
  type Mistake,
  THREADS,
  type Topic,
} from "./desk.ts";
import { NoTextError } from "./compose.ts";
import { writePlan } from "./write.ts";

const THREADS_PER_OUTCOME = 150;
/** Any moment will do; this one is a Tuesday. */
const NOW = Date.UTC(2026, 2, 10, 11);

/** The mistakes of a desk that reads well, in the order of its topics. */
export function checkDesk(
  desk: Desk,
  topics: readonly Topic[] = desk.topics,
): Mistake[] {
  return topics.flatMap((topic) => checkTopic(desk, topic));
}

function checkTopic(desk: Desk, topic: Topic): Mistake[] {
  const mistakes = new Map<string, Mistake>();
  const chosen = new Set<Alternative>();
  const report = (place: string, message: string) => {
    if (!mistakes.has(place)) mistakes.set(place, { place, message });
  };
  for (const outcome of topic.outcomes.keys()) {
    for (let n = 0; n < THREADS_PER_OUTCOME; n++) {
      try {
        writePlan({
          desk,
          seed: `check ${outcome}`,
          n,
          contact: person(n, "Jane Doe"),
          // A contact without a name now and then, so that no slot rests on one.
          ...(n % 10 === 0 && { contact: person(n, "") }),
          agent: person(n % 7, "Sam Rivera"),
          colleague: person(8, "Kim Park"),
          now: NOW + n * 7_200_000,
          pace: "natural",
          topic: topic.name,
          outcome,
          onChoice: (alternative) => chosen.add(alternative),
        });
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        report(
          error instanceof NoTextError ? error.slot.place : topic.place,
          error.message,
        );
      }
    }
  }
  if (mistakes.size > 0) return [...mistakes.values()];
  for (const slot of [topic.subject, ...slotsOf(topic)]) {
    for (const alternative of slot.alternatives) {
      // Texts of desk.yaml need not fit every topic.
      if (
        chosen.has(alternative) || alternative.place.startsWith("desk.yaml")
      ) continue;
      const facts = topic.facts.filter(({ name }) =>
        alternative.facts.includes(name)
      );
      report(
        alternative.place,
        `can never be chosen${
          facts.length > 0
            ? `: nobody may say ${
              facts.map(({ name, by }) => `'${name}' (by: ${by})`).join(", ")
            } here, or its condition never holds`
            : ": its condition never holds"
        }`,
      );
    }
  }
  const used = new Set(
    [...topic.outcomes.keys()].flatMap((outcome) => [...THREADS[outcome]]),
  );
  for (const name of topic.messages.keys()) {
    const place = topic.messages.get(name)?.[0]?.place ?? "";
    if (!used.has(name) && name !== "thanks" && place.startsWith("topics/")) {
      report(
        place,
        `the message '${name}' is used by none of the topic's outcomes`,
      );
    }
  }
  return [...mistakes.values()];
}

function slotsOf(topic: Topic) {
  const used = new Set(
    [...topic.outcomes.keys()].flatMap((outcome) => [...THREADS[outcome]]),
  );
  return [...topic.messages].filter(([name]) => used.has(name)).flatMap((
    [, slots],
  ) => slots);
}

function person(id: number, name: string) {
  return { id, name, email: "jane@example.com" };
}
