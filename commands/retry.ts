/**
 * `deno task retry [id...]`: puts failed tickets back before the step they failed in; all of them, or
 * those named by Freshdesk's id or by their own tag. An abandoned one is put back only by name.
 * Beside a running program the next tick takes them up.
 *
 * @module
 */
import { readArguments } from "../startup/arguments.ts";
import {
  ensureSameAccount,
  exitWithError,
  openKv,
  readSettings,
} from "../startup/startup.ts";
import { type Entry, Store } from "../workflow/store.ts";

const { positionals: names } = readArguments({
  name: "retry",
  summary:
    `Puts failed tickets back before the step they failed in: all of them, or those
named by Freshdesk's id or by their own tag. An abandoned ticket is put back
only by name.`,
  positionals: "[ID...]",
});
const config = await readSettings(["url", "kvPath"]);
using kv = await openKv(config.kvPath);
const store = new Store(kv, { log: console });
await ensureSameAccount(store, config.url);

const entries = names.length > 0
  ? await Promise.all(names.map(named))
  : await Array.fromAsync(store.finished("failed"));
let resumed = 0;
for (const entry of entries) {
  const ticket = await store.resume(entry, Date.now());
  const { id, tag, state, lastError } = entry.ticket;
  if (!ticket) {
    console.log(`#${id ?? tag} is ${state}: there is nothing to resume`);
    continue;
  }
  resumed++;
  console.log(
    `#${id ?? tag} goes on with ${ticket.waitsFor} (it had ${state}: ${
      lastError?.message ?? "no reason is known"
    })`,
  );
}
console.log(
  resumed > 0
    ? `${resumed} resumed; the next tick takes them up.`
    : "No failed ticket is waiting.",
);

async function named(name: string): Promise<Entry> {
  const entry = /^#?\d+$/.test(name)
    ? await store.getById(Number(name.replace("#", "")))
    : await store.get(name);
  return entry ?? exitWithError(
    `There is no ticket ${name} in the database; deno task status lists them.`,
  );
}
