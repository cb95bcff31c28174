/**
 * Who writes and who answers. All of it follows from the seed and the ids, so that somebody who joins
 * or leaves the account changes little for the others.
 *
 * @module
 */
import { bag, stream } from "../lib/random.ts";
import type { Person } from "../workflow/plan.ts";
import { registerOf } from "./persona.ts";
import { belonging, teamsOf } from "./teams.ts";

/** How unequal people are: the sigma of a log-normal weight. The busiest tenth of the contacts write about a quarter of the tickets. */
const CONTACTS = 0.5;
/** Teams make agents still more unequal. */
const AGENTS = 0.5;
/** Of these many tickets one is written in small letters. */
const SMALL_TICKETS = 11;
/** Share of the contacts who write so. */
const SMALL_WRITERS = 0.15;
/** Fewer contacts than these all write as is usual. */
const FEW = 5;
/** Agents in a second team. */
const SECOND_TEAM = 0.4;

/**
 * The contacts, the one who writes the n-th ticket first, then who would in their place. Those who
 * write in small letters come first for a fixed share of the tickets, and last for the others.
 */
export function rankContacts(
  contacts: readonly Person[],
  seed: string,
  n: number,
  small: ReadonlySet<number>,
): Person[] {
  const ranked = rank(contacts, seed, "contact", CONTACTS, n);
  const places = Array.from({ length: SMALL_TICKETS }, (_, i) => i === 0);
  const { items, position } = bag(places, n, seed, "small tickets");
  const isFirst = ({ id }: Person) => small.has(id) === items[position];
  return [
    ...ranked.filter(isFirst),
    ...ranked.filter((contact) => !isFirst(contact)),
  ];
}

/** The agents, the one who gets the n-th ticket first. */
export function rankAgents(
  agents: readonly Person[],
  seed: string,
  n: number,
): Person[] {
  return rank(agents, seed, "agent", AGENTS, n);
}

/** The agents of a team: everybody has a first team, some a second, and a small team borrows. */
export function agentsOf(
  team: string,
  teams: readonly string[],
  agents: readonly Person[],
  seed: string,
): Person[] {
  const members = agents.filter((agent) => {
    const [first, second] = teamsOf(agent.id, teams, seed);
    return team === first ||
      team === second && stream(seed, "second team", agent.id)() < SECOND_TEAM;
  });
  const others = agents.filter((agent) => !members.includes(agent))
    .sort((a, b) => belonging(b.id, team, seed) - belonging(a.id, team, seed));
  const least = Math.max(2, Math.ceil(agents.length / 3));
  return [...members, ...others.slice(0, Math.max(0, least - members.length))];
}

/**
 * The ids of the contacts who write in small letters: the first ones of an order by id, so that few
 * change when contacts come or go. They are never erased, and {@linkcode rankContacts} gives them
 * their share of the tickets.
 */
export function smallWriters(
  contacts: readonly Person[],
  seed: string,
): Set<number> {
  if (contacts.length < FEW) return new Set();
  const erasable = erasableIds(contacts, seed);
  const able = contacts.filter(({ id }) =>
    !erasable.has(id) && registerOf(seed, id) !== "formal"
  );
  const ids = byChance(able, seed, "small").map(({ id }) => id);
  return new Set(ids.slice(0, Math.ceil(contacts.length * SMALL_WRITERS)));
}

/** Whether this contact is among the half who may ever ask to be erased. */
export function mayBeErased(
  contact: Person,
  contacts: readonly Person[],
  seed: string,
): boolean {
  return erasableIds(contacts, seed).has(contact.id);
}

function erasableIds(contacts: readonly Person[], seed: string): Set<number> {
  const ids = byChance(contacts, seed, "erasure").map(({ id }) => id);
  return new Set(ids.slice(0, Math.floor(ids.length / 2)));
}

/** In an order that rests on the ids. */
function byChance(
  people: readonly Person[],
  seed: string,
  name: string,
): Person[] {
  return people.map((person) => ({
    person,
    chance: stream(seed, name, person.id)(),
  })).sort((a, b) => a.chance - b.chance || a.person.id - b.person.id)
    .map(({ person }) => person);
}

/** Weighted sampling without replacement: everybody draws a number for this ticket, the highest is first. */
function rank(
  people: readonly Person[],
  seed: string,
  kind: "contact" | "agent",
  sigma: number,
  n: number,
): Person[] {
  return people.map((person) => {
    const weight = weightOf(person.id, seed, kind, sigma);
    const chance = stream(seed, "who", kind, n, person.id)();
    return { person, key: Math.log(1 - chance) / weight };
  }).sort((a, b) => b.key - a.key || a.person.id - b.person.id)
    .map(({ person }) => person);
}

/** How often somebody's turn comes, compared with others. */
function weightOf(
  id: number,
  seed: string,
  kind: "contact" | "agent",
  sigma: number,
): number {
  return Math.exp(sigma * normal(stream(seed, kind, "often", id)));
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) *
    Math.cos(2 * Math.PI * random());
}
