/**
 * The checks of `deno task doctor`. They only send GETs to Freshdesk.
 *
 * @module
 */
import {
  ConnectionError,
  FreshdeskError,
  InvalidResponseError,
  NoApiAccessError,
  NoResponseError,
  NotFoundError,
  NotSentError,
  RateLimitError,
  RedirectError,
  ServerError,
} from "../../freshdesk/errors.ts";
import type { HttpClientOptions } from "../../freshdesk/http_client.ts";
import { Freshdesk } from "../../freshdesk.ts";
import { within } from "../../lib/deadline.ts";
import { errorMessage } from "../../lib/error.ts";
import { MINUTE, SECOND } from "../../lib/time.ts";
import {
  type Config,
  ConfigError,
  findUnknownSettings,
  notes,
  readConfig,
  SETTINGS,
} from "../../startup/config.ts";
import {
  databasePath,
  isKvServer,
  KV_SERVER_HINT,
} from "../../startup/database.ts";
import { clearParticipants } from "../../workflow/participant_cache.ts";
import { Store } from "../../workflow/store.ts";
import {
  ACCOUNT_CHECKS,
  type CheckContext,
  concernsAll,
} from "./account_checks.ts";
import {
  type Check,
  type CheckResult,
  explain,
  type Finding,
  ok,
  plural,
  problem,
  warning,
} from "./findings.ts";

/** Options of {@linkcode runChecks}. */
export interface CheckOptions
  extends Pick<HttpClientOptions, "fetch" | "now" | "sleep" | "random"> {
  /** All variables, including those of `.env`. */
  environment: Record<string, string>;
  /** The variables of `.env`. */
  file?: Record<string, string>;
  /** Opens the database, which is closed at the end. Default: `Deno.openKv`. */
  openKv?: (path?: string) => Promise<Deno.Kv>;
}

/** Counts tickets up to this. */
const COUNT_LIMIT = 10_000;
/** How long to wait for a response: a person is waiting too. */
const TIMEOUT = 10 * SECOND;

/** Runs all checks and yields each result as soon as it is known. Leaves out what cannot be checked. */
export async function* runChecks(
  options: CheckOptions,
): AsyncGenerator<Finding> {
  const { environment, file, openKv = Deno.openKv, ...outside } = options;
  const config = yield* named(
    "settings",
    checkSettings(environment, file ?? {}),
  );
  if (!config) return;
  yield { check: "URL", ...checkUrl(config) };

  const path = databasePath(config.kvPath, "DENO_DEPLOY" in environment);
  const opened = await within(TIMEOUT, openKv(path))
    .catch((error: Error) => error);
  using kv = opened instanceof Error ? undefined : opened;
  const context: CheckContext = {
    config,
    freshdesk: new Freshdesk({
      ...outside,
      url: config.url,
      apiKey: config.apiKey,
      share: config.share,
      dryRun: true,
      timeout: TIMEOUT,
      log: { debug() {}, warn: (message) => context.agentWarning = message },
    }),
    agentWarning: undefined,
    store: kv && new Store(kv),
    agents: [],
    contacts: undefined,
    now: options.now?.() ?? Date.now(),
  };
  yield* checkAccount(context);
  // What was mended in the account holds at once; a database in trouble is named below.
  await (kv && clearParticipants(kv).catch(() => {}));
  yield* named("database", checkDatabase(context, opened));
  yield* named("clock", checkClock(context.freshdesk.clockSkew));
}

async function* named<T>(
  check: Check,
  results: AsyncGenerator<CheckResult, T> | Generator<CheckResult, T>,
): AsyncGenerator<Finding, T> {
  for (;;) {
    const { value, done } = await results.next();
    if (done) return value;
    yield { check, ...value };
  }
}

function* checkSettings(
  environment: Record<string, string>,
  file: Record<string, string>,
): Generator<CheckResult, Config | undefined> {
  const unknown = findUnknownSettings(environment, file).map(warning);
  try {
    const config = readConfig(environment);
    const set = Object.values(SETTINGS).map(({ name }) => name)
      .filter((name) => environment[name]?.trim());
    if (unknown.length === 0) {
      yield ok(
        [
          `${set.join(", ")}; all others have their defaults`,
          ...notes(environment),
          ...(config.dryRun ? ["DRY_RUN: the program sends nothing"] : []),
        ].join(". "),
      );
    }
    yield* unknown;
    return config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const text of error.problems) {
      yield problem(`${text} (in the environment or in .env)`);
    }
    yield* unknown;
    return undefined;
  }
}

function checkUrl({ url }: Config): CheckResult {
  const { hostname, protocol, origin } = new URL(url);
  if (protocol === "http:") return ok(`${origin}, on this machine`);
  if (/^[\w-]+\.freshdesk\.com$/.test(hostname)) return ok(origin);
  return warning(
    `${origin} is not at freshdesk.com, and custom domains do not serve the API. Set FRESHDESK_URL to the account's own address, https://<account>.freshdesk.com`,
  );
}

