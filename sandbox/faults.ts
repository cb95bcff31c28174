/**
 * Faults between Freshdesk and its caller, on demand.
 *
 * @module
 */
/** The kinds of faults. */
export const FAULT_KINDS = [
  "latency",
  "status",
  "refuse",
  "drop",
  "cut",
  "never",
  "garbage",
  "deny",
] as const;

/** A fault between Freshdesk and its caller. */
export interface Fault {
  /**
   * - `latency`: the response takes `ms`
   * - `status`: a response with `status` and `body` comes instead
   * - `refuse`: the connection is lost before the request was applied
   * - `drop`: the connection is lost after the request was applied
   * - `cut`: the connection is lost in the middle of the response's body
   * - `never`: no response, until the caller gives up
   * - `garbage`: a successful status with an unusable body
   * - `deny`: the ticket in the path is refused from then on, with `status` and `body`, until
   *   the faults are cleared; `times` counts tickets
   */
  kind: typeof FAULT_KINDS[number];
  /** Only requests of this method. Default: all. */
  method?: string;
  /** Only paths (with their query) that match; a string is a regular expression. Default: all. */
  path?: string | RegExp;
  /** How often it strikes. Default: once, or `always` when a `share` is given. */
  times?: number | "always";
  /** The chance that it strikes a request it fits, 0 to 1. Default: 1. */
  share?: number;
  /**
   * Whether the request is applied before the fault begins. Default: true for
   * `drop`, `cut` and `garbage`. A `latency` that is not `applied` applies the
   * request when it is over, unless the caller has given up by then.
   */
  applied?: boolean;
  /** Milliseconds to wait before the response, for any kind. Default: 0. */
  ms?: number;
  /** For `status` (default 503), `deny` (403) and `garbage` (what the status would have been). */
  status?: number;
  /** Seconds, sent as `Retry-After`. */
  retryAfter?: number;
  /** The body to send, for `status`, `deny` and `garbage`. Default: an HTML page. */
  body?: string;
}

/** Waits `ms`; rejects with the signal's reason as soon as it is aborted. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

/** The planned faults. */
export class FaultPlan {
  #waiting: { fault: Fault; path: RegExp; left: number }[] = [];
  /** The tickets refused from now on, by their ids. */
  readonly #denied = new Map<string, Fault>();

  /** Takes the source of random numbers that decides about shares. */
  constructor(readonly random: () => number) {}

  /** Throws a `TypeError` if the kind is unknown, a `SyntaxError` if `path` is not a regular expression. */
  add(fault: Fault): void {
    if (!FAULT_KINDS.includes(fault.kind)) {
      throw new TypeError(
        `Cannot plan a fault: 'kind' must be one of ${
          FAULT_KINDS.join(", ")
        }: ` +
          `current value is ${fault.kind}`,
      );
    }
    const times = fault.times ?? (fault.share === undefined ? 1 : "always");
    this.#waiting.push({
      fault,
      path: new RegExp(fault.path ?? ""),
      left: times === "always" ? Infinity : times,
    });
  }

  /** Forgets every fault. */
  clear(): void {
    this.#waiting = [];
    this.#denied.clear();
  }

  /** Returns the fault that strikes this request, if any, and counts it. */
  take(method: string, path: string): Fault | undefined {
    const id = path.match(/\/tickets\/(\d+)/)?.[1];
    const denied = this.#denied.get(id ?? "");
    if (denied) return denied;
    const struck = this.#waiting.find((waiting) =>
      (waiting.fault.kind !== "deny" || id !== undefined) &&
      (waiting.fault.method ?? method).toUpperCase() === method &&
      path.search(waiting.path) >= 0 &&
      (waiting.fault.share === undefined ||
        this.random() < waiting.fault.share)
    );
    if (!struck) return undefined;
    struck.left--;
    if (struck.left <= 0) {
      this.#waiting = this.#waiting.filter((waiting) => waiting !== struck);
    }
    if (struck.fault.kind === "deny") this.#denied.set(id!, struck.fault);
    return struck.fault;
  }
}

/**
 * Applies a fault to a request. A lost connection rejects with a `TypeError`, as with `fetch`.
 *
 * @param apply applies the request
 */
export async function applyFault(
  fault: Fault,
  apply: () => Promise<Response>,
  signal: AbortSignal,
  sleep: Sleep,
): Promise<Response> {
  const applied = fault.applied ??
    ["drop", "cut", "garbage"].includes(fault.kind);
  const answer = applied ? await apply() : undefined;
  if (fault.ms) await sleep(fault.ms, signal);
  signal.throwIfAborted();
  switch (fault.kind) {
    case "latency":
      return answer ?? await apply();
    case "status":
      return replacementResponse(fault, fault.status ?? 503);
    case "deny":
      return replacementResponse(fault, fault.status ?? 403);
    case "garbage":
      return replacementResponse(fault, fault.status ?? answer?.status ?? 200);
    case "cut":
      return await cutInHalf(answer ?? await apply());
    case "never":
      return await aborted(signal);
    case "refuse":
    case "drop":
      throw connectionLost();
  }
}

function replacementResponse(fault: Fault, status: number): Response {
  const body = fault.body ??
    `<html><head><title>${status}</title></head><body>Something went wrong</body></html>`;
  const headers = new Headers({ "content-type": contentType(body) });
  if (fault.retryAfter !== undefined) {
    headers.set("retry-after", String(fault.retryAfter));
  }
  return new Response(status === 204 ? null : body, { status, headers });
}

function contentType(body: string): string {
  if (body.startsWith("<")) return "text/html";
  return /^[{[]/.test(body) ? "application/json" : "text/plain";
}

/** A response without a body is lost altogether. */
async function cutInHalf(answer: Response): Promise<Response> {
  const { status, headers } = answer;
  const bytes = await answer.bytes();
  if (bytes.length === 0) throw connectionLost();
  headers.set("content-length", String(bytes.length));
  const halves = [bytes.subarray(0, Math.ceil(bytes.length / 2))];
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const half = halves.pop();
      if (half) controller.enqueue(half);
      else controller.error(new TypeError("error reading a body"));
    },
  });
  return new Response(body, { status, headers });
}

function connectionLost(): TypeError {
  return new TypeError(
    "error sending request: connection closed before message completed",
  );
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), {
      once: true,
    });
  });
}
