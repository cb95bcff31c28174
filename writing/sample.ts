/**
 * Tickets as a desk would write them for people made up here: for previews, checks and tests.
 *
 * @module
 */
import { HOUR } from "../lib/time.ts";
import type {
  ContactMemory,
  DrawPlanWaits,
  Outcome,
  Pace,
  Person,
  Plan,
} from "../workflow/plan.ts";
import type { Desk } from "./desk.ts";
import { fits, Writer } from "./writer.ts";

/** What a sample is written from. */
export interface SampleOptions {
  /** By default the desk's own. */
  pace?: Pace;
  /** Only this topic. */
  topic?: string;
  /** Only this outcome. */
  outcome?: Outcome;
  /** When the n-th ticket is opened, in milliseconds since 1970; by default an hour apart from a Tuesday on. */
  at?: (n: number) => number;
  /** By default forty made-up ones. */
  contacts?: readonly Person[];
  /** By default six made-up ones. */
  agents?: readonly Person[];
  /** How long people take. */
  waits?: DrawPlanWaits;
}

const TUESDAY = Date.UTC(2026, 2, 10, 10);

/** Writes the tickets 0 to `count` - 1 of a seed. */
export async function* sample(
  desk: Desk,
  seed: string,
  count: number,
  options: SampleOptions = {},
): AsyncGenerator<Plan> {
  const { pace, topic, outcome, waits, at = (n) => TUESDAY + n * HOUR } =
    options;
  const writer = new Writer({
    desk,
    seed,
    ...(pace && { pace }),
    ...(waits && { waits }),
  });
  // Where every ticket erases its contact, all of them would soon be gone: each is written anew.
  const remembers = desk.topics.some((one) =>
    fits(one, options) && !one.file.erasure
  );
  const memory = new Map<number, ContactMemory>();
  for (let n = 0; n < count; n++) {
    const written = await writer.write({
      n,
      at: at(n),
      contacts: options.contacts ?? CONTACTS,
      agents: options.agents ?? AGENTS,
      recall: (id) => memory.get(id),
      ...(topic !== undefined && { topic }),
      ...(outcome && { outcome }),
    });
    if (remembers) memory.set(written.plan.contact.id, written.memory);
    yield written.plan;
  }
}

/** The tickets of {@linkcode sample} at once. */
export function sampleOf(
  desk: Desk,
  seed: string,
  count: number,
  options: SampleOptions = {},
): Promise<Plan[]> {
  return Array.fromAsync(sample(desk, seed, count, options));
}

const NAMES =
  ("Emma Clarke|Oliver Hughes|Amelia Patel|Jack Thompson|Isla Murray|Harry Edwards|Mia Okafor|George Whitfield|" +
    "Freya Lindqvist|Noah Bennett|Grace O'Neill|Leo Marchetti|Ruby Sinclair|Arthur Pemberton|Chloe Dubois|Theo Andersen|" +
    "Ella Robertson|Oscar Novak|Poppy Hargreaves|Henry Castellano|Sophie Lang|Samuel Adeyemi|Hannah Fischer|Max Dempsey|" +
    "Lucy Barrett|Ethan McAllister|Zara Hussain|Callum Reid|Nina Kowalska|Tom Ashworth|Alice Moreau|Daniel Frost|" +
    "Katie Donnelly|Ben Varga|Laura Jennings|Piotr Zielinski|Megan Doyle|Adam Farrow|Eva Horvath|Ryan Blackwood")
    .split("|");

/** Made-up contacts. */
export const CONTACTS: readonly Person[] = NAMES.map((name, i) => ({
  id: i + 1,
  name,
  email: `contact${i + 1}@example.com`,
}));

/** Made-up agents. */
export const AGENTS: readonly Person[] = [
  "Sam Rivera",
  "Priya Nair",
  "Joe Lister",
  "Kim Park",
  "Marta Silva",
  "Dan Whelan",
].map((name, i) => ({
  id: 101 + i,
  name,
  email: `agent${i + 1}@example.com`,
}));
