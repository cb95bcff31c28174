/**
 * `deno task bench`: measures, and asserts nothing. Prints a table for each part, and writes all to
 * `bench/results/<date>.json`.
 *
 * @module
 */
import { exitWithUsage, readArguments } from "../startup/arguments.ts";
import { measureBudget } from "./budget.ts";
import { measureCost } from "./cost.ts";
import { measureEngine } from "./engine.ts";
import { type Figure, type Scale, tableOf } from "./figures.ts";
import { measureMachines } from "./machines.ts";
import { measureScale } from "./scale.ts";
import { measureStart } from "./start.ts";
import { measureStatus } from "./status.ts";

const PARTS: Record<string, (scale: Scale) => Promise<Figure[]>> = {
  engine: measureEngine,
  scale: measureScale,
  cost: measureCost,
  budget: measureBudget,
  start: measureStart,
  machines: measureMachines,
  status: measureStatus,
};

const COMMAND = {
  name: "bench",
  summary: `Measures: ${Object.keys(PARTS).join(", ")}; all of them by default.
Every figure is a ratio to something measured in the same run. See
bench/README.md.`,
  options: {
    quick: { about: "so little that the figures mean nothing, to see it run" },
    out: {
      about: "where the figures go; by default bench/results/<date>.json",
      value: "FILE",
    },
  },
  positionals: "[PART...]",
} as const;

const { values: { quick, out }, positionals } = readArguments(COMMAND);
const unknown = positionals.find((name) => !(name in PARTS));
if (unknown) exitWithUsage(COMMAND, `Unknown part '${unknown}'`);
const names = positionals.length > 0 ? positionals : Object.keys(PARTS);

const load = () => Deno.loadavg()[0];
const machine = {
  cores: navigator.hardwareConcurrency,
  memoryGiB: Math.round(Deno.systemMemoryInfo().total / 2 ** 30),
  deno: Deno.version.deno,
  os: Deno.build.os,
};
console.log(
  `${machine.cores} cores, ${machine.memoryGiB} GiB, Deno ${machine.deno} on ${machine.os}`,
);
const parts: Record<string, object> = {};
for (const name of names) {
  const before = load();
  const start = performance.now();
  const figures = await PARTS[name]!({ quick });
  const seconds = Math.round((performance.now() - start) / 1000);
  parts[name] = { seconds, load: [before, load()], figures };
  console.log(`\n${tableOf(name, figures).join("\n")}`);
}
const at = new Date().toISOString();
const all = names.length === Object.keys(PARTS).length;
if (out || (all && !quick)) {
  const folder = new URL("results/", import.meta.url);
  const file = out ?? new URL(`${at.slice(0, 10)}.json`, folder);
  await Deno.mkdir(folder, { recursive: true });
  const text = JSON.stringify({ at, machine, parts }, null, 2);
  await Deno.writeTextFile(file, `${text}\n`);
}
