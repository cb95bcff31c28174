/**
 * `deno task status`: what the status page shows, in the terminal, from the database that a running
 * program uses. It only reads.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { fail, openKv, readSettings } from "../entry.ts";
import { Freshdesk } from "../freshdesk.ts";
import { Store } from "../store.ts";
import { board, type Source, thread } from "./facts.ts";
import { boardLines, type Line, threadLines } from "./lines.ts";

const HELP =
  `Shows what the workflow is doing. It only reads, and may run beside it.

Usage: deno task status [options]

  --watch        draw it again every 2 seconds, until Ctrl-C
  --ticket ID    one ticket's conversation, by Freshdesk's id or by its tag
  --json         the same as JSON
  --help         this text`;

const OPTIONS = {
  watch: { type: "boolean" },
  ticket: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean" },
} as const;

/** Tickets of each stage. */
const LIMIT = { lines: 8, json: 100 };
const EVERY = 2000;
const CLEAR = "\x1b[H\x1b[2J\x1b[3J";

const { watch, ticket, json, help } = readArguments();
if (help) {
  console.log(HELP);
  Deno.exit(0);
}
const config = await readSettings();
using kv = await openKv(config.kvPath);
const freshdesk = new Freshdesk(config);
const source: Source = {
  store: new Store(kv, { log: console }),
  now: Date.now,
  ticketUrl: (id) => freshdesk.ticketUrl(id),
  ...(config.dryRun && { dryRun: true }),
};

await draw();
while (watch) {
  await new Promise((resolve) => setTimeout(resolve, EVERY));
  await draw();
}

async function draw(): Promise<void> {
  const width = terminalWidth();
  if (ticket === undefined) {
    const facts = await board(source, json ? LIMIT.json : LIMIT.lines);
    print(json ? JSON.stringify(facts) : boardLines(facts, width));
  } else {
    const facts = await thread(source, ticket.replace(/^#/, "")) ??
      fail(
        `There is no ticket ${ticket} in the database; deno task status lists them.`,
      );
    const now = new Date().toISOString();
    print(json ? JSON.stringify(facts) : threadLines(facts, now, width));
  }
}

/** Styles are given to Deno, which keeps to NO_COLOR. */
function print(what: string | Line[]): void {
  if (typeof what === "string") return console.log(what);
  const clear = watch && Deno.stdout.isTerminal() ? CLEAR : "";
  const text = what.map(({ text }) => `%c${text.replaceAll("%", "%%")}`);
  console.log(
    clear + text.join("\n"),
    ...what.map(({ style = "" }) => style),
  );
}

function terminalWidth(): number {
  return Deno.stdout.isTerminal() ? Deno.consoleSize().columns : 100;
}

function readArguments() {
  try {
    return parseArgs({ args: Deno.args, options: OPTIONS }).values;
  } catch (error) {
    return fail(`${(error as Error).message}\n\n${HELP}`);
  }
}
