/**
 * Stands in for `@std/dotenv` where JSR cannot be reached.
 *
 * @module
 */
import { parseEnv } from "node:util";

/** What {@link load} can be told. */
export interface LoadOptions {
  /** The file to read; `null` reads none. Default: `./.env`. */
  envPath?: string | null;
  /** Whether to set what is not yet set in the environment. Default: false. */
  export?: boolean;
}

/** Reads a `.env` file. One that is not there is an empty one. */
export async function load(
  { envPath = "./.env", export: set = false }: LoadOptions = {},
): Promise<Record<string, string>> {
  if (envPath === null) return {};
  const text = await Deno.readTextFile(envPath).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  });
  const values = { ...parseEnv(text) } as Record<string, string>;
  if (set) {
    for (const [name, value] of Object.entries(values)) {
      if (Deno.env.get(name) === undefined) Deno.env.set(name, value);
    }
  }
  return values;
}
