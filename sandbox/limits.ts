/** What of an account's calls has a limit of its own, below the common one. */
export type LimitedEndpoint =
  | "ticketCreate"
  | "ticketUpdate"
  | "ticketsList"
  | "contactsList";

/** An account's calls per minute. The window is the minute of the clock. */
export class MinuteBudget {
  #minute = NaN;
  #used = 0;
  #usedInLane = new Map<LimitedEndpoint, number>();

  /** `total` and `lanes` are calls per minute and may be changed at any time. */
  constructor(
    readonly now: () => number,
    public total: number,
    public lanes: Partial<Record<LimitedEndpoint, number>> = {},
  ) {}

  /** Spends `calls`, and says whether they were to be had. A refusal spends nothing. */
  spend(calls: number, lane?: LimitedEndpoint): boolean {
    this.#turnTheMinute();
    const usedInLane = lane ? this.#usedInLane.get(lane) ?? 0 : 0;
    const laneLimit = (lane && this.lanes[lane]) ?? Infinity;
    if (this.#used + calls > this.total || usedInLane + calls > laneLimit) {
      return false;
    }
    this.#used += calls;
    if (lane) this.#usedInLane.set(lane, usedInLane + calls);
    return true;
  }

  /** Calls left in this minute, whatever the lanes say. */
  get remaining(): number {
    this.#turnTheMinute();
    return Math.max(0, this.total - this.#used);
  }

  /** Whole seconds until the next minute begins. */
  get secondsLeft(): number {
    return Math.ceil((MINUTE - this.now() % MINUTE) / 1000);
  }

  #turnTheMinute(): void {
    const minute = Math.floor(this.now() / MINUTE);
    if (minute === this.#minute) return;
    this.#minute = minute;
    this.#used = 0;
    this.#usedInLane.clear();
  }
}

/** The lane of a call, if it has one. */
export function laneOf(
  method: string,
  path: string,
): LimitedEndpoint | undefined {
  return LANES[`${method} ${path.replace(/\d+$/, "ID")}`];
}

/** What a call costs: each embed adds one on a single record, two on a list. */
export function costOf({ pathname, searchParams }: URL): number {
  const embeds = searchParams.get("include")?.split(",").length ?? 0;
  return 1 + embeds * (/\/\d+$/.test(pathname) ? 1 : 2);
}

const LANES: Record<string, LimitedEndpoint> = {
  "POST /api/v2/tickets": "ticketCreate",
  "PUT /api/v2/tickets/ID": "ticketUpdate",
  "GET /api/v2/tickets": "ticketsList",
  "GET /api/v2/contacts": "contactsList",
};

const MINUTE = 60_000;
