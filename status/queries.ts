/**
 * What there is to see, read from the store: the page, the JSON and the terminal all show this.
 * Every moment is a text in UTC (`2026-11-23T12:05:00.000Z`).
 *
 * @module
 */
import { plainText, shorten } from "../lib/text.ts";
import { DAY, HOUR, MINUTE } from "../lib/time.ts";
import type { Outcome, PlanStep, Priority } from "../workflow/plan.ts";
import {
  dueTick,
  HEARTBEAT,
  JOBS,
  type Label,
  labelOf,
  LABELS,
  nextTick,
} from "../workflow/schedule.ts";
import {
  type Backlog,
  BACKLOG_KEPT,
  backlogOf,
  type DueEntry,
  type HourlyStats,
  type JobRun,
  phaseOf,
  type Place,
  type Store,
} from "../workflow/store.ts";
import {
  FINAL_STATES,
  type FinalState,
  type Message,
  type StoredPlan,
  type Ticket,
} from "../workflow/ticket.ts";
import type { Calendars } from "../workflow/waits.ts";
import { type Problem, problemsOf } from "./problems.ts";
import { TicketCache } from "./ticket_cache.ts";

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
  /** Freshdesk's scale: 1 low, 2 medium, 3 high, 4 urgent. */
  priority: Priority;
  /** How the conversation goes. */
  outcome: Outcome;
  /** What it is in Freshdesk; null before it is opened. */
  status: keyof Backlog | "closed" | null;
  /** When it was written. */
  createdAt: string;
  /** Since when it waits for this stage, or when it ended. */
  since: string;
  /** The tick it waits for; null once it has ended. */
  dueAt: string | null;
  /** Whether that tick has passed. */
  overdue: boolean;
  /** How often this step failed. */
  attempts: number;
  /** What went wrong last, and what a person can do about it. */
  lastError: { at: string; message: string; hint: string } | null;
  /** What puts it back into the stage it ended in; null when there is nothing to resume. */
  retry: string | null;
}

/** A ticket with what was said last. */
export interface CardView extends TicketView {
  /** Plain text on one line; null while nothing was said. */
  lastWords: { from: Message["from"]; text: string } | null;
}

/** A step of a ticket's plan. */
export interface StepView {
  /** What it is called. */
  label: Label;
  /** Whether it was done. */
  state: "done" | "next" | "open";
  /** When it was done, which is known of messages. */
  at: string | null;
  /** When it is expected, if all goes well; null once it is done, or when the ticket has ended. */
  expectedAt: string | null;
  /** Who does it; null where it is the program's. */
  by: string | null;
  /** What will be said; null once it is, or where nothing is. */
  text: string | null;
  /** The status that the ticket gets; null where it keeps its own. */
  status: string | null;
}

/** A ticket with its conversation. */
export interface ThreadView extends TicketView {
  /** The steps of its plan, in order. */
  steps: StepView[];
  /** The number of the step it waits for, from 0. */
  step: number;
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
export interface PageView<View = TicketView> {
  /** How many there are; counted no further than {@linkcode COUNTED}. */
  count: number;
  /** Those that moved last come first. */
  tickets: View[];
  /** Where the next page begins; null when there is none. */
  cursor: string | null;
}

/** What is said above everything else. */
export interface Notices {
  /** Whether nothing is sent to Freshdesk (`DRY_RUN`). */
  dryRun: boolean;
  /** Who has paused the program, since when and until when; null if nobody has. */
  paused: PauseView | null;
  /** When the next ticket is expected, and whether it is the first; null if none is. */
  nextTicket: { at: string; isFirst: boolean } | null;
  /** What is wrong, and what to do. */
  problems: Problem[];
}

/** That nothing is done for now. */
export interface PauseView {
  /** Who wants it. */
  by: string;
  /** Since when. */
  since: string;
  /** Until when; null: until it is resumed. */
  until: string | null;
  /** How far the clean-up is that holds all else back; null where it is a person. */
  cleanup: { done: number; total: number } | null;
}

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
  /** When the next ticket that is not written yet is expected (ms since 1970). Default: at the full hour. */
  nextTicket?: () => Promise<number | undefined>;
  /** The hours in which waits pass. Default: they pass around the clock. */
  calendars?: () => Promise<Calendars | undefined>;
  /** Tickets that were read before. Default: all are read anew. */
  cache?: TicketCache;
}

