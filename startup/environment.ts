/**
 * Where the settings come from: the environment, and `.env` beside it.
 *
 * @module
 */
import { load } from "@std/dotenv";
import {
  type Config,
  ConfigError,
  findUnknownSettings,
  notes,
  readConfig,
} from "./config.ts";
import { exitWithError, NEEDS_A_PERSON } from "./exit.ts";

/** Whether the program runs on Deno Deploy. */
export function isDenoDeploy(): boolean {
  return Deno.env.has("DENO_DEPLOY");
}

/** Returns all variables, and those of `.env` alone; the environment wins. Exits if `.env` cannot be read. */
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
 * Reads the settings from the environment and `.env`; the environment wins. Exits if they are wrong.
 *
 * @param keys the settings to read. Default: all
 */
export async function readSettings<K extends keyof Config = keyof Config>(
  keys?: readonly K[],
): Promise<Pick<Config, K>> {
  const { environment, file } = await readEnvironment();
  const unknown = findUnknownSettings(environment, file);
  try {
    const config = readConfig(environment, keys);
    for (const line of [...notes(environment), ...unknown]) console.warn(line);
    return config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return exitWithError(
      [error.message, ...await hintForMissingFile(), ...unknown].join("\n"),
      NEEDS_A_PERSON,
    );
  }
}

/** Says how to make `.env` if there is none beside `.env.example`. */
export async function hintForMissingFile(): Promise<string[]> {
  return await exists(".env.example") && !await exists(".env")
    ? ["There is no .env yet: cp .env.example .env"]
    : [];
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
