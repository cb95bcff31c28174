/**
 * A process with nothing to do: opens a database, ticks, and says how long a tick takes and how much
 * memory is resident.
 *
 * @module
 */
import { MINUTE } from "../lib/time.ts";
import { INTERVALS } from "../workflow/schedule.ts";
import { lastFullHour, makeWorkflow, timed } from "./setting.ts";

const ROUNDS = 100;
const [path] = Deno.args;
using kv = await Deno.openKv(path!);
const { workflow } = makeWorkflow(kv, { url: "http://127.0.0.1:1" });
const at = lastFullHour() - 60 * MINUTE;
const tick = async () => {
  for (const every of INTERVALS) await workflow.tick(every, at);
};
await tick(); // the first one compiles
const ms = await timed(async () => {
  for (let i = 0; i < ROUNDS; i++) await tick();
}) / (ROUNDS * INTERVALS.length);
console.log(JSON.stringify({ ms, rss: Deno.memoryUsage().rss }));
