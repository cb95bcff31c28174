/**
 * Which teams an agent belongs to, derived from seed and id.
 *
 * @module
 */
import { stream } from "../lib/random.ts";

/** The teams of a desk in the order in which an agent belongs to them; the first one is home. */
export function teamsOf(
  agent: number,
  teams: readonly string[],
  seed: string,
): string[] {
  return teams.toSorted((a, b) =>
    belonging(agent, b, seed) - belonging(agent, a, seed)
  );
}

/** How much an agent belongs to a team (0 to 1). */
export function belonging(agent: number, team: string, seed: string): number {
  return stream(seed, "team", team, agent)();
}
