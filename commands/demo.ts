/**
 * `deno task demo`: plays an hour of the real workflow in seconds, against the sandbox and a database
 * in memory, then prints a finished conversation. With `--serve` it also serves the status page, and goes
 * on at a pace that people can follow.
 *
 * @module
 */
import { exitWithUsage, readArguments } from "../startup/arguments.ts";
import { Freshdesk } from "../freshdesk.ts";
import { Actions } from "../status/actions.ts";
import { statusApp } from "../status/app.ts";
import { Store } from "../workflow/store.ts";
import { errorMessage } from "../lib/error.ts";
import { once } from "../lib/once.ts";
import { sleep } from "../lib/sleep.ts";
import { plainText, wrapWords } from "../lib/text.ts";
import { HOUR, MINUTE } from "../lib/time.ts";
import { makeOpener } from "../startup/opener.ts";
import { JOBS } from "../workflow/schedule.ts";
import { Workflow } from "../workflow.ts";
import { Sandbox } from "../sandbox/sandbox.ts";

/** How long a minute takes, in milliseconds, in the first hour and afterwards. */
const SHORT_MINUTE = 60;
const LONG_MINUTE = 3000;
const TICKETS = 3;
const HOST = "sandbox.freshdesk.com";

const COMMAND = {
  name: "demo",
  summary:
    `Plays an hour of the real workflow in seconds, against a Freshdesk sandbox.
No account is needed, and no e-mail is sent.`,
  options: {
    serve: {
      about:
        "serve the status page with all its actions, and go on until Ctrl-C, a minute in 3 seconds",
    },
    port: { about: "the page's port", value: "N", default: "8000" },
  },
} as const;
const { values } = readArguments(COMMAND);
const port = Number(values.port);
if (!/^\d+$/.test(values.port) || port > 65_535) {
  exitWithUsage(
    COMMAND,
    `Cannot use --port as it must be a whole number from 0 to 65535: current value is '${values.port}'`,
  );
}

const start = Math.floor(Date.now() / HOUR) * HOUR;
let now = start;
/** Where the page is. */
let origin = "";
const clock = { now: () => now };

using kv = await Deno.openKv(":memory:");
const sandbox = new Sandbox(clock);
const freshdesk = new Freshdesk({
  ...clock,
  url: `https://${HOST}`,
  apiKey: sandbox.apiKey,
  fetch: sandbox.fetch,
  sleep: (ms) => {
    now += ms;
    return Promise.resolve();
  },
});
const store = new Store(kv, clock);
const log = { info: tell, warn: tell, error: tell };
const prepare = once(() =>
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
);
const workflow = new Workflow({ ...clock, freshdesk, store, prepare, log });

if (values.serve) serve();
console.log(
  `An hour with ${TICKETS} tickets in a Freshdesk sandbox, times in UTC. No account is needed, and no e-mail is sent.\n`,
);
let recordedCalls = 0;
for (let minute = 0; minute < 60; minute++) {
  await playMinute(minute);
  await sleep(SHORT_MINUTE);
}

const { tickets } = await store.list("closed", TICKETS);
const [ticket] = tickets;
if (ticket) await show(ticket.tag, ticket.subject, ticket.id!);
console.log(
  `\n${tickets.length} of ${TICKETS} tickets were opened, assigned, answered, answered back, resolved and closed` +
    ` with ${sandbox.requests.length} calls.`,
);
if (values.serve) {
  console.log(
    `\nThe status page stays open at ${origin}/ until Ctrl-C. A minute there takes ${
      LONG_MINUTE / 1000
    } seconds now: open tickets, hurry, pause or clean up as you like.\n`,
  );
  for (let minute = 60;; minute++) {
    await sleep(LONG_MINUTE);
    await playMinute(minute);
  }
}
if (tickets.length < TICKETS) Deno.exit(1);
console.log("\nTo see it in the browser: deno task demo --serve");

/** Runs the jobs of a minute; what goes wrong is shown on the page. */
async function playMinute(minute: number): Promise<void> {
  const at = start + minute * MINUTE;
  now = Math.max(now, at);
  const due = JOBS.filter(({ every }) => minute % every === 0);
  await Promise.all(due.map(async ({ name, every }) => {
    const began = performance.now();
    const run = every === 60
      ? workflow.createAndHandleTicket(at)
      : workflow.tick(every, at);
    const outcome = await run.then(
      (report) => ({ report, error: null }),
      (error) => ({ report: null, error: errorMessage(error) }),
    );
    if (outcome.error !== null) tell(outcome.error);
    const took = Math.ceil(performance.now() - began);
    const calls = freshdesk.requestCount - recordedCalls;
    recordedCalls += calls;
    await store.recordJobRun(name, { at, took, ...outcome }, calls);
  }));
}

/** Serves the status page, and the sandbox's tickets that it links to. */
function serve(): void {
  const actions = new Actions({
    ...clock,
    store,
    freshdesk,
    workflow,
    prepare,
    account: HOST,
    log,
  });
  const app = statusApp({
    ...clock,
    store,
    account: HOST,
    ticketUrl: (id) => `${origin}/a/tickets/${id}`,
    budget: () => freshdesk.budget,
    startedAt: start,
    mode: "open",
    production: true,
    actions,
    nextTicket: async () => (await (await prepare()).opener.nextExpected())?.at,
    calendars: async () => await (await prepare()).opener.calendars(),
  });
  const isTicket = (url: string) => new URL(url).pathname.startsWith("/a/");
  try {
    const { addr } = Deno.serve(
      { hostname: "127.0.0.1", port, onListen() {} },
      (request) => (isTicket(request.url) ? sandbox : app).fetch(request),
    );
    origin = `http://127.0.0.1:${addr.port}`;
    console.log(`Watch it at ${origin}/\n`);
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    console.error(
      `Cannot listen on port ${port}: it is in use. Choose another: deno task demo --serve --port 8001`,
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

/** Prints a conversation. */
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
        wrapWords(line, 76).map((part) => `  ${part}`.trimEnd()).join("\n"),
      );
    }
  }
}
