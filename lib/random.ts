/**
 * Random numbers that can be repeated.
 *
 * @module
 */

/** A source of numbers from 0 up to, but not including, 1. */
export type Random = () => number;

/**
 * Returns a named stream of random numbers. The same seed and names always give the same numbers;
 * streams that differ in any name are independent of each other.
 *
 * The names are hashed to 128 bits (cyrb128), which start the generator (sfc32).
 */
export function stream(
  seed: string,
  ...names: (string | number)[]
): Random {
  let [a, b, c, d] = hash(JSON.stringify([seed, ...names]));
  const next = () => {
    const sum = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  // The first numbers still resemble the hash.
  for (let i = 0; i < 16; i++) next();
  return next;
}

/** Hashes a text to four 32-bit numbers (cyrb128). */
function hash(text: string): [number, number, number, number] {
  let h1 = 1779033703;
  let h2 = 3144134277;
  let h3 = 1013904242;
  let h4 = 2773480762;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    h1 = h2 ^ Math.imul(h1 ^ code, 597399067);
    h2 = h3 ^ Math.imul(h2 ^ code, 2869860233);
    h3 = h4 ^ Math.imul(h3 ^ code, 951274213);
    h4 = h1 ^ Math.imul(h4 ^ code, 2716044179);
  }
  h1 = Math.imul(h3 ^ (h1 >>> 18), 597399067);
  h2 = Math.imul(h4 ^ (h2 >>> 22), 2869860233);
  h3 = Math.imul(h1 ^ (h3 >>> 17), 951274213);
  h4 = Math.imul(h2 ^ (h4 >>> 19), 2716044179);
  h1 ^= h2 ^ h3 ^ h4;
  return [h1, h2 ^ h1, h3 ^ h1, h4 ^ h1];
}