/** Runs the checks that call Freshdesk, until one finds that further calls are useless. */
async function* checkAccount(context: CheckContext): AsyncGenerator<Finding> {
  if (!(yield* connect(context))) return;
  for (const [check, look] of ACCOUNT_CHECKS) {
    try {
      yield* named(check, look(context));
    } catch (error) {
      yield { check, ...problem(explain(error)) };
      if (concernsAll(error)) return;
    }
  }
}

/** Makes the first call. Only one, because more with a wrong key would lock its owner out. */
async function* connect(
  context: CheckContext,
): AsyncGenerator<Finding, boolean> {
  const { freshdesk, config } = context;
  const { host } = new URL(config.url);
  try {
    const me = await freshdesk.getMe();
    yield { check: "connection", ...ok(`${host} answers`) };
    yield { check: "key", ...ok("Freshdesk accepts it") };
    yield {
      check: "owner",
      ...me.canReply ? ok(`${me.name}, who can reply to tickets`) : warning(
        `The key is ${me.name}'s, who cannot reply to tickets. Use the key of an active support agent, not of a collaborator`,
      ),
    };
    return true;
  } catch (error) {
    if (!(error instanceof FreshdeskError)) throw error;
    if (CONNECTION_ERRORS.some((kind) => error instanceof kind)) {
      const text = `${error.message}. ${connectionHint(error)}`;
      yield { check: "connection", ...problem(text) };
      return false;
    }
    yield { check: "connection", ...ok(`${host} answers`) };
    const limited = LIMIT_ERRORS.some((kind) => error instanceof kind) ||
      freshdesk.budget.total === 0;
    if (limited) {
      yield { check: "limit", ...problem(explain(error)) };
    } else if (error instanceof NotFoundError) {
      const text =
        `There is no account at ${host}: every call returns 404. Check the sub-domain in FRESHDESK_URL: it is in the browser's address bar when an agent is logged in`;
      yield { check: "key", ...problem(text) };
    } else {
      yield { check: "key", ...problem(explain(error)) };
    }
    return false;
  }
}

const CONNECTION_ERRORS = [
  ConnectionError,
  NoResponseError,
  InvalidResponseError,
  ServerError,
  RedirectError,
];

const LIMIT_ERRORS = [NoApiAccessError, RateLimitError, NotSentError];

/** Says what to do about a failed connection, going by Deno's message. */
function connectionHint(error: FreshdeskError): string {
  if (/\bdns\b|lookup address/.test(error.message)) {
    return "No host has this name: check the sub-domain in FRESHDESK_URL, and the network.";
  }
  if (/certificate/.test(error.message)) {
    return "The certificate is not trusted, as behind a company's proxy: set DENO_TLS_CA_STORE=system, or DENO_CERT to the proxy's certificate.";
  }
  if (error instanceof NoResponseError) {
    return "Check the network, and Freshdesk's status page; then try again.";
  }
  if (error instanceof ServerError) {
    return "Freshdesk has a problem: see its status page, and try again.";
  }
  return error.hint;
}

async function* checkDatabase(
  { store, config }: CheckContext,
  opened: Deno.Kv | Error,
): AsyncGenerator<CheckResult, void> {
  const place = config.kvPath ?? "tickets.db";
  const hint = isKvServer(config.kvPath)
    ? KV_SERVER_HINT
    : "Set KV_PATH to a file this user may write to, in a folder that exists";
  try {
    if (!store) throw opened;
    await within(TIMEOUT, store.checkWritable());
    const tickets = await store.countWaiting(COUNT_LIMIT);
    const waiting = Object.values(tickets).reduce((sum, n) => sum + n, 0);
    const failed = await store.countFinished("failed", COUNT_LIMIT);
    const found = `${place} is writable; ${
      plural(waiting, "ticket")
    } in progress, ${failed} failed`;
    yield failed === 0 ? ok(found) : warning(
      `${found}. See why with deno task status; then deno task retry`,
    );
  } catch (error) {
    yield problem(
      `Cannot use ${place}: ${errorMessage(error)}. ${hint}`,
    );
  }
}

function* checkClock(skew: number | undefined): Generator<CheckResult, void> {
  if (skew === undefined) return;
  const off = Math.abs(skew);
  if (off <= MINUTE) {
    yield ok("agrees with Freshdesk's");
    return;
  }
  const by = `${Math.floor(off / MINUTE)} min ${
    Math.round(off % MINUTE / 1000)
  } s`;
  const text = `This computer's clock is ${by} ${
    skew > 0 ? "behind" : "ahead of"
  } Freshdesk's. Let the system set it (NTP)`;
  yield off > 5 * MINUTE ? problem(text) : warning(text);
}
