/**
 * Helpers for tests of the client: Freshdesk's responses, a record of requests, and a clock that moves
 * on instead of waiting.
 *
 * @module
 */
import type { HttpClientOptions } from "../../freshdesk/http_client.ts";

/** The account's address in the tests. */
export const ACCOUNT = "https://acme.freshdesk.com";
/** The key in the tests. */
export const KEY = "wQx3bT7kLm9pZr2v";
/** Monday noon. */
export const NOON = Date.UTC(2026, 10, 23, 12);

/** Responds to a request; throws if there is no response. */
export type Reply = (request: Request) => Response | Promise<Response>;

/** A request as Freshdesk sees it. */
export interface Asked {
  /** In capitals. */
  method: string;
  /** The whole address. */
  url: string;
  /** By name in lower case. */
  headers: Record<string, string>;
  /** The parsed JSON; `null` without a body. */
  body: unknown;
}

/** Responds with JSON. */
export function json(
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): Reply {
  return () => Response.json(body, { status, headers });
}

/** Responds with any body, or none. */
export function text(
  body: string | null,
  status = 200,
  headers: Record<string, string> = {},
): Reply {
  return () => new Response(body, { status, headers });
}

/** Rejects with an error, as `fetch` does. */
export function lost(error: Error): Reply {
  return () => Promise.reject(error);
}

/** Deno's error if `fetch` could not connect. */
export function refusedConnection(): Error {
  return fetchFailed("client error (Connect): tcp connect error: refused");
}

/** Deno's error if the connection was lost after the request was sent. */
export function lostConnection(): Error {
  return fetchFailed(
    "client error (SendRequest): connection closed before message completed",
  );
}

function fetchFailed(phase: string): Error {
  const cause = new Error(
    `error sending request for url (${ACCOUNT}): ${phase}`,
  );
  return new TypeError("fetch failed", { cause });
}

/** Responds with a body that breaks off. */
export function cutOff(status = 200): Reply {
  return () => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"id": 7'));
        controller.error(new TypeError("error reading a body from connection"));
      },
    });
    return new Response(body, { status });
  };
}

/** Returns a `fetch` that gives one reply after the other, then the last one again and again, and records requests. */
export function replies(
  first: Reply,
  ...more: Reply[]
): { fetch: typeof fetch; asked: Asked[] } {
  const all = [first, ...more];
  const asked: Asked[] = [];
  return {
    asked,
    fetch: async (input: RequestInfo | URL, init?: RequestInit) => {
      const request = new Request(input, init);
      const body = await request.clone().text();
      asked.push({
        method: request.method,
        url: request.url,
        headers: Object.fromEntries(request.headers),
        body: body ? JSON.parse(body) : null,
      });
      const reply = all[Math.min(asked.length, all.length) - 1] ?? first;
      return await reply(request);
    },
  };
}

/** A clock that only moves on when something waits. */
export class Clock {
  /** Milliseconds since 1970. */
  time = NOON;
  /** The waits in milliseconds, in order. */
  readonly waits: number[] = [];
  /** Returns the time. */
  readonly now = (): number => this.time;
  /** Ends a wait at once; rejects if the signal is aborted. */
  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> => {
    if (signal?.aborted) return Promise.reject(signal.reason);
    this.waits.push(ms);
    this.time += ms;
    return Promise.resolve();
  };
}

/** Returns options for a client with its own clock and without chance. */
export function options(clock: Clock = new Clock()): HttpClientOptions {
  return {
    url: ACCOUNT,
    apiKey: KEY,
    share: 1,
    now: clock.now,
    sleep: clock.sleep,
    random: () => 0,
  };
}
