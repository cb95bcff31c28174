/**
 * Sends requests to Freshdesk: authentication, rate limit, timeouts, retries and pages, with a typed
 * error for every failed call. `freshdesk.ts` has the calls.
 *
 * @module
 */
import {
  AuthenticationError,
  ConnectionError,
  FreshdeskError,
  InvalidResponseError,
  NoApiAccessError,
  NotSentError,
  PermissionError,
  RateLimitError,
  RedirectError,
  type RequestInfo,
} from "./errors.ts";
import { failSafe } from "../lib/fail_safe.ts";
import { isLoopback } from "../lib/loopback.ts";
import { PrioritySemaphore } from "../lib/priority_semaphore.ts";
import { sleep } from "../lib/sleep.ts";
import { HOUR } from "../lib/time.ts";
import { RateLimiter } from "./rate_limiter.ts";
import { networkError, nextLink, parseResponse } from "./response.ts";

/** A moment (ms since 1970), or a function that returns it: the clock may be set meanwhile. */
export type Deadline = number | (() => number);

/** Options of every call. */
export interface CallOptions {
  /**
   * The request is sent before this moment or not at all, and its answer comes at most 10 seconds
   * after it. Default: in 2 minutes.
   */
  deadline?: Deadline;
}

/** `fetch`, as far as it is used here. */
export type Fetch = (
  request: Request,
  init?: RequestInit & { client?: Deno.HttpClient },
) => Promise<Response>;

/** Options of an {@linkcode HttpClient}; only `url` and `apiKey` are required. */
export interface HttpClientOptions {
  /** The account's address, with or without `/api/v2`. */
  url: string;
  /** An agent's API key; the program may do what that agent may do. */
  apiKey: string;
  /** How long to wait for a response at most, in milliseconds. Default: 30 000. */
  timeout?: number;
  /** Share of the account's API rate limit to use (0 to 1). Default: 0.5. */
  share?: number;
  /** Whether to send only GETs; any other request throws a `NotSentError`. Default: false. */
  dryRun?: boolean;
  /** Default: the global `fetch`. */
  fetch?: Fetch;
  /** Milliseconds since 1970. Default: `Date.now`. */
  now?: () => number;
  /** Waits; rejects when the signal is aborted. Default: a timer. */
  sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Between 0 and 1. Default: `Math.random`. */
  random?: () => number;
  /** Aborts all waits; requests already sent are finished. */
  signal?: AbortSignal;
  /** Logs one line per response. */
  log?: { debug(message: string): unknown; warn(message: string): unknown };
}

/** A failed request is sent at most this often; a 429 does not count. */
const MAX_ATTEMPTS = 3;
/** The time a call has if it has no deadline, retries included, in milliseconds. */
const DEFAULT_DEADLINE = 120_000;
/** An answer is waited for until this long after the deadline, in milliseconds. */
const LAST_ANSWER = 10_000;
/** No request is sent for this long after a rejected key: more of them would lock its owner out. */
const REJECTED_KEY_PAUSE = HOUR;
/** Freshdesk lists no more pages of tickets; no account has as many pages of people. */
const MAX_PAGES = 300;

/** A successful response. */
export interface ApiResponse<T> {
  /** The parsed JSON. */
  body: T;
  /** The request, for an error about this response. */
  call: RequestInfo;
  /** The URL of the next page. */
  link?: string;
}

/** Sends requests to one Freshdesk account. Every method rejects with a subclass of `FreshdeskError`. */
export class HttpClient {
  /** Keeps the calls within our share of the account's rate limit. */
  readonly rateLimiter: RateLimiter;
  /** The account's address, with `/api/v2`. */
  readonly base: URL;
  /** Number of requests sent so far. */
  requestCount = 0;
  /** How far Freshdesk's clock is ahead of ours, in milliseconds (to the second); `undefined` before the first response. */
  clockSkew: number | undefined;
  readonly #authorization: string;
  readonly #timeout: number;
  readonly #dryRun: boolean;
  readonly #fetch: Fetch;
  readonly #now: () => number;
  readonly #sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly #random: () => number;
  readonly #signal: AbortSignal | undefined;
  readonly #log: HttpClientOptions["log"];
  readonly #queue = new PrioritySemaphore(1);
  #rejectedKey: { error: FreshdeskError; until: number } | undefined;

