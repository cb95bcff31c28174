/**
 * The writer of a desk: for the n-th ticket, who writes, who answers, and what they say.
 *
 * @module
 */
import type {
  ContactMemory,
  DrawPlanWaits,
  Offered,
  Outcome,
  Pace,
  Person,
  Plan,
  TicketOrder,
  TicketWriter,
  WrittenTicket,
} from "../workflow/plan.ts";
import { type Draw, drawOfTopic, drawTicket } from "./deck.ts";
import type { Desk } from "./desk.ts";
import type { Topic } from "./topic.ts";
import {
  agentsOf,
  mayBeErased,
  rankAgents,
  rankContacts,
  smallWriters,
} from "./people.ts";
import { personaOf } from "./persona.ts";
import { rewriteForAgent } from "./rewrite.ts";
import { writePlan } from "./write.ts";

/** What a writer needs once. */
export interface WriterOptions {
  /** Whose tickets it writes. */
  desk: Desk;
  /** Everything random follows from it. */
  seed: string;
  /** By default the desk's own. */
  pace?: Pace;
  /** How long people take; without it, every step comes at the next tick of its job. */
  waits?: DrawPlanWaits;
}

/** Contacts who are asked whether the topic is new to them. */
const ASKED = 20;

/**
 * Writes the tickets of a desk. From an empty database the same seed, people and settings give the
 * same tickets, whichever process writes them.
 */
export class Writer implements TicketWriter {
  readonly #desk: Desk;
  readonly #seed: string;
  readonly #waits: DrawPlanWaits | undefined;
  /** How the desk spends its time. */
  readonly pace: Pace;

  /** Takes what holds for all tickets. */
  constructor({ desk, seed, pace, waits }: WriterOptions) {
    this.#desk = desk;
    this.#seed = seed;
    this.#waits = waits;
    this.pace = pace ?? desk.file.pace ?? "natural";
  }

  /** What tickets can be about, by name. */
  get topics(): string[] {
    return this.#desk.topics.map(({ name }) => name);
  }

