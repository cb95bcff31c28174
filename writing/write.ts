/**
 * Writes one ticket: from a desk, a number, a seed and the people to the plan.
 *
 * @module
 */
import { stream } from "../lib/random.ts";
import { normalizeMessage } from "../lib/text.ts";
import type {
  DrawPlanWaits,
  Offered,
  Outcome,
  Pace,
  Person,
  Plan,
  PlanStep,
  WaitKind,
} from "../workflow/plan.ts";
import {
  composeCall,
  composeMessage,
  composeNote,
  composeSubject,
  type Thread,
} from "./compose.ts";
import { holds } from "./condition.ts";
import { type Draw, drawOfTopic, drawTicket } from "./deck.ts";
import type { Desk } from "./desk.ts";
import { THREADS } from "./topic.ts";
import { drawFacts, type Facts } from "./facts.ts";
import { type MessageName, MESSAGES, PRIORITIES, SOURCES } from "./form.ts";
import { agentStyle, type Persona, personaOf } from "./persona.ts";
import { oneLine, shorten, toHtml } from "./text.ts";

const SUBJECT_LENGTH = 120;
const TRIES = 12;

/** What one ticket is written from. */
export interface Order {
  /** Whose tickets they are. */
  desk: Desk;
  /** Everything random follows from it. */
  seed: string;
  /** The ticket's number in the desk, from 0. */
  n: number;
  /** Who writes. */
  contact: Person;
  /** Who gets the ticket first. */
  agent: Person;
  /** Who takes over when a ticket is handed over; none: nobody does. */
  colleague?: Person;
  /** ms since 1970. */
  now: number;
  /** classic: one reply, one answer, one resolution, without waits. */
  pace: Pace;
  /** What it is about; by default what the desk has for the n-th ticket. */
  draw?: Draw;
  /** Another topic than the n-th ticket's. */
  topic?: string;
  /** Another outcome. */
  outcome?: Outcome;
  /** How long people take; without it, every step comes at the next tick of its job. */
  waits?: DrawPlanWaits;
  /** What the account offers; what is not known is not used. */
  offered?: Offered;
  /** How the contact writes; by default as seed and id say, and not in small letters. */
  persona?: Persona;
  /** What must hold between the facts, besides the topic's rules. */
  accept?: (facts: Facts) => boolean;
  /** Called with every text that was chosen. */
  onChoice?: Thread["onChoice"];
  /** Called with every text that was passed over only because the contact is curt. */
  onTooLong?: Thread["onTooLong"];
}

