/**
 * What a bench finds: ratios to something measured in the same run, with the raw figures beside them.
 *
 * @module
 */
import { textTable } from "../lib/text.ts";

/** Repetitions of one measurement. */
export interface Spread {
  /** The middle one. */
  median: number;
  /** The lowest. */
  min: number;
  /** The highest. */
  max: number;
  /** How many there are. */
  runs: number;
}

/** Where a ratio should be. */
export type Aim = { atLeast: number } | { atMost: number };

/** One line of the table. */
export interface Figure {
  /** What is measured. */
  name: string;
  /** What it is compared with. */
  to: string;
  /** The first by the second, of each repetition. */
  ratio: Spread;
  /** The same in units, by name. */
  raw: Record<string, Spread>;
  /** Where the ratio should be. */
  aim?: Aim;
}

/** How much is measured. */
export interface Scale {
  /** Whether to measure so little that it only shows that it runs. */
  quick: boolean;
}

/** Sums repetitions up. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (i: number) => round(sorted[i] ?? NaN);
  const middle = (sorted.length - 1) / 2;
  const median = round((at(Math.floor(middle)) + at(Math.ceil(middle))) / 2);
  return {
    median,
    min: at(0),
    max: at(sorted.length - 1),
    runs: values.length,
  };
}

/**
 * Makes a line of the table: each repetition of the first raw figure by the same repetition of the
 * second, which must have as many or more.
 */
export function compare(
  name: string,
  to: string,
  raw: Record<string, number[]>,
  aim?: Aim,
): Figure {
  const [ours = [], theirs = []] = Object.values(raw);
  return {
    name,
    to,
    ratio: spreadOf(ours.map((value, i) => value / (theirs[i] ?? NaN))),
    raw: Object.fromEntries(
      Object.entries(raw).map(([unit, values]) => [unit, spreadOf(values)]),
    ),
    ...(aim && { aim }),
  };
}

/** Returns the figures of a part as lines to print. */
export function tableOf(part: string, figures: readonly Figure[]): string[] {
  const rows = figures.map(({ name, to, ratio, raw, aim }) => [
    name,
    said(ratio),
    to,
    aim ? saidAim(aim, ratio.median) : "",
    Object.entries(raw).map(([unit, spread]) => `${unit} ${said(spread)}`)
      .join("; "),
  ]);
  const head = [part, "ratio", "to", "aim", "raw: median (least to most)"];
  return textTable([head, ...rows]);
}

function saidAim(aim: Aim, ratio: number): string {
  const [bound, isMet] = "atLeast" in aim
    ? [`>= ${aim.atLeast}`, ratio >= aim.atLeast]
    : [`<= ${aim.atMost}`, ratio <= aim.atMost];
  return `${bound}: ${isMet ? "met" : "missed"}`;
}

function said({ median, min, max }: Spread): string {
  return min === max ? `${median}` : `${median} (${min} to ${max})`;
}

/** Three digits that count. */
function round(value: number): number {
  return Math.abs(value) >= 1000
    ? Math.round(value)
    : Number(value.toPrecision(3));
}
