/**
 * Chance that can be repeated: named streams of numbers, and bags that are computed, not kept.
 *
 * @module
 */

/** A source of numbers in [0, 1). */
export type Random = () => number;

/**
 * Returns the numbers of one name: `stream(seed, "text", 7)`. The same seed and name give the same numbers,
 * and no name's numbers depend on another's.
 */
export function stream(
  seed: string,
  ...name: readonly (string | number)[]
): Random {
  let [a, b, c, d] = hash([seed, ...name].join("\u0000"));
  return () => { // sfc32
    const t = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 2 ** 32;
  };
}

/** Returns the same numbers for the same seed, an integer (mulberry32). */
export function seededRandom(seed: number): Random {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), seed | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Picks one of the items; `undefined` if there are none. */
export function pick<T>(items: readonly T[], random: Random): T | undefined {
  return items[Math.floor(random() * items.length)];
}

/** Picks a whole number from `from` to `to`, both included. */
export function between(from: number, to: number, random: Random): number {
  return from + Math.floor(random() * (to - from + 1));
}

/** Returns the items in random order. */
export function shuffle<T>(items: readonly T[], random: Random): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j] as T, result[i] as T];
  }
  return result;
}

/**
 * Returns the bag that the n-th pick is made from, in its order, and the position in it. Every bag holds
 * all items once, so nothing is picked again before everything was picked.
 */
export function bag<T>(
  items: readonly T[],
  n: number,
  seed: string,
  ...name: readonly (string | number)[]
): { items: T[]; round: number; position: number } {
  const round = Math.floor(n / items.length);
  return {
    items: shuffle(items, stream(seed, ...name, "bag", round)),
    round,
    position: n % items.length,
  };
}

/**
 * Divides `size` places by weight into whole numbers that add up to `size` (largest remainder). Every
 * weight above 0 gets at least one place, so a small `size` may be exceeded.
 */
export function shareOut(weights: readonly number[], size: number): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const exact = weights.map((weight) => weight / total * size);
  const shares = exact.map((share, i) =>
    weights[i] === 0 ? 0 : Math.max(1, Math.floor(share))
  );
  const byRemainder = exact.map((share, i) => ({ i, rest: share % 1 }))
    .filter(({ i }) => weights[i] !== 0 && (exact[i] ?? 0) >= 1)
    .sort((a, b) => b.rest - a.rest || a.i - b.i);
  let left = size - shares.reduce((sum, share) => sum + share, 0);
  for (const { i } of byRemainder) {
    if (left-- <= 0) break;
    shares[i] = (shares[i] ?? 0) + 1;
  }
  return shares;
}

/** Hashes a text to 128 bits (cyrb128). */
function hash(text: string): [number, number, number, number] {
  let [a, b, c, d] = [1779033703, 3144134277, 1013904242, 2773480762];
  for (let i = 0; i < text.length; i++) {
    const k = text.charCodeAt(i);
    a = b ^ Math.imul(a ^ k, 597399067);
    b = c ^ Math.imul(b ^ k, 2869860233);
    c = d ^ Math.imul(c ^ k, 951274213);
    d = a ^ Math.imul(d ^ k, 2716044179);
  }
  a = Math.imul(c ^ (a >>> 18), 597399067);
  b = Math.imul(d ^ (b >>> 22), 2869860233);
  c = Math.imul(a ^ (c >>> 17), 951274213);
  d = Math.imul(b ^ (d >>> 19), 2716044179);
  a ^= b ^ c ^ d;
  return [a, b ^ a, c ^ a, d ^ a];
}
