/**
 * Opens the database, and makes sure that it belongs to the account.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { within } from "../lib/deadline.ts";
import { errorMessage } from "../lib/error.ts";
import { SECOND } from "../lib/time.ts";
import type { Store } from "../workflow/store.ts";
import { isDenoDeploy } from "./environment.ts";
import { exitWithError, NEEDS_A_PERSON } from "./exit.ts";

/** How long to wait for a KV Connect server: Deno itself never gives up. */
const CONNECT_TIMEOUT = 20 * SECOND;

/** What a person can do about a KV Connect server that does not open its database. */
export const KV_SERVER_HINT =
  "Check that the KV Connect server runs at the URL in KV_PATH, and that DENO_KV_ACCESS_TOKEN is its access token.";

/**
 * Returns what `Deno.openKv` opens: by default `tickets.db` beside the program, whatever the current
 * folder. Deno's own default is in a cache, which `deno clean` empties; Deno Deploy has its own database.
 */
export function databasePath(
  kvPath: string | undefined,
  onDeploy = isDenoDeploy(),
): string | undefined {
  return kvPath ??
    (onDeploy
      ? undefined
      : fileURLToPath(new URL("../tickets.db", import.meta.url)));
}

/** Whether the database is on a KV Connect server, not in a file. */
export function isKvServer(path: string | undefined): boolean {
  return /^https?:\/\//i.test(path ?? "");
}

/** Opens the database. Exits if it cannot be opened. */
export async function openKv(kvPath: string | undefined): Promise<Deno.Kv> {
  const path = databasePath(kvPath);
  try {
    const opened = Deno.openKv(path);
    return await (isKvServer(path) ? within(CONNECT_TIMEOUT, opened) : opened);
  } catch (error) {
    return exitWithError(
      `Cannot open the database ${path ?? ""}: ${errorMessage(error)}. ${
        hintFor(path, error)
      }`,
    );
  }
}

function hintFor(path: string | undefined, error: unknown): string {
  if (isDenoDeploy()) {
    return "Attach a Deno KV database to the app in the Deploy dashboard.";
  }
  if (isKvServer(path)) return KV_SERVER_HINT;
  return error instanceof Deno.errors.NotCapable
    ? "Set KV_PATH to a file in a folder that --allow-read and --allow-write name (the start task: this folder), or name that folder there."
    : "Set KV_PATH to a file this user may write to, in a folder that exists.";
}

/** Makes sure that a database holds the tickets of this account. Exits if they belong to another. */
export async function ensureSameAccount(
  store: Store,
  url: string,
): Promise<void> {
  const { host } = new URL(url);
  const account = await store.bind(host);
  if (account === host) return;
  exitWithError(
    `The database holds the tickets of ${account}, and FRESHDESK_URL is ${host}. Set KV_PATH to another file for each account, such as KV_PATH=${
      host.replace(/\W+/g, "-")
    }.db`,
    NEEDS_A_PERSON,
  );
}
