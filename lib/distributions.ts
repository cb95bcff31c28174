/**
 * Draws from the distributions that arrivals and waits follow.
 *
 * @module
 */
import type { Random } from "./random.ts";

/** The 90th percentile of the standard normal distribution. */
const Z90 = 1.2815515655446004;

/** How a log-normal distribution spreads around its median. */
export type LogNormalOptions =
  & { median: number }
  & ({ p90: number } | { sigma: number });

/** Draws from the standard normal distribution (Box-Muller). */
export function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  return radius * Math.cos(2 * Math.PI * random());
}

/** Draws from a log-normal distribution, given its median and its 90th percentile or its sigma. */
export function logNormal(options: LogNormalOptions, random: Random): number {
  const { median } = options;
  const sigma = "sigma" in options
    ? options.sigma
    : Math.log(options.p90 / median) / Z90;
  if (!(median > 0 && sigma >= 0)) {
    throw new RangeError(
      `Cannot draw from a log-normal distribution: median must be above 0 and p90 at least the median: current values are ${
        JSON.stringify(options)
      }`,
    );
  }
  return median * Math.exp(sigma * normal(random));
}

/** Draws from a gamma distribution with mean `shape * scale` (Marsaglia and Tsang). */
export function gamma(shape: number, scale: number, random: Random): number {
  if (!(shape > 0 && scale > 0)) {
    throw new RangeError(
      `Cannot draw from a gamma distribution: shape and scale must be above 0: current values are ${shape} and ${scale}`,
    );
  }
  if (shape < 1) {
    return gamma(shape + 1, scale, random) * (1 - random()) ** (1 / shape);
  }
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  while (true) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v <= 0) continue;
    const limit = x * x / 2 + d - d * v + d * Math.log(v);
    if (Math.log(1 - random()) < limit) return d * v * scale;
  }
}

/** Draws from a Poisson distribution. */
export function poisson(mean: number, random: Random): number {
  if (!(mean >= 0 && mean < Infinity)) {
    throw new RangeError(
      `Cannot draw from a Poisson distribution: mean must be 0 or more: current value is ${mean}`,
    );
  }
  // A sum of Poisson numbers is one too, and exp(-mean) must not vanish.
  if (mean > 30) return poisson(mean / 2, random) + poisson(mean / 2, random);
  const limit = Math.exp(-mean);
  let count = 0;
  for (let p = random(); p > limit; p *= random()) count++;
  return count;
}

/**
 * Checks that one can choose by these weights.
 *
 * @throws {RangeError} if a weight is negative or not finite, or if all are 0
 */
export function checkWeights(weights: readonly number[]): void {
  const wrong = weights.find((weight) => !(weight >= 0 && weight < Infinity));
  const problem = wrong !== undefined
    ? `each must be 0 or more: current value is ${wrong}`
    : weights.some((weight) => weight > 0)
    ? undefined
    : `at least one must be above 0: current values are [${
      weights.join(", ")
    }]`;
  if (problem) {
    throw new RangeError(
      `Cannot choose by weights: ${problem}. Example: 45, 25, 10`,
    );
  }
}

/**
 * Chooses an index, each with a probability in proportion to its weight.
 *
 * @throws {RangeError} see {@linkcode checkWeights}
 */
export function weightedIndex(
  weights: readonly number[],
  random: Random,
): number {
  checkWeights(weights);
  let rest = random() * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [i, weight] of weights.entries()) {
    rest -= weight;
    if (rest < 0) return i;
  }
  return weights.findLastIndex((weight) => weight > 0);
}

/**
 * Chooses one of the names, each with a probability in proportion to its weight.
 *
 * @example `weightedChoice({ low: 20, medium: 65, high: 12, urgent: 3 }, random)`
 * @throws {RangeError} see {@linkcode checkWeights}
 */
export function weightedChoice<T extends string>(
  weights: Readonly<Record<T, number>>,
  random: Random,
): T {
  const names = Object.keys(weights) as T[];
  const index = weightedIndex(names.map((name) => weights[name]), random);
  return names[index] as T;
}

/** Returns `count` weights that sum to 1: the n-th in proportion to `1 / n ** exponent`. */
export function zipfWeights(count: number, exponent = 1): number[] {
  const weights = Array.from(
    { length: count },
    (_, i) => 1 / (i + 1) ** exponent,
  );
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}
