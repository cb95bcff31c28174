/**
 * Reads search queries.
 *
 * @module
 */
import type { Ticket } from "./account.ts";
import { invalid } from "./validate.ts";

/**
 * Reads the query of `GET /search/tickets`, as in `"tag:'vip' AND status:2"`, quotes included. It
 * supports a few conditions joined by AND or OR; AND binds tighter.
 */
export function parseSearch(
  query: string | undefined,
): (ticket: Ticket) => boolean {
  const inner = query?.match(/^"(.{1,512})"$/)?.[1];
  if (inner === undefined) throw unreadable();
  const alternatives = inner.split(" OR ").map((part) =>
    part.split(" AND ").map(parseCondition)
  );
  return (ticket) =>
    alternatives.some((conditions) => conditions.every((fits) => fits(ticket)));
}

function parseCondition(text: string): (ticket: Ticket) => boolean {
  const [, field, quoted, number] =
    text.trim().match(/^(\w+):(?:'([^']*)'|(\d+))$/) ?? [];
  if (quoted !== undefined && field === "tag") {
    return (ticket) => ticket.tags.includes(quoted);
  }
  if (quoted !== undefined && field === "type") {
    return (ticket) => ticket.type === quoted;
  }
  if (number !== undefined && (field === "status" || field === "priority")) {
    return (ticket) => ticket[field] === Number(number);
  }
  throw unreadable();
}

function unreadable(): Error {
  const message = "The query is not in the expected format";
  return invalid({ field: "query", message, code: "invalid_value" });
}
