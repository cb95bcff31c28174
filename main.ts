/**
 * The script: reads the settings, opens the database, registers the jobs, and serves the status page.
 * `deno task start` runs it, and so does Deno Deploy.
 *
 * @module
 */
import * as log from "@std/log";
import { isAccountTrouble } from "./api.ts";
import type { Config } from "./config.ts";
import { peopleOf, realPeople } from "./draw.ts";
import { bindTo, fail, onDeploy, openKv, readSettings } from "./entry.ts";
import { NotFoundError } from "./errors.ts";
import { Freshdesk } from "./freshdesk.ts";
import { failSafe } from "./log.ts";
import { type Mode, statusApp } from "./status/app.ts";
import { type Person, Store } from "./store.ts";
import { adviceOf, JOBS, nextTick, type Report, Workflow } from "./workflow.ts";

const config = await readSettings();
const { flush: flushLog } = failSafe({ flush: setUpLog(config) });
const logger = failSafe(log.getLogger());

/** Deno Deploy runs the crons of git branches too; only production may act. */
const timeline = Deno.env.get("DENO_TIMELINE") ?? "production";

const stopping = new AbortController();
const kv = await openKv(config.kvPath);
const store = new Store(kv, {
  history: config.historyDays * 86_400_000,
  log: logger,
});
await bindTo(store, config.url);
const freshdesk = new Freshdesk({
  ...config,
  signal: stopping.signal,
  log: logger,
});
const workflow = new Workflow({
  ...config,
  freshdesk,
  store,
  signal: stopping.signal,
  log: logger,
});

// Our own due times are the retry, so Deno is to make none.
const cron = { signal: stopping.signal, backoffSchedule: [] };
const running = new Set<Promise<void>>();
let notedCalls = 0;

Deno.cron(
  "open tickets",
  "0 * * * *",
  cron,
  () => run("open tickets", () => workflow.createAndHandleTicket()),
);
Deno.cron(
  "first replies",
  "*/5 * * * *",
  cron,
  () => run("first replies", () => workflow.tick(5)),
);
Deno.cron(
  "customer replies",
  "*/10 * * * *",
  cron,
  () => run("customer replies", () => workflow.tick(10)),
);
Deno.cron(
  "resolutions",
  "*/15 * * * *",
  cron,
  () => run("resolutions", () => workflow.tick(15)),
);
Deno.cron(
  "closings",
  "*/20 * * * *",
  cron,
  () => run("closings", () => workflow.tick(20)),
);

const server = serve();
// Windows knows no SIGTERM.
const last = Deno.build.os === "windows" ? "SIGBREAK" : "SIGTERM";
for (const signal of ["SIGINT", last] as const) {
  Deno.addSignalListener(signal, () => stop(signal));
}
if (timeline !== "production") {
  logger.info(`This is the timeline ${timeline}: no job acts here`);
}
if (!onDeploy()) await introduce();
flushLog();

/** Runs a job. It never rejects: what went wrong is said, and the next tick goes on. */
async function run(name: string, job: () => Promise<Report>): Promise<void> {
  if (timeline !== "production" || stopping.signal.aborted) return;
  const one = note(name, job).catch((error) => {
    logger.error(`Job "${name}" cannot be noted: ${error.message}`);
  });
  running.add(one);
  await one;
  running.delete(one);
  flushLog();
}

/** Runs a job, and notes how it went. */
async function note(name: string, job: () => Promise<Report>): Promise<void> {
  const at = Date.now();
  let report: Report | null = null;
  let error: string | null = null;
  try {
    report = await job();
    logger.debug(`Job "${name}" is done`, report);
  } catch (cause) {
    error = `${(cause as Error).message}. ${adviceOf(cause)}`;
    logger.error(`Job "${name}": ${error}`);
  }
  const calls = freshdesk.calls - notedCalls;
  notedCalls += calls;
  await store.noteJob(
    name,
    { at, took: Date.now() - at, report, error },
    calls,
  );
}

