// deno-lint-ignore-file no-import-prefix -- only the stand-ins need this package
/**
 * Stands in for `@std/testing/time` where JSR cannot be reached.
 *
 * @module
 */
// @ts-types="npm:@types/sinonjs__fake-timers@15.0.1"
import timers from "npm:@sinonjs/fake-timers@15.5.0";

const realTimeout = setTimeout;

/** Date and timers that stand still until they are told to go on. */
export class FakeTime {
  readonly #clock: ReturnType<typeof timers.install>;

  /** Stops the time at `start` (default: now). */
  constructor(start: number | string | Date = Date.now()) {
    this.#clock = timers.install({
      now: new Date(start),
      toFake: [
        "Date",
        "setTimeout",
        "clearTimeout",
        "setInterval",
        "clearInterval",
      ],
    });
  }

  /** Milliseconds since 1970. */
  get now(): number {
    return this.#clock.now;
  }

  /** Lets `ms` milliseconds pass, with the timers that fall due in them. */
  tick(ms = 0): void {
    this.#clock.tick(ms);
  }

  /** Lets promises settle, then the same. */
  async tickAsync(ms = 0): Promise<void> {
    await new Promise((resolve) => realTimeout(resolve, 0));
    this.#clock.tick(ms);
  }

  /** Gives the real time back. */
  restore(): void {
    this.#clock.uninstall();
  }

  /** The same, at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.restore();
  }
}
