/**
 * `deno task status`: shows the status page in the terminal, read from the database of the running
 * program. It changes nothing.
 *
 * @module
 */
import { readArguments } from "../startup/arguments.ts";
import { openKv } from "../startup/database.ts";
import { readSettings } from "../startup/environment.ts";
import { exitWithError } from "../startup/exit.ts";
import { sleep } from "../lib/sleep.ts";
import { SECOND } from "../lib/time.ts";
import { Store } from "../workflow/store.ts";
import { board } from "../status/board_view.ts";
import type { Source } from "../status/source.ts";
import { thread } from "../status/thread_view.ts";
import {
  boardLines,
  fitLines,
  type Line,
  threadLines,
} from "../status/text_view.ts";

/** How many tickets of each stage to show. */
const LIMIT = { lines: 8, json: 100 };
const REFRESH_INTERVAL = 2 * SECOND;
/** The terminal's other screen, without a cursor. */
const ENTER = "\x1b[?1049h\x1b[?25l";
const LEAVE = "\x1b[?25h\x1b[?1049l";
const CLEAR = "\x1b[H\x1b[J";

const { values: { watch, ticket, json } } = readArguments({
  name: "status",
  summary:
    "Shows what the program is doing. It changes nothing, and may run beside it.",
  options: {
    watch: { about: "refresh every 2 seconds, until Ctrl-C" },
    ticket: {
      about:
        "show the conversation of one ticket, by Freshdesk's id or by its tag",
      value: "ID",
    },
    json: { about: "print JSON" },
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

const isScreen = watch && !json && Deno.stdout.isTerminal();
if (isScreen) useOtherScreen();
await draw();
while (watch) {
  await sleep(REFRESH_INTERVAL);
  await draw();
}

/** Draws on the terminal's other screen: what was on it before comes back at the end. */
function useOtherScreen(): void {
  write(ENTER);
  addEventListener("unload", () => write(LEAVE));
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => Deno.exit(0));
  }
}

function write(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

async function draw(): Promise<void> {
  const width = terminalWidth();
  if (ticket === undefined) {
    const view = await board(source, json ? LIMIT.json : LIMIT.lines);
    print(json ? JSON.stringify(view) : boardLines(view, width));
  } else {
    const view = await thread(source, ticket.replace(/^#/, "")) ??
      exitWithError(
        `There is no ticket ${ticket} in the database; deno task status lists them.`,
      );
    const now = new Date().toISOString();
    print(json ? JSON.stringify(view) : threadLines(view, now, width));
  }
}

/** Prints lines with styles; Deno respects NO_COLOR. */
function print(what: string | Line[]): void {
  if (typeof what === "string") return console.log(what);
  const lines = isScreen ? fitLines(what, Deno.consoleSize().rows - 1) : what;
  const text = lines.map(({ text }) => `%c${text.replaceAll("%", "%%")}`);
  console.log(
    (isScreen ? CLEAR : "") + text.join("\n"),
    ...lines.map(({ style = "" }) => style),
  );
}

function terminalWidth(): number {
  return Deno.stdout.isTerminal() ? Deno.consoleSize().columns : 100;
}
