/**
 * How Freshdesk is talked to: the key, the pace, timeouts, attempts, pages, and every bad answer
 * turned into an error that can be read. `freshdesk.ts` says what is asked.
 *
 * @module
 */
import {
  AuthenticationError,
  BusyError,
  ConnectionError,
  type FieldError,
  FreshdeskError,
  InvalidResponseError,
  NoApiAccessError,
  NoResponseError,
  NotFoundError,
  NotSentError,
  PermissionError,
  RateLimitError,
  RedirectError,
  type RequestInfo,
  ServerError,
  TicketDeletedError,
  ValidationError,
} from "./errors.ts";
import { PrioritySemaphore } from "../lib/priority_semaphore.ts";
import { isLoopback } from "../lib/loopback.ts";
import { failSafe } from "../lib/fail_safe.ts";
import { RateLimiter } from "./rate_limiter.ts";

/** A moment (ms since 1970); a function is asked anew each time, for clocks are set. */
export type Deadline = number | (() => number);

/** Said with any call. */
export interface CallOptions {
  /** The request must be sent before this moment, or not at all. */
  deadline?: Deadline;
}

/** `fetch`, as far as it is used here. */
export type Fetch = (
  request: Request,
  init?: RequestInit & { client?: Deno.HttpClient },
) => Promise<Response>;

/** What an {@linkcode HttpClient} is made of; only `url` and `apiKey` are needed. */
export interface HttpClientOptions {
  /** The account's address, with or without `/api/v2`. */
  url: string;
  /** An agent's API key: its rights are that agent's rights. */
  apiKey: string;
  /** Most that is waited for one answer, in milliseconds. Default: 30 000. */
  timeout?: number;
  /** Our part of the account's calls per minute, above 0 up to 1. Default: 0.5. */
  share?: number;
  /** Whether only GETs are sent; anything else is a `NotSentError`. Default: false. */
  dryRun?: boolean;
  /** Default: the global `fetch`. */
  fetch?: Fetch;
  /** Milliseconds since 1970. Default: `Date.now`. */
  now?: () => number;
  /** Waits; rejects when the signal is aborted. Default: a timer. */
  sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Between 0 and 1. Default: `Math.random`. */
  random?: () => number;
  /** Stops all waiting; requests under way are finished. */
  signal?: AbortSignal;
  /** Takes one line per answer. */
  log?: { debug(message: string): unknown; warn(message: string): unknown };
}

/** A request that failed is sent at most this often, unless it was refused with 429. */
const MAX_ATTEMPTS = 3;
/** What is waited in all when nobody gives a deadline, in milliseconds. */
const DEFAULT_DEADLINE = 120_000;
/** After a refused key no request is sent for so long: more of them would lock its owner out. */
const REJECTED_KEY_PAUSE = 3_600_000;
/** No `Retry-After` is believed that is longer, in seconds. */
const MAX_RETRY_AFTER = 3600;
/** The tickets list ends here with a 400; no account needs as many pages of people. */
const MAX_PAGES = 300;

/** A good answer. */
export interface ApiResponse<T> {
  /** What it says. */
  body: T;
  /** The call it answers, for the error of one who finds it wanting. */
  call: RequestInfo;
  /** Where the next page is. */
  link?: string;
}

/** Calls to one Freshdesk account. Every call rejects with a subclass of `FreshdeskError`. */
export class HttpClient {
  /** Our part of the account's calls, and what is left of it. */
  readonly rateLimiter: RateLimiter;
  /** The account's address, with `/api/v2`. */
  readonly base: URL;
  /** How many calls were made so far. */
  requestCount = 0;
  /** How far Freshdesk's clock is ahead of ours, in milliseconds, to the second; once it is known. */
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

  /** Throws a `TypeError` when the URL cannot be an account's address. */
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

  /** A call whose answer is one thing with an id. */
  async requestOne<T extends { id: number }>(
    method: string,
    path: string,
    options?: CallOptions & { body?: Record<string, unknown> },
  ): Promise<ApiResponse<T>> {
    const answer = await this.request<T>(method, path, options);
    if (Number.isSafeInteger(answer.body?.id)) return answer;
    throw new InvalidResponseError({ ...answer.call, detail: "it has no id" });
  }