  /** Throws a `TypeError` if the URL is not an account's address. */
  constructor(options: HttpClientOptions) {
    this.base = parseAccountUrl(options.url);
    this.#authorization = `Basic ${btoa(`${options.apiKey}:X`)}`;
    this.#timeout = options.timeout ?? 30_000;
    this.#dryRun = options.dryRun ?? false;
    this.#fetch = options.fetch ?? ((request, init) => fetch(request, init));
    this.#now = options.now ?? Date.now;
    this.#sleep = options.sleep ?? sleep;
    this.#random = options.random ?? Math.random;
    this.#signal = options.signal;
    this.#log = options.log && failSafe(options.log);
    this.rateLimiter = new RateLimiter({
      share: options.share ?? 0.5,
      now: this.#now,
    });
  }

  /** Requests one item, which must have an id. */
  async requestOne<T extends { id: number }>(
    method: string,
    path: string,
    options?: CallOptions & { body?: Record<string, unknown> },
  ): Promise<ApiResponse<T>> {
    const answer = await this.request<T>(method, path, options);
    if (Number.isSafeInteger(answer.body?.id)) return answer;
    throw new InvalidResponseError({
      ...answer.call,
      detail: "the answer has no id",
    });
  }

  /** Requests all items of a list, page after page. */
  async listAll<T>(path: string, options?: CallOptions): Promise<T[]> {
    return (await Array.fromAsync(this.paginate<T>(path, options))).flat();
  }

  /** Requests a list page by page. */
  async *paginate<T>(path: string, options?: CallOptions): AsyncGenerator<T[]> {
    let next: string | undefined = path;
    for (let page = 1; next && page <= MAX_PAGES; page++) {
      const { body, call, link }: ApiResponse<T[]> = await this.request<T[]>(
        "GET",
        next,
        options,
      );
      if (!Array.isArray(body)) {
        throw new InvalidResponseError({
          ...call,
          detail: "the answer is not a list",
        });
      }
      yield body;
      next = link && this.#ownPath(link, call);
    }
  }

  /** The path of a link to the next page. The API key is only sent to our own origin. */
  #ownPath(link: string, call: RequestInfo): string {
    const url = URL.parse(link, this.base);
    if (
      url?.origin !== this.base.origin ||
      !url.pathname.startsWith(`${this.base.pathname}/`)
    ) {
      const detail = `the link to the next page leads to ${
        url?.origin ?? link
      }`;
      throw new RedirectError({ ...call, detail });
    }
    return url.pathname.slice(this.base.pathname.length) + url.search;
  }

  /** Sends a request, and again where a retry is safe. */
  async request<T>(
    method: string,
    path: string,
    options: CallOptions & { body?: Record<string, unknown> } = {},
  ): Promise<ApiResponse<T>> {
    if (this.#dryRun && method !== "GET") {
      throw new NotSentError({ method, path, detail: "DRY_RUN is set" });
    }
    const latest = options.deadline ?? this.#now() + DEFAULT_DEADLINE;
    const deadline = typeof latest === "function" ? latest : () => latest;
    for (let attempt = 1;; attempt++) {
      await this.#waitForTurn({ method, path }, deadline);
      try {
        const left = Math.max(deadline() - this.#now(), 0) + LAST_ANSWER;
        const timeout = Math.min(left, this.#timeout);
        return await this.#send<T>(method, path, options.body, timeout);
      } catch (error) {
        if (!(error instanceof FreshdeskError)) throw error;
        if (error instanceof RateLimitError) {
          this.rateLimiter.pause(
            error.retryAfter * 1000 * (1 + 0.1 * this.#random()),
          );
        }
        if (isKeyRejected(error)) {
          const until = this.#now() + REJECTED_KEY_PAUSE;
          this.#rejectedKey = { error, until };
        }
        const wait = retryDelay(error, attempt, this.#random());
        if (wait === undefined || this.#now() + wait >= deadline()) throw error;
        await this.#wait(wait, error);
      }
    }
  }

  /** Waits until a request may be sent; first come, first served. */
  async #waitForTurn(call: RequestInfo, deadline: () => number): Promise<void> {
    using _turn = await this.#queue.acquire(0);
    for (;;) {
      const pause = (this.#rejectedKey?.until ?? 0) - this.#now();
      if (this.#rejectedKey && pause > 0 && pause <= REJECTED_KEY_PAUSE) {
        throw this.#rejectedKey.error;
      }
      if (this.#now() >= deadline()) {
        throw new NotSentError({ ...call, detail: "its deadline has passed" });
      }
      const wait = this.rateLimiter.tryAcquire();
      if (wait === 0) return;
      if (this.#now() + wait >= deadline()) {
        const detail = `no call is free for ${Math.ceil(wait / 1000)} s`;
        throw new NotSentError({ ...call, detail });
      }
      const stopped = new NotSentError({ ...call, detail: "stopping" });
      await this.#wait(wait, stopped);
    }
  }

  async #wait(ms: number, stopped: FreshdeskError): Promise<void> {
    if (ms === 0) return;
    try {
      await this.#sleep(ms, this.#signal);
    } catch {
      throw stopped;
    }
  }

  /** Sends one request. */
  async #send<T>(
    method: string,
    path: string,
    body: Record<string, unknown> | undefined,
    timeout: number,
  ): Promise<ApiResponse<T>> {
    const call: RequestInfo = { method, path };
    const start = this.#now();
    this.requestCount++;
    // When a connection that was kept open is lost, Deno's fetch sends the request again on its
    // own, a POST too. A client of its own gets a connection of its own.
    using client = method === "POST"
      ? Deno.createHttpClient({ poolMaxIdlePerHost: 0 })
      : undefined;
    let response: Response | undefined;
    let text: string;
    try {
      response = await this.#fetch(
        new Request(this.base.href + path, {
          method,
          headers: {
            authorization: this.#authorization,
            ...(body && { "content-type": "application/json" }),
          },
          body: body ? JSON.stringify(body) : null,
          redirect: "manual",
          signal: AbortSignal.timeout(timeout),
        }),
        client && { client },
      );
      text = await response.text();
    } catch (error) {
      const lost = networkError(call, error, timeout);
      this.#log?.debug(lost.message);
      throw lost;
    } finally {
      this.rateLimiter.onResponse(response?.headers);
    }
    const requestId = response.headers.get("x-request-id");
    this.#log?.debug(
      `${method} ${path}: ${response.status} in ${this.#now() - start} ms, ` +
        `${
          response.headers.get("x-ratelimit-remaining") ?? "?"
        } calls left, request ${requestId ?? "?"}`,
    );
    const date = Date.parse(response.headers.get("date") ?? "");
    if (date) this.clockSkew = date - this.#now();
    call.status = response.status;
    if (requestId) call.requestId = requestId;
    const link = nextLink(response.headers.get("link"));
    return {
      body: parseResponse(call, response, text) as T,
      call,
      ...(link && { link }),
    };
  }
}

