/**
 * Writes one ticket: from a desk, a number, a seed and the people to the plan.
 *
 * @module
 */
import { bag, pick, shareOut, stream } from "../lib/random.ts";
import { fold } from "../text.ts";
import {
  type Outcome,
  OUTCOMES,
  type Person,
  type Plan,
  type PlanStep,
  type Wait,
} from "../workflow/plan.ts";
import {
  composeMessage,
  composeNote,
  composeSubject,
  type Thread,
} from "./compose.ts";
import { holds } from "./condition.ts";
import { type Desk, THREADS, type Topic } from "./desk.ts";
import { drawFacts } from "./facts.ts";
import { type MessageName, MESSAGES, PRIORITIES, SOURCES } from "./form.ts";
import { agentStyle, personaOf } from "./persona.ts";
import { shorten, toHtml } from "./text.ts";

const SUBJECT_LENGTH = 120;
/** Places in a desk's bag of topics, per topic. */
const PLACES = 5;
/** Places in a topic's bag of outcomes. */
const OUTCOME_PLACES = 40;
const TRIES = 12;

/** What one ticket is written from. */
export interface Order {
  desk: Desk;
  seed: string;
  /** The ticket's number in the desk, from 0. */
  n: number;
  contact: Person;
  agent: Person;
  /** Who takes over when a ticket is handed over; none: nobody does. */
  colleague?: Person;
  /** ms since 1970. */
  now: number;
  /** classic: one reply, one answer, one resolution, on the mission's minutes. */
  pace: "classic" | "natural";
  topic?: string;
  outcome?: Outcome;
  onChoice?: Thread["onChoice"];
}

/** The topic of the n-th ticket, and how often it was used before. */
export function topicOf(
  desk: Desk,
  seed: string,
  n: number,
): { topic: Topic; use: number } {
  const shares = shareOut(
    desk.topics.map(({ weight }) => weight),
    desk.topics.length * PLACES,
  );
  const places = desk.topics.flatMap((topic, i) =>
    Array<Topic>(shares[i] ?? 0).fill(topic)
  );
  const { items, round, position } = bag(places, n, seed, "topics");
  const topic = items[position] as Topic;
  const perRound = shares[desk.topics.indexOf(topic)] ?? 0;
  const before =
    items.slice(0, position).filter((other) => other === topic).length;
  return { topic, use: round * perRound + before };
}

/** How the topic's next thread goes. */
function outcomeOf(
  desk: Desk,
  topic: Topic,
  use: number,
  seed: string,
): Outcome {
  const allowed = OUTCOMES.filter((outcome) => topic.outcomes.has(outcome));
  const weights = allowed.map((outcome) => desk.file.outcomes[outcome] ?? 0);
  const shares = weights.some((weight) => weight > 0)
    ? shareOut(weights, OUTCOME_PLACES)
    : allowed.map(() => 1);
  const places = allowed.flatMap((outcome, i) =>
    Array<Outcome>(shares[i] ?? 0).fill(outcome)
  );
  const { items, position } = bag(places, use, seed, "outcomes", topic.name);
  return items[position] ?? "one_round";
}

