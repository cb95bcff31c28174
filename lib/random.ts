/**
 * Chance that can be repeated.
 *
 * @module
 */

/** A source of numbers between 0 and 1. */
export type Random = () => number;

/** The same numbers for the same seed, an integer (mulberry32). */
export function seededRandom(seed: number): Random {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), seed | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One of them; `undefined` when there are none. */
export function pick<T>(items: readonly T[], random: Random): T | undefined {
  return items[Math.floor(random() * items.length)];
}
