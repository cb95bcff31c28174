/**
 * One of several machines on one database: takes all first replies that are due, once it is told to,
 * and says how many it did. Arguments: the database, the account, the tick, and how many minutes its
 * clock is ahead.
 *
 * @module
 */
import { MINUTE } from "../lib/time.ts";
import { linesOf } from "../tests/helpers/program.ts";
import { makeWorkflow } from "./setting.ts";

const [path = "", url = "", tick = "", ahead = "0"] = Deno.args;
using kv = await Deno.openKv(path);
const { workflow } = makeWorkflow(kv, {
  url,
  now: () => Date.now() + Number(ahead) * MINUTE,
});
console.log("ready");
for await (const _ of linesOf(Deno.stdin.readable)) {
  console.log(JSON.stringify(await workflow.tick(5, Number(tick))));
}