  /** All items of a list, over all its pages. */
  async listAll<T>(path: string, options?: CallOptions): Promise<T[]> {
    return (await Array.fromAsync(this.paginate<T>(path, options))).flat();
  }

  /** A list, page by page. */
  async *paginate<T>(path: string, options?: CallOptions): AsyncGenerator<T[]> {
    let next: string | undefined = path;
    for (let page = 1; next && page <= MAX_PAGES; page++) {
      const { body, call, link }: ApiResponse<T[]> = await this.request<T[]>(
        "GET",
        next,
        options,
      );
      if (!Array.isArray(body)) {
        throw new InvalidResponseError({ ...call, detail: "it is no list" });
      }
      yield body;
      next = link && this.#ownPath(link, call);
    }
  }

  /** The path of a link to the next page. The key goes to our own origin alone. */
  #ownPath(link: string, call: RequestInfo): string {
    const url = URL.parse(link, this.base);
    if (
      url?.origin !== this.base.origin ||
      !url.pathname.startsWith(`${this.base.pathname}/`)
    ) {
      const detail = `the next page is said to be at ${url?.origin ?? link}`;
      throw new RedirectError({ ...call, detail });
    }
    return url.pathname.slice(this.base.pathname.length) + url.search;
  }

  /** One call, with the attempts that are safe. */
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
        return await this.#send<T>(method, path, options.body);
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

  /** Waits until a request may be sent; who came first goes first. */
  async #waitForTurn(call: RequestInfo, deadline: () => number): Promise<void> {
    const leave = await this.#queue.enter(0);
    try {
      for (;;) {
        const pause = (this.#rejectedKey?.until ?? 0) - this.#now();
        if (this.#rejectedKey && pause > 0 && pause <= REJECTED_KEY_PAUSE) {
          throw this.#rejectedKey.error;
        }
        if (this.#now() >= deadline()) {
          throw new NotSentError({ ...call, detail: "its time was over" });
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
    } finally {
      leave();
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

  /** One request and its answer. */
  async #send<T>(
    method: string,
    path: string,
    body: Record<string, unknown> | undefined,
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
          signal: AbortSignal.timeout(this.#timeout),
        }),
        client && { client },
      );
      text = await response.text();
    } catch (error) {
      const lost = networkError(call, error, this.#timeout);
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
 * The address of an account's API, without a slash at its end: `https://x.freshdesk.com/api/v2`.
 * Freshdesk answers a doubled slash with a baffling 400, so paths are never simply glued on.
 *
 * Throws a `TypeError` that says what is wrong with an address that cannot be one.
 */
export function parseAccountUrl(address: string): URL {
  const url = URL.parse(address);
  if (!url) throw new TypeError("it is no URL");
  const here = url.protocol === "http:" && isLoopback(url.hostname);
  if (url.protocol !== "https:" && !here) {
    throw new TypeError("it must start with https://");
  }
  if (url.username || url.password || url.search || url.hash) {
    throw new TypeError("it must be an address alone, without user or query");
  }
  if (!/^\/*(api\/v2\/*)?$/.test(url.pathname)) {
    throw new TypeError(`the path ${url.pathname} does not belong to it`);
  }
  url.pathname = "/api/v2";
  url.search = url.hash = ""; // a bare ? or # counts as empty, and stays
  return url;
}

/**
 * Whether to send a request again: the milliseconds to wait first, or `undefined` to give up.
 *
 * Freshdesk knows no idempotency key, so a POST is repeated only when it was certainly not
 * applied: it never left, or was refused with 429. A GET, and a PUT that sets what it says, may be.
 *
 * @param attempt how often it was sent, from 1
 * @param random between 0 and 1, so that several programs do not come back together
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

/** Whether this one thing is closed to the key, while others may be open to it. */
export function isPermissionDenied(error: unknown): boolean {
  return error instanceof PermissionError && !isAccountError(error);
}

/** Whether every further call would be refused too, until a person has done something. */
export function isAccountError(error: unknown): boolean {
  return error instanceof AuthenticationError ||
    error instanceof NoApiAccessError ||
    error instanceof RedirectError ||
    error instanceof PermissionError &&
      /^(account_suspended|password_\w+|require_feature|ssl_required)$/.test(
        error.code ?? "",
      );
}

/** The link to the next page; Freshdesk writes it `< https://...>;rel="next"`. */
function nextLink(header: string | null): string | undefined {
  return header?.match(/<\s*([^>\s]+)\s*>\s*;\s*rel="?next"?/)?.[1];
}

function isKeyRejected(error: FreshdeskError): boolean {
  return error instanceof AuthenticationError ||
    error.code === "password_lockout";
}

function networkError(
  call: RequestInfo,
  error: unknown,
  timeout: number,
): FreshdeskError {
  if (error instanceof DOMException && error.name === "TimeoutError") {
    const detail = `no answer within ${timeout / 1000} s`;
    return new NoResponseError({ ...call, detail }, { cause: error });
  }
  // Deno says the reason, and the phase in which the request failed, in the error's cause.
  const reason = error instanceof Error && error.cause || error;
  const detail = String(reason).replace(/^.*?(?=client error)/, "");
  // Only then nothing was sent.
  const unsent = error instanceof Deno.errors.NotCapable ||
    /\(Connect\)|are blocked$/.test(detail);
  const Cause = unsent ? ConnectionError : NoResponseError;
  return new Cause({ ...call, detail }, { cause: error });
}

/** The body of a good answer; throws the error that a bad one stands for. */
function parseResponse(call: RequestInfo, response: Response, text: string) {
  const { status, headers } = response;
  const body = parseJson(text);
  if (status === 204) return undefined;
  if (status === 200 || status === 201) {
    if (typeof body === "object" && body !== null) return body;
    const detail = text
      ? `not JSON but ${excerpt(text)}`
      : "the answer has no body";
    throw new InvalidResponseError({ ...call, detail });
  }
  Object.assign(call, parseErrorBody(body, text));
  if (status >= 300 && status < 400) {
    // Its query may repeat ours, with a customer's e-mail address.
    const location = headers.get("location")?.replace(/[?#].*/, "");
    const detail = `redirected to ${location ?? "nowhere"}`;
    throw new RedirectError({ ...call, detail });
  }
  switch (status) {
    case 401:
      throw new AuthenticationError(call);
    case 403:
      throw new PermissionError(call);
    case 404:
      throw new NotFoundError(call);
    case 405:
      throw new TicketDeletedError(call);
    case 408: // Freshdesk, or something before it, stopped waiting; nobody knows for what
      throw new NoResponseError(call);
    case 409:
    case 423:
    case 425:
      throw new BusyError(call);
    case 429:
      if (headers.get("x-ratelimit-total")?.startsWith("0")) {
        throw new NoApiAccessError(call);
      }
      throw new RateLimitError(
        call,
        Math.min(
          Math.max(1, Number(headers.get("retry-after")) || 60),
          MAX_RETRY_AFTER,
        ),
      );
  }
  if (status >= 500) throw new ServerError(call);
  if (status >= 400) throw new ValidationError(call);
  throw new InvalidResponseError({ ...call, detail: "an unknown status" });
}

/** Code, fields and a readable sentence from any shape of error body. */
function parseErrorBody(
  body: unknown,
  text: string,
): Pick<RequestInfo, "code" | "fields" | "detail"> {
  if (typeof body !== "object" || body === null) {
    return text ? { detail: excerpt(text) } : {};
  }
  const { code, message, description, errors } = body as Record<
    string,
    unknown
  >;
  const fields = (Array.isArray(errors) ? errors : []).map((
    error,
  ): FieldError => ({
    field: String(error?.field ?? "?"),
    message: String(error?.message ?? ""),
    code: String(error?.code ?? ""),
  }));
  const detail = [
    description ?? message,
    ...fields.map(({ field, message, code }) =>
      `${field}: ${[message, code && `(${code})`].filter(Boolean).join(" ")}`
    ),
  ].filter(Boolean).join("; ");
  return {
    ...(typeof code === "string" && { code }),
    fields,
    detail: detail || excerpt(text),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The beginning of a text that was not meant for us, without its tags. */
function excerpt(text: string): string {
  const words = text
    .replace(/<(style|script)[\s\S]*?(<\/\1>|$)|<[^<>]*>/gi, " ")
    .replace(/\s+/g, " ").trim();
  return `"${words.length > 120 ? words.slice(0, 117) + "..." : words}"`;
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", stop);
    function done() {
      signal?.removeEventListener("abort", stop);
      resolve();
    }
    function stop() {
      clearTimeout(timer);
      reject(signal!.reason);
    }
  });
}
