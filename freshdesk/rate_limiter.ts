/**
 * Keeps our calls within our share of the account's rate limit. Freshdesk counts the calls of all
 * programs together, minute by minute, and every response says how many are left. So there are three rules:
 *
 * 1. In any minute we make no more calls than our share, or than others left of the last minute.
 * 2. Calls are spread over the minute, with a small burst for a tick that has little to do.
 * 3. We make no call if the last response says that the account has none left.
 *
 * @module
 */
import { MINUTE, SECOND } from "../lib/time.ts";

/** Calls per minute of the smallest plan (a trial); assumed until the first response. */
const SMALLEST_PLAN = 50;
/** Share of a minute's calls that may be made at once. */
const BURST = 0.1;

/** While a response is under way others go on for this long. */
const RESPONSE_TIME = SECOND;

/** What is known of the account's rate limit. */
export interface Budget {
  /** Calls per minute of the whole account; `undefined` before the first response. */
  total: number | undefined;
  /** Calls that were left at the last response. */
  remaining: number | undefined;
  /** Calls per minute that we may make at the moment. */
  ourLimit: number;
  /** No call is made before this moment (ms since 1970). */
  pausedUntil: number;
}

/** Decides when the next call may be made. It does not wait itself. */
export class RateLimiter {
  readonly #share: number;
  readonly #now: () => number;
  #total: number | undefined;
  #remaining: number | undefined;
  /** When each of our calls of the last minute got its response. */
  #responseTimes: number[] = [];
  #inFlight = 0;
  /** The minute that Freshdesk counts: its latest possible start and end. */
  #window = { start: 0, end: 0 };
  /** Calls that others made in this minute, and in the one before. */
  #otherUsage = { now: 0, before: 0 };
  /** When the next call is due if calls are spread evenly. */
  #nextSlotAt = 0;
  #pausedUntil = 0;
  /** When `tryAcquire` was called last. */
  #lastAcquireAt = 0;

  /** Takes the share, above 0 up to 1, and the clock in ms since 1970. */
  constructor(options: { share: number; now: () => number }) {
    this.#share = options.share;
    this.#now = options.now;
  }

  /** What is known of the account's rate limit. */
  get budget(): Budget {
    return {
      total: this.#total,
      remaining: this.#remaining,
      ourLimit: this.#currentLimit(),
      pausedUntil: this.#pausedUntil,
    };
  }

  /** Returns 0 if you may send now (then call {@linkcode onResponse}), otherwise the milliseconds to wait. */
  tryAcquire(): number {
    const now = this.#now();
    if (now < this.#lastAcquireAt) this.#reset(); // the clock was set back
    this.#lastAcquireAt = now;
    const allowed = this.#currentLimit();
    const interval = MINUTE / allowed;
    const earliest = this.#nextSlotAt - interval * Math.floor(allowed * BURST);
    this.#responseTimes = this.#responseTimes.filter((at) =>
      at > now - MINUTE && at <= now
    );

    const wait = Math.max(
      this.#pausedUntil - now,
      earliest - now,
      this.#responseTimes.length + this.#inFlight < allowed
        ? 0
        : (this.#responseTimes[0] ?? now - MINUTE + interval) + MINUTE - now,
      this.#callsLeft(now) >= 1 ? 0 : this.#window.end - now,
      // After a quiet time it is not known what is left: one call finds out.
      now >= this.#window.end && this.#inFlight > 0 ? interval / 4 : 0,
    );
    if (wait > 0) return Math.ceil(wait);
    this.#inFlight++;
    this.#nextSlotAt = Math.max(Math.min(this.#nextSlotAt, now + MINUTE), now) +
      interval;
    return 0;
  }

  /** Records the end of a call, with the headers of its response if there was one. */
  onResponse(headers?: Headers): void {
    const now = this.#now();
    this.#inFlight--;
    this.#responseTimes.push(now);
    const total = count(headers?.get("x-ratelimit-total"));
    const remaining = count(headers?.get("x-ratelimit-remaining"));
    if (total === undefined || remaining === undefined) return;

    // Responses overtake each other: a few calls more than before do not yet make a new minute.
    const jumped = remaining > (this.#remaining ?? 0) + this.#inFlight + 1;
    if (now >= this.#window.end || jumped) {
      const idle = now >= this.#window.end + MINUTE;
      this.#otherUsage = { before: idle ? 0 : this.#otherUsage.now, now: 0 };
      this.#window = { start: now, end: now + MINUTE };
    }
    const ours =
      this.#responseTimes.filter((at) => at >= this.#window.start).length;
    this.#total = total;
    this.#remaining = remaining;
    this.#otherUsage.now = Math.max(
      0,
      total - remaining - ours - this.#inFlight,
    );
  }

  /** Stops all calls for `ms` milliseconds, as Freshdesk asked. */
  pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#now() + ms);
    this.#window.end = this.#pausedUntil;
  }

  #reset(): void {
    this.#responseTimes = [];
    this.#window = { start: 0, end: 0 };
    this.#nextSlotAt = 0;
    this.#pausedUntil = 0;
  }

  /** Calls per minute that we may make: our share, or what others leave if that is less. */
  #currentLimit(): number {
    const total = this.#total ?? SMALLEST_PLAN;
    const others = Math.max(this.#otherUsage.now, this.#otherUsage.before);
    return Math.max(
      1,
      Math.min(Math.floor(total * this.#share), total - others),
    );
  }

  /** Calls the account has left: as of the last response, less the calls since. */
  #callsLeft(now: number): number {
    if (this.#remaining === undefined || now >= this.#window.end) return 1;
    const others = Math.max(this.#otherUsage.now, this.#otherUsage.before);
    const last = this.#responseTimes.at(-1) ?? now;
    const since = (now - last + RESPONSE_TIME) / MINUTE;
    return this.#remaining - this.#inFlight - Math.ceil(others * since);
  }
}

/** Freshdesk writes numbers as `50` or `50.0`. */
function count(header: string | null | undefined): number | undefined {
  const n = Number(header ?? NaN);
  return Number.isFinite(n) ? n : undefined;
}
