/**
 * Who writes and who answers. All of it follows from the seed and the ids, so that somebody who joins
 * or leaves the account changes little for the others.
 *
 * @module
 */
import { stream } from "../lib/random.ts";
import type { Person } from "../workflow/plan.ts";

/** How unequal people are: the sigma of a log-normal weight. The busiest tenth of the contacts write about a quarter of the tickets. */
const CONTACTS = 0.5;
/** Teams make agents still more unequal. */
const AGENTS = 0.5;
/** Agents in a second team. */
const SECOND_TEAM = 0.4;

/** The contacts, the one who writes the n-th ticket first, then who would in their place. */
export function rankContacts(
  contacts: readonly Person[],
  seed: string,
  n: number,
): Person[] {
  return rank(contacts, seed, "contact", CONTACTS, n);
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
  const chance = (agent: Person, team: string) =>
    stream(seed, "team", team, agent.id)();
  const members = agents.filter((agent) => {
    const [first, second] = teams.toSorted((a, b) =>
      chance(agent, b) - chance(agent, a)
    );
    return team === first ||
      team === second && stream(seed, "second team", agent.id)() < SECOND_TEAM;
  });
  const others = agents.filter((agent) => !members.includes(agent))
    .sort((a, b) => chance(b, team) - chance(a, team));
  const least = Math.max(2, Math.ceil(agents.length / 3));
  return [...members, ...others.slice(0, Math.max(0, least - members.length))];
}

/** Whether this contact is among the half who may ever ask to be erased. */
export function mayBeErased(
  contact: Person,
  contacts: readonly Person[],
  seed: string,
): boolean {
  const chance = ({ id }: Person) => stream(seed, "erasure", id)();
  const own = chance(contact);
  const before = contacts.filter((other) => chance(other) < own).length;
  return (before + 1) * 2 <= contacts.length;
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
    const weight = Math.exp(
      sigma * normal(stream(seed, kind, "often", person.id)),
    );
    const chance = stream(seed, "who", kind, n, person.id)();
    return { person, key: Math.log(1 - chance) / weight };
  }).sort((a, b) => b.key - a.key || a.person.id - b.person.id)
    .map(({ person }) => person);
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) *
    Math.cos(2 * Math.PI * random());
}
