/**
 * How many steps are taken side by side, and who goes first.
 *
 * @module
 */

/** So many at a time; the highest rank first, and within a rank who came first. */
export class PrioritySemaphore {
  #free: number;
  readonly #announced: number[] = [];
  readonly #waiting: { rank: number; go: (leave: () => void) => void }[] = [];

  /** Makes so many lanes. */
  constructor(lanes: number) {
    this.#free = lanes;
  }

  /** Announces work of a rank: lower ones wait until what this gives back is called. */
  announce(rank: number): () => void {
    this.#announced.push(rank);
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      this.#announced.splice(this.#announced.indexOf(rank), 1);
      this.#next();
    };
  }

  /** Waits for a lane, and gives what to call to leave it. */
  enter(rank: number): Promise<() => void> {
    return new Promise((go) => {
      this.#waiting.push({ rank, go });
      this.#waiting.sort((a, b) => b.rank - a.rank);
      this.#next();
    });
  }

  #next(): void {
    const least = Math.max(...this.#announced);
    while (
      this.#free > 0 && this.#waiting[0] && this.#waiting[0].rank >= least
    ) {
      this.#free--;
      this.#waiting.shift()!.go(() => {
        this.#free++;
        this.#next();
      });
    }
  }
}
