/**
 * Tells everybody who looks that something has changed. However many look, the store is asked once
 * every two seconds, or every five while nothing goes on; nobody looking, it is not asked at all.
 *
 * @module
 */

/** Milliseconds between two questions. */
const EVERY = 2000;
/** The same, while nothing goes on. */
const EVERY_QUIET = 5000;
/** After this many questions with the same answer, the longer pause is taken. */
const QUIET_AFTER = 10;

/** What {@linkcode ChangeFeed} is made of. */
export interface ChangesOptions {
  /** Another text after every change. */
  ask: () => Promise<string>;
}

/** One watch over the store for all who look. */
export class ChangeFeed {
  readonly #ask: () => Promise<string>;
  readonly #listeners = new Set<(stamp: string) => void>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #known = "";
  #same = 0;

  /** Asks nothing until somebody listens. */
  constructor({ ask }: ChangesOptions) {
    this.#ask = ask;
  }

  /** Calls a listener with the version every time the store is asked; it compares itself. Call the result to end this. */
  subscribe(listener: (stamp: string) => void): () => void {
    this.#listeners.add(listener);
    // Somebody who comes may be about to do something.
    this.#same = 0;
    if (this.#listeners.size === 1) this.#wait();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) clearTimeout(this.#timer);
    };
  }

  #wait(): void {
    clearTimeout(this.#timer);
    const pause = this.#same < QUIET_AFTER ? EVERY : EVERY_QUIET;
    this.#timer = setTimeout(() => this.#look(), pause);
  }

  async #look(): Promise<void> {
    try {
      const stamp = await this.#ask();
      this.#same = stamp === this.#known ? this.#same + 1 : 0;
      this.#known = stamp;
      for (const listener of this.#listeners) listener(stamp);
    } catch {
      // The store is in trouble: the page says so when it is asked for; here the next look goes on.
    }
    if (this.#listeners.size > 0) this.#wait();
  }
}