/** Writes the ticket's plan. The same order gives the same plan. */
export function writePlan(order: Order): Plan {
  const { desk, seed, n } = order;
  const drawn = topicOf(desk, seed, n);
  const topic = order.topic === undefined
    ? drawn.topic
    : desk.topics.find(({ name }) => name === order.topic);
  if (!topic) throw new RangeError(`Unknown topic '${order.topic}'`);
  const use = order.topic === undefined ? drawn.use : n;
  const classic = order.pace === "classic";
  let outcome = classic
    ? "one_round"
    : order.outcome ?? outcomeOf(desk, topic, use, seed);
  if (outcome === "handed_over" && !order.colleague) outcome = "one_round";

  const persona = personaOf(seed, order.contact.id);
  const writer = outcome === "handed_over"
    ? order.colleague ?? order.agent
    : order.agent;
  const condition = topic.outcomes.get(outcome) ?? [];
  const facts = drawFacts(
    desk,
    topic,
    order.now,
    stream(seed, "facts", n),
    (facts) =>
      holds(condition, {
        outcome,
        register: persona.register,
        said: new Set(),
        valueOf: (name) => facts.get(name)?.texts[""] ?? "",
      }),
  );
  const thread: Thread = {
    desk,
    topic,
    facts,
    outcome,
    register: persona.register,
    said: new Set(),
    contact: tidyName(order.contact.name),
    agent: tidyName(writer.name),
    seed,
    use,
    random: stream(seed, "text", n),
    ...(order.onChoice && { onChoice: order.onChoice }),
  };
  const subject = shorten(composeSubject(thread, persona), SUBJECT_LENGTH);
  const thanks = !classic && topic.messages.has("thanks") &&
    ["solved_by_first_reply", "one_round"].includes(outcome) &&
    thread.random() < 0.3;
  const names = [...THREADS[outcome], ...(thanks ? ["thanks" as const] : [])];
  const bodies = new Map<MessageName, string>();
  const folded = new Set<string>();
  const turns = { contact: 0, agent: 0 };
  for (const name of names) {
    const body = distinct(name, thread, folded, (again) => {
      const slots = topic.messages.get(name) ?? [];
      if (name === "handover") return composeNote(slots, name, thread, 0.7);
      const speaker = MESSAGES[name];
      const style = speaker === "contact"
        ? persona
        : agentStyle(seed, writer.id, desk.file);
      return composeMessage(
        slots,
        name,
        speaker,
        style,
        // Nobody answers an agent who has not written yet.
        turns.agent === 0 ? 0 : turns[speaker],
        thread,
        again,
      );
    });
    if (name !== "handover") turns[MESSAGES[name]]++;
    bodies.set(name, toHtml(body));
  }

  const what = stream(seed, "what", n);
  const type = topic.file.type;
  const team = topic.file.team;
  const plan: Plan = {
    desk: desk.name,
    topic: topic.name,
    outcome,
    subject,
    priority: PRIORITIES[
      weighted(desk.file.priorities, topic.file.priorities, what()) ??
        "medium"
    ],
    source: SOURCES[
      weighted(desk.file.sources, topic.file.sources, what()) ?? "email"
    ],
    ...(type !== undefined && { type }),
    tags: topic.file.tags ?? [],
    ...(team !== undefined && { team }),
    contact: order.contact,
    agent: order.agent,
    steps: [],
  };
  plan.steps = classic
    ? classicSteps(bodies, order.agent)
    : naturalSteps(names, bodies, order, writer, persona.patience);
  return plan;
}

/** Tries other texts until the message differs from all before it in letters and digits. */
function distinct(
  name: string,
  thread: Thread,
  folded: Set<string>,
  write: (again: number) => string,
): string {
  const said = [...thread.said];
  for (let again = 0; again < TRIES; again++) {
    thread.said = new Set(said);
    const body = write(again);
    const key = fold(toHtml(body));
    if (key === "" || folded.has(key)) continue;
    folded.add(key);
    return body;
  }
  throw new Error(
    `Topic '${thread.topic.name}': message '${name}' comes out empty or like an earlier one`,
  );
}

function classicSteps(
  bodies: ReadonlyMap<MessageName, string>,
  agent: Person,
): PlanStep[] {
  const body = (name: MessageName) => bodies.get(name) ?? "";
  return [
    { kind: "create", body: body("opening") },
    { kind: "assign", agent, sameTick: true },
    { kind: "reply", agent, body: body("reply"), first: true },
    { kind: "answer", body: body("answer") },
    { kind: "reply", agent, body: body("resolution"), resolves: true },
    { kind: "close" },
  ];
}

/** The agent's messages after which the ticket is resolved. */
const RESOLVING: readonly MessageName[] = [
  "resolution",
  "resolution2",
  "solved",
  "refusal",
  "acknowledgement",
];

