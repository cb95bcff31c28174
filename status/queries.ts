/**
 * What there is to see, read from the store: the page, the JSON and the terminal all show this.
 * Every moment is a text in UTC (`2026-11-23T12:05:00.000Z`).
 *
 * @module
 */
import {
  HEARTBEAT,
  JOBS,
  type Label,
  labelOf,
  LABELS,
  nextTick,
} from "../workflow/schedule.ts";
import type { HourlyStats, JobRun, Store } from "../workflow/store.ts";
import {
  FINAL_STATES,
  type FinalState,
  type Message,
  type Ticket,
} from "../workflow/ticket.ts";
import { plainText } from "../lib/text.ts";
import { type Problem, problemsOf } from "./problems.ts";

/** What a ticket waits for, or how it ended. */
export type Stage = Label | FinalState;

/** A ticket at a glance. */
export interface TicketView {
  /** Freshdesk's id; null until it is known. */
  id: number | null;
  /** Its own tag in Freshdesk. */
  tag: string;
  /** Where a person sees it in Freshdesk; null until its id is known. */
  url: string | null;
  /** What it waits for, or how it ended. */
  stage: Stage;
  /** Plain text. */
  subject: string;
  /** The contact's name. */
  contact: string;
  /** The agent's name. */
  agent: string;
  /** Since when it waits for this stage, or when it ended. */
  since: string;
  /** The tick it waits for; null once it has ended. */
  dueAt: string | null;
  /** How often the stage was tried in vain. */
  attempts: number;
  /** What went wrong last, and what a person can do about it. */
  lastError: { at: string; message: string; hint: string } | null;
  /** What puts it back into the stage it ended in; null when there is nothing to resume. */
  retry: string | null;
}

/** A ticket with its conversation. */
export interface ThreadView extends TicketView {
  /** The steps of its plan, in order; when it was done is known of messages. */
  steps: { label: Label; state: "done" | "next" | "open"; at: string | null }[];
  /** What was said, in order; plain text. */
  messages: {
    from: Message["from"];
    name: string;
    private: boolean;
    text: string;
    at: string;
  }[];
}

/** A job and its last run. */
export interface JobView {
  /** Its name in Deno. */
  name: string;
  /** Minutes between two ticks. */
  every: number;
  /** Its last run; null if it has not run yet. `took` is in milliseconds. */
  lastRun: (Omit<JobRun, "at"> & { at: string }) | null;
  /** The tick to come. */
  nextTick: string;
  /** Whether it should have run by now. */
  overdue: boolean;
}

/** Some tickets of many. */
export interface PageView {
  /** How many there are; counted no further than {@linkcode COUNTED}. */
  count: number;
  /** Those that moved last come first. */
  tickets: TicketView[];
  /** Where the next page begins; null when there is none. */
  cursor: string | null;
}

/** What is said above everything else. */
export interface Notices {
  /** Whether nothing is sent to Freshdesk (`DRY_RUN`). */
  dryRun: boolean;
  /** What is wrong, and what to do. */
  problems: Problem[];
}

/** All that a look at the board shows. */
export interface BoardView extends Notices {
  /** Now. */
  at: string;
  /** The tickets, by what they wait for or how they ended. */
  tickets: Record<Stage, PageView>;
  /** The five jobs. */
  jobs: JobView[];
  /** What happened since midnight. */
  today: HourlyStats;
  /** What happened in each of the last 24 hours, the current one last. */
  hours: ({ at: string } & HourlyStats)[];
}

/** What the views are gathered from. */
export interface Source {
  /** The tickets. */
  store: Store;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Where a person sees a ticket in Freshdesk, by its id. */
  ticketUrl: (id: number) => string;
  /** When the program began (ms since 1970): no job can be overdue since before. Default: not known. */
  startedAt?: number;
  /** When this process last ran a job (ms since 1970). Default: not known; see `JobRun`. */
  ranAt?: (job: string) => number | undefined;
  /** Whether jobs run here at all. Default: true. */
  production?: boolean;
  /** Whether the program sends nothing. Default: as the latest run of a job was. */
  dryRun?: boolean;
  /** What the program found wrong when it started; null: nothing. Default: not known. */
  startProblem?: () => string | null | undefined;
}

/** Tickets of a stage are counted so far: a higher count reads "1000+". */
export const COUNTED = 1000;
/** What every ticket is in: what it waits for, in order, then how it ended. */
export const ALL_STAGES: readonly Stage[] = [...LABELS, ...FINAL_STATES];

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** The longest run of a job, and what is forgiven. */
const GRACE = (4 + 2) * MINUTE;

/**
 * Everything at once.
 *
 * @param limit tickets of each stage
 */
export async function board(
  source: Source,
  limit: number,
): Promise<BoardView> {
  const now = source.now();
  const hour = now - now % HOUR;
  const midnight = now - now % (24 * HOUR);
  const waiting = source.store.countWaiting(COUNTED * LABELS.length);
  const [pages, jobs, tallies] = await Promise.all([
    Promise.all(
      ALL_STAGES.map((stage) => page(source, stage, limit, "", waiting)),
    ),
    jobList(source),
    source.store.hourlyStats(hour - 23 * HOUR),
  ]);
  const today = nothing();
  const hours = Array.from({ length: 24 }, (_, i) => {
    const at = hour + (i - 23) * HOUR;
    const tally = tallies.get(at) ?? nothing();
    if (at >= midnight) add(today, tally);
    return { at: moment(at), ...tally };
  });
  const tickets = Object.fromEntries(
    ALL_STAGES.map((stage, i) => [stage, pages[i]!]),
  ) as Record<Stage, PageView>;
  return {
    at: moment(now),
    ...noticesOf(source, jobs),
    tickets,
    jobs,
    today,
    hours,
  };
}

