/**
 * Claims: only the process that holds a ticket's claim may work on it.
 *
 * @module
 */
import { MINUTE } from "../lib/time.ts";
import type { Claim } from "./ticket.ts";

/** A claim outlives a request (30 s) several times over. */
const CLAIM = 4 * MINUTE;
/** Clocks of two processes may differ by this much. */
const SKEW = MINUTE;
/** No request is sent in a claim's last moments: its own time, and what clocks differ. */
const MARGIN = MINUTE / 2 + SKEW;

/** A claim of this process. */
export interface OwnClaim {
  /** What is stored of it. */
  claim: Claim;
  /** The last moment to send anything on it (ms since 1970). */
  latest: () => number;
}

/** Makes the claims of one process, and judges those of others. */
export class Claims {
  readonly #owner = crypto.randomUUID().slice(0, 8);
  readonly #now: () => number;
  readonly #monotonic: () => number;
  /** When a claim of another clock was first seen, by the monotonic clock. */
  readonly #seen = new Map<string, number>();

  /** Takes the clock (ms since 1970), and one that only ever grows. */
  constructor(now: () => number, monotonic: () => number) {
    this.#now = now;
    this.#monotonic = monotonic;
  }

  /** Makes a claim from now on. */
  make(): OwnClaim {
    const claimedAt = this.#now();
    const expiresAt = claimedAt + CLAIM;
    const end = this.#monotonic() + CLAIM - MARGIN;
    return {
      claim: { owner: this.#owner, claimedAt, expiresAt },
      // By both clocks: one may be set back, and the other stands still while the machine sleeps.
      latest: () =>
        Math.min(expiresAt - MARGIN, this.#now() + end - this.#monotonic()),
    };
  }

  /**
   * Whether a claim keeps this process off. One that ends later than a claim can shows that the
   * clocks disagree: it counts until this process has seen it for as long as a claim lasts.
   */
  isActive({ owner, claimedAt, expiresAt }: Claim): boolean {
    const left = expiresAt - this.#now();
    if (left <= CLAIM) return left > 0;
    const key = `${owner} ${claimedAt}`;
    const now = this.#monotonic();
    const seen = this.#seen.get(key) ?? now;
    if (this.#seen.size >= 1000) this.#seen.clear(); // what is forgotten only waits longer
    this.#seen.set(key, seen);
    return now - seen < CLAIM;
  }
}
