/**
 * What the commands that act have in common: the same actions as the page's, in a process of their
 * own, with the same claims, beside a running program or without one.
 *
 * @module
 */
import { Freshdesk } from "../freshdesk.ts";
import { DAY } from "../lib/time.ts";
import { ensureSameAccount, openKv } from "../startup/database.ts";
import { readSettings } from "../startup/environment.ts";
import { makeOpener } from "../startup/opener.ts";
import {
  ActionError,
  type ActionResult,
  Actions,
  type ActionsOptions,
} from "../status/actions.ts";
import { Workflow } from "../workflow.ts";
import { Store } from "../workflow/store.ts";
import type { Ticket } from "../workflow/ticket.ts";

/** What an action of the terminal gets. */
export interface Terminal {
  /** The actions. */
  actions: Actions;
  /** The tickets. */
  store: Store;
  /** Who is at the terminal. */
  by: string;
}

/**
 * Acts, says what was done, and exits: with 1 when it was refused or has failed.
 *
 * @param progress told how far a clean-up is
 */
export async function act(
  action: (terminal: Terminal) => Promise<ActionResult>,
  { progress }: Pick<ActionsOptions, "progress"> = {},
): Promise<never> {
  const config = await readSettings();
  const kv = await openKv(config.kvPath);
  const stopping = new AbortController();
  const { signal } = stopping;
  Deno.addSignalListener("SIGINT", () => stopping.abort());
  const log = { info() {}, warn: warn, error: warn };
  const store = new Store(kv, { history: config.historyDays * DAY, log });
  await ensureSameAccount(store, config.url);
  const freshdesk = new Freshdesk({
    ...config,
    signal,
    log: { debug() {}, warn },
  });
  let prepared: ReturnType<typeof makeOpener<Ticket>> | undefined;
  const prepare = () =>
    prepared ??= makeOpener(config, { kv, store, freshdesk, log });
  const workflow = new Workflow({
    ...config,
    freshdesk,
    store,
    prepare,
    signal,
    log,
  });
  const actions = new Actions({
    store,
    freshdesk,
    workflow,
    prepare,
    account: new URL(config.url).host,
    dryRun: config.dryRun,
    signal,
    log: { info() {}, warn() {} },
    ...(progress && { progress }),
  });
  const by = userName();
  const code = await action({ actions, store, by }).then(
    ({ message }) => {
      console.log(`${message}.`.replace(/\.\.$/, "."));
      return 0;
    },
    (error) => {
      if (!(error instanceof ActionError)) throw error;
      console.error(`${error.message}.`);
      return 1;
    },
  );
  kv.close();
  Deno.exit(code);
}

/** Who is at the terminal. */
export function userName(): string {
  return `${Deno.env.get("USER") || "somebody"} at the terminal`;
}

function warn(message: string): void {
  console.warn(message);
}
