import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  gamma,
  logNormal,
  normal,
  poisson,
  weightedChoice,
  weightedIndex,
  zipfWeights,
} from "../../lib/distributions.ts";
import { type Random, stream } from "../../lib/random.ts";

const COUNT = 20_000;

function draw(name: string, from: (random: Random) => number): number[] {
  const random = stream("distributions", name);
  return Array.from({ length: COUNT }, () => from(random));
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function variance(values: number[]): number {
  const m = mean(values);
  return mean(values.map((value) => (value - m) ** 2));
}

function quantile(values: number[], p: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(p * values.length)] ?? NaN;
}

function assertNear(actual: number, expected: number, share: number): void {
  assert(
    Math.abs(actual - expected) <= share * expected,
    `${actual} is not within ${share * 100} % of ${expected}`,
  );
}

Deno.test("normal() has mean 0 and variance 1", () => {
  const values = draw("normal", normal);
  assert(Math.abs(mean(values)) < 0.03);
  assertNear(variance(values), 1, 0.05);
});

Deno.test("normal() is finite whatever the random source gives", () => {
  for (const value of [0, 0.5, 1 - 2 ** -32]) {
    assert(Number.isFinite(normal(() => value)));
  }
});

Deno.test("logNormal() has the median and the 90th percentile asked for", () => {
  const values = draw("p90", (r) => logNormal({ median: 240, p90: 1800 }, r));
  assertNear(quantile(values, 0.5), 240, 0.05);
  assertNear(quantile(values, 0.9), 1800, 0.07);
});

Deno.test("logNormal() takes a sigma", () => {
  const values = draw("sigma", (r) => logNormal({ median: 45, sigma: 0.5 }, r));
  assertNear(quantile(values, 0.5), 45, 0.03);
  assertNear(quantile(values, 0.8413), 45 * Math.exp(0.5), 0.04);
  assertEquals(logNormal({ median: 3, sigma: 0 }, Math.random), 3);
});

Deno.test("logNormal() refuses a p90 below the median", () => {
  assertThrows(
    () => logNormal({ median: 10, p90: 5 }, Math.random),
    RangeError,
    "p90 at least the median",
  );
});

Deno.test("gamma() has mean shape * scale and variance shape * scale^2", () => {
  for (const [shape, scale] of [[3.5, 1 / 3.5], [0.5, 2], [20, 3]] as const) {
    const values = draw(`gamma ${shape}`, (r) => gamma(shape, scale, r));
    assertNear(mean(values), shape * scale, 0.04);
    assertNear(variance(values), shape * scale ** 2, 0.08);
    assert(values.every((value) => value > 0));
  }
});

Deno.test("gamma() of shape 1 is the exponential distribution", () => {
  const values = draw("exponential", (r) => gamma(1, 1, r));
  for (const [p, share] of [[0.02, 0.2], [0.1, 0.1], [0.5, 0.05]] as const) {
    assertNear(quantile(values, p), -Math.log(1 - p), share);
  }
});

Deno.test("poisson() has the mean asked for, and as large a variance", () => {
  for (const expected of [0.05, 1, 7.5, 80, 1500]) {
    const values = draw(`poisson ${expected}`, (r) => poisson(expected, r));
    assertNear(mean(values), expected, expected < 1 ? 0.15 : 0.03);
    assertNear(variance(values), expected, expected < 1 ? 0.15 : 0.05);
    assert(values.every((value) => Number.isInteger(value) && value >= 0));
  }
});

Deno.test("poisson() of 0 is 0, and refuses less", () => {
  assertEquals(poisson(0, Math.random), 0);
  assertThrows(
    () => poisson(-1, Math.random),
    RangeError,
    "current value is -1",
  );
  assertThrows(() => poisson(NaN, Math.random), RangeError);
});

Deno.test("weightedChoice() chooses in proportion", () => {
  const random = stream("distributions", "choice");
  const counts = { low: 0, medium: 0, none: 0, urgent: 0 };
  for (let i = 0; i < COUNT; i++) {
    counts[
      weightedChoice({ low: 20, medium: 65, none: 0, urgent: 15 }, random)
    ]++;
  }
  assertNear(counts.low, 0.20 * COUNT, 0.06);
  assertNear(counts.medium, 0.65 * COUNT, 0.03);
  assertNear(counts.urgent, 0.15 * COUNT, 0.06);
  assertEquals(counts.none, 0);
});

Deno.test("weightedIndex() never chooses a weight of 0", () => {
  assertEquals(weightedIndex([0, 1, 0], () => 0), 1);
  assertEquals(weightedIndex([0, 0.1, 0.2, 0], () => 1 - 2 ** -53), 2);
});

Deno.test("weightedIndex() refuses weights it cannot choose by", () => {
  const refused: [number[], string][] = [
    [[45, -1], "each must be 0 or more: current value is -1"],
    [[45, NaN], "current value is NaN"],
    [[0, 0], "at least one must be above 0: current values are [0, 0]"],
    [[], "at least one must be above 0"],
  ];
  for (const [weights, message] of refused) {
    const error = assertThrows(
      () => weightedIndex(weights, Math.random),
      RangeError,
      message,
    );
    assert(error.message.endsWith("Example: 45, 25, 10"));
  }
});

Deno.test("zipfWeights() sum to 1 and fall as 1/n", () => {
  const weights = zipfWeights(28);
  assertNear(weights.reduce((a, b) => a + b), 1, 1e-9);
  assertNear((weights[0] ?? 0) / (weights[3] ?? 0), 4, 1e-9);
  assertEquals(zipfWeights(2, 0), [0.5, 0.5]);
});
