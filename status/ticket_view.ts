/**
 * A ticket as it is shown at a glance, and what it waits for.
 * Every moment is a text in UTC (`2026-11-23T12:05:00.000Z`), here and in all views.
 *
 * @module
 */
import { plainText, shorten } from "../lib/text.ts";
import { MINUTE, toIso } from "../lib/time.ts";
import type { Outcome, Priority } from "../workflow/plan.ts";
import { type Label, LABELS } from "../workflow/schedule.ts";
import { type Backlog, phaseOf, type Place } from "../workflow/store.ts";
import {
  FINAL_STATES,
  type FinalState,
  type Message,
  type StoredPlan,
  type Ticket,
} from "../workflow/ticket.ts";
import type { Source } from "./source.ts";
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

/** What every ticket is in: what it waits for, in order, then how it ended. */
export const ALL_STAGES: readonly Stage[] = [...LABELS, ...FINAL_STATES];

/** A ticket is overdue when its tick is over. */
const LATE = 5 * MINUTE;
/** Characters of the last words on a card. */
const LAST_WORDS = 160;

/** Whether a ticket has ended that is in this stage. */
export function isEnd(stage: Stage): stage is FinalState {
  return FINAL_STATES.some((state) => state === stage);
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
    createdAt: toIso(ticket.createdAt),
    since: toIso(ticket.stepSince),
    dueAt: state === "active" ? toIso(ticket.dueAt) : null,
    overdue: isOverdue(ticket, now()),
    attempts: ticket.attempts,
    lastError: lastError && { ...lastError, at: toIso(lastError.at) },
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
