/**
 * Who may look, and who may act.
 *
 * A browser sends along what it remembers (a password, what is reachable from its machine) with
 * whatever any page asks of it. So an action must come from our own page, by what the browser itself
 * says (`Origin`, `Sec-Fetch-Site`) and by the name it was reached at (`Host`), besides the password.
 *
 * @module
 */
import { auth } from "hono/utils/basic-auth";
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
 * Returns a check of who may look: it returns the refusal, or nothing for a request that may pass.
 * After five wrong passwords in a row from one address, it looks at no password for a second, then
 * for two, and so on up to a minute.
 *
 * @param now milliseconds since 1970
 */
export function accessCheck(
  mode: Access,
  now: () => number = Date.now,
): (request: Request, connection: unknown) => Response | undefined {
  if (mode === "open") return refuseForeignName;
  if ("off" in mode) {
    return () => refuse(403, `The status page is off: ${mode.off}`);
  }
  const tries = new WrongPasswords(now);
  return (request, connection) => {
    const address = addressOf(connection);
    const wait = request.headers.has("authorization") ? tries.wait(address) : 0;
    if (wait > 0) {
      const seconds = Math.ceil(wait / 1000);
      return refuse(
        429,
        `Too many wrong passwords: try again in ${seconds} s.`,
        { "retry-after": String(seconds) },
      );
    }
    const given = auth(request);
    if (given && isSame(given.password, mode.password)) {
      tries.forget(address);
      return undefined;
    }
    if (given) tries.add(address);
    return refuse(401, "Unauthorized", {
      "www-authenticate": 'Basic realm="Ticket workflow"',
    });
  };
}

function refuse(
  status: number,
  why: string,
  headers: Record<string, string> = {},
): Response {
  return new Response(`${why}\n`, { status, headers });
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
function addressOf(info: unknown): string {
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
function refuseForeignName(request: Request): Response | undefined {
  const { hostname } = new URL(request.url);
  if (isOurName(hostname)) return undefined;
  return refuse(
    403,
    `Without a password the status page is shown at localhost only, and this is ${hostname}. Set STATUS_PASSWORD.`,
  );
}

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

/** The name that was given with the password, as far as there is one. */
export function userOf(request: Request): string | undefined {
  return auth(request)?.username || undefined;
}