/**
 * Returns the URL of an account's API, without a slash at its end: `https://x.freshdesk.com/api/v2`.
 * Freshdesk answers a doubled slash with a baffling 400, so paths are never simply glued on.
 *
 * @throws {TypeError} if it is not an account's address; the message says what is wrong
 */
export function parseAccountUrl(address: string): URL {
  const url = URL.parse(address);
  if (!url) throw new TypeError("not a valid URL");
  const here = url.protocol === "http:" && isLoopback(url.hostname);
  if (url.protocol !== "https:" && !here) {
    throw new TypeError("must start with https://");
  }
  if (url.username || url.password || url.search || url.hash) {
    throw new TypeError("must not have a user, password, query or fragment");
  }
  if (!/^\/*(api\/v2\/*)?$/.test(url.pathname)) {
    throw new TypeError(`must not have the path ${url.pathname}`);
  }
  url.pathname = "/api/v2";
  url.search = url.hash = ""; // a bare ? or # counts as empty, and stays
  return url;
}

/**
 * Returns the milliseconds to wait before a request is sent again, or `undefined` to give up.
 *
 * Freshdesk has no idempotency keys, so a POST is only sent again if it was certainly not applied: it
 * was never sent, or rejected with 429. Sending a GET or a PUT again does no harm.
 *
 * @param attempt how often it was sent, from 1
 * @param random between 0 and 1, so that several programs do not retry together
 */
export function retryDelay(
  error: FreshdeskError,
  attempt: number,
  random: number,
): number | undefined {
  if (error instanceof RateLimitError) return error.retryAfter * 1000;
  if (attempt >= MAX_ATTEMPTS) return undefined;
  const passing = error instanceof ConnectionError || error.mayHaveBeenApplied;
  const safe = error.method !== "POST" || !error.mayHaveBeenApplied;
  if (!passing || !safe) return undefined;
  return 1000 * 2 ** (attempt - 1) * (0.5 + random / 2);
}

/** Whether the API key may not do this one thing, but perhaps others. */
export function isPermissionDenied(error: unknown): boolean {
  return error instanceof PermissionError && !isAccountError(error);
}

/** Whether every further call will fail too, until a person changes something. */
export function isAccountError(error: unknown): boolean {
  return error instanceof AuthenticationError ||
    error instanceof NoApiAccessError ||
    error instanceof RedirectError ||
    error instanceof PermissionError &&
      /^(account_suspended|password_\w+|require_feature|ssl_required)$/.test(
        error.code ?? "",
      );
}

function isKeyRejected(error: FreshdeskError): boolean {
  return error instanceof AuthenticationError ||
    error.code === "password_lockout";
}
