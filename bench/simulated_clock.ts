/**
 * A clock that jumps to the next moment somebody waits for, as soon as nothing else is to be done.
 *
 * @module
 */
import { setImmediate } from "node:timers";

/** Rounds of the event loop after which what has begun has come to its next wait. */
const ROUNDS = 5;

/** Minutes pass in milliseconds, and everything that happens in them happens. */
export class SimulatedClock {
  readonly #waiting: { at: number; wake: () => void }[] = [];
  #now: number;

  /** Begins at a moment (ms since 1970). */
  constructor(start: number) {
    this.#now = start;
  }

  /** Milliseconds since 1970. */
  readonly now = (): number => this.#now;

  /** Waits. */
  readonly sleep = (ms: number): Promise<void> =>
    new Promise((wake) => this.#waiting.push({ at: this.#now + ms, wake }));

  /** Lets time pass until a task is done. */
  async run<T>(task: Promise<T>): Promise<T> {
    let isDone = false;
    const end = task.finally(() => isDone = true);
    for (;;) {
      for (let round = 0; round < ROUNDS; round++) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      if (isDone) return await end;
      this.#waiting.sort((a, b) => a.at - b.at);
      const next = this.#waiting.shift();
      if (!next) continue;
      this.#now = Math.max(this.#now, next.at);
      next.wake();
    }
  }
}
