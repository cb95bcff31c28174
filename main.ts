/**
 * The program: reads the settings, opens the database, registers the jobs and serves the status page.
 * `deno task start` runs it, and so does Deno Deploy.
 *
 * @module
 */
import * as log from "@std/log";
import { Freshdesk } from "./freshdesk.ts";
import { errorMessage } from "./lib/error.ts";
import { failSafe } from "./lib/fail_safe.ts";
import { once } from "./lib/once.ts";
import { DAY } from "./lib/time.ts";
import { checkAccount } from "./startup/account_check.ts";
import { readArguments } from "./startup/arguments.ts";
import { ensureSameAccount, openKv } from "./startup/database.ts";
import { isDenoDeploy, readSettings } from "./startup/environment.ts";
import { exitWithError } from "./startup/exit.ts";
import { JobRunner } from "./startup/job_runner.ts";
import { setUpLog } from "./startup/log.ts";
import { makeOpener } from "./startup/opener.ts";
import { shutdown, STOP_SIGNALS } from "./startup/shutdown.ts";
import { DRY_RUN } from "./status/format.ts";
import { serveStatus } from "./status/serve.ts";
import { Workflow } from "./workflow.ts";
import { Store } from "./workflow/store.ts";

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
const kv = await openKv(config.kvPath);
const store = new Store(kv, {
  history: config.historyDays * DAY,
  log: logger,
});
const freshdesk = new Freshdesk({ ...config, signal, log: logger });
/** What opens tickets, once the database is known to be this account's. */
const ready = once(prepare);
const workflow = new Workflow({
  ...config,
  freshdesk,
  store,
  prepare: ready,
  signal,
  log: logger,
});

// Deno Deploy runs the crons of git branches too; only production may act.
const timeline = Deno.env.get("DENO_TIMELINE") ?? "production";
const production = timeline === "production";

/** Why no ticket can be opened; `null` if all is well, `undefined` before it is known. */
let startProblem: string | null | undefined;

const jobs = new JobRunner({
  store,
  freshdesk,
  isActive: () => production && !signal.aborted,
  onDone(report) {
    if (startProblem && (report?.done || report?.planned)) startProblem = null;
    flushLog();
  },
  log: logger,
});

// A job that failed is made up at its next tick, so Deno does not retry it.
const cron = { signal, backoffSchedule: [] };

Deno.cron(
  "open tickets",
  "0 * * * *",
  cron,
  () => jobs.run("open tickets", () => workflow.createAndHandleTicket()),
);
Deno.cron(
  "first replies",
  "*/5 * * * *",
  cron,
  () => jobs.run("first replies", () => workflow.tick(5)),
);
Deno.cron(
  "customer replies",
  "*/10 * * * *",
  cron,
  () => jobs.run("customer replies", () => workflow.tick(10)),
);
Deno.cron(
  "resolutions",
  "*/15 * * * *",
  cron,
  () => jobs.run("resolutions", () => workflow.tick(15)),
);
Deno.cron(
  "closings",
  "*/20 * * * *",
  cron,
  () => jobs.run("closings", () => workflow.tick(20)),
);

const server = serve();
const stop = shutdown({
  abort: () => stopping.abort(),
  async finish() {
    await jobs.finish();
    await server.shutdown();
    kv.close();
  },
  exit,
  log: logger,
});
for (const name of STOP_SIGNALS) {
  Deno.addSignalListener(name, () => stop(name));
}
if (config.dryRun) logger.warn(DRY_RUN);
if (!production) {
  logger.info(`No jobs run on the timeline ${timeline}, only in production`);
}
if (!isDenoDeploy()) {
  const { opener } = await ready();
  startProblem = await checkAccount({
    config,
    freshdesk,
    opener,
    log: logger,
    exit,
  });
}
flushLog();

/** Binds the database to the account, and reads the desk. */
async function prepare() {
  await ensureSameAccount(store, config.url);
  return await makeOpener(config, { kv, store, freshdesk, log: logger });
}

function serve(): Deno.HttpServer {
  const { host, port, statusPassword, dryRun } = config;
  try {
    return serveStatus({
      host,
      port,
      password: statusPassword,
      isDenoDeploy: isDenoDeploy(),
      log: logger,
      store,
      ticketUrl: (id) => freshdesk.ticketUrl(id),
      budget: () => freshdesk.budget,
      startedAt: Date.now(),
      ranAt: (job) => jobs.ranAt(job),
      production,
      dryRun,
      startProblem: () => startProblem,
      signal,
    });
  } catch (error) {
    return exitWithError(
      `Cannot listen on ${host}:${port}: ${
        errorMessage(error)
      }. Set HOST and PORT to an address and a port that are free.`,
    );
  }
}

function exit(code: number): never {
  flushLog();
  Deno.exit(code);
}
