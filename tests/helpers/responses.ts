/**
 * What the tests of the client share: answers as Freshdesk gives them, a note of what was asked,
 * and a clock that is put forward instead of waited for.
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

/** What becomes of a request; throws when no answer comes. */
export type Reply = (request: Request) => Response | Promise<Response>;

/** A request as Freshdesk would see it. */
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

/** An answer with a JSON body. */
export function json(
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): Reply {
  return () => Response.json(body, { status, headers });
}

/** An answer with any body, or none. */
export function text(
  body: string | null,
  status = 200,
  headers: Record<string, string> = {},
): Reply {
  return () => new Response(body, { status, headers });
}

/** No answer, but an error as `fetch` rejects with it. */
export function lost(error: Error): Reply {
  return () => Promise.reject(error);
}

/** `fetch` could not connect; the words are Deno's. */
export function refusedConnection(): Error {
  return fetchFailed("client error (Connect): tcp connect error: refused");
}

/** The connection was lost after the request had been sent; the words are Deno's. */
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

/** An answer that begins well and breaks off. */
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

/** A `fetch` that gives one reply after the other, the last one for ever, and notes what it was asked. */
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

/** A clock that stands still, but for the waits. */
export class Clock {
  /** Milliseconds since 1970. */
  time = NOON;
  /** The waits in milliseconds, in order. */
  readonly waits: number[] = [];
  /** Tells the time. */
  readonly now = (): number => this.time;
  /** Lets the wait be over at once; rejects as a timer that is stopped would. */
  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> => {
    if (signal?.aborted) return Promise.reject(signal.reason);
    this.waits.push(ms);
    this.time += ms;
    return Promise.resolve();
  };
}

/** What a client is made of, on a clock of its own, and by no chance. */
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
