/**
 * The KV Connect endpoint of the tests in a process of its own, which answers each line with what it
 * was asked for so far. It says where it listens.
 *
 * @module
 */
import { linesOf } from "../tests/helpers/program.ts";
import { KvConnect } from "../tests/helpers/kv_connect.ts";

const server = new KvConnect();
console.log(server.listen().url);
for await (const _ of linesOf(Deno.stdin.readable)) {
  console.log(JSON.stringify(server.counts));
}
