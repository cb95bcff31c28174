/**
 * Tells everybody who looks that something has changed. However many look, the store is asked once
 * every two seconds; nobody looking, it is not asked at all.
 *
 * @module
 */

const EVERY = 2000;

/** What {@linkcode ChangeFeed} is made of. */
export interface ChangesOptions {
  /** Another text after every change. */
  ask: () => Promise<string>;
  /** Milliseconds between two questions. Default: 2 seconds. */
  every?: number;
}

/** One watch over the store for all who look. */
export class ChangeFeed {
  readonly #ask: () => Promise<string>;
  readonly #every: number;
  readonly #listeners = new Set<(stamp: string) => void>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Asks nothing until somebody listens. */
  constructor({ ask, every = EVERY }: ChangesOptions) {
    this.#ask = ask;
    this.#every = every;
  }

  /** Calls a listener with the version every time the store is asked; it compares itself. Call the result to end this. */
  subscribe(listener: (stamp: string) => void): () => void {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#wait();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) clearTimeout(this.#timer);
    };
  }

  #wait(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), this.#every);
  }

  async #look(): Promise<void> {
    try {
      const stamp = await this.#ask();
      for (const listener of this.#listeners) listener(stamp);
    } catch {
      // The store is in trouble: the page says so when it is asked for; here the next look goes on.
    }
    if (this.#listeners.size > 0) this.#wait();
  }
}
