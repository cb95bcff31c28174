/**
 * The sandbox in a process of its own; it says where it listens.
 *
 * @module
 */
import { Sandbox } from "../sandbox/sandbox.ts";
import { listen } from "../sandbox/server.ts";

const { url } = await listen(new Sandbox(), 0);
console.log(url);
