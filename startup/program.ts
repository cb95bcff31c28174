/**
 * Makes what main.ts and the commands that act work with: the database, the client and the workflow.
 *
 * @module
 */
import { Freshdesk } from "../freshdesk.ts";
import { once } from "../lib/once.ts";
import { DAY } from "../lib/time.ts";
import { Workflow } from "../workflow.ts";
import type { Log } from "../workflow/step.ts";
import { Store } from "../workflow/store.ts";
import type { Ticket } from "../workflow/ticket.ts";
import type { Config } from "./config.ts";
import { ensureSameAccount, openKv } from "./database.ts";
import { makeOpener, type Opening } from "./opener.ts";

/** What works on the tickets of one account. */
export interface Program {
  /** The account's host. */
  account: string;
  /** The database. */
  kv: Deno.Kv;
  /** The tickets in it. */
  store: Store;
  /** The account. */
  freshdesk: Freshdesk;
  /** What opens tickets, once the database is known to be this account's. */
  prepare: () => Promise<Opening<Ticket>>;
  /** Takes the steps of the tickets. */
  workflow: Workflow;
}

/** What a program has from outside, besides its settings. */
export interface ProgramOptions {
  /** No further step is begun, and no request sent, once it is aborted. */
  signal: AbortSignal;
  /** Logs what happens; each request at level DEBUG. */
  log: Log & {
    /** Logs a line at level DEBUG. */
    debug(message: string, ...args: unknown[]): unknown;
  };
}

/** Opens the database and makes the rest. Asks Freshdesk nothing yet. Exits if there is no database. */
export async function makeProgram(
  config: Config,
  { signal, log }: ProgramOptions,
): Promise<Program> {
  const kv = await openKv(config.kvPath);
  const store = new Store(kv, { history: config.historyDays * DAY, log });
  const freshdesk = new Freshdesk({ ...config, signal, log });
  const prepare = once(async () => {
    await ensureSameAccount(store, config.url);
    return await makeOpener<Ticket>(config, { kv, store, freshdesk, log });
  });
  const parts = { freshdesk, store, prepare, signal, log };
  const workflow = new Workflow({ ...config, ...parts });
  const account = new URL(config.url).host;
  return { account, kv, store, freshdesk, prepare, workflow };
}
