/**
 * Tickets found by words, people, priority, outcome and state: all that are open, and the newest of
 * those that have ended.
 *
 * @module
 */
import { type Outcome, OUTCOMES } from "../workflow/plan.ts";
import { FINAL_STATES, type Ticket } from "../workflow/ticket.ts";
import type { Source } from "./source.ts";
import {
  ALL_STAGES,
  cardsOf,
  type CardView,
  isOverdue,
  stageOf,
  statusOf,
} from "./ticket_view.ts";
import { TicketCache } from "./ticket_cache.ts";

/** Finished tickets that are searched. */
export const FINISHED_SEARCHED = 500;

/** Open tickets that are searched, those that are due first. */
export const OPEN_SEARCHED = 10_000;

/** What a ticket can be searched by, besides what it waits for or how it ended. */
export const STATES = ["open", "pending", "resolved", "overdue"] as const;

/** What is searched for; empty texts match all. */
export interface Filter {
  /** Words that subject, names or number contain, all of them. */
  q: string;
  /** The agent's name. */
  agent: string;
  /** The contact's name. */
  contact: string;
  /** 1 to 4. */
  priority: string;
  /** One of {@linkcode OUTCOMES}. */
  outcome: string;
  /** One of {@linkcode STATES}, or a stage. */
  state: string;
}

/** What was found. */
export interface SearchView {
  /** How many tickets fit. */
  count: number;
  /** Those of this page: the open ones first, the first due first; then the finished, the latest first. */
  tickets: CardView[];
  /** What was searched. */
  searched: {
    open: number;
    finished: number;
    /** Whether there are finished tickets besides. */
    more: boolean;
  };
  /** The names there are, for the forms. */
  agents: string[];
}

/** An agent, and the tickets they have. */
export interface AgentView {
  /** Full name. */
  name: string;
  /** Tickets that wait for the agent. */
  open: number;
  /** Tickets that wait for the customer or a third party. */
  pending: number;
  /** Tickets that are resolved and not yet closed. */
  resolved: number;
  /** Open tickets whose step is late. */
  overdue: number;
  /** Of the finished tickets that were looked at. */
  finished: number;
}

/** The names of a filter's parts. */
export const FILTERS = [
  "q",
  "agent",
  "contact",
  "priority",
  "outcome",
  "state",
] as const;

/** A filter from what was asked for: what is wrong with it, if anything is. */
export function readFilter(query: Record<string, string>): Filter | string {
  const filter = Object.fromEntries(
    FILTERS.map((name) => [name, (query[name] ?? "").trim().slice(0, 200)]),
  ) as unknown as Filter;
  const { priority, outcome, state } = filter;
  if (priority && !/^[1-4]$/.test(priority)) {
    return `priority '${priority}' must be 1, 2, 3 or 4`;
  }
  if (outcome && !OUTCOMES.includes(outcome as Outcome)) {
    return `outcome '${outcome}' must be one of ${OUTCOMES.join(", ")}`;
  }
  const states: readonly string[] = [...STATES, ...ALL_STAGES];
  if (state && !states.includes(state)) {
    return `state '${state}' must be one of ${states.join(", ")}`;
  }
  return filter;
}

/** The tickets that fit a filter: `limit` of them, from the n-th on. */
export async function search(
  source: Source,
  filter: Filter,
  limit: number,
  from = 0,
): Promise<SearchView> {
  const { tickets, searched } = await gather(source);
  const wanted = filter.q.toLowerCase().split(/\s+/).filter(Boolean);
  const now = source.now();
  const found = tickets.filter((ticket) => fits(ticket, filter, wanted, now));
  return {
    count: found.length,
    tickets: await cardsOf(source, found.slice(from, from + limit)),
    searched,
    agents: [...new Set(tickets.map(({ agent }) => agent.name))].sort(),
  };
}

/** Every agent with their tickets, those with most to do first. */
export async function agents(
  source: Source,
): Promise<{ agents: AgentView[]; searched: SearchView["searched"] }> {
  const { tickets, searched } = await gather(source);
  const now = source.now();
  const all = new Map<string, AgentView>();
  for (const ticket of tickets) {
    const { name } = ticket.agent;
    const agent = all.get(name) ??
      { name, open: 0, pending: 0, resolved: 0, overdue: 0, finished: 0 };
    all.set(name, agent);
    const status = statusOf(ticket);
    if (ticket.state !== "active") agent.finished++;
    else if (status && status !== "closed") agent[status]++;
    if (isOverdue(ticket, now)) agent.overdue++;
  }
  return {
    agents: [...all.values()].sort((a, b) =>
      b.open + b.pending - a.open - a.pending || a.name.localeCompare(b.name)
    ),
    searched,
  };
}

/** Reads what a search looks at, so that the first one finds it in the cache. */
export async function readAhead(source: Source): Promise<void> {
  await gather(source);
}

async function gather(source: Source) {
  const { store, cache = new TicketCache(store) } = source;
  const [waiting, ...ends] = await Promise.all([
    cache.waiting(),
    ...FINAL_STATES.map((state) =>
      cache.latestFinished(state, FINISHED_SEARCHED + 1)
    ),
  ]);
  const open = await cache.tickets(waiting.slice(0, OPEN_SEARCHED));
  const ended = await cache.tickets(ends.flat());
  ended.sort((a, b) => endOf(b) - endOf(a));
  const finished = ended.slice(0, FINISHED_SEARCHED);
  return {
    tickets: [...open, ...finished],
    searched: {
      open: open.length,
      finished: finished.length,
      more: ended.length > FINISHED_SEARCHED,
    },
  };
}

function endOf({ completedAt, stepSince }: Ticket): number {
  return completedAt ?? stepSince;
}

function fits(
  ticket: Ticket,
  { agent, contact, priority, outcome, state }: Filter,
  words: readonly string[],
  now: number,
): boolean {
  if (agent && ticket.agent.name !== agent) return false;
  const contactName = ticket.contact.name.toLowerCase();
  if (contact && !contactName.includes(contact.toLowerCase())) return false;
  if (priority && ticket.priority !== Number(priority)) return false;
  if (outcome && ticket.outcome !== outcome) return false;
  if (state && !isIn(ticket, state, now)) return false;
  if (words.length === 0) return true;
  const { subject, id, tag } = ticket;
  const text = `${subject} ${contactName} ${ticket.agent.name} #${id ?? tag}`
    .toLowerCase();
  return words.every((word) => text.includes(word));
}

function isIn(ticket: Ticket, state: string, now: number): boolean {
  if (state === "overdue") return isOverdue(ticket, now);
  if ((ALL_STAGES as readonly string[]).includes(state)) {
    return stageOf(ticket) === state;
  }
  return ticket.state === "active" && statusOf(ticket) === state;
}
