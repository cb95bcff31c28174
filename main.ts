/**
 * The script: reads the settings, opens the database, registers the jobs, and serves the status page.
 * `deno task start` runs it, and so does Deno Deploy.
 *
 * @module
 */
import * as log from "@std/log";
import { isAccountError } from "./freshdesk/http_client.ts";
import { readArguments } from "./startup/arguments.ts";
import type { Config } from "./startup/config.ts";
import { NoParticipantError } from "./workflow/participants.ts";
import {
  ensureSameAccount,
  exitWithError,
  isDenoDeploy,
  NEEDS_A_PERSON,
  openKv,
  readSettings,
} from "./startup/startup.ts";
import { NotFoundError, RedirectError } from "./freshdesk/errors.ts";
import { Freshdesk } from "./freshdesk.ts";
import { failSafe } from "./lib/fail_safe.ts";
import {
  escapeControls,
  isDiskFull,
  textLine,
  whyNoLog,
} from "./startup/log_lines.ts";
import { once } from "./lib/once.ts";
import { isLoopback } from "./lib/loopback.ts";
import { expectedMails } from "./workflow/expected_mails.ts";
import { makeOpener } from "./startup/opener.ts";
import { shutdown } from "./startup/shutdown.ts";
import { type Access, statusApp } from "./status/app.ts";
import { DRY_RUN } from "./status/format.ts";
import { hintFor } from "./workflow/failures.ts";
import type { Person } from "./workflow/plan.ts";
import { isHeartbeat, JOBS, nextTick } from "./workflow/schedule.ts";
import { Store } from "./workflow/store.ts";
import { isIdle, type Report } from "./workflow/report.ts";
import { Workflow } from "./workflow.ts";

/** The log file. A line that cannot be written is left out, and the program goes on. */
class LogFile extends log.RotatingFileHandler {
  readonly #name: string;
  #failed = false;

  /** Keeps five older files of 1 MB. */
  constructor(filename: string, formatter: (record: log.LogRecord) => string) {
    super("DEBUG", {
      filename,
      maxBytes: 1_000_000,
      maxBackupCount: 5,
      formatter,
    });
    this.#name = filename;
  }

  /** Writes one line. */
  override log(line: string): void {
    this.#attempt(() => super.log(line));
  }

  /** Writes what is still to be written. */
  override flush(): void {
    this.#attempt(() => super.flush());
  }

  /** Says on the console, once, that the file cannot be written. */
  #attempt(write: () => void): void {
    try {
      write();
    } catch (error) {
      if (this.#failed) return;
      this.#failed = true;
      console.error(
        `${
          whyNoLog(this.#name, error)
        } Until then the log is on the console only.`,
      );
    }
  }
}

readArguments({
  name: "start",
  summary:
    `Opens tickets every hour and takes them through their life, until Ctrl-C.
Settings come from the environment and from .env: see .env.example.`,
});

const config = await readSettings();
const flushLog = setUpLog(config);
const logger = failSafe(log.getLogger());

/** Deno Deploy runs the crons of git branches too; only production may act. */
const timeline = Deno.env.get("DENO_TIMELINE") ?? "production";

const stopping = new AbortController();
const kv = await openKv(config.kvPath);
const store = new Store(kv, {
  history: config.historyDays * 86_400_000,
  log: logger,
});
const freshdesk = new Freshdesk({
  ...config,
  signal: stopping.signal,
  log: logger,
});
/** What opens tickets, once the database is known to be this account's. */
const ready = once(prepare);
const workflow = new Workflow({
  ...config,
  freshdesk,
  store,
  prepare: ready,
  signal: stopping.signal,
  log: logger,
});

// Our own due times are the retry, so Deno is to make none.
const cron = { signal: stopping.signal, backoffSchedule: [] };
const running = new Set<Promise<void>>();
let notedCalls = 0;
/** Jobs whose last noted run was in trouble. */
const troubled = new Set<string>();
/** When each job last ran here. */
const ranAt = new Map<string, number>();
/** What was found wrong at the start; null: nothing; undefined: not known. */
let startProblem: string | null | undefined;

