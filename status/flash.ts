/**
 * What a form did, kept in a cookie for the page that it leads back to, which says it once.
 *
 * @module
 */
import { parse, serialize } from "hono/utils/cookie";
import { shorten } from "../lib/text.ts";
import type { Flash } from "./views/layout.tsx";

export type { Flash } from "./views/layout.tsx";

const NAME = "said";
const COOKIE = { path: "/", httpOnly: true, sameSite: "Strict" } as const;

/** What the last form did; `undefined` if there is nothing to say. */
export function readFlash(request: Request): Flash | undefined {
  const value = parse(request.headers.get("cookie") ?? "", NAME)[NAME];
  if (!value) return undefined;
  return { message: value.slice(1), isError: value.startsWith("!") };
}

/** The header `Set-Cookie` that keeps it for a minute. */
export function flashCookie({ message, isError }: Flash): string {
  // A browser keeps no cookie of more than 4 KB, and a letter may take nine bytes there.
  const said = (isError ? "!" : "+") +
    shorten(message.toWellFormed(), 400);
  return serialize(NAME, said, { ...COOKIE, maxAge: 60 });
}

/** The header `Set-Cookie` of the page that says it. */
export const FLASH_SAID: string = serialize(NAME, "", {
  ...COOKIE,
  maxAge: 0,
});
