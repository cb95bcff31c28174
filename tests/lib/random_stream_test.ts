import { assert, assertEquals } from "@std/assert";
import { type Random, stream } from "../../lib/random.ts";

const take = (random: Random, count: number) =>
  Array.from({ length: count }, random);

/** Correlation of two lists of numbers. */
function correlation(a: number[], b: number[]): number {
  const mean = (x: number[]) => x.reduce((s, v) => s + v, 0) / x.length;
  const [ma, mb] = [mean(a), mean(b)];
  const sum = (f: (i: number) => number) => a.reduce((s, _, i) => s + f(i), 0);
  const da = (i: number) => (a[i] ?? 0) - ma;
  const db = (i: number) => (b[i] ?? 0) - mb;
  return sum((i) => da(i) * db(i)) /
    Math.sqrt(sum((i) => da(i) ** 2) * sum((i) => db(i) ** 2));
}

Deno.test("stream: the same seed and names give the same numbers", () => {
  assertEquals(
    take(stream("a", "when", 7), 20),
    take(stream("a", "when", 7), 20),
  );
});

Deno.test("stream: a different seed, name or order gives different numbers", () => {
  const streams = [
    stream("a", "when", 7),
    stream("b", "when", 7),
    stream("a", "who", 7),
    stream("a", "when", 8),
    stream("a", 7, "when"),
    stream("a", "when7"),
    stream("a", "when", 7, ""),
  ];
  const texts = streams.map((random) => take(random, 4).join());
  assertEquals(new Set(texts).size, streams.length);
});

Deno.test("stream: numbers are spread evenly", () => {
  const counts = new Array<number>(20).fill(0);
  const random = stream("even");
  for (let i = 0; i < 20_000; i++) {
    const value = random();
    assert(value >= 0 && value < 1);
    const bucket = Math.floor(value * 20);
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  const chi2 = counts.reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0);
  assert(chi2 < 43.8, `chi-square ${chi2} of 19 degrees of freedom`); // p 0.001
});

Deno.test("stream: neighbours do not resemble each other", () => {
  const size = 4000;
  const bound = 4 / Math.sqrt(size);
  for (let i = 0; i < 10; i++) {
    const a = take(stream("s", "ticket", i), size);
    const b = take(stream("s", "ticket", i + 1), size);
    assert(Math.abs(correlation(a, b)) < bound);
    assert(Math.abs(correlation(a.slice(1), a.slice(0, -1))) < bound);
  }
  // The first number of each stream is what most draws use.
  const firsts = take(() => 0, size).map((_, i) => stream("s", i)());
  const seconds = take(() => 0, size).map((_, i) => stream("s", i + 1)());
  assert(Math.abs(correlation(firsts, seconds)) < bound);
  const mean = firsts.reduce((s, v) => s + v, 0) / size;
  assert(Math.abs(mean - 0.5) < 4 * 0.2887 / Math.sqrt(size));
});
