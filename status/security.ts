/**
 * Who may look, and who may act.
 *
 * A browser sends along what it remembers (a password, what is reachable from its machine) with
 * whatever any page asks of it. So an action must come from our own page, by what the browser itself
 * says (`Origin`, `Sec-Fetch-Site`) and by the name it was reached at (`Host`), besides the password.
 *
 * @module
 */
import type { Context, MiddlewareHandler } from "hono";
import { basicAuth } from "hono/basic-auth";
import { csrf } from "hono/csrf";
import { createHash, timingSafeEqual } from "node:crypto";
import { isLoopback } from "../lib/loopback.ts";
import { oneLine, shorten } from "../lib/text.ts";
import { MINUTE } from "../lib/time.ts";

/**
 * Who may look: `open` is everybody who reaches this machine by a loopback name; a password is asked
 * for with any user name; off says why.
 */
export type Access = "open" | { password: string } | { off: string };

/** Wrong passwords in a row from one address that cost no time. */
const FREE_TRIES = 5;
/** The longest wait after a wrong password. */
const LONGEST_WAIT = MINUTE;
/** Addresses that are remembered. */
const ADDRESSES = 1000;
/** What a proxy adds: the request came from elsewhere. */
const FORWARDED = [
  "forwarded",
  "via",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-real-ip",
];

/**
 * Lets through whoever may look. A wrong password slows down whoever tries: after five in a row from
 * one address, no password is looked at for a second, then two, and so on up to a minute.
 *
 * @param now milliseconds since 1970
 */
export function requireAccess(
  mode: Access,
  now: () => number = Date.now,
): MiddlewareHandler {
  if (mode === "open") return loopbackNames;
  if ("off" in mode) {
    return async (c) =>
      await c.text(`The status page is off: ${mode.off}\n`, 403);
  }
  const tries = new WrongPasswords(now);
  const ask = basicAuth({
    realm: "Ticket workflow",
    verifyUser: (_name, password, c) => {
      // At once: while one password is looked at, others must not slip through.
      const isRight = isSame(password, mode.password);
      if (isRight) tries.forget(addressOf(c));
      else tries.add(addressOf(c));
      return isRight;
    },
  });
  return async (c, next) => {
    const wait = c.req.header("authorization") ? tries.wait(addressOf(c)) : 0;
    if (wait === 0) return await ask(c, next);
    const seconds = Math.ceil(wait / 1000);
    c.header("retry-after", String(seconds));
    return c.text(
      `Too many wrong passwords: try again in ${seconds} s.\n`,
      429,
    );
  };
}

/** Whether two texts are the same, in a time that does not tell how much of them is. */
function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

/** Wrong passwords in a row, by the address they come from. */
class WrongPasswords {
  readonly #now: () => number;
  readonly #tries = new Map<string, { count: number; until: number }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** How long an address has to wait, in milliseconds. */
  wait(address: string): number {
    const until = this.#tries.get(address)?.until ?? 0;
    return Math.min(Math.max(0, until - this.#now()), LONGEST_WAIT);
  }

  add(address: string): void {
    const count = (this.#tries.get(address)?.count ?? 0) + 1;
    const over = count - FREE_TRIES;
    const wait = over < 0 ? 0 : Math.min(1000 * 2 ** over, LONGEST_WAIT);
    this.#tries.delete(address);
    this.#tries.set(address, { count, until: this.#now() + wait });
    const [oldest] = this.#tries.keys();
    if (this.#tries.size > ADDRESSES) this.#tries.delete(oldest!);
  }

  forget(address: string): void {
    this.#tries.delete(address);
  }
}

/** Where a request comes from, as `Deno.serve` says. */
function addressOf(c: Context): string {
  const info: unknown = c.env;
  if (typeof info !== "object" || info === null || !("remoteAddr" in info)) {
    return "";
  }
  const { remoteAddr } = info as { remoteAddr: Deno.Addr };
  return "hostname" in remoteAddr ? remoteAddr.hostname : "";
}

/**
 * A name of somebody else's that leads to this machine is refused: else any web page could have the
 * browser read the tickets under its own name (DNS rebinding).
 */
const loopbackNames: MiddlewareHandler = async (c, next) => {
  const { hostname } = new URL(c.req.url);
  if (isOurName(hostname)) return await next();
  return c.text(
    `Without a password the status page is shown at localhost only, and this is ${hostname}. Set STATUS_PASSWORD.\n`,
    403,
  );
};

function isOurName(hostname: string): boolean {
  return isLoopback(hostname) || hostname.endsWith(".localhost");
}

/** What of a request says where it comes from. */
export interface Provenance {
  /** `GET`, `POST`, ... */
  method: string;
  /** Where it was sent, by its `Host`. */
  url: string;
  /** A header, by its name in small letters. */
  header: (name: string) => string | undefined;
}

/**
 * Why a request may not act; `undefined` if it may. What is neither a browser's nor a proxy's has
 * nothing of all this, and may act where it may look.
 */
export function findStranger(
  mode: Access,
  { method, url, header }: Provenance,
): string | undefined {
  const { host, hostname } = new URL(url);
  const site = header("sec-fetch-site");
  const origin = header("origin");
  const isOpen = mode === "open";
  // An address typed into a browser may read, and not act.
  const mayBe = method === "GET" ? ["same-origin", "none"] : ["same-origin"];
  if (site !== undefined && !mayBe.includes(site)) {
    return "Only the status page itself may ask for this, and another page did";
  }
  if (isOpen) {
    const proxy = FORWARDED.find((name) => header(name) !== undefined);
    if (!isOurName(hostname) || proxy) {
      return "Without a password only this machine may ask for this, and the request came through a proxy or by another name. Set STATUS_PASSWORD";
    }
  }
  if (origin === undefined) return undefined;
  if (URL.parse(origin)?.host === host) return undefined;
  // A proxy may set Host; then only the browser's word on the site can be relied on.
  if (site === "same-origin" && (!isOpen || origin === "null")) {
    return undefined;
  }
  return `Only the status page itself may ask for this: the request comes from ${
    shorten(oneLine(origin), 100)
  } and was sent to ${host}. A proxy must pass Host on`;
}

/**
 * Lets through only what may act: the same origin, by everything that a browser says. It goes after
 * {@linkcode requireAccess}.
 *
 * @param refused called with why, for each request that may not
 */
export function requireSameOrigin(
  mode: Access,
  refused: (why: string, c: Context) => Response | Promise<Response>,
): MiddlewareHandler {
  const find = (c: Context) =>
    findStranger(mode, {
      method: c.req.method,
      url: c.req.url,
      header: (name) => c.req.header(name),
    });
  // Forms that no browser vouches for are not let through either.
  const forms = csrf({ origin: (_origin, c) => find(c) === undefined });
  return async (c, next) => {
    const why = find(c);
    if (why !== undefined) return await refused(why, c);
    return await forms(c, next);
  };
}

/** The name that was given with the password, as far as there is one. */
export function userOf(c: Context): string | undefined {
  const encoded = /^Basic +([\w+/=-]+)$/i.exec(
    c.req.header("authorization") ?? "",
  )?.[1];
  if (encoded === undefined) return undefined;
  try {
    const bytes = Uint8Array.fromBase64(encoded);
    return new TextDecoder().decode(bytes).split(":")[0] || undefined;
  } catch {
    return undefined;
  }
}
