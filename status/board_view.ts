/**
 * All that a look at the board shows.
 *
 * @module
 */
import { DAY, HOUR, toIso } from "../lib/time.ts";
import { LABELS } from "../workflow/schedule.ts";
import {
  type Backlog,
  BACKLOG_KEPT,
  backlogOf,
  type HourlyStats,
} from "../workflow/store.ts";
import { FINAL_STATES, type FinalState } from "../workflow/ticket.ts";
import { jobList, type JobView } from "./job_list.ts";
import { type Notices, noticesOf } from "./notices.ts";
import type { Source } from "./source.ts";
import { TicketCache } from "./ticket_cache.ts";
import { COUNTED, type PageView } from "./ticket_pages.ts";
import { ALL_STAGES, cards, type CardView, type Stage } from "./ticket_view.ts";

/** All that a look at the board shows. */
export interface BoardView extends Notices {
  /** Now. */
  at: string;
  /** The tickets, by what they wait for (the first due first) or how they ended (the latest first). */
  tickets: Record<Stage, PageView<CardView>>;
  /** How many tickets are open, pending and resolved. */
  backlog: Backlog;
  /** The same in the hours before, as far as it was kept. */
  backlogs: ({ at: string } & Backlog)[];
  /** Whether the database has no ticket at all. */
  isEmpty: boolean;
  /** The five jobs. */
  jobs: JobView[];
  /** What happened since midnight. */
  today: HourlyStats;
  /** What happened in each of the last 24 hours, the current one last. */
  hours: ({ at: string } & HourlyStats)[];
}

/**
 * Everything at once.
 *
 * @param limit tickets of each stage
 */
export async function board(
  source: Source,
  limit: number,
): Promise<BoardView> {
  const { store, cache = new TicketCache(store) } = source;
  const now = source.now();
  const hour = now - now % HOUR;
  const midnight = now - now % DAY;
  const [waiting, finished, jobs, tallies, backlogs] = await Promise.all([
    cache.waiting(),
    Promise.all(
      FINAL_STATES.map((state) => finishedPage(source, state, limit)),
    ),
    jobList(source),
    store.hourlyStats(hour - 23 * HOUR),
    cache.backlogs(hour - BACKLOG_KEPT),
  ]);
  const pages = await Promise.all(LABELS.map(async (label) => {
    const there = waiting.filter(({ waitsFor }) => waitsFor === label);
    const tickets = await cards(source, there.slice(0, limit));
    return { count: Math.min(there.length, COUNTED), tickets, cursor: null };
  }));
  const today = nothing();
  const hours = Array.from({ length: 24 }, (_, i) => {
    const at = hour + (i - 23) * HOUR;
    const tally = tallies.get(at) ?? nothing();
    if (at >= midnight) add(today, tally);
    return { at: toIso(at), ...tally };
  });
  const tickets = Object.fromEntries(
    ALL_STAGES.map((stage, i) => [stage, [...pages, ...finished][i]!]),
  ) as BoardView["tickets"];
  return {
    at: toIso(now),
    ...await noticesOf(source, jobs, waiting),
    tickets,
    backlog: backlogOf(waiting),
    backlogs: [...backlogs].map(([at, backlog]) => ({
      at: toIso(at),
      ...backlog,
    })),
    isEmpty: Object.values(tickets).every(({ count }) => count === 0),
    jobs,
    today,
    hours,
  };
}

async function finishedPage(
  source: Source,
  state: FinalState,
  limit: number,
): Promise<PageView<CardView>> {
  const { store, cache = new TicketCache(store) } = source;
  const places = await cache.latestFinished(state, COUNTED);
  const tickets = await cards(source, places.slice(0, limit));
  return { count: places.length, tickets, cursor: null };
}

function nothing(): HourlyStats {
  return { opened: 0, closed: 0, failed: 0, abandoned: 0, calls: 0 };
}

function add(sum: HourlyStats, tally: HourlyStats): void {
  for (const what of Object.keys(sum) as (keyof HourlyStats)[]) {
    sum[what] += tally[what];
  }
}
