/**
 * Tickets that were read before. A ticket is read again only when its entry in the lists has another
 * stamp, which every change gives it that people see; so a look at ten thousand tickets costs what
 * has changed since the look before.
 *
 * @module
 */
import type { Place, Store } from "../workflow/store.ts";
import type { StoredPlan, Ticket } from "../workflow/ticket.ts";

/** What is remembered of a ticket's texts. */
interface Words<T> {
  step: number;
  state: string;
  words: T;
}

/** Most that is remembered, of the tickets used last. */
const MOST = 12_000;

/** Remembers tickets, and what was said last in them. */
export class TicketCache {
  readonly #store: Pick<Store, "tickets" | "plans">;
  readonly #tickets = new Map<string, { stamp: string; ticket: Ticket }>();
  readonly #words = new Map<string, Words<unknown>>();

  /** Remembers nothing yet. */
  constructor(store: Pick<Store, "tickets" | "plans">) {
    this.#store = store;
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