Deno.cron(
  "open tickets",
  "0 * * * *",
  cron,
  () => runJob("open tickets", () => workflow.createAndHandleTicket()),
);
Deno.cron(
  "first replies",
  "*/5 * * * *",
  cron,
  () => runJob("first replies", () => workflow.tick(5)),
);
Deno.cron(
  "customer replies",
  "*/10 * * * *",
  cron,
  () => runJob("customer replies", () => workflow.tick(10)),
);
Deno.cron(
  "resolutions",
  "*/15 * * * *",
  cron,
  () => runJob("resolutions", () => workflow.tick(15)),
);
Deno.cron(
  "closings",
  "*/20 * * * *",
  cron,
  () => runJob("closings", () => workflow.tick(20)),
);

const server = serve();
// Windows knows no SIGTERM.
const last = Deno.build.os === "windows" ? "SIGBREAK" : "SIGTERM";
const stop = shutdown({
  abort: () => stopping.abort(),
  finish,
  exit(code) {
    flushLog();
    Deno.exit(code);
  },
  log: logger,
});
for (const signal of ["SIGINT", last] as const) {
  Deno.addSignalListener(signal, () => stop(signal));
}
if (config.dryRun) logger.warn(DRY_RUN);
if (timeline !== "production") {
  logger.info(`This is the timeline ${timeline}: no job acts here`);
}
if (!isDenoDeploy()) {
  await ready();
  await logStartup();
}
flushLog();

/** Binds the database to the account, and reads the desk. */
async function prepare() {
  await ensureSameAccount(store, config.url);
  return await makeOpener(config, { kv, store, freshdesk, log: logger });
}

/** Runs a job. It never rejects: what went wrong is said, and the next tick goes on. */
async function runJob(name: string, job: () => Promise<Report>): Promise<void> {
  if (timeline !== "production" || stopping.signal.aborted) return;
  const one = recordJob(name, job).catch((error) => {
    logger.error(`Job "${name}" cannot be noted: ${error.message}`);
  });
  running.add(one);
  await one;
  running.delete(one);
  flushLog();
}

/** Runs a job, and notes how it went. */
async function recordJob(
  name: string,
  job: () => Promise<Report>,
): Promise<void> {
  const at = Date.now();
  let report: Report | null = null;
  let error: string | null = null;
  try {
    report = await job();
    logger.debug(`Job "${name}" is done`, report);
    if (startProblem && (report.done || report.planned)) startProblem = null;
  } catch (cause) {
    error = `${(cause as Error).message}. ${hintFor(cause)}`;
    logger.error(`Job "${name}": ${error}`);
  }
  ranAt.set(name, at);
  // Idle runs are noted by the clock alone, and after trouble, which is over so.
  const isQuiet = report !== null && isIdle(report) && !isHeartbeat(at);
  const wasTroubled = troubled.delete(name);
  if (error || report?.refused) troubled.add(name);
  if (isQuiet && !wasTroubled) return;
  const calls = freshdesk.requestCount - notedCalls;
  notedCalls += calls;
  await store.recordJobRun(
    name,
    { at, took: Date.now() - at, report, error },
    calls,
  );
}

/** Says who we are, whom we can draw, and what happens when. */
async function logStartup(): Promise<void> {
  try {
    const me = await freshdesk.getMe();
    logger.info(`Connected to ${new URL(config.url).host} as ${me.name}`);
    const { opener, cache } = await ready();
    const { contacts, agents } = await cache.read();
    logger.info(
      `${contacts.length} contacts and ${agents.length} agents can be drawn`,
    );
    startProblem = warnOfNobody(contacts, agents);
    if (!startProblem) {
      const mails = expectedMails(config.ticketsPerHour, contacts.length);
      logger.info(config.dryRun ? `Without DRY_RUN: ${mails}` : mails);
    }
    await opener.warnOfRealPeople(contacts);
    const now = Date.now();
    const next = JOBS.map(({ name, every }) =>
      `${name} ${new Date(nextTick(every, now)).toISOString().slice(11, 16)}`
    );
    logger.info(`Next (UTC): ${next.join(", ")}`);
    const expected = await opener.nextExpected(now);
    if (expected) logger.info(`Next ticket: ${expected.text}`);
  } catch (error) {
    const message = `${(error as Error).message}. ${hintFor(error)}`;
    startProblem = message;
    // These may pass: a proxy's page, an account that is being moved.
    const mayPass = error instanceof NotFoundError ||
      error instanceof RedirectError;
    if (mayPass || isAccountError(error)) {
      logger.critical(message);
      flushLog();
      // Asking again with a wrong key would lock its owner out.
      Deno.exit(mayPass ? 1 : NEEDS_A_PERSON);
    }
    logger.error(message);
  }
}

