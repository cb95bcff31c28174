/**
 * Lists of tickets, page by page.
 *
 * @module
 */
import type { Source } from "./source.ts";
import { TicketCache } from "./ticket_cache.ts";
import {
  isEnd,
  type Stage,
  type TicketView,
  ticketView,
} from "./ticket_view.ts";

/** Some tickets of many. */
export interface PageView<View = TicketView> {
  /** How many there are; counted no further than {@linkcode COUNTED}. */
  count: number;
  /** Those that moved last come first. */
  tickets: View[];
  /** Where the next page begins; null when there is none. */
  cursor: string | null;
}

/** Tickets of a stage are counted so far: a higher count reads "1000+". */
export const COUNTED = 1000;

/** A page of the tickets of a stage, from a cursor on. */
export async function page(
  source: Source,
  stage: Stage,
  limit: number,
  cursor = "",
): Promise<PageView> {
  const { store, cache = new TicketCache(store) } = source;
  // The list first: a wrong cursor rejects it, and nothing must be left running then.
  const { tickets, cursor: next } = await store.list(stage, limit, cursor);
  const all = isEnd(stage)
    ? await cache.latestFinished(stage, COUNTED)
    : (await cache.waiting()).filter(({ waitsFor }) => waitsFor === stage);
  tickets.sort((a, b) => b.stepSince - a.stepSince);
  return {
    count: Math.min(all.length, COUNTED),
    tickets: tickets.map((ticket) => ticketView(ticket, source)),
    cursor: next || null,
  };
}

/** A page of all tickets, from a cursor on: the youngest first. */
export async function listTickets(
  source: Source,
  limit: number,
  cursor?: string,
): Promise<Omit<PageView, "count">> {
  const { tickets, cursor: next } = await source.store.list(
    undefined,
    limit,
    cursor,
  );
  return {
    tickets: tickets.map((ticket) => ticketView(ticket, source)),
    cursor: next || null,
  };
}
