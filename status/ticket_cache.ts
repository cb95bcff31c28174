/**
 * Tickets that were read before. A ticket is read again only when its entry in the lists has another
 * stamp, which every change gives it that people see; so a look at ten thousand tickets costs what
 * has changed since the look before.
 *
 * @module
 */
import type { Backlog, DueEntry, Place, Store } from "../workflow/store.ts";
import type { FinalState, StoredPlan, Ticket } from "../workflow/ticket.ts";

/** What is remembered of a ticket's texts. */
interface Words<T> {
  step: number;
  state: string;
  words: T;
}

/** What is read of the store. */
type ReadStore = Pick<
  Store,
  "version" | "backlogs" | "waiting" | "latestFinished" | "tickets" | "plans"
>;

/** Waiting tickets of a job are looked at so far. */
const MOST_WAITING = 10_000;
/** Most that is remembered, of the tickets used last. */
const MOST = 12_000;

/** Remembers tickets, and what was said last in them. */
export class TicketCache {
  readonly #store: ReadStore;
  readonly #lists = new Map<
    string,
    { version: string; list: Promise<unknown> }
  >();
  readonly #tickets = new Map<string, { stamp: string; ticket: Ticket }>();
  #asked: Promise<string> | undefined;
  readonly #words = new Map<string, Words<unknown>>();

  /** Remembers nothing yet. */
  constructor(store: ReadStore) {
    this.#store = store;
  }

  /** The tickets that wait, the first due first; of each job no more than ten thousand. */
  async waiting(): Promise<readonly (DueEntry & Place)[]> {
    return await this.#once(
      "waiting",
      () => this.#store.waiting(MOST_WAITING),
    );
  }

  /** Where the tickets stand that ended in this way, the latest first. */
  async latestFinished(
    state: FinalState,
    limit: number,
  ): Promise<readonly Place[]> {
    return await this.#once(
      `${state} ${limit}`,
      () => this.#store.latestFinished(state, limit),
    );
  }

  /** How many tickets were open, pending and resolved in each hour since a moment. */
  async backlogs(since: number): Promise<ReadonlyMap<number, Backlog>> {
    const read = () => this.#store.backlogs(since);
    return await this.#once("backlogs", read, String(since));
  }

  /** Reads a list, unless nothing that people see has changed since this part of it was read. */
  async #once<T>(
    name: string,
    read: () => Promise<T>,
    part = "",
  ): Promise<T> {
    const version = `${await this.#version()} ${part}`;
    const known = this.#lists.get(name);
    if (known?.version === version) return await (known.list as Promise<T>);
    const list = read();
    this.#lists.set(name, { version, list });
    try {
      return await list;
    } catch (error) {
      this.#lists.delete(name);
      throw error;
    }
  }

  /** What is asked for at the same time is asked once. */
  #version(): Promise<string> {
    this.#asked ??= this.#store.version().finally(() => {
      this.#asked = undefined;
    });
    return this.#asked;
  }

  /** The tickets at these places, in their order; those that cannot be read are left out. */
  async tickets(places: readonly Place[]): Promise<Ticket[]> {
    const stale = places.filter(({ tag, stamp }) =>
      this.#tickets.get(tag)?.stamp !== stamp
    );
    const stamps = new Map(stale.map(({ tag, stamp }) => [tag, stamp]));
    for (const { tag } of stale) this.#tickets.delete(tag);
    const read = await this.#store.tickets(stale.map(({ tag }) => tag));
    for (const ticket of read) {
      const stamp = stamps.get(ticket.tag)!;
      this.#tickets.set(ticket.tag, { stamp, ticket });
    }
    const found = places.flatMap(({ tag }) =>
      this.#tickets.get(tag)?.ticket ?? []
    );
    forgetOldest(this.#tickets);
    return found;
  }

  /** What was said last in each ticket, by its tag; read from the plan once a step. */
  async lastWords<T>(
    tickets: readonly Ticket[],
    read: (ticket: Ticket, plan: StoredPlan) => T,
  ): Promise<Map<string, T>> {
    const stale = tickets.filter(({ tag, step, state }) => {
      const known = this.#words.get(tag);
      return known?.step !== step || known.state !== state;
    });
    const plans = await this.#store.plans(stale.map(({ tag }) => tag));
    for (const ticket of stale) {
      const { tag, step, state } = ticket;
      const plan = plans.get(tag);
      if (!plan) continue;
      this.#words.delete(tag);
      this.#words.set(tag, { step, state, words: read(ticket, plan) });
    }
    const found = new Map(
      tickets.flatMap(({ tag }) => {
        const known = this.#words.get(tag);
        return known ? [[tag, known.words as T]] : [];
      }),
    );
    forgetOldest(this.#words);
    return found;
  }
}

function forgetOldest(map: Map<string, unknown>): void {
  for (const key of map.keys()) {
    if (map.size <= MOST) return;
    map.delete(key);
  }
}