  /**
   * Writes one ticket.
   *
   * @throws {RangeError} If nobody can write or answer it, or `topic` is unknown.
   */
  async write(order: TicketOrder): Promise<WrittenTicket> {
    const { n, at, agents, offered, outcome } = order;
    const small = smallWriters(order.contacts, this.#seed);
    const { contact, draw, used } = await this.#choose(order, small);
    const { first, then } = this.#agentsFor(draw, agents, n);
    const plan = writePlan({
      desk: this.#desk,
      seed: this.#seed,
      n,
      contact,
      agent: first,
      ...(then && { colleague: then }),
      now: at,
      pace: this.pace,
      draw: { ...draw, ...(outcome && { outcome }) },
      persona: personaOf(
        this.#seed,
        contact.id,
        this.#desk.file.locale,
        small.has(contact.id),
      ),
      ...(this.#waits && { waits: this.#waits }),
      ...(offered && { offered }),
    });
    return {
      plan,
      memory: remember(used, draw.topic, plan.outcome),
      fallbacks: fallbacksOf(plan, draw, offered),
    };
  }

  /** The plan with another agent from step `from` on; what was said before stays. */
  rewriteForAgent(plan: Plan, agent: Person, from: number): Plan {
    return rewriteForAgent(plan, agent, from);
  }

  /** The contact, and what they write about: the n-th topic, or another if it is new to nobody. */
  async #choose(
    order: TicketOrder,
    small: ReadonlySet<number>,
  ): Promise<{ contact: Person; draw: Draw; used: ReadonlySet<string> }> {
    const { n, contacts, recall } = order;
    const draw = this.#drawFor(order);
    const asked: { contact: Person; used: Set<string> }[] = [];
    for (const contact of rankContacts(contacts, this.#seed, n, small)) {
      const { topics, erased } = await recall(contact.id) ??
        { topics: [], erased: false };
      if (erased) continue;
      const used = new Set(this.#isThrough(topics) ? [] : topics);
      if (this.#mayBring(draw.topic, contact, used, contacts)) {
        return { contact, draw, used };
      }
      asked.push({ contact, used });
      if (asked.length >= ASKED) break;
    }
    const topics = this.#desk.topics.filter((topic) => fits(topic, order));
    // In the order of the coming tickets, so that frequent topics come up more often.
    for (const { contact, used } of asked) {
      for (let ahead = 1; ahead <= topics.length * 10; ahead++) {
        const { topic } = drawTicket(this.#desk, this.#seed, n + ahead);
        if (!topics.includes(topic)) continue;
        if (!this.#mayBring(topic, contact, used, contacts)) continue;
        return {
          contact,
          draw: drawOfTopic(this.#desk, topic, this.#seed, n),
          used,
        };
      }
    }
    // Everybody has brought up all that they may; the first begins again.
    const [first] = asked;
    const topic = order.topic === undefined
      ? topics.find((topic) => !topic.file.erasure)
      : draw.topic;
    if (!first || !topic) {
      throw new RangeError(
        contacts.length === 0
          ? "There is no contact to pick"
          : "Every contact has asked to be erased",
      );
    }
    return {
      contact: first.contact,
      draw: drawOfTopic(this.#desk, topic, this.#seed, n),
      used: new Set(),
    };
  }

  /** The n-th ticket, or the next with the topic and the outcome that were asked for. */
  #drawFor(order: TicketOrder): Draw {
    const { n } = order;
    const draw = drawTicket(this.#desk, this.#seed, n);
    if (order.topic === undefined && fits(draw.topic, order)) return draw;
    const topics = this.#desk.topics.filter((topic) => fits(topic, order));
    for (let ahead = 1; ahead <= topics.length * 10; ahead++) {
      const { topic } = drawTicket(this.#desk, this.#seed, n + ahead);
      if (!topics.includes(topic)) continue;
      return drawOfTopic(this.#desk, topic, this.#seed, n);
    }
    const [topic] = topics;
    if (!topic) {
      throw new RangeError(
        order.topic !== undefined &&
          this.#desk.topics.every(({ name }) => name !== order.topic)
          ? `Unknown topic '${order.topic}'`
          : `No topic that was asked for has the outcome '${order.outcome}'`,
      );
    }
    return drawOfTopic(this.#desk, topic, this.#seed, n);
  }

  /** Whether all topics but those that end everything were brought up. */
  #isThrough(topics: readonly string[]): boolean {
    return this.#desk.topics.every(({ name, file }) =>
      file.erasure || topics.includes(name)
    );
  }

  #mayBring(
    topic: Topic,
    contact: Person,
    used: ReadonlySet<string>,
    contacts: readonly Person[],
  ): boolean {
    return !used.has(topic.name) &&
      (!topic.file.erasure || mayBeErased(contact, contacts, this.#seed));
  }

  /** Who gets the ticket, and who takes over if it is handed over: one of the topic's team. */
  #agentsFor(
    { topic, outcome }: Draw,
    agents: readonly Person[],
    n: number,
  ): { first: Person; then?: Person } {
    const ranked = rankAgents(agents, this.#seed, n);
    const teams = Object.keys(this.#desk.file.teams ?? {});
    const { team } = topic.file;
    const members = team === undefined
      ? ranked
      : agentsOf(team, teams, ranked, this.#seed);
    const own = ranked.find((agent) => members.includes(agent));
    if (!own) throw new RangeError("There is no agent to pick");
    const other = ranked.find((agent) => agent !== own);
    if (!other) return { first: own };
    return outcome === "handed_over" && this.pace !== "classic"
      ? { first: other, then: own }
      : { first: own, then: other };
  }
}

/** Whether a topic is what was asked for. */
export function fits(
  { name, outcomes }: Topic,
  { topic, outcome }: Pick<TicketOrder, "topic" | "outcome">,
): boolean {
  return (topic === undefined || name === topic) &&
    (outcome === undefined || outcomes.has(outcome));
}

/** Outcomes after which a contact who asked to be erased is still there. */
const NOT_ERASED: readonly Outcome[] = ["no_answer", "refused", "withdrawn"];

function remember(
  used: ReadonlySet<string>,
  topic: Topic,
  outcome: Outcome,
): ContactMemory {
  return {
    topics: [...used, topic.name],
    erased: (topic.file.erasure ?? false) && !NOT_ERASED.includes(outcome),
  };
}

/** What the account lacks of what the ticket would have had. */
function fallbacksOf(
  plan: Plan,
  { topic, outcome }: Draw,
  offered: Offered | undefined,
): string[] {
  const { type } = topic.file;
  const lacks = offered?.statuses &&
    !offered.statuses.includes("waiting_on_third_party");
  return [
    type !== undefined && plan.type === undefined &&
    `The account has no ticket type '${type}': such tickets have none`,
    offered?.groups && plan.team !== undefined && plan.group === undefined &&
    `The account has no group '${plan.team}': its tickets have none`,
    lacks && outcome === "third_party" &&
    "The account has no status Waiting on Third Party: such tickets are Pending",
  ].filter((line) => typeof line === "string");
}