/** Says that no ticket can be opened, and what to do; null when there is somebody. */
function warnOfNobody(contacts: Person[], agents: Person[]): string | null {
  const nobody = [
    contacts.length === 0 &&
    new NoParticipantError("contact", Array.isArray(config.contactDomains)),
    agents.length === 0 &&
    new NoParticipantError("agent", config.agentEmails !== undefined),
  ].filter((error) => error !== false);
  const lines = nobody.map(({ message, hint }) => `${message}. ${hint}`);
  for (const line of lines) {
    logger.warn(`No ticket can be opened: ${line}`);
  }
  return lines.join(" ") || null;
}

/** A password that is set is asked for; without one the page is open on this machine alone. */
function statusAccess(): Access {
  if (config.statusPassword) return { password: config.statusPassword };
  if (isLoopback(config.host) && !isDenoDeploy()) return "open";
  return { off: "Set STATUS_PASSWORD to open the status page here." };
}

function serve(): Deno.HttpServer {
  const mode = statusAccess();
  const app = statusApp({
    store,
    ticketUrl: (id) => freshdesk.ticketUrl(id),
    budget: () => freshdesk.budget,
    startedAt: Date.now(),
    // On Deno Deploy other processes may run the jobs.
    ...(!isDenoDeploy() && { ranAt: (job: string) => ranAt.get(job) }),
    mode,
    production: timeline === "production",
    dryRun: config.dryRun,
    startProblem: () => startProblem,
    signal: stopping.signal,
  });
  // Deno Deploy has an address of its own.
  const { host: hostname, port } = config;
  const address = isDenoDeploy() ? {} : { hostname, port };
  try {
    return Deno.serve({
      ...address,
      onListen: ({ hostname, port }) => {
        const host = hostname.includes(":") ? `[${hostname}]` : hostname;
        logger.info(
          typeof mode === "object" && "off" in mode
            ? `Listening on http://${host}:${port}/healthz; the status page is off. ${mode.off}`
            : `Status page: http://${host}:${port}/`,
        );
      },
    }, app.fetch);
  } catch (error) {
    return exitWithError(
      `Cannot listen on ${hostname}:${port}: ${
        (error as Error).message
      }. Set HOST and PORT to an address and a port that are free.`,
    );
  }
}

/** Sets up the log; returns what to call so that all lines are in the file. */
function setUpLog({ logLevel, logFormat, logFile }: Config): () => void {
  const formatter = logFormat === "json"
    ? (record: log.LogRecord) => escapeControls(log.jsonFormatter(record))
    : textLine;
  const toConsole = new log.ConsoleHandler("DEBUG", {
    formatter,
    useColors: false,
  });
  const toFile = logFile ? new LogFile(logFile, formatter) : undefined;
  const handlers = { toConsole, ...(toFile && { toFile }) };
  const level = logLevel;
  try {
    log.setup({
      handlers,
      loggers: { default: { level, handlers: Object.keys(handlers) } },
    });
  } catch (error) {
    const full = isDiskFull(error);
    exitWithError(whyNoLog(logFile!, error), full ? 1 : NEEDS_A_PERSON);
  }
  return () => toFile?.flush();
}

/** Finishes what is running, then lets go of everything. */
async function finish(): Promise<void> {
  await Promise.all(running);
  await server.shutdown();
  kv.close();
}
