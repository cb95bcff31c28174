/**
 * Our part of the account's calls. Freshdesk counts the calls of all programs together, minute by
 * minute, and says in every answer how many are left; so the pace keeps three rules:
 *
 * 1. in no minute more than our share, nor more than others left of the last one,
 * 2. spread over the minute, with a small burst for a tick that has little to do,
 * 3. none that the account has no call left for, as far as the last answer tells.
 *
 * @module
 */

const MINUTE = 60_000;
/** Assumed until the first answer says more: the smallest plan's calls per minute (a trial). */
const SMALLEST_PLAN = 50;
/** The part of a minute's calls that may be made at once. */
const BURST = 0.1;

/** What is left of the account's minute. */
export interface Budget {
  /** Calls per minute of the whole account; `undefined` until Freshdesk said so. */
  total: number | undefined;
  /** Calls that were left at the last answer. */
  remaining: number | undefined;
  /** Calls per minute that are ours at the moment. */
  ourLimit: number;
  /** No call is made before this moment (ms since 1970). */
  pausedUntil: number;
}

/** Decides when the next call may be made; it waits for nothing itself. */
export class RateLimiter {
  readonly #share: number;
  readonly #now: () => number;
  #total: number | undefined;
  #remaining: number | undefined;
  /** When each of our calls of the last minute was answered. */
  #responseTimes: number[] = [];
  #inFlight = 0;
  /** The account's minute: it began at the latest, and is over at the latest, then. */
  #window = { start: 0, end: 0 };
  /** What others used: in this minute, and in the one before. */
  #otherUsage = { now: 0, before: 0 };
  /** When the next call would be made if all were evenly spread. */
  #nextSlotAt = 0;
  #pausedUntil = 0;
  /** When a call was asked for last. */
  #lastAcquireAt = 0;

  /** Takes the share, above 0 up to 1, and the clock in ms since 1970. */
  constructor(options: { share: number; now: () => number }) {
    this.#share = options.share;
    this.#now = options.now;
  }

  /** What is known of the account's minute. */
  get budget(): Budget {
    return {
      total: this.#total,
      remaining: this.#remaining,
      ourLimit: this.#currentLimit(),
      pausedUntil: this.#pausedUntil,
    };
  }

  /** Takes a call: 0 = make it now; else so many milliseconds are to be waited before asking again. */
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
      // After a quiet time nobody knows what is left: one call finds out.
      now >= this.#window.end && this.#inFlight > 0 ? interval / 4 : 0,
    );
    if (wait > 0) return Math.ceil(wait);
    this.#inFlight++;
    this.#nextSlotAt = Math.max(Math.min(this.#nextSlotAt, now + MINUTE), now) +
      interval;
    return 0;
  }

  /** To be told of every call that was taken, with its answer's headers if it got any. */
  onResponse(headers?: Headers): void {
    const now = this.#now();
    this.#inFlight--;
    this.#responseTimes.push(now);
    const total = count(headers?.get("x-ratelimit-total"));
    const remaining = count(headers?.get("x-ratelimit-remaining"));
    if (total === undefined || remaining === undefined) return;

    // Answers overtake each other, so a few calls more than before are no new minute yet.
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

  /** Stops all calls for so many milliseconds: Freshdesk said so. */
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

  /** Calls per minute that are ours: our share, or what others leave if that is less. */
  #currentLimit(): number {
    const total = this.#total ?? SMALLEST_PLAN;
    const others = Math.max(this.#otherUsage.now, this.#otherUsage.before);
    return Math.max(
      1,
      Math.min(Math.floor(total * this.#share), total - others),
    );
  }

  /** Calls the account has left: what the last answer said, less what was asked for since. */
  #callsLeft(now: number): number {
    if (this.#remaining === undefined || now >= this.#window.end) return 1;
    const others = Math.max(this.#otherUsage.now, this.#otherUsage.before);
    const since = (now - (this.#responseTimes.at(-1) ?? now)) / MINUTE;
    return this.#remaining - this.#inFlight - Math.ceil(others * since);
  }
}

/** Freshdesk writes numbers as `50` or `50.0`. */
function count(header: string | null | undefined): number | undefined {
  const n = Number(header ?? NaN);
  return Number.isFinite(n) ? n : undefined;
}
