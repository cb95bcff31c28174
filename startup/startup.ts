/**
 * What every command begins with: the settings and the database, or a sentence about what is wrong
 * with them and an exit code.
 *
 * @module
 */
import { load } from "@std/dotenv";
import { fileURLToPath } from "node:url";
import { within } from "../lib/deadline.ts";
import type { Store } from "../workflow/store.ts";
import {
  type Config,
  ConfigError,
  findUnknownSettings,
  notes,
  readConfig,
} from "./config.ts";

/**
 * The exit code when a person must mend something first (EX_CONFIG in sysexits.h): starting again
 * is of no use. Anything else exits with 1, and may be started again.
 */
export const NEEDS_A_PERSON = 78;

/** A KV Connect server that is away is waited for no longer, in milliseconds: Deno itself never gives up. */
const PATIENCE = 20_000;

/** Whether this is Deno Deploy. */
export function isDenoDeploy(): boolean {
  return Deno.env.has("DENO_DEPLOY");
}

/** All variables, and those of `.env` alone; the environment wins. Exits when `.env` cannot be read. */
export async function readEnvironment(): Promise<
  { environment: Record<string, string>; file: Record<string, string> }
> {
  const file = await load().catch((error: Error) =>
    exitWithError(
      `Cannot read .env: ${error.message}. Run this as a user who may read it.`,
    )
  );
  return { environment: { ...file, ...Deno.env.toObject() }, file };
}

/**
 * The settings, from the environment and `.env`; the environment wins. Exits when they are wrong.
 *
 * @param keys those to read. Default: all
 */
export async function readSettings<K extends keyof Config = keyof Config>(
  keys?: readonly K[],
): Promise<Pick<Config, K>> {
  const { environment, file } = await readEnvironment();
  const strange = findUnknownSettings(environment, file);
  try {
    const config = readConfig(environment, keys);
    for (const line of [...notes(environment), ...strange]) console.warn(line);
    return config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return exitWithError(
      [error.message, ...await missingFile(), ...strange].join(
        "\
        ",
      ),
      NEEDS_A_PERSON,
    );
  }
}

/** What to do where there is an example of `.env` and no `.env`. */
export async function missingFile(): Promise<string[]> {
  return await exists(".env.example") && !await exists(".env")
    ? ["There is no .env yet: cp .env.example .env"]
    : [];
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/**
 * What `Deno.openKv` opens: by default `tickets.db` beside the program, whatever the current folder.
 * Deno's own place is a cache, which `deno clean` empties; Deno Deploy has a database of its own.
 */
export function databasePath(kvPath: string | undefined): string | undefined {
  return kvPath ??
    (isDenoDeploy()
      ? undefined
      : fileURLToPath(new URL("../tickets.db", import.meta.url)));
}

/** The database. Exits when it cannot be opened. */
export async function openKv(kvPath: string | undefined): Promise<Deno.Kv> {
  const path = databasePath(kvPath);
  try {
    const opened = Deno.openKv(path);
    return await (isKvServer(path) ? within(PATIENCE, opened) : opened);
  } catch (error) {
    const hint = isDenoDeploy()
      ? "Attach a Deno KV database to the app in the Deploy dashboard."
      : isKvServer(path)
      ? KV_SERVER_ADVICE
      : error instanceof Deno.errors.NotCapable
      ? "Set KV_PATH to a file in a folder that --allow-read and --allow-write name (the start task: this folder), or name that folder there."
      : "Set KV_PATH to a file this user may write to, in a folder that exists.";
    return exitWithError(
      `Cannot open the database ${path ?? ""}: ${
        (error as Error).message
      }. ${hint}`,
    );
  }
}

/** Whether the database is a KV Connect server's, and not a file. */
export function isKvServer(path: string | undefined): boolean {
  return /^https?:\/\//i.test(path ?? "");
}

/** What a person can do about a KV Connect server that does not give its database. */
export const KV_SERVER_ADVICE =
  "Check that the KV Connect server runs at the URL in KV_PATH, and that DENO_KV_ACCESS_TOKEN is its access token.";

/** Makes sure that a database holds the tickets of this account. Exits when they are another's. */
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

/** Says why it cannot go on, and exits. */
export function exitWithError(message: string, code = 1): never {
  console.error(message);
  Deno.exit(code);
}
