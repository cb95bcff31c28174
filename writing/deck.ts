/**
 * What the n-th ticket of a desk is about and how it goes. Tickets come in rounds; in each, the
 * weights of topics and the shares of outcomes, priorities and sources hold over the whole desk.
 *
 * @module
 */
import {
  bag,
  pick,
  type Random,
  shareOut,
  shuffle,
  stream,
} from "../lib/random.ts";
import { type Outcome, OUTCOMES } from "../workflow/plan.ts";
import type { Desk } from "./desk.ts";
import type { Topic } from "./topic.ts";
import { PRIORITIES, SOURCES } from "./form.ts";

/** Priorities by name. */
export type PriorityName = keyof typeof PRIORITIES;
/** Sources by name. */
export type SourceName = keyof typeof SOURCES;

/** What one ticket is about and how it goes. */
export interface Draw {
  /** What it is about. */
  topic: Topic;
  /** How often the topic was used before. */
  use: number;
  /** How the conversation goes. */
  outcome: Outcome;
  /** The ticket's priority. */
  priority: PriorityName;
  /** How the contact gets in touch. */
  source: SourceName;
}

/** Places in a round, per topic; and in all at least enough that a share of 1 % is one ticket. */
const PLACES = 5;
const LEAST_PLACES = 100;
const OUTCOME_PLACES = 40;

/** What the n-th ticket is about. */
export function drawTicket(desk: Desk, seed: string, n: number): Draw {
  const weights = desk.topics.map(({ weight }) => weight);
  const shares = shareOut(
    weights,
    Math.max(LEAST_PLACES, desk.topics.length * PLACES),
  );
  const size = shares.reduce((sum, share) => sum + share, 0);
  const round = Math.floor(n / size);
  return cached(desk, `${seed} ${round}`, () => {
    const topics = spread(desk.topics, shares, stream(seed, "topics", round));
    return deal(desk, topics, seed, round);
  })[n % size] as Draw;
}

/** How a ticket of this topic goes that no round planned. */
export function drawOfTopic(
  desk: Desk,
  topic: Topic,
  seed: string,
  use: number,
): Draw {
  const outcomes = outcomesOf(topic);
  const weights = outcomes.map((outcome) => desk.file.outcomes[outcome] ?? 0);
  const shares = weights.some((weight) => weight > 0)
    ? shareOut(weights, OUTCOME_PLACES)
    : outcomes.map(() => 1);
  const places = outcomes.flatMap((outcome, i) =>
    Array<Outcome>(shares[i] ?? 0).fill(outcome)
  );
  const { items, position } = bag(places, use, seed, "outcomes", topic.name);
  const random = stream(seed, "what", topic.name, use);
  return {
    topic,
    use,
    outcome: items[position] ?? "one_round",
    priority: weighted(desk.file.priorities, prioritiesOf(topic), random),
    source: weighted(desk.file.sources, sourcesOf(topic), random),
  };
}

/** Each topic as often as it has a share, about as far apart each time. */
function spread(
  topics: readonly Topic[],
  shares: readonly number[],
  random: Random,
): Topic[] {
  return topics.flatMap((topic, t) => {
    const share = shares[t] ?? 0;
    const start = random();
    return Array.from({ length: share }, (_, i) => ({
      topic,
      at: (start + i + 0.6 * random()) / share % 1,
    }));
  }).sort((a, b) => a.at - b.at).map(({ topic }) => topic);
}

/** One round: its topics in order, with all that is drawn for the desk as a whole. */
function deal(
  desk: Desk,
  topics: readonly Topic[],
  seed: string,
  round: number,
): Draw[] {
  const { file } = desk;
  const random = (name: string) => stream(seed, name, "round", round);
  const outcomes = mix(topics, file.outcomes, outcomesOf, random("outcomes"));
  const priorities = mix(
    topics,
    file.priorities,
    prioritiesOf,
    random("priorities"),
  );
  const sources = mix(topics, file.sources, sourcesOf, random("sources"));
  const uses = new Map<Topic, number>();
  const perRound = new Map<Topic, number>();
  for (const topic of topics) {
    perRound.set(topic, (perRound.get(topic) ?? 0) + 1);
  }
  return topics.map((topic, i) => {
    const before = uses.get(topic) ?? 0;
    uses.set(topic, before + 1);
    return {
      topic,
      use: round * (perRound.get(topic) ?? 0) + before,
      outcome: outcomes[i] ?? "one_round",
      priority: priorities[i] ?? "medium",
      source: sources[i] ?? "email",
    };
  });
}

/**
 * Gives each place one of the values that its topic allows, so that the shares hold over all places.
 * Values that few topics allow choose their places first.
 */
function mix<T extends string>(
  topics: readonly Topic[],
  weights: Partial<Record<T, number>>,
  allowed: (topic: Topic) => readonly T[],
  random: Random,
): T[] {
  const values = (Object.keys(weights) as T[]).filter((value) =>
    (weights[value] ?? 0) > 0
  );
  const shares = shareOut(
    values.map((value) => weights[value] ?? 0),
    topics.length,
  );
  const open = new Map(topics.map((topic, i) => [i, allowed(topic)] as const));
  const result: T[] = [];
  const choices = values.map((value, i) => ({
    value,
    share: shares[i] ?? 0,
    places: [...open].filter(([, names]) => names.includes(value)).length,
  })).sort((a, b) => a.places - b.places);
  for (const { value, share } of choices) {
    const places = [...open].filter(([, names]) => names.includes(value))
      .map(([place]) => place);
    for (const place of shuffle(places, random).slice(0, share)) {
      result[place] = value;
      open.delete(place);
    }
  }
  for (const [place, names] of open) {
    result[place] = weighted(weights, names, random);
  }
  return result;
}

function outcomesOf(topic: Topic): Outcome[] {
  return OUTCOMES.filter((outcome) => topic.outcomes.has(outcome));
}

function prioritiesOf({ file }: Topic): PriorityName[] {
  return file.priorities ?? Object.keys(PRIORITIES) as PriorityName[];
}

function sourcesOf({ file }: Topic): SourceName[] {
  return file.sources ?? Object.keys(SOURCES) as SourceName[];
}

/** One of the names by the desk's weights; any of them if none has a weight. */
function weighted<T extends string>(
  weights: Partial<Record<T, number>>,
  names: readonly T[],
  random: Random,
): T {
  const known = names.filter((name) => (weights[name] ?? 0) > 0);
  const total = known.reduce((sum, name) => sum + (weights[name] ?? 0), 0);
  let left = random() * total;
  return known.find((name) => (left -= weights[name] ?? 0) < 0) ??
    known.at(-1) ?? pick(names, random) as T;
}

/** Rounds are computed again wherever they are needed; the last few are at hand. */
const rounds = new WeakMap<Desk, Map<string, Draw[]>>();

function cached(desk: Desk, key: string, make: () => Draw[]): Draw[] {
  const known = rounds.get(desk) ?? new Map<string, Draw[]>();
  rounds.set(desk, known);
  const draws = known.get(key) ?? make();
  known.delete(key);
  known.set(key, draws);
  for (const old of [...known.keys()].slice(0, -4)) known.delete(old);
  return draws;
}
