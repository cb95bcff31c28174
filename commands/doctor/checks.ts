/**
 * The checks of `deno task doctor`. They only send GETs to Freshdesk.
 *
 * @module
 */
import type { HttpClientOptions } from "../../freshdesk/http_client.ts";
import {
  type Config,
  ConfigError,
  findUnknownSettings,
  notes,
  readConfig,
  SETTINGS,
} from "../../startup/config.ts";
import { within } from "../../lib/deadline.ts";
import { errorMessage } from "../../lib/error.ts";
import { MINUTE, SECOND } from "../../lib/time.ts";
import {
  contactFilter,
  filterAgents,
  NoParticipantError,
  summarizeRealContacts,
} from "../../workflow/participants.ts";
import {
  databasePath,
  isKvServer,
  KV_SERVER_HINT,
} from "../../startup/database.ts";
import {
  ConnectionError,
  FreshdeskError,
  InvalidResponseError,
  NoApiAccessError,
  NoResponseError,
  NotFoundError,
  NotSentError,
  PermissionError,
  RateLimitError,
  RedirectError,
  ServerError,
} from "../../freshdesk/errors.ts";
import {
  fillRequiredFields,
  RequiredFieldsError,
} from "../../workflow/required_fields.ts";
import { Freshdesk } from "../../freshdesk.ts";
import { expectedMails } from "../../workflow/expected_mails.ts";
import { classifyError, hintFor } from "../../workflow/failures.ts";
import { clearParticipants } from "../../workflow/participant_cache.ts";
import type { Person } from "../../workflow/plan.ts";
import { Store } from "../../workflow/store.ts";

/** The checks in order. */
export const CHECKS = [
  "settings",
  "URL",
  "connection",
  "key",
  "owner",
  "role",
  "limit",
  "agents",
  "contacts",
  "required fields",
  "mail",
  "database",
  "clock",
] as const;

/** The name of a check. */
export type Check = typeof CHECKS[number];

/** What a check found. */
export interface Finding {
  /** The check. */
  check: Check;
  /** `WARNING`: it works, but look at it; `PROBLEM`: it does not work. */
  level: "OK" | "WARNING" | "PROBLEM";
  /** The result and, unless it is OK, what to do. */
  text: string;
}

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

/** A finding without the name of its check. */
type CheckResult = Omit<Finding, "check">;

/** What later checks use from earlier ones. */
interface CheckContext {
  config: Config;
  freshdesk: Freshdesk;
  /** Why the key may not list agents, if so. */
  agentWarning: string | undefined;
  store: Store | undefined;
  agents: Person[];
  contacts: Person[] | undefined;
  now: number;
}

/** A classic ticket: one call for each step. */
const CALLS_PER_TICKET = 6;
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

/** Formats a finding. */
export function line({ check, level, text }: Finding): string {
  return `${level.padEnd(8)} ${check}: ${text}`;
}

