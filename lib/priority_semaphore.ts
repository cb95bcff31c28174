/**
 * Limits how many tasks run side by side, and lets the important ones go first.
 *
 * @module
 */

/**
 * A semaphore whose free slots go to the highest priority first, and within one priority to the first
 * who asked.
 *
 * ```ts
 * using _slot = await semaphore.acquire(1);
 * ```
 */
export class PrioritySemaphore {
  /** How many tasks run side by side; a new limit holds for those that have not begun. */
  limit: number;
  #taken = 0;
  readonly #reserved: number[] = [];
  readonly #waiting: { priority: number; start: (slot: Disposable) => void }[] =
    [];

  /** Takes the number of slots. */
  constructor(limit: number) {
    this.limit = limit;
  }

  /** Reserves all free slots for this priority and above, until the result is disposed. */
  reserve(priority: number): Disposable {
    this.#reserved.push(priority);
    return once(() => {
      this.#reserved.splice(this.#reserved.indexOf(priority), 1);
      this.#startNext();
    });
  }

  /** Acquires a slot; dispose the result to release it. */
  acquire(priority: number): Promise<Disposable> {
    return new Promise((start) => {
      this.#waiting.push({ priority, start });
      this.#waiting.sort((a, b) => b.priority - a.priority);
      this.#startNext();
    });
  }

  #startNext(): void {
    const lowest = Math.max(...this.#reserved);
    while (this.#taken < this.limit) {
      const [next] = this.#waiting;
      if (!next || next.priority < lowest) return;
      this.#waiting.shift();
      this.#taken++;
      next.start(once(() => {
        this.#taken--;
        this.#startNext();
      }));
    }
  }
}

function once(release: () => void): Disposable {
  let released = false;
  return {
    [Symbol.dispose]() {
      if (released) return;
      released = true;
      release();
    },
  };
}
