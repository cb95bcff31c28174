/**
 * Measures how varied a desk's openings are, and looks for what gives a template away. Targets are
 * those that real help desks meet.
 *
 * @module
 */
import { gzipSync } from "node:zlib";
import { distance } from "fastest-levenshtein";
import { stream } from "../lib/random.ts";
import { plainText } from "../text.ts";
import type { Plan } from "../workflow/plan.ts";
import type { Desk } from "./desk.ts";
import { sampleOf } from "./sample.ts";

/** How varied texts are. */
export interface Variety {
  /** Share of distinct pairs of words among the first 4 000 words. */
  pairs: number;
  /** What gzip leaves of the first 20 kB. */
  gzip: number;
  /** How like its nearest neighbour the middle text is, from 0 to 1. */
  nearest: number;
  /** Share of texts with a neighbour that is nearly the same. */
  near: number;
  /** How much of a text is found, up to four words at a time, in 30 others. */
  selfBleu: number;
  /** How many times as long as the shortest tenth the longest tenth is. */
  spread: number;
}

const TEXTS = 200;
const OTHERS = 30;

/** Measures the first 200 texts. */
export function varietyOf(texts: readonly string[]): Variety {
  const random = stream("variety", texts.length);
  const sample = texts.slice(0, TEXTS);
  const words = sample.map((text) =>
    text.toLowerCase().match(/[\p{L}\p{N}]+(?:['’]\p{L}+)?/gu) ?? []
  );
  const pairs = ngrams(words.flat().slice(0, 4000), 2);
  const bytes = new TextEncoder().encode(sample.join("\n")).slice(0, 20_000);
  const nearest = nearestOf(
    sample.map((text) => text.slice(0, 600).toLowerCase().replace(/\s+/g, " ")),
  );
  const lengths = words.map(({ length }) => length);
  return {
    pairs: new Set(pairs).size / pairs.length,
    gzip: gzipSync(bytes, { level: 9 }).length / bytes.length,
    nearest: quantile(nearest, 0.5),
    near: nearest.filter((value) => value >= 0.8).length / nearest.length,
    selfBleu: selfBleu(words, random),
    spread: quantile(lengths, 0.9) / quantile(lengths, 0.1),
  };
}

/** For each text, how like it the most similar other one is. */
function nearestOf(texts: readonly string[]): number[] {
  const best = texts.map(() => 0);
  const raise = (i: number, value: number) => {
    best[i] = Math.max(best[i] ?? 0, value);
  };
  for (const [i, a] of texts.entries()) {
    for (const [j, b] of texts.slice(0, i).entries()) {
      const longer = Math.max(a.length, b.length);
      const bound = Math.min(a.length, b.length) / longer;
      // No two texts are more alike than their lengths.
      if (bound <= (best[i] ?? 0) && bound <= (best[j] ?? 0)) continue;
      const value = 1 - distance(a, b) / longer;
      raise(i, value);
      raise(j, value);
    }
  }
  return best;
}

function selfBleu(
  texts: readonly (readonly string[])[],
  random: () => number,
): number {
  const grams = texts.map((words) => [1, 2, 3, 4].map((n) => ngrams(words, n)));
  const scores = grams.flatMap((own, i) => {
    if (own.some((list) => list.length === 0)) return [];
    const others = Array.from(
      { length: OTHERS },
      () => Math.floor(random() * texts.length),
    ).filter((other) => other !== i);
    const logs = own.map((list, n) => {
      const known = new Set(others.flatMap((other) => grams[other]?.[n] ?? []));
      const found = list.filter((gram) => known.has(gram)).length || 0.1;
      return Math.log(found / list.length);
    });
    return [Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length)];
  });
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

/** What is missed, a line each; nothing when all targets are met. */
export function missedBy(variety: Variety): string[] {
  const { pairs, gzip, nearest, near, selfBleu, spread } = variety;
  const missed: [boolean, string, number, string][] = [
    [pairs < 0.65, "distinct pairs of words", pairs, "at least 0.65"],
    [gzip < 0.33, "compressed size", gzip, "at least 0.33"],
    [nearest > 0.5, "likeness to the nearest opening", nearest, "at most 0.5"],
    [near > 0.05, "share of openings nearly alike", near, "at most 0.05"],
    [selfBleu > 0.3, "words shared with others", selfBleu, "at most 0.3"],
    [spread < 4, "longest over shortest opening", spread, "at least 4"],
  ];
  return missed.filter(([isMissed]) => isMissed).map((
    [, what, value, target],
  ) => `${what}: ${value.toFixed(3)}, expected ${target}`);
}

/** What gives a text away as made from a template, and where it stands. */
export function artefactsIn(text: string): { what: string; where: string }[] {
  return ARTEFACTS.flatMap(([what, pattern]) => {
    const found = pattern.exec(text);
    if (!found) return [];
    const around = text.slice(Math.max(0, found.index - 20), found.index + 30);
    return [{ what, where: around.replace(/\s/g, " ") }];
  });
}

const ARTEFACTS: [string, RegExp][] = [
  ["a placeholder", /\{[^{}\n]*\}|\[(?:name|your|order|insert)\b[^\]]*\]/i],
  ["a missing value", /\b(?:undefined|NaN|null)\b|\[object/],
  ["stray spaces", /\S {2,}\S| [,.;:](?=\s|$)/],
  ["a doubled word", /\b(the|an?|to|of|is|we|you|and|for|in|it)\s+\1\b/i],
  ["an empty greeting", /^(?:(?:hi|hello|dear) +,|dear,?)$/im],
  [
    "a wrong article",
    /\ba (?!one\b|once\b|un[ai]|us[eu]|eu)[aeio]\p{Ll}|\ban [bcdfgjklmnpqrstvwxz]\p{Ll}{4}/u,
  ],
  ["markup", /\*\*|```|^#+ |\\n/m],
  ["a broken character", /\uFFFD|â€|Ã./],
  ["a doubled full stop", /(?<!\.)\.\.(?!\.)|[?!]\.|,\./],
];

const SEEDS = ["a", "b", "c"];

/** What makes the openings of a desk too alike, seed by seed. */
export async function weaknessesOf(
  desk: Desk,
  seeds: readonly string[] = SEEDS,
): Promise<string[]> {
  const lists = await Promise.all(seeds.map(async (seed) => {
    const plans = await sampleOf(desk, seed, TEXTS);
    return missedBy(varietyOf(plans.map(openingOf)))
      .map((missed) => `seed ${seed}: ${missed}`);
  }));
  return lists.flat();
}

/** Traces of templates in what a desk, or one topic, writes: each kind once a topic, with an example. */
export async function artefactsOf(
  desk: Desk,
  topic?: string,
): Promise<string[]> {
  const found = new Map<string, string>();
  const plans = await sampleOf(desk, "a", topic === undefined ? 1000 : 200, {
    ...(topic !== undefined && { topic }),
  });
  for (const plan of plans) {
    for (const { what, where } of textsOf(plan).flatMap(artefactsIn)) {
      found.set(`topics/${plan.topic}.yaml writes ${what}`, where);
    }
  }
  return [...found].map(([what, where]) => `${what}: '${where}'`);
}

/** The subject and all messages of a plan as plain text. */
export function textsOf(plan: Plan): string[] {
  return [
    plan.subject,
    ...plan.steps.flatMap((step) =>
      "body" in step ? [plainText(step.body)] : []
    ),
  ];
}

function openingOf(plan: Plan): string {
  return textsOf(plan)[1] ?? "";
}

function ngrams(words: readonly string[], n: number): string[] {
  return words.slice(n - 1).map((_, i) => words.slice(i, i + n).join(" "));
}

function quantile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ??
    0;
}
