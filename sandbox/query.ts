/**
 * Reads query parameters, and cuts lists into pages.
 *
 * @module
 */
import type { ApiRequest } from "./route.ts";
import { invalid, notOneOf, unexpected } from "./validate.ts";

/** Throws a 400 for query parameters other than `allowed`. */
export function checkQuery(request: ApiRequest, ...allowed: string[]): void {
  const unknown = Object.keys(request.query()).filter((name) =>
    !allowed.includes(name)
  );
  if (unknown.length > 0) throw invalid(...unknown.map(unexpected));
}

/** Returns the positive integer in a query parameter, or `otherwise` if it is missing. */
export function queryNumber(
  request: ApiRequest,
  name: string,
  otherwise: number,
  max = Number.MAX_SAFE_INTEGER,
): number {
  const text = request.query(name);
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
  request: ApiRequest,
  name: string,
  values: Record<string, Value>,
): Value | undefined {
  const asked = request.query(name);
  if (asked === undefined) return undefined;
  if (Object.hasOwn(values, asked)) return values[asked];
  throw invalid(notOneOf(name, Object.keys(values)));
}

/** Returns the names in the `include` parameter; throws a 400 for others than `allowed`. */
export function includes(request: ApiRequest, ...allowed: string[]): string[] {
  const asked = request.query("include")?.split(",") ?? [];
  if (asked.every((name) => allowed.includes(name))) return asked;
  throw invalid(notOneOf("include", allowed));
}

/** Returns the id in the path. */
export function idIn(request: ApiRequest): number {
  return Number(request.param("id"));
}

/** Returns one page of a list. `Link` has the spacing of the real one. */
export function page<Item>(
  request: ApiRequest,
  items: Item[],
  show: (item: Item) => unknown = (item) => item,
): Response {
  const number = queryNumber(request, "page", 1);
  const size = queryNumber(request, "per_page", 30, 100);
  const headers = new Headers();
  if (items.length > number * size) {
    const next = new URL(request.url);
    next.searchParams.set("page", String(number + 1));
    headers.set("link", `< ${next.href}>;rel="next"`);
  }
  const part = items.slice((number - 1) * size, number * size);
  return Response.json(part.map(show), { headers });
}
