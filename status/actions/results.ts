/**
 * What the actions answer.
 *
 * @module
 */
import type { Label } from "../../workflow/schedule.ts";
import type { Candidate } from "../../workflow/ticket_cleaner.ts";
import type { Ticket } from "../../workflow/ticket.ts";

/** What every action answers. */
export interface ActionResult {
  /** What was done, in a sentence. */
  message: string;
}

/** A ticket that an action is about. */
export interface ActionTicket {
  /** Freshdesk's id; null until it is known. */
  id: number | null;
  /** Its own tag. */
  tag: string;
  /** Plain text. */
  subject: string;
  /** What it waits for now, or how it ended. */
  stage: Label | Ticket["state"];
}

/** Tickets were opened. */
export interface OpenResult extends ActionResult {
  /** The tickets; one without an id is opened within minutes. */
  tickets: ActionTicket[];
  /** Whether the same token had opened them before. */
  repeated: boolean;
}

/** The program is paused, or not. */
export interface PauseResult extends ActionResult {
  /** Who paused it, since when and until when (null: until it is resumed); null: it is not paused. */
  pause: { by: string; since: string; until: string | null } | null;
}

/** Tickets go on. */
export interface RetryResult extends ActionResult {
  /** The tickets that were put back. */
  tickets: ActionTicket[];
}

/** A ticket's step was taken. */
export interface HurryResult extends ActionResult {
  /** The ticket as it is now. */
  ticket: ActionTicket;
}

/** What a clean-up would move to the trash, and how far the one under way is. */
export interface CleanupPreview extends ActionResult {
  /** How many tickets there are; null while a clean-up is under way. */
  total: number | null;
  /** The first of them. */
  tickets: Candidate[];
  /** What a person types to confirm it: the account's host. */
  confirm: string;
  /** The clean-up under way, or the last one. */
  last: CleanupView | null;
}

/** A clean-up. */
export interface CleanupView {
  /** Who began it. */
  by: string;
  /** Since when. */
  since: string;
  /** Whether it is still under way. */
  isUnderWay: boolean;
  /** Tickets dealt with. */
  done: number;
  /** Tickets found so far. */
  total: number;
  /** How it ended. */
  said: string;
}

/** A clean-up has begun, or ended. */
export interface CleanupResult extends ActionResult {
  /** How far it is. */
  cleanup: CleanupView;
}

/** What the next hours bring. */
export interface PreviewResult extends ActionResult {
  /** Hours looked ahead. */
  hours: number;
  /** What is still to be opened; subject and people as far as they are known. */
  openings: {
    at: string;
    subject: string | null;
    contact: string | null;
    agent: string | null;
  }[];
  /** The next step of every ticket under way. */
  steps: (ActionTicket & { at: string; contact: string; agent: string })[];
  /** Whether there are more steps than are listed. */
  more: boolean;
}

/** A ticket as an action's answer has it. */
export function asTicket(ticket: Ticket): ActionTicket {
  const { id, tag, subject } = ticket;
  return { id, tag, subject, stage: stageOf(ticket) };
}

/** What a ticket waits for, or how it ended. */
export function stageOf({ state, waitsFor }: Ticket): ActionTicket["stage"] {
  return state === "active" ? waitsFor : state;
}
