/**
 * `deno task demo`: an hour of the real workflow, with its real client and a database in memory,
 * against the stand-in, in seconds; then a finished conversation, as a person would read it. With
 * `--serve` the status page can be watched meanwhile, and stays open.
 *
 * @module
 */
import { exitWithUsage, readArguments } from "../startup/arguments.ts";
import { Freshdesk } from "../freshdesk.ts";
import { statusApp } from "../status/app.ts";
import { Store } from "../workflow/store.ts";
import { once } from "../lib/once.ts";
import { plainText } from "../lib/text.ts";
import { makeOpener } from "../startup/opener.ts";
import { JOBS } from "../workflow/schedule.ts";
import { Workflow } from "../workflow.ts";
import { Sandbox } from "../sandbox/sandbox.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** How long a minute takes here, in milliseconds. */
const SHORT_MINUTE = 60;
const TICKETS = 3;

const COMMAND = {
  name: "demo",
  summary:
    `Plays an hour of the real workflow against a stand-in for Freshdesk, in seconds.
No account is needed, and no e-mail is sent.`,
  options: {
    serve: { about: "show the status page meanwhile, until Ctrl-C" },
    port: { about: "the page's port", value: "N", default: "8000" },
  },
} as const;
const { values } = readArguments(COMMAND);
const port = Number(values.port);
if (!/^\d+$/.test(values.port) || port > 65_535) {
  exitWithUsage(
    COMMAND,
    `Cannot use --port: it must be a whole number from 0 to 65535: current value is '${values.port}'`,
  );
}

const start = Math.floor(Date.now() / HOUR) * HOUR;
let now = start;
const clock = { now: () => now };

using kv = await Deno.openKv(":memory:");
const sandbox = new Sandbox(clock);
const freshdesk = new Freshdesk({
  ...clock,
  url: "https://sandbox.freshdesk.com",
  apiKey: sandbox.apiKey,
  fetch: sandbox.fetch,
  sleep: (ms) => {
    now += ms;
    return Promise.resolve();
  },
});
const store = new Store(kv, clock);
const log = { info: tell, warn: tell, error: tell };
const workflow = new Workflow({
  ...clock,
  freshdesk,
  store,
  prepare: once(() =>
    makeOpener({
      desk: "classic",
      pace: "classic",
      seed: undefined,
      businessHours: undefined,
      timeZone: undefined,
      ticketsPerHour: TICKETS,
      contactDomains: undefined,
      agentEmails: undefined,
      dryRun: false,
      historyDays: 30,
    }, { ...clock, kv, store, freshdesk, log })
  ),
  log,
});

const page = values.serve ? serve() : undefined;
console.log(
  `One hour of ${TICKETS} tickets against a stand-in for Freshdesk: no account is needed, nobody is written to.\n`,
);
let notedCalls = 0;
for (let minute = 0; minute < 60; minute++) {
  now = start + minute * MINUTE;
  await Promise.all(
    JOBS.filter(({ every }) => minute % every === 0).map(
      async ({ name, every }) => {
        const at = now;
        const began = performance.now();
        const report = every === 60
          ? await workflow.createAndHandleTicket(at)
          : await workflow.tick(every, at);
        const took = Math.ceil(performance.now() - began);
        const calls = freshdesk.requestCount - notedCalls;
        notedCalls += calls;
        await store.recordJobRun(
          name,
          { at, took, report, error: null },
          calls,
        );
      },
    ),
  );
  await new Promise((resolve) => setTimeout(resolve, SHORT_MINUTE));
}

const { tickets } = await store.list("closed", TICKETS);
const [ticket] = tickets;
if (ticket) await show(ticket.tag, ticket.subject, ticket.id!);
console.log(
  `\n${tickets.length} of ${TICKETS} tickets were opened, assigned, answered, answered back, resolved and closed` +
    ` with ${sandbox.requests.length} calls.`,
);
if (tickets.length < TICKETS) Deno.exit(1);
if (page) {
  console.log(`\nThe status page stays open at ${page} until Ctrl-C.`);
  await new Promise(() => {});
}
console.log("\nTo see it in the browser: deno task demo --serve");

/** The page, while the hour goes by and after it; gives its address. */
function serve(): string {
  const app = statusApp({
    ...clock,
    store,
    ticketUrl: (id) => freshdesk.ticketUrl(id),
    budget: () => freshdesk.budget,
    startedAt: start,
    mode: "open",
    production: true,
  });
  try {
    const { addr } = Deno.serve(
      { hostname: "127.0.0.1", port, onListen() {} },
      app.fetch,
    );
    const url = `http://127.0.0.1:${addr.port}/`;
    console.log(`Watch it at ${url}\n`);
    return url;
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    console.error(
      `Cannot listen on port ${port}: it is in use. Choose another one: deno task demo --serve --port 8001`,
    );
    Deno.exit(1);
  }
}

function tell(message: string): void {
  console.log(
    `%c${new Date(now).toISOString().slice(11, 16)}%c  ${message}`,
    "color: gray",
    "",
  );
}

/** The conversation as a person reads it. */
async function show(tag: string, subject: string, id: number): Promise<void> {
  const history = await store.messageHistory(tag);
  console.log(`\n%c#${id}  ${subject}`, "font-weight: bold");
  for (const { from, name, at, body } of history) {
    const time = new Date(at).toISOString().slice(11, 16);
    console.log(
      `\n%c${name}%c (${from}), ${time}`,
      `font-weight: bold; color: ${from === "agent" ? "green" : "blue"}`,
      "",
    );
    for (const line of plainText(body).split("\n")) {
      console.log(
        wrap(line, 76).map((part) => `  ${part}`.trimEnd()).join("\n"),
      );
    }
  }
}

function wrap(line: string, width: number): string[] {
  const lines = [""];
  for (const word of line.split(" ")) {
    const last = lines.at(-1)!;
    if (last && last.length + word.length >= width) lines.push(word);
    else lines[lines.length - 1] = last ? `${last} ${word}` : word;
  }
  return lines;
}