function naturalSteps(
  names: readonly MessageName[],
  bodies: ReadonlyMap<MessageName, string>,
  order: Order,
  writer: Person,
  patience: number,
): PlanStep[] {
  const random = stream(order.seed, "when", order.n);
  const waits = order.desk.file.waits ?? {};
  const wait = (
    kind: keyof typeof DEFAULT_WAITS,
    hours: Wait["hours"],
    factor = 1,
  ): { wait: Wait } => {
    const { median, p90 } = waits[kind] ?? DEFAULT_WAITS[kind];
    const minutes = median *
      Math.exp(Math.log(p90 / median) / 1.2816 * normal(random));
    return {
      wait: { minutes: Math.max(1, Math.round(minutes * factor)), hours },
    };
  };
  const steps: PlanStep[] = [];
  let first = true;
  let waiting = false;
  for (const name of names) {
    const body = bodies.get(name) ?? "";
    if (name === "opening") {
      steps.push({ kind: "create", body }, {
        kind: "assign",
        agent: order.agent,
        sameTick: true,
      });
    } else if (name === "handover") {
      steps.push(
        {
          kind: "note",
          agent: order.agent,
          body,
          ...wait("reply", "business", 0.5),
        },
        { kind: "assign", agent: writer, sameTick: true },
      );
    } else if (MESSAGES[name] === "contact") {
      steps.push({
        kind: "answer",
        body,
        ...wait(
          "answer",
          "daytime",
          name === "thanks" ? patience / 3 : patience,
        ),
      });
      // A contact's message opens a ticket again; thanks need no work.
      steps.push({
        kind: "status",
        status: name === "thanks" ? "resolved" : "open",
        sameTick: true,
      });
    } else {
      const quick = first && random() < 0.35;
      const resolves = RESOLVING.includes(name);
      steps.push({
        kind: "reply",
        agent: writer,
        body,
        ...(name === "reminder"
          ? {
            wait: {
              minutes: Math.round(2880 + random() * 2880),
              hours: "business" as const,
            },
          }
          : quick
          ? {
            wait: {
              minutes: Math.max(
                1,
                Math.round(15 * Math.exp(0.8 * normal(random))),
              ),
              hours: "business" as const,
            },
          }
          : wait(
            waiting ? "third_party" : first ? "first_reply" : "reply",
            "business",
          )),
        ...(first && { first: true as const }),
        ...(resolves && { resolves: true as const }),
      });
      waiting = name === "waiting";
      if (name === "reminder") {
        steps.push({
          kind: "status",
          status: "resolved",
          ...wait("close", "business"),
        });
      } else {
        steps.push({
          kind: "status",
          status: resolves
            ? "resolved"
            : waiting
            ? "waiting_on_third_party"
            : "pending",
          sameTick: true,
        });
      }
      first = false;
    }
  }
  steps.push({ kind: "close", ...wait("close", "always") });
  return steps;
}

/** Minutes. */
const DEFAULT_WAITS = {
  first_reply: { median: 240, p90: 1800 },
  reply: { median: 120, p90: 900 },
  answer: { median: 120, p90: 1440 },
  third_party: { median: 2 * 1440, p90: 5 * 1440 },
  close: { median: 2 * 1440, p90: 4 * 1440 },
};

function normal(random: () => number): number {
  const value = Math.sqrt(-2 * Math.log(1 - random())) *
    Math.cos(2 * Math.PI * random());
  return Math.max(-2, Math.min(2, value));
}

/** One of the names, by the desk's weights among those that the topic allows. */
function weighted<T extends string>(
  weights: Partial<Record<T, number>>,
  allowed: readonly T[] | undefined,
  chance: number,
): T | undefined {
  const names = allowed ?? Object.keys(weights) as T[];
  const total = names.reduce((sum, name) => sum + (weights[name] ?? 0), 0);
  if (total === 0) return pick(names, () => chance);
  let left = chance * total;
  return names.find((name) => (left -= weights[name] ?? 0) < 0) ?? names.at(-1);
}

function tidyName(name: string): string {
  return name.toWellFormed().replace(/[\p{Cc}\s]+/gu, " ").trim();
}