/** A page of the tickets of a stage, from a cursor on. */
export async function page(
  source: Source,
  stage: Stage,
  limit: number,
  cursor = "",
  waiting = source.store.countWaiting(COUNTED * LABELS.length),
): Promise<PageView> {
  const { store } = source;
  const [count, { tickets, cursor: next }] = await Promise.all([
    isEnd(stage)
      ? store.countFinished(stage, COUNTED)
      : waiting.then((tickets) => Math.min(tickets[stage], COUNTED)),
    store.list(stage, limit, cursor),
  ]);
  tickets.sort((a, b) => b.stepSince - a.stepSince);
  return {
    count,
    tickets: tickets.map((ticket) => ticketView(ticket, source)),
    cursor: next || null,
  };
}

/** Whether a ticket has ended that is in this stage. */
export function isEnd(stage: Stage): stage is FinalState {
  return FINAL_STATES.some((state) => state === stage);
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

/**
 * A ticket and what was said in it: null when there is none.
 *
 * @param name Freshdesk's id, or the ticket's tag
 */
export async function thread(
  source: Source,
  name: string,
): Promise<ThreadView | null> {
  const { store } = source;
  const entry = /^\d{1,15}$/.test(name)
    ? await store.getById(Number(name))
    : await store.get(name);
  if (!entry) return null;
  const { ticket } = entry;
  const [plan, history] = await Promise.all([
    store.plan(ticket.tag),
    store.messageHistory(ticket.tag),
  ]);
  const saidAt = history.map(({ at }) => moment(at));
  return {
    ...ticketView(ticket, source),
    steps: (plan?.steps ?? []).map((step, i) => {
      const isDone = i < ticket.step || ticket.state === "closed";
      const at = isDone && "body" in step ? saidAt.shift() ?? null : null;
      const isNext = i === ticket.step && ticket.state === "active";
      const state = isDone ? "done" : isNext ? "next" : "open";
      return { label: labelOf(step), state, at };
    }),
    messages: history.map(({ from, name, private: isPrivate, body, at }) => ({
      from,
      name,
      private: isPrivate,
      text: plainText(body),
      at: moment(at),
    })),
  };
}

/** The five jobs, in the order of a ticket's life. */
export async function jobList(source: Source): Promise<JobView[]> {
  const { store, startedAt, ranAt, production = true } = source;
  const now = source.now();
  const runs = await store.jobs();
  return JOBS.map(({ name, every }) => {
    const run = runs.get(name);
    const latest = Math.max(run?.at ?? 0, ranAt?.(name) ?? 0, startedAt ?? 0) ||
      now;
    // Runs that found nothing to do are noted by the clock alone; a process knows its own.
    const pause = every * MINUTE + (ranAt ? 0 : HEARTBEAT) + GRACE;
    return {
      name,
      every,
      lastRun: run ? { ...run, at: moment(run.at) } : null,
      nextTick: moment(nextTick(every, now)),
      overdue: production && now - latest > pause,
    };
  });
}

/** What is to be said of these jobs above everything else. */
export function noticesOf(source: Source, jobs: JobView[]): Notices {
  const latest = jobs.map(({ lastRun }) => lastRun)
    .reduce((a, b) => (b?.at ?? "") > (a?.at ?? "") ? b : a, null);
  return {
    dryRun: source.dryRun ?? latest?.report?.planned !== undefined,
    problems: problemsOf(source, jobs),
  };
}

/** What a ticket is called in a path or a command: Freshdesk's id, or its tag until that is known. */
export function nameOf({ id, tag }: Pick<TicketView, "id" | "tag">): string {
  return String(id ?? tag);
}

function ticketView(ticket: Ticket, { ticketUrl }: Source): TicketView {
  const { id, tag, state, waitsFor, subject, lastError } = ticket;
  const canRetry = state === "failed" || state === "abandoned";
  return {
    id,
    tag,
    url: id === null ? null : ticketUrl(id),
    stage: state === "active" ? waitsFor : state,
    subject,
    contact: ticket.contact.name,
    agent: ticket.agent.name,
    since: moment(ticket.stepSince),
    dueAt: state === "active" ? moment(ticket.dueAt) : null,
    attempts: ticket.attempts,
    lastError: lastError && { ...lastError, at: moment(lastError.at) },
    retry: canRetry ? `deno task retry ${id ?? tag}` : null,
  };
}

function moment(at: number): string {
  return new Date(at).toISOString();
}

function nothing(): HourlyStats {
  return { opened: 0, closed: 0, failed: 0, abandoned: 0, calls: 0 };
}

function add(sum: HourlyStats, tally: HourlyStats): void {
  for (const what of Object.keys(sum) as (keyof HourlyStats)[]) {
    sum[what] += tally[what];
  }
}
