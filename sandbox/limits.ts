/**
 * The account's rate limit, and the lower limits of some endpoints.
 *
 * @module
 */
import { MINUTE } from "../lib/time.ts";

/** Endpoints with a limit of their own, below the account's. */
export type LimitedEndpoint =
  | "ticketCreate"
  | "ticketUpdate"
  | "ticketsList"
  | "contactsList";

/** The calls of one minute. Minutes are those of the clock. */
export class MinuteBudget {
  #minute = NaN;
  #used = 0;
  #usedByEndpoint = new Map<LimitedEndpoint, number>();

  /** Takes the calls per minute of the account and of single endpoints; both may be changed at any time. */
  constructor(
    readonly now: () => number,
    public total: number,
    public endpointLimits: Partial<Record<LimitedEndpoint, number>> = {},
  ) {}

  /** Spends `calls`; returns false, and spends nothing, if fewer are left. */
  spend(calls: number, endpoint?: LimitedEndpoint): boolean {
    this.#startNewMinute();
    const usedHere = endpoint ? this.#usedByEndpoint.get(endpoint) ?? 0 : 0;
    const limitHere = (endpoint && this.endpointLimits[endpoint]) ?? Infinity;
    if (this.#used + calls > this.total || usedHere + calls > limitHere) {
      return false;
    }
    this.#used += calls;
    if (endpoint) this.#usedByEndpoint.set(endpoint, usedHere + calls);
    return true;
  }

  /** Calls left in this minute, for the account as a whole. */
  get remaining(): number {
    this.#startNewMinute();
    return Math.max(0, this.total - this.#used);
  }

  /** Whole seconds until the next minute begins. */
  get secondsLeft(): number {
    return Math.ceil((MINUTE - this.now() % MINUTE) / 1000);
  }

  #startNewMinute(): void {
    const minute = Math.floor(this.now() / MINUTE);
    if (minute === this.#minute) return;
    this.#minute = minute;
    this.#used = 0;
    this.#usedByEndpoint.clear();
  }
}

/** Returns the limited endpoint that a call belongs to, if any. */
export function endpointOf(
  method: string,
  path: string,
): LimitedEndpoint | undefined {
  return ENDPOINTS[`${method} ${path.replace(/\d+$/, "ID")}`];
}

/** Returns the cost of a call: each embed adds one on a single record, two on a list. */
export function costOf({ pathname, searchParams }: URL): number {
  const embeds = searchParams.get("include")?.split(",").length ?? 0;
  return 1 + embeds * (/\/\d+$/.test(pathname) ? 1 : 2);
}

const ENDPOINTS: Record<string, LimitedEndpoint> = {
  "POST /api/v2/tickets": "ticketCreate",
  "PUT /api/v2/tickets/ID": "ticketUpdate",
  "GET /api/v2/tickets": "ticketsList",
  "GET /api/v2/contacts": "contactsList",
};
