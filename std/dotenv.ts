/**
 * Stands in for `@std/dotenv` where JSR cannot be reached.
 *
 * @module
 */

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
  const values = parse(text);
  if (set) {
    for (const [name, value] of Object.entries(values)) {
      if (Deno.env.get(name) === undefined) Deno.env.set(name, value);
    }
  }
  return values;
}

/** `name = value`: in single quotes, in double quotes, or up to a `#`. Quotes cannot be escaped. */
const ASSIGNMENT =
  /^\s*(?:export\s+)?([^\s=#]+?)\s*=[ \t]*(?:'([^']*)'|"([^"]*)"|([^\r\n#]*)).*$/gm;
/** `${NAME}`, `$NAME`, either with `:-default`. */
const REFERENCE = /\$\{(.+?)(?::-(.+))?\}|(?<!\\)\$(\w+)(?::-(.+))?/g;
/** Variables that refer to each other in a circle are left as they are after this many rounds. */
const MOST_ROUNDS = 20;

/** Only a value without quotes has its references filled in. */
function parse(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  const bareNames: string[] = [];
  for (
    const [, name = "", single, double, bare = ""] of text.matchAll(ASSIGNMENT)
  ) {
    if (!/^[a-z_]\w*$/i.test(name)) {
      console.warn(`Ignored "${name}" in .env: not a valid variable name`);
      continue;
    }
    if (single !== undefined) values[name] = withoutEdges(single);
    else if (double !== undefined) {
      values[name] = withoutEdges(double)
        .replace(/\\([nrt])/g, (_, letter) => ESCAPES[letter]!);
    } else {
      values[name] = bare.trim();
      bareNames.push(name);
    }
  }
  const written = { ...values };
  for (const name of bareNames) values[name] = expand(written[name]!, written);
  return values;
}

const ESCAPES: Record<string, string> = { n: "\n", r: "\r", t: "\t" };

/** Quotes may stand on lines of their own. */
function withoutEdges(text: string): string {
  return text.replace(/^\r?\n|\r?\n$/g, "");
}

function expand(value: string, written: Record<string, string>): string {
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const before = value;
    value = value.replace(REFERENCE, (_, name, other, bareName, bareOther) => {
      const known = name ?? bareName;
      return written[known] ?? Deno.env.get(known) ??
        String(other ?? bareOther);
    });
    if (value === before) break;
  }
  return value;
}
