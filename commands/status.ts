/**
 * `deno task status`: what the status page shows, in the terminal, from the database that a running
 * program uses. It only reads.
 *
 * @module
 */
import { readArguments } from "../startup/arguments.ts";
import { openKv } from "../startup/database.ts";
import { readSettings } from "../startup/environment.ts";
import { exitWithError } from "../startup/exit.ts";
import { Store } from "../workflow/store.ts";
import { board, type Source, thread } from "../status/queries.ts";
import { boardLines, type Line, threadLines } from "../status/text_view.ts";

/** Tickets of each stage. */
const LIMIT = { lines: 8, json: 100 };
const EVERY = 2000;
const CLEAR = "\x1b[H\x1b[2J\x1b[3J";

const { values: { watch, ticket, json } } = readArguments({
  name: "status",
  summary:
    "Shows what the program is doing. It only reads, and may run beside it.",
  options: {
    watch: { about: "draw it again every 2 seconds, until Ctrl-C" },
    ticket: {
      about: "one ticket's conversation, by Freshdesk's id or by its tag",
      value: "ID",
    },
    json: { about: "the same as JSON" },
  },
});
const config = await readSettings(["url", "kvPath", "dryRun"]);
using kv = await openKv(config.kvPath);
const source: Source = {
  store: new Store(kv, { log: console }),
  now: Date.now,
  ticketUrl: (id) => new URL(`/a/tickets/${id}`, config.url).href,
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
      exitWithError(
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
