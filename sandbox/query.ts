import type { Context } from "hono";
import { invalid, notOneOf, unexpected } from "./validate.ts";

/** Refuses query parameters other than `allowed`. */
export function checkQuery(c: Context, ...allowed: string[]): void {
  const unknown = Object.keys(c.req.query()).filter((name) =>
    !allowed.includes(name)
  );
  if (unknown.length > 0) throw invalid(...unknown.map(unexpected));
}

/** The positive integer in a query parameter, `otherwise` if it is not there. */
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

/** What `values` holds under the name in a query parameter, undefined if it is not there. */
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

/** The names in the `include` parameter, each of them one of `allowed`. */
export function includes(c: Context, ...allowed: string[]): string[] {
  const asked = c.req.query("include")?.split(",") ?? [];
  if (asked.every((name) => allowed.includes(name))) return asked;
  throw invalid(notOneOf("include", allowed));
}

/** The id in the path. */
export function idIn(c: Context): number {
  return Number(c.req.param("id"));
}

/** One page of a list. `Link` has the spacing of the real one. */
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