/** Sums up all findings in one line. */
export function summary(findings: readonly Finding[]): string {
  const count = (level: Finding["level"]) =>
    findings.filter((finding) => finding.level === level).length;
  const problems = count("PROBLEM");
  const warnings = count("WARNING");
  const made = new Set(findings.map(({ check }) => check));
  const skipped = CHECKS.filter((check) => !made.has(check));
  const verdict = problems > 0
    ? `${plural(problems, "problem")}, ${plural(warnings, "warning")}.`
    : warnings > 0
    ? `No problem, ${plural(warnings, "warning")}: the program can be started.`
    : "All checks passed: the program can be started.";
  return skipped.length > 0
    ? `${verdict} Could not be checked: ${skipped.join(", ")}.`
    : verdict;
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

const ACCOUNT_CHECKS: [
  Check,
  (context: CheckContext) => AsyncGenerator<CheckResult, void>,
][] = [
  ["role", checkRole],
  ["limit", checkLimit],
  ["agents", checkAgents],
  ["contacts", checkContacts],
  ["required fields", checkFields],
  ["mail", checkMail],
];

async function* checkRole(
  context: CheckContext,
): AsyncGenerator<CheckResult, void> {
  context.agents = await context.freshdesk.getAgents();
  yield context.agentWarning === undefined
    ? ok("may list agents")
    : warning(context.agentWarning);
}

async function* checkLimit(
  { freshdesk, config }: CheckContext,
): AsyncGenerator<CheckResult, void> {
  const { total, ourLimit } = freshdesk.budget;
  const { share, ticketsPerHour } = config;
  if (total === undefined) {
    yield warning(
      "Freshdesk did not say how many calls a minute the account has. Check that no proxy drops its X-RateLimit headers",
    );
    return;
  }
  if (total === 0) {
    yield problem(
      "The plan's limit is 0 calls a minute. Take a trial or a paid plan",
    );
    return;
  }
  const room = Math.floor(ourLimit * 60 / CALLS_PER_TICKET);
  const busy = ourLimit < Math.floor(total * share)
    ? ` at the moment, because other programs use the account too`
    : "";
  const found =
    `${total} calls a minute, ${ourLimit} of them for this program${busy} (RATE_LIMIT_SHARE=${share}): enough for ${room} tickets an hour, and TICKETS_PER_HOUR is ${ticketsPerHour}`;
  yield room >= ticketsPerHour ? ok(found) : warning(
    `${found}. Set TICKETS_PER_HOUR=${room}, or raise RATE_LIMIT_SHARE, or take a larger plan`,
  );
}

async function* checkAgents(
  { agents, config, store }: CheckContext,
): AsyncGenerator<CheckResult, void> {
  const { agentEmails } = config;
  const used = filterAgents(agents, config);
  const unknown =
    agentEmails?.filter((address) =>
      !used.some(({ email }) => email.toLowerCase() === address)
    ) ?? [];
  if (used.length === 0) {
    yield problem(
      explain(new NoParticipantError("agent", agentEmails !== undefined)),
    );
    return;
  }
  if (unknown.length > 0) {
    yield warning(
      `No agent who can reply has the address ${
        unknown.join(", ")
      }. Correct AGENT_EMAILS, or make them active support agents`,
    );
  }
  const refused: string[] = [];
  for (const { id, name } of used) {
    if (await store?.canImpersonate(id) === false) refused.push(name);
  }
  yield refused.length > 0
    ? warning(
      `Using ${used.length}. The API key's owner may not write for ${
        refused.join(", ")
      }, so their replies come from the owner, signed with the agent's name. To avoid this, name other agents in AGENT_EMAILS`,
    )
    : ok(
      `Using ${used.length}. Whether the API key's owner may write for each shows only when it writes`,
    );
}

async function* checkContacts(
  context: CheckContext,
): AsyncGenerator<CheckResult, void> {
  const { freshdesk, config: { contactDomains } } = context;
  const filter = contactFilter({ contactDomains });
  const verified = await freshdesk.getVerifiedContacts({ filter });
  const contacts = verified.length > 0
    ? verified
    : await freshdesk.getContacts({ filter });
  const restricted = Array.isArray(contactDomains);
  if (contacts.length === 0) {
    yield problem(explain(new NoParticipantError("contact", restricted)));
    return;
  }
  context.contacts = contacts;
  const found = `Using ${contacts.length}, ${
    verified.length > 0 ? "all verified" : "none of them verified"
  }`;
  const people = summarizeRealContacts(contacts);
  const real = people &&
    `${people.count} of them may be real people, at ${people.where}`;
  if (!real) yield ok(`${found}; their addresses are all examples`);
  else if (contactDomains) yield ok(`${found}; ${real}`);
  else {
    yield warning(
      `${found}; ${real}. Freshdesk e-mails them: set CONTACT_DOMAINS=example.com to use only such contacts, or CONTACT_DOMAINS=* to use all`,
    );
  }
  for (const domain of restricted ? contactDomains : []) {
    if (contacts.some(contactFilter({ contactDomains: [domain] }))) continue;
    yield warning(
      `No contact has an address at ${domain}. Correct CONTACT_DOMAINS, or add such contacts to the account`,
    );
  }
}

async function* checkFields(
  { freshdesk, now }: CheckContext,
): AsyncGenerator<CheckResult, void> {
  let form;
  try {
    form = await freshdesk.getTicketFields();
  } catch (error) {
    if (!(error instanceof PermissionError) || concernsAll(error)) throw error;
    yield warning(
      "The API key may not read the ticket form, so required fields show only when Freshdesk rejects a ticket. Use an administrator's key",
    );
    return;
  }
  const today = new Date(now).toISOString().slice(0, 10);
  const { filled, unfillable } = fillRequiredFields(form, today);
  const toClose = fillRequiredFields(
    form.filter((field) =>
      field.required_for_closure && !field.required_for_agents &&
      field.type !== "default_agent" // every ticket is assigned by then
    ).map((field) => ({ ...field, default: false, required_for_agents: true })),
    today,
  ).unfillable;
  if (unfillable.length > 0) {
    yield problem(explain(new RequiredFieldsError(unfillable)));
  }
  if (toClose.length > 0) {
    yield problem(
      `No ticket can be closed because required fields cannot be filled in: ${
        toClose.join(", ")
      }. In Admin > Ticket Fields, do not require them for closing`,
    );
  }
  if (unfillable.length + toClose.length > 0) return;
  yield ok(
    filled.length > 0
      ? `filled in: ${filled.join(", ")}`
      : "only those that every ticket has",
  );
}

async function* checkMail(
  { contacts, config }: CheckContext,
): AsyncGenerator<CheckResult, void> {
  if (!contacts) return;
  const mails = expectedMails(config.ticketsPerHour, contacts.length);
  const off =
    "an administrator can turn that off in Admin > Email Notifications";
  yield !summarizeRealContacts(contacts)
    ? ok(
      `${mails}. All contacts have example addresses, so no real person gets e-mail. Bounces may still count against the account: ${off}`,
    )
    : warning(`${mails}. If you do not want that, ${off}`);
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

function ok(text: string): CheckResult {
  return { level: "OK", text };
}

function warning(text: string): CheckResult {
  return { level: "WARNING", text: sentence(text) };
}

function problem(text: string): CheckResult {
  return { level: "PROBLEM", text: sentence(text) };
}

function sentence(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}

function explain(error: unknown): string {
  return `${errorMessage(error)}. ${hintFor(error)}`;
}

function concernsAll(error: unknown): boolean {
  return classifyError(error, { id: null }) === "stop";
}

function plural(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? "" : "s"}`;
}
