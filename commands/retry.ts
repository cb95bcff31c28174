/**
 * `deno task retry [id...]`: lets failed tickets go on with the step that failed: all of them, or those
 * named by Freshdesk's id or by their tag. An abandoned ticket is only retried by name. A running
 * program goes on with them at its next tick.
 *
 * @module
 */
import { readArguments } from "../startup/arguments.ts";
import { ensureSameAccount, openKv } from "../startup/database.ts";
import { readSettings } from "../startup/environment.ts";
import { exitWithError } from "../startup/exit.ts";
import { type Entry, Store } from "../workflow/store.ts";

const { positionals: names } = readArguments({
  name: "retry",
  summary:
    `Lets failed tickets go on with the step that failed: all of them, or those named
by Freshdesk's id or by their tag. An abandoned ticket is only retried by name.`,
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
    console.log(`#${id ?? tag} is ${state}: nothing to retry`);
    continue;
  }
  resumed++;
  console.log(
    `#${id ?? tag} goes on with ${ticket.waitsFor} (it had ${state}: ${
      lastError?.message ?? "reason unknown"
    })`,
  );
}
console.log(
  resumed > 0
    ? `Retrying ${resumed} at the next tick.`
    : "There are no failed tickets.",
);

async function named(name: string): Promise<Entry> {
  const entry = /^#?\d+$/.test(name)
    ? await store.getById(Number(name.replace("#", "")))
    : await store.get(name);
  return entry ?? exitWithError(
    `There is no ticket ${name} in the database; deno task status lists them.`,
  );
}
