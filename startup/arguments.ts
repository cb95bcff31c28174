/**
 * Command-line arguments: one table per command gives both the parser and the usage.
 *
 * @module
 */
import { parseArgs, type ParseArgsConfig } from "node:util";
import { errorMessage } from "../lib/error.ts";
import { textTable } from "../lib/text.ts";

/** An option of a command. */
export interface Option {
  /** What it does, in one line. */
  about: string;
  /** The name of its value in the usage; an option without one is a flag. */
  value?: string;
  /** Its value if it is not given. */
  default?: string;
}

/** A command and its arguments. */
export interface Command<O extends Record<string, Option>> {
  /** Its name: `deno task NAME`. */
  name: string;
  /** What it does, in a sentence or two. */
  summary: string;
  /** Its options by name; every command also has `--help`. */
  options?: O;
  /** The name of its positional arguments in the usage; a command without one has none. */
  positionals?: string;
}

/** The values of a command's options. */
export type Values<O extends Record<string, Option>> = {
  [K in keyof O]: O[K] extends { default: string } ? string
    : O[K] extends { value: string } ? string | undefined
    : boolean;
};

const HELP = { about: "show this help" };

/**
 * Reads the arguments of a command. `--help` prints the usage and exits with code 0; an unknown argument
 * exits with code 2.
 */
export function readArguments<
  const O extends Record<string, Option> = Record<never, never>,
>(
  command: Command<O>,
  args: string[] = Deno.args,
): { values: Values<O>; positionals: string[] } {
  try {
    const { values, positionals } = parseArgs({
      args,
      options: parserOptions(command.options ?? {}),
      allowPositionals: command.positionals !== undefined,
    });
    if (values.help) {
      console.log(usage(command));
      Deno.exit(0);
    }
    return { values: values as Values<O>, positionals };
  } catch (error) {
    // Node explains on further lines and in further sentences.
    const [problem = ""] = errorMessage(error).split(/\. |\.?\n/);
    return exitWithUsage(command, problem);
  }
}

/** Turns the table into options of `parseArgs`. */
function parserOptions(options: Record<string, Option>) {
  const all: NonNullable<ParseArgsConfig["options"]> = {};
  for (const [name, option] of Object.entries(options)) {
    all[name] = option.value === undefined
      ? { type: "boolean", default: false }
      : {
        type: "string",
        ...(option.default !== undefined && { default: option.default }),
      };
  }
  all.help = { type: "boolean", short: "h" };
  return all;
}

/** Prints what is wrong with the arguments and the usage, and exits with code 2. */
export function exitWithUsage<O extends Record<string, Option>>(
  command: Command<O>,
  problem: string,
): never {
  console.error(`${problem}\n\n${usage(command)}`);
  Deno.exit(2);
}

/** Returns the usage of a command, from `Usage: deno task NAME` on. */
export function usage<O extends Record<string, Option>>(
  { name, summary, options, positionals }: Command<O>,
): string {
  const rows = Object.entries<Option>({ ...options, help: HELP }).map((
    [name, { about, value, default: standard }],
  ) => [
    `--${name}${value ? ` ${value}` : ""}`,
    standard !== undefined ? `${about} (default: ${standard})` : about,
  ]);
  const lines = textTable(rows).map((line) => `  ${line}`);
  const rest = positionals ? ` ${positionals}` : "";
  return [
    `Usage: deno task ${name} [options]${rest}`,
    "",
    summary,
    "",
    ...lines,
  ].join("\n");
}