/** Tickets of a stage are counted so far: a higher count reads "1000+". */
export const COUNTED = 1000;
/** What every ticket is in: what it waits for, in order, then how it ended. */
export const ALL_STAGES: readonly Stage[] = [...LABELS, ...FINAL_STATES];

/** The longest run of a job, and what is forgiven. */
const GRACE = (4 + 2) * MINUTE;
/** A ticket is overdue when its tick is over. */
const LATE = 5 * MINUTE;
/** Characters of the last words on a card. */
const LAST_WORDS = 160;
/** Waiting tickets are looked at so far. */
const MOST_WAITING = 10_000;

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
    store.backlogs(hour - BACKLOG_KEPT),
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
    return { at: moment(at), ...tally };
  });
  const tickets = Object.fromEntries(
    ALL_STAGES.map((stage, i) => [stage, [...pages, ...finished][i]!]),
  ) as BoardView["tickets"];
  return {
    at: moment(now),
    ...await noticesOf(source, jobs, waiting),
    tickets,
    backlog: backlogOf(waiting),
    backlogs: [...backlogs].map(([at, backlog]) => ({
      at: moment(at),
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

/** The tickets that stand at these places, with what was said last in them. */
export async function cards(
  source: Source,
  places: readonly Place[],
): Promise<CardView[]> {
  const { store, cache = new TicketCache(store) } = source;
  return await cardsOf(source, await cache.tickets(places));
}

/** These tickets, with what was said last in them. */
export async function cardsOf(
  source: Source,
  tickets: readonly Ticket[],
): Promise<CardView[]> {
  const { store, cache = new TicketCache(store) } = source;
  const words = await cache.lastWords(tickets, lastWordsOf);
  return tickets.map((ticket) => ({
    ...ticketView(ticket, source),
    lastWords: words.get(ticket.tag) ?? null,
  }));
}

/** What was said last before a ticket's current step. */
function lastWordsOf(ticket: Ticket, plan: StoredPlan): CardView["lastWords"] {
  const done = ticket.state === "closed"
    ? plan.steps
    : plan.steps.slice(0, ticket.step);
  const last = done.findLast((step) => "body" in step && step.kind !== "note");
  if (!last || !("body" in last)) return null;
  const from = last.kind === "reply" ? "agent" : "contact";
  const text = plainText(last.body).replace(/\s+/g, " ");
  return { from, text: shorten(text, LAST_WORDS) };
}

/** A page of the tickets of a stage, from a cursor on. */
export async function page(
  source: Source,
  stage: Stage,
  limit: number,
  cursor = "",
): Promise<PageView> {
  const { store } = source;
  // The list first: a wrong cursor rejects it, and nothing must be left running then.
  const { tickets, cursor: next } = await store.list(stage, limit, cursor);
  const count = isEnd(stage)
    ? await store.countFinished(stage, COUNTED)
    : Math.min((await store.countWaiting(MOST_WAITING))[stage], COUNTED);
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
  return {
    ...ticketView(ticket, source),
    step: ticket.step,
    steps: plan ? await stepsOf(source, ticket, plan, history) : [],
    messages: history.map(({ from, name, private: isPrivate, body, at }) => ({
      from,
      name,
      private: isPrivate,
      text: plainText(body),
      at: moment(at),
    })),
  };
}

async function stepsOf(
  { now, calendars }: Source,
  ticket: Ticket,
  plan: StoredPlan,
  history: readonly Message[],
): Promise<StepView[]> {
  const saidAt = history.map(({ at }) => moment(at));
  const hours = await calendars?.().catch(() => undefined);
  let expected = Math.max(ticket.dueAt, now() - now() % MINUTE);
  return plan.steps.map((step, i) => {
    const isDone = i < ticket.step || ticket.state === "closed";
    const isNext = i === ticket.step && ticket.state === "active";
    const label = labelOf(step);
    const by = actorOf(step, plan);
    const status = step.kind === "status"
      ? step.status.replaceAll("_", " ")
      : null;
    if (isDone) {
      const at = "body" in step ? saidAt.shift() ?? null : null;
      const done = { state: "done" as const, at, expectedAt: null, text: null };
      return { label, by, status, ...done };
    }
    if (!isNext && !step.sameTick) {
      expected = dueTick(plan, i, expected, hours);
    }
    return {
      label,
      state: isNext ? "next" : "open",
      at: null,
      expectedAt: ticket.state === "active" ? moment(expected) : null,
      by,
      status,
      text: "body" in step ? plainText(step.body) : null,
    };
  });
}

function actorOf(step: PlanStep, { contact }: StoredPlan): string | null {
  if (step.kind === "create" || step.kind === "answer") return contact.name;
  return "agent" in step ? step.agent.name : null;
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

/** What is to be said above everything else. */
export async function noticesOf(
  source: Source,
  jobs: JobView[],
  waiting?: readonly DueEntry[],
): Promise<Notices> {
  const latest = jobs.map(({ lastRun }) => lastRun)
    .reduce((a, b) => (b?.at ?? "") > (a?.at ?? "") ? b : a, null);
  const { store, cache = new TicketCache(store) } = source;
  const pause = await store.pause(source.now());
  return {
    dryRun: source.dryRun ?? latest?.report?.planned !== undefined,
    paused: pause
      ? {
        by: pause.by,
        since: moment(pause.since),
        until: pause.until === null ? null : moment(pause.until),
        cleanup: pause.cleanup ?? null,
      }
      : null,
    nextTicket: await nextTicketOf(
      source,
      waiting ?? await cache.waiting(),
    ),
    problems: problemsOf(source, jobs),
  };
}

async function nextTicketOf(
  source: Source,
  waiting: readonly DueEntry[],
): Promise<Notices["nextTicket"]> {
  if (source.production === false) return null;
  const now = source.now();
  const openings = waiting.filter(({ waitsFor }) => waitsFor === "opening")
    .map(({ dueAt }) => Math.max(dueAt, nextTick(5, now) - 5 * MINUTE));
  const expected = source.nextTicket
    ? await source.nextTicket().catch(() => undefined)
    : nextTick(60, now);
  const at = Math.min(...openings, expected ?? Infinity);
  if (!Number.isFinite(at)) return null;
  const isFirst = await source.store.nextNumber() - openings.length <= 0;
  return { at: moment(at), isFirst };
}

/** What a ticket is called in a path or a command: Freshdesk's id, or its tag until that is known. */
export function nameOf({ id, tag }: Pick<TicketView, "id" | "tag">): string {
  return String(id ?? tag);
}

/** A ticket at a glance. */
export function ticketView(
  ticket: Ticket,
  { ticketUrl, now }: Pick<Source, "ticketUrl" | "now">,
): TicketView {
  const { id, tag, state, subject, lastError } = ticket;
  const canRetry = state === "failed" || state === "abandoned";
  return {
    id,
    tag,
    url: id === null ? null : ticketUrl(id),
    stage: stageOf(ticket),
    subject,
    contact: ticket.contact.name,
    agent: ticket.agent.name,
    priority: ticket.priority,
    outcome: ticket.outcome,
    status: statusOf(ticket),
    createdAt: moment(ticket.createdAt),
    since: moment(ticket.stepSince),
    dueAt: state === "active" ? moment(ticket.dueAt) : null,
    overdue: isOverdue(ticket, now()),
    attempts: ticket.attempts,
    lastError: lastError && { ...lastError, at: moment(lastError.at) },
    retry: canRetry ? `deno task retry ${id ?? tag}` : null,
  };
}

/** What a ticket waits for, or how it ended. */
export function stageOf({ state, waitsFor }: Ticket): Stage {
  return state === "active" ? waitsFor : state;
}

/** Whether the tick has passed that a ticket waits for. */
export function isOverdue({ state, dueAt }: Ticket, now: number): boolean {
  return state === "active" && now - dueAt > LATE;
}

/** What a ticket is in Freshdesk; null before it is opened. */
export function statusOf(ticket: Ticket): TicketView["status"] {
  if (ticket.id === null) return null;
  if (ticket.state === "closed" || ticket.status === 5) return "closed";
  return phaseOf(ticket) ?? null;
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
