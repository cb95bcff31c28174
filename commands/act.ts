/**
 * What the commands that act have in common: the same actions as the page's, in a process of their
 * own, with the same claims, beside a running program or without one.
 *
 * @module
 */
import { ensureSameAccount } from "../startup/database.ts";
import { readSettings } from "../startup/environment.ts";
import { makeProgram } from "../startup/program.ts";
import {
  ActionError,
  type ActionResult,
  Actions,
  type ActionsOptions,
} from "../status/actions.ts";
import type { Store } from "../workflow/store.ts";

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
  const stopping = new AbortController();
  const { signal } = stopping;
  Deno.addSignalListener("SIGINT", () => stopping.abort());
  const quiet = { debug() {}, info() {}, warn() {} };
  const log = { ...quiet, warn, error: warn };
  const program = await makeProgram(config, { signal, log });
  const { kv, store } = program;
  await ensureSameAccount(store, config.url);
  const actions = new Actions({
    ...program,
    dryRun: config.dryRun,
    signal,
    log: quiet,
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
