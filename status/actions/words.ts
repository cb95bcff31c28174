/**
 * Words that several actions use.
 *
 * @module
 */
import { oneLine, shorten } from "../../lib/text.ts";
import type { Ticket } from "../../workflow/ticket.ts";

/** What a ticket is called in a sentence. */
export function title({ id, tag }: Pick<Ticket, "id" | "tag">): string {
  return id === null ? `The new ticket ${tag}` : `#${id}`;
}

/** `1 ticket`, `2 tickets`. */
export function tickets(count: number): string {
  return count === 1 ? "1 ticket" : `${count} tickets`;
}

/** A value as it is quoted: short, and in one line. */
export function said(value: unknown): string {
  return shorten(oneLine(String(value)), 60);
}

/** A moment in UTC, as JSON has it. */
export function iso(at: number): string {
  return new Date(at).toISOString();
}
