/**
 * The program: reads the settings, opens the database, registers the jobs and serves the status page.
 * `deno task start` runs it, and so does Deno Deploy.
 *
 * @module
 */
import * as log from "@std/log";
import { errorMessage } from "./lib/error.ts";
import { failSafe } from "./lib/fail_safe.ts";
import { SECOND } from "./lib/time.ts";
import { checkAccount } from "./startup/account_check.ts";
import { readArguments } from "./startup/arguments.ts";
import { isDenoDeploy, readSettings } from "./startup/environment.ts";
import { exitWithError } from "./startup/exit.ts";
import { JobRunner } from "./startup/job_runner.ts";
import { setUpLog } from "./startup/log.ts";
import { makeProgram } from "./startup/program.ts";
import { stopOnSignals } from "./startup/shutdown.ts";
import { Actions } from "./status/actions.ts";
import { DRY_RUN } from "./status/format.ts";
import { serveStatus } from "./status/serve.ts";

readArguments({
  name: "start",
  summary:
    `Opens tickets every hour and works on them until they are closed, until Ctrl-C.
Settings come from the environment and from .env: see .env.example.`,
});

const config = await readSettings();
const flushLog = setUpLog(config);
const logger = failSafe(log.getLogger());

const stopping = new AbortController();
const { signal } = stopping;
const program = await makeProgram(config, { signal, log: logger });
const { kv, freshdesk, prepare } = program;

// Deno Deploy runs the crons of git branches too; only production may act.
const timeline = Deno.env.get("DENO_TIMELINE") ?? "production";
const production = timeline === "production";

/** Why no ticket can be opened; `null` if all is well, `undefined` before it is known. */
let startProblem: string | null | undefined;

const jobs = new JobRunner({
  ...program,
  isActive: () => production && !signal.aborted,
  onDone(report) {
    if (startProblem && (report?.done || report?.planned)) startProblem = null;
    flushLog();
  },
  log: logger,
});

// A job that failed is made up at its next tick, so Deno does not retry it.
const cron = { signal, backoffSchedule: [] };

Deno.cron("open tickets", "0 * * * *", cron, () => jobs.openTickets());
Deno.cron("first replies", "*/5 * * * *", cron, () => jobs.tick(5));
Deno.cron("customer replies", "*/10 * * * *", cron, () => jobs.tick(10));
Deno.cron("resolutions", "*/15 * * * *", cron, () => jobs.tick(15));
Deno.cron("closings", "*/20 * * * *", cron, () => jobs.tick(20));

const parts = { production, dryRun: config.dryRun, signal, log: logger };
// An action that takes longer goes on behind its answer.
const actions = new Actions({ ...program, ...parts, patience: 8 * SECOND });

let server: Deno.HttpServer;
try {
  server = serveStatus({
    ...program,
    ...parts,
    host: config.host,
    port: config.port,
    password: config.statusPassword,
    readOnly: config.readOnly,
    isDenoDeploy: isDenoDeploy(),
    actions,
    ticketUrl: (id) => freshdesk.ticketUrl(id),
    budget: () => freshdesk.budget,
    startedAt: Date.now(),
    ranAt: (job) => jobs.ranAt(job),
    startProblem: () => startProblem,
    nextTicket: async () => (await (await prepare()).opener.nextExpected())?.at,
    calendars: async () => await (await prepare()).opener.calendars(),
  });
} catch (error) {
  exitWithError(errorMessage(error));
}

stopOnSignals({
  abort: () => stopping.abort(),
  async finish() {
    await jobs.finish();
    await actions.finish();
    await server.shutdown();
    kv.close();
  },
  exit,
  log: logger,
});

if (config.dryRun) logger.warn(DRY_RUN);
if (!production) {
  logger.info(`No jobs run on the timeline ${timeline}, only in production`);
}
// On Deno Deploy a process may start at every tick: the jobs themselves say what is wrong.
if (!isDenoDeploy()) {
  const opening = await prepare();
  const check = { config, freshdesk, opening, log: logger, exit };
  startProblem = await checkAccount(check);
}
flushLog();

function exit(code: number): never {
  flushLog();
  Deno.exit(code);
}
