/**
 * How many steps are taken side by side, and who goes first.
 *
 * @module
 */

/** So many at a time; who waits with the highest rank goes first. */
export class Lanes {
  #free: number;
  readonly #waiting: { rank: number; go: () => void }[] = [];

  /** Makes so many lanes. */
  constructor(lanes: number) {
    this.#free = lanes;
  }

  /** Waits for a lane, and gives what to call to leave it. */
  async enter(rank: number): Promise<() => void> {
    if (this.#free > 0) this.#free--;
    else {
      await new Promise<void>((go) => {
        this.#waiting.push({ rank, go });
        this.#waiting.sort((a, b) => b.rank - a.rank);
      });
    }
    return () => {
      const next = this.#waiting.shift();
      if (next) next.go();
      else this.#free++;
    };
  }
}
