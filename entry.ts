/**
 * What every command begins with: the settings and the database, or a sentence about what is wrong
 * with them and an exit code.
 *
 * @module
 */
import { load } from "@std/dotenv";
import { within } from "./deadline.ts";
import type { Store } from "./store.ts";
import { type Config, ConfigError, readConfig, strangers } from "./config.ts";

/**
 * The exit code when a person must mend something first (EX_CONFIG in sysexits.h): starting again
 * is of no use. Anything else exits with 1, and may be started again.
 */
export const NEEDS_A_PERSON = 78;

/** A KV Connect server that is away is waited for no longer, in milliseconds: Deno itself never gives up. */
const PATIENCE = 20_000;

/** Whether this is Deno Deploy. */
export function onDeploy(): boolean {
  return Deno.env.has("DENO_DEPLOY");
}

/** All variables, and those of `.env` alone; the environment wins. */
export async function readEnvironment(): Promise<
  { environment: Record<string, string>; file: Record<string, string> }
> {
  const file = await load();
  return { environment: { ...file, ...Deno.env.toObject() }, file };
}

/** The settings, from the environment and `.env`; the environment wins. Exits when they are wrong. */
export async function readSettings(): Promise<Config> {
  const { environment, file } = await readEnvironment();
  const strange = strangers(environment, file);
  try {
    const config = readConfig(environment);
    for (const line of strange) console.warn(line);
    return config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return fail([error.message, ...strange].join("\n"), NEEDS_A_PERSON);
  }
}

/** The database. Exits when it cannot be opened. */
export async function openKv(path: string | undefined): Promise<Deno.Kv> {
  try {
    const opened = Deno.openKv(path);
    return await (isKvServer(path) ? within(PATIENCE, opened) : opened);
  } catch (error) {
    const advice = onDeploy()
      ? "Attach a Deno KV database to the app in the Deploy dashboard."
      : isKvServer(path)
      ? KV_SERVER_ADVICE
      : error instanceof Deno.errors.NotCapable
      ? "The start task may only write to this folder: choose a file in it, or add --allow-read and --allow-write for that path."
      : "Set KV_PATH to a file this user may write to, in a folder that exists.";
    return fail(
      `Cannot open the database ${path ?? ""}: ${
        (error as Error).message
      }. ${advice}`,
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
export async function bindTo(store: Store, url: string): Promise<void> {
  const { host } = new URL(url);
  const account = await store.bind(host);
  if (account === host) return;
  fail(
    `The database holds the tickets of ${account}, and FRESHDESK_URL is ${host}. Set KV_PATH to another file for each account, such as KV_PATH=${
      host.replace(/\W+/g, "-")
    }.db`,
    NEEDS_A_PERSON,
  );
}

/** Says why it cannot go on, and exits. */
export function fail(message: string, code = 1): never {
  console.error(message);
  Deno.exit(code);
}