/** Says who we are, whom we can draw, and what happens when. */
async function introduce(): Promise<void> {
  try {
    const me = await freshdesk.getMe();
    logger.info(`Connected to ${new URL(config.url).host} as ${me.name}`);
    const { contacts, agents } = await peopleOf(freshdesk, config);
    logger.info(
      `${contacts.length} contacts and ${agents.length} agents can be drawn`,
    );
    if (!config.contactDomains && !config.dryRun) warnOfRealPeople(contacts);
    const now = Date.now();
    const next = JOBS.map(({ name, every }) =>
      `${name} ${new Date(nextTick(every, now)).toISOString().slice(11, 16)}`
    );
    logger.info(`Next (UTC): ${next.join(", ")}`);
  } catch (error) {
    const message = `${(error as Error).message}. ${adviceOf(error)}`;
    // Asking again with a wrong key would lock its owner out.
    if (isAccountTrouble(error) || error instanceof NotFoundError) {
      logger.critical(message);
      flushLog();
      Deno.exit(1);
    }
    logger.error(message);
  }
}

/** Freshdesk mails everybody a ticket is opened for; nobody shall be surprised by that. */
function warnOfRealPeople(contacts: Person[]): void {
  const real = realPeople(contacts);
  if (!real) return;
  logger.warn(
    `REAL PEOPLE? ${real.count} of ${contacts.length} contacts have addresses that may be real: ${real.where}. Freshdesk will write to them. Restrict the draw with CONTACT_DOMAINS=example.com, say that all are meant with CONTACT_DOMAINS=*, or look first with DRY_RUN=true`,
  );
}

/** The page is open on this machine alone; anywhere else it asks for a password, or is off. */
function whoMayLook(): Mode {
  const loopback = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(config.host);
  if (loopback && !onDeploy()) return "open";
  if (config.statusPassword) return { password: config.statusPassword };
  return { off: "Set STATUS_PASSWORD to open the status page here." };
}

function serve(): Deno.HttpServer {
  const mode = whoMayLook();
  const app = statusApp({
    store,
    ticketUrl: (id) => freshdesk.ticketUrl(id),
    budget: () => freshdesk.budget,
    startedAt: Date.now(),
    mode,
    production: timeline === "production",
    signal: stopping.signal,
  });
  // Deno Deploy has an address of its own.
  const { host: hostname, port } = config;
  const address = onDeploy() ? {} : { hostname, port };
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
    return fail(
      `Cannot listen on ${hostname}:${port}: ${
        (error as Error).message
      }. Set HOST and PORT to an address and a port that are free.`,
    );
  }
}

/** Sets up the log; gives what to call so that all lines are in the file. */
function setUpLog({ logLevel, logFormat, logFile }: Config): () => void {
  const formatter = logFormat === "json" ? log.jsonFormatter : textFormatter;
  const toConsole = new log.ConsoleHandler("DEBUG", {
    formatter,
    useColors: false,
  });
  const toFile = logFile && new log.RotatingFileHandler("DEBUG", {
    filename: logFile,
    maxBytes: 1_000_000,
    maxBackupCount: 5,
    formatter,
  });
  const handlers = { toConsole, ...(toFile && { toFile }) };
  const level = logLevel;
  try {
    log.setup({
      handlers,
      loggers: { default: { level, handlers: Object.keys(handlers) } },
    });
  } catch (error) {
    fail(
      `Cannot log to ${logFile}: ${
        (error as Error).message
      }. Set LOG_FILE to a file in this folder that this user may write to.`,
    );
  }
  return () => {
    if (toFile) toFile.flush();
  };
}

function textFormatter({ datetime, levelName, msg }: log.LogRecord): string {
  const time = datetime.toISOString().slice(0, 19).replace("T", " ");
  return `${time} ${levelName.padEnd(5)} ${msg}`;
}

/** Finishes what is running, then lets go of everything. */
async function stop(signal: string): Promise<void> {
  if (stopping.signal.aborted) return;
  logger.info(`${signal}: stopping when the running steps are done`);
  stopping.abort();
  await Promise.all(running);
  await server.shutdown();
  kv.close();
  logger.info("Stopped");
  flushLog();
  Deno.exit(0);
}