/** Writes the ticket's plan. The same order gives the same plan. */
export function writePlan(order: Order): Plan {
  const { desk, seed, n } = order;
  const draw = order.draw ?? drawFor(order);
  const { topic, use } = draw;
  const classic = order.pace === "classic";
  let outcome = classic ? "one_round" : order.outcome ?? draw.outcome;
  if (outcome === "handed_over" && !order.colleague) outcome = "one_round";

  const persona = order.persona ??
    personaOf(seed, order.contact.id, desk.file.locale);
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
      (order.accept?.(facts) ?? true) &&
      holds(condition, {
        outcome,
        source: draw.source,
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
    source: draw.source,
    register: persona.register,
    said: new Set(),
    contact: oneLine(order.contact.name),
    agent: oneLine(writer.name),
    seed,
    n,
    use,
    random: stream(seed, "text", n),
    ...(order.onChoice && { onChoice: order.onChoice }),
    ...(order.onTooLong && { onTooLong: order.onTooLong }),
  };
  const thanks = !classic && topic.messages.has("thanks") &&
    ["solved_by_first_reply", "one_round"].includes(outcome) &&
    thread.random() < 0.3;
  const names = [...THREADS[outcome], ...(thanks ? ["thanks" as const] : [])];
  let subject = "";
  const bodies = new Map<MessageName, string>();
  const folded: Folded[] = [];
  const turns = { contact: 0, agent: 0 };
  for (const name of names) {
    const body = distinct(name, thread, folded, (again) => {
      const slots = topic.messages.get(name) ?? [];
      if (name === "handover") return composeNote(slots, name, thread, 0.7);
      if (name === "opening" && draw.source === "phone") {
        return composeCall(slots, name, persona, thread, again);
      }
      const speaker = MESSAGES[name];
      const style = speaker === "contact"
        ? name === "thanks" ? thankingOnce(persona) : persona
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
    if (name === "opening") {
      subject = shorten(composeSubject(thread, persona), SUBJECT_LENGTH);
    }
  }

  const { type, team, tags = [] } = topic.file;
  const { types, groups = [] } = order.offered ?? {};
  const group = team === undefined
    ? undefined
    : groups.find(({ name }) => name.toLowerCase() === team.toLowerCase());
  return {
    desk: desk.name,
    topic: topic.name,
    outcome,
    subject,
    priority: PRIORITIES[draw.priority],
    source: SOURCES[draw.source],
    ...(type !== undefined && (types?.includes(type) ?? true) && { type }),
    tags,
    ...(team !== undefined && { team }),
    ...(group && { group: group.id }),
    contact: order.contact,
    agent: order.agent,
    steps: classic
      ? classicSteps(bodies, order.agent)
      : naturalSteps(names, bodies, order, writer, draw),
  };
}

/** What the order asks for, or the desk has for the n-th ticket. */
function drawFor({ desk, seed, n, topic: name }: Order): Draw {
  if (name === undefined) return drawTicket(desk, seed, n);
  const topic = desk.topics.find((topic) => topic.name === name);
  if (!topic) throw new RangeError(`Unknown topic '${name}'`);
  return drawOfTopic(desk, topic, seed, n);
}

/** A message has no texts that make it differ from the others of its thread. */
export class AlikeError extends Error {
  /** Its class. */
  override name = "AlikeError";
  /** Names the message. */
  constructor(readonly of: MessageName) {
    super(
      `message '${of}' may come out empty or like an earlier one of its thread; add texts to it`,
    );
  }
}

/** The style of a message that says thanks already: its closing need not. */
function thankingOnce(style: Persona): Persona {
  const laterClosings = style.laterClosings.map((closing) =>
    closing.split("\n").filter((line) => !/than(?:k|x)|thx|cheers/i.test(line))
      .join("\n")
  );
  const laterGreetings = style.laterGreetings.map((greeting) =>
    /thank/i.test(greeting) ? "" : greeting
  );
  return { ...style, laterGreetings, laterClosings };
}

/** A message by its letters and digits. */
interface Folded {
  /** What it is in Freshdesk; an opening is the ticket itself. */
  kind: "opening" | "contact" | "agent" | "note";
  text: string;
}

/**
 * Tries other texts until the message differs from all before it in letters and digits, and is no
 * part of one that it could be taken for.
 */
function distinct(
  name: MessageName,
  thread: Thread,
  folded: Folded[],
  write: (again: number) => string,
): string {
  const said = [...thread.said];
  const kind = name === "opening"
    ? name
    : name === "handover"
    ? "note"
    : MESSAGES[name];
  for (let again = 0; again < TRIES; again++) {
    thread.said = new Set(said);
    const body = write(again);
    const text = normalizeMessage(toHtml(body));
    const isAlike = folded.some((one) =>
      one.text === text || one.kind === kind && one.text.includes(text)
    );
    if (text === "" || isAlike) continue;
    folded.push({ kind, text });
    return body;
  }
  throw new AlikeError(name);
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
export const RESOLVING: readonly MessageName[] = [
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
  draw: Draw,
): PlanStep[] {
  const steps: PlanStep[] = [];
  /** For each step, what is waited for before it; nothing for those of the same tick. */
  const kinds = new Map<PlanStep, WaitKind>();
  const add = (step: PlanStep, kind?: WaitKind) => {
    steps.push(kind ? step : { ...step, sameTick: true });
    if (kind) kinds.set(step, kind);
  };
  const thirdParty =
    order.offered?.statuses?.includes("waiting_on_third_party") ?? true
      ? "waiting_on_third_party"
      : "pending";
  let next: WaitKind = "firstReply";
  for (const name of names) {
    const body = bodies.get(name) ?? "";
    if (name === "opening") {
      steps.push({ kind: "create", body });
      add({ kind: "assign", agent: order.agent });
    } else if (name === "handover") {
      add({ kind: "note", agent: order.agent, body }, "handOver");
      add({ kind: "assign", agent: writer });
    } else if (MESSAGES[name] === "contact") {
      add(
        { kind: "answer", body },
        name === "reopen"
          ? "reopening"
          : name === "withdrawal"
          ? "withdrawal"
          : "answer",
      );
      if (name === "withdrawal") next = "reply"; // nothing is left to find out
      // A contact's message opens a ticket again; thanks need no work.
      add({ kind: "status", status: name === "thanks" ? "resolved" : "open" });
    } else {
      const resolves = RESOLVING.includes(name);
      const isFirst = !steps.some(({ kind }) => kind === "reply");
      add({
        kind: "reply",
        agent: writer,
        body,
        ...(isFirst && { first: true as const }),
        ...(resolves && { resolves: true as const }),
      }, name === "reminder" ? "reminder" : next);
      next = name === "waiting" ? "thirdParty" : "reply";
      if (resolves || name === "reminder") {
        add(
          { kind: "status", status: "resolved" },
          resolves ? "resolve" : "giveUp",
        );
      } else {
        add({
          kind: "status",
          status: name === "waiting" ? thirdParty : "pending",
        });
      }
    }
  }
  add({ kind: "close" }, "close");
  const waits = order.waits?.(
    [...kinds.values()],
    { at: order.now, priority: PRIORITIES[draw.priority] },
    stream(order.seed, "when", order.n),
  );
  const waiting = [...kinds.keys()];
  return steps.map((step) => {
    const wait = waits?.[waiting.indexOf(step)];
    return wait ? { ...step, wait } : step;
  });
}
