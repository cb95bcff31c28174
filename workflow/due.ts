/**
 * The lists that tickets stand in: those that wait for a job, and those that have ended.
 *
 * @module
 */
import type { DueValue } from "./stored_values.ts";
import type { Ticket } from "./ticket.ts";

/** What was seen of a waiting ticket. */
export type Waiting = Pick<Ticket, "tag" | "job" | "dueAt">;

/** An entry of the tickets that wait. */
export interface DueEntry extends Waiting, DueValue {}

/** An entry of the lists that tickets stand in; another stamp where what people see has changed. */
export interface Place {
  /** The ticket's tag. */
  tag: string;
  /** The entry's versionstamp. */
  stamp: string;
}

/** What tickets that have not ended are in Freshdesk. */
export const PHASES = ["open", "pending", "resolved"] as const;

/** How many tickets were in each phase. */
export type Backlog = Record<typeof PHASES[number], number>;

/** Where a ticket stands in the lists of those that wait, or have ended. */
export function placeOf(
  { state, job, dueAt, completedAt, tag }: Ticket,
): Deno.KvKey {
  return state === "active"
    ? ["due", job, dueAt, tag]
    : ["finished", state, completedAt ?? 0, tag];
}

/** What a tick needs to know of a waiting ticket. */
export function dueValue(ticket: Ticket): DueValue {
  const { waitsFor, attempts, outcomeUnknown, lastError, step, steps, status } =
    ticket;
  const tried = attempts > 0 && lastError?.refused
    ? 2
    : attempts > 0 || outcomeUnknown
    ? 1
    : 0;
  return { waitsFor, tried, callsLeft: steps - step, status };
}

/** Whether two tickets wait in the same way. */
export function isSameDue(a: Ticket, b: Ticket): boolean {
  const [one, other] = [dueValue(a), dueValue(b)];
  return one.waitsFor === other.waitsFor && one.tried === other.tried &&
    one.callsLeft === other.callsLeft;
}

/**
 * What a ticket is in Freshdesk, by its status: undefined before it is opened. Whatever is neither
 * open nor resolved waits for somebody else.
 */
export function phaseOf(
  { waitsFor, status }: Pick<DueValue, "waitsFor" | "status">,
): keyof Backlog | undefined {
  if (waitsFor === "opening") return undefined;
  if (waitsFor === "closing" || status === 4) return "resolved";
  return status === 2 || typeof status !== "number" ? "open" : "pending";
}

/** How many of these tickets are in each phase. */
export function backlogOf(tickets: readonly DueValue[]): Backlog {
  const backlog = { open: 0, pending: 0, resolved: 0 };
  for (const ticket of tickets) {
    const phase = phaseOf(ticket);
    if (phase) backlog[phase]++;
  }
  return backlog;
}

/** Whether nothing is to be done about a ticket any more, so that it can be forgotten in time. */
export function isOver({ state }: Ticket): boolean {
  return state === "closed" || state === "abandoned";
}
