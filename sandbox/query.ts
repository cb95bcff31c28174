/**
 * Reads query parameters, and cuts lists into pages.
 *
 * @module
 */
import type { Context } from "hono";
import { invalid, notOneOf, unexpected } from "./validate.ts";

/** Throws a 400 for query parameters other than `allowed`. */
export function checkQuery(c: Context, ...allowed: string[]): void {
  const unknown = Object.keys(c.req.query()).filter((name) =>
    !allowed.includes(name)
  );
  if (unknown.length > 0) throw invalid(...unknown.map(unexpected));
}

/** Returns the positive integer in a query parameter, or `otherwise` if it is missing. */
export function queryNumber(
  c: Context,
  name: string,
  otherwise: number,
  max = Number.MAX_SAFE_INTEGER,
): number {
  const text = c.req.query(name);
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= max) return value;
  throw invalid({
    field: name,
    message: `It should be a positive integer of at most ${max}`,
    code: "invalid_value",
  });
}

/** Looks a query parameter up in `values`; returns `undefined` if it is missing. */
export function oneOf<Value>(
  c: Context,
  name: string,
  values: Record<string, Value>,
): Value | undefined {
  const asked = c.req.query(name);
  if (asked === undefined) return undefined;
  if (Object.hasOwn(values, asked)) return values[asked];
  throw invalid(notOneOf(name, Object.keys(values)));
}

/** Returns the names in the `include` parameter; throws a 400 for others than `allowed`. */
export function includes(c: Context, ...allowed: string[]): string[] {
  const asked = c.req.query("include")?.split(",") ?? [];
  if (asked.every((name) => allowed.includes(name))) return asked;
  throw invalid(notOneOf("include", allowed));
}

/** Returns the id in the path. */
export function idIn(c: Context): number {
  return Number(c.req.param("id"));
}

/** Returns one page of a list. `Link` has the spacing of the real one. */
export function page<Item>(
  c: Context,
  items: Item[],
  show: (item: Item) => unknown = (item) => item,
): Response {
  const number = queryNumber(c, "page", 1);
  const size = queryNumber(c, "per_page", 30, 100);
  if (items.length > number * size) {
    const next = new URL(c.req.url);
    next.searchParams.set("page", String(number + 1));
    c.header("Link", `< ${next.href}>;rel="next"`);
  }
  const part = items.slice((number - 1) * size, number * size);
  return c.json(part.map(show));
}
