/**
 * What every command begins with: the settings and the database, or a sentence about what is wrong
 * with them and exit code 1.
 *
 * @module
 */
import { load } from "@std/dotenv";
import type { Store } from "./store.ts";
import { type Config, ConfigError, readConfig, strangers } from "./config.ts";

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
    return fail([error.message, ...strange].join("\n"));
  }
}

/** The database. Exits when it cannot be opened. */
export async function openKv(path: string | undefined): Promise<Deno.Kv> {
  try {
    return await Deno.openKv(path);
  } catch (error) {
    const advice = onDeploy()
      ? "Attach a Deno KV database to the app in the Deploy dashboard."
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

/** Makes sure that a database holds the tickets of this account. Exits when they are another's. */
export async function bindTo(store: Store, url: string): Promise<void> {
  const { host } = new URL(url);
  const account = await store.bind(host);
  if (account === host) return;
  fail(
    `The database holds the tickets of ${account}, and FRESHDESK_URL is ${host}. Set KV_PATH to another file for each account, such as KV_PATH=${
      host.replace(/\W+/g, "-")
    }.db`,
  );
}

/** Says why it cannot go on, and exits with code 1. */
export function fail(message: string): never {
  console.error(message);
  Deno.exit(1);
}
