/**
 * What `deno task doctor` looks at, one check after the other. Freshdesk is asked with GETs only.
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
import {
  contactFilter,
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

/** The checks, in their order. */
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

/** What is checked. */
export type Check = typeof CHECKS[number];

/** What a check found. */
export interface Finding {
  /** The check. */
  check: Check;
  /** `WARNING`: it works, but look at it; `PROBLEM`: it does not work. */
  level: "OK" | "WARNING" | "PROBLEM";
  /** What was found and, unless it is OK, what to do. */
  text: string;
}

/** What is examined, and with what. */
export interface ExamineOptions
  extends Pick<HttpClientOptions, "fetch" | "now" | "sleep" | "random"> {
  /** All variables, those of `.env` included. */
  environment: Record<string, string>;
  /** Those of `.env`. */
  file?: Record<string, string>;
  /** Opens the database; it is closed in the end. Default: `Deno.openKv`. */
  openKv?: (path?: string) => Promise<Deno.Kv>;
}

/** What was found, without the check's name. */
type CheckResult = Omit<Finding, "check">;

/** What later checks need of earlier ones. */
interface CheckContext {
  config: Config;
  freshdesk: Freshdesk;
  /** Why the key may not list agents. */
  refusal: string | undefined;
  store: Store | undefined;
  agents: Person[];
  contacts: Person[] | undefined;
  now: number;
}

/** A ticket's whole life: one call for each stage. */
const CALLS_PER_TICKET = 6;
/** Tickets are counted no further. */
const COUNT_LIMIT = 10_000;
/** The doctor waits for an answer no longer, in milliseconds: a person waits, too. */
const TIMEOUT = 10_000;
const MINUTE = 60_000;

/** Makes all checks, and says what each found as soon as it is known. What cannot be checked is left out. */
export async function* runChecks(
  options: ExamineOptions,
): AsyncGenerator<Finding> {
  const { environment, file, openKv = Deno.openKv, ...outside } = options;
  const config = yield* named(
    "settings",
    checkSettings(environment, file ?? {}),
  );
  if (!config) return;
  yield { check: "URL", ...checkUrl(config) };

  const opened = await within(TIMEOUT, openKv(databasePath(config.kvPath)))
    .catch((error: Error) => error);
  using kv = opened instanceof Error ? undefined : opened;
  const visit: CheckContext = {
    config,
    freshdesk: new Freshdesk({
      ...outside,
      url: config.url,
      apiKey: config.apiKey,
      share: config.share,
      dryRun: true,
      timeout: TIMEOUT,
      log: { debug() {}, warn: (message) => visit.refusal = message },
    }),
    refusal: undefined,
    store: kv && new Store(kv),
    agents: [],
    contacts: undefined,
    now: options.now?.() ?? Date.now(),
  };
  yield* checkAccount(visit);
  // What was mended in the account holds at once; a database in trouble is named below.
  await (kv && clearParticipants(kv).catch(() => {}));
  yield* named("database", checkDatabase(visit, opened));
  yield* named("clock", checkClock(visit.freshdesk.clockSkew));
}

/** A finding as it is shown. */
export function line({ check, level, text }: Finding): string {
  return `${level.padEnd(8)} ${check}: ${text}`;
}

/** What all findings come to, in one line. */
export function summary(findings: readonly Finding[]): string {
  const count = (level: Finding["level"]) =>
    findings.filter((finding) => finding.level === level).length;
  const problems = count("PROBLEM");
  const warnings = count("WARNING");
  const made = new Set(findings.map(({ check }) => check));
  const left = CHECKS.filter((check) => !made.has(check));
  const verdict = problems > 0
    ? `${several(problems, "problem")}, ${several(warnings, "warning")}.`
    : warnings > 0
    ? `No problem, ${several(warnings, "warning")}: the program can be started.`
    : "All is in order: the program can be started.";
  return left.length > 0
    ? `${verdict} Could not be checked: ${left.join(", ")}.`
    : verdict;
}

async function* named<T>(
  check: Check,
  said: AsyncGenerator<CheckResult, T> | Generator<CheckResult, T>,
): AsyncGenerator<Finding, T> {
  for (;;) {
    const { value, done } = await said.next();
    if (done) return value;
    yield { check, ...value };
  }
}

function* checkSettings(
  environment: Record<string, string>,
  file: Record<string, string>,
): Generator<CheckResult, Config | undefined> {
  const strange = findUnknownSettings(environment, file).map(warning);
  try {
    const config = readConfig(environment);
    const set = Object.values(SETTINGS).map(({ name }) => name)
      .filter((name) => environment[name]?.trim());
    if (strange.length === 0) {
      yield ok(
        [
          `${set.join(", ")}; all others have their defaults`,
          ...notes(environment),
          ...(config.dryRun ? ["DRY_RUN: the program will send nothing"] : []),
        ].join(". "),
      );
    }
    yield* strange;
    return config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const text of error.problems) {
      yield problem(`${text} (in the environment or in .env)`);
    }
    yield* strange;
    return undefined;
  }
}

function checkUrl({ url }: Config): CheckResult {
  const { hostname, protocol, origin } = new URL(url);
  if (protocol === "http:") return ok(`${origin}, on this machine`);
  if (/^[\w-]+\.freshdesk\.com$/.test(hostname)) return ok(origin);
  return warning(
    `${origin} is not at freshdesk.com, and Freshdesk's API does not answer at custom domains. Set FRESHDESK_URL to the account's own address, https://<account>.freshdesk.com`,
  );
}

/** All that is asked of Freshdesk, until there is no going on. */
async function* checkAccount(visit: CheckContext): AsyncGenerator<Finding> {
  if (!(yield* meet(visit))) return;
  for (const [check, look] of ACCOUNT_CHECKS) {
    try {
      yield* named(check, look(visit));
    } catch (error) {
      yield { check, ...problem(explained(error)) };
      if (classifyError(error, { id: null }) === "stop") return;
    }
  }
}

/** The first call. One is enough to know the key: more with a wrong one would lock its owner out. */
async function* meet(visit: CheckContext): AsyncGenerator<Finding, boolean> {
  const { freshdesk, config } = visit;
  const { host } = new URL(config.url);
  try {
    const me = await freshdesk.getMe();
    yield { check: "connection", ...ok(`${host} answers`) };
    yield { check: "key", ...ok("Freshdesk takes it") };
    yield {
      check: "owner",
      ...me.canReply ? ok(`${me.name}, who can reply to tickets`) : warning(
        `The key is ${me.name}'s, who cannot reply to tickets. Use the key of an active support agent, not of a collaborator`,
      ),
    };
    return true;
  } catch (error) {
    if (!(error instanceof FreshdeskError)) throw error;
    if (NO_CONNECTION.some((kind) => error instanceof kind)) {
      const text = `${error.message}. ${connectionAdvice(error)}`;
      yield { check: "connection", ...problem(text) };
      return false;
    }
    yield { check: "connection", ...ok(`${host} answers`) };
    const limited = NO_CALL.some((kind) => error instanceof kind) ||
      freshdesk.budget.total === 0;
    if (limited) {
      yield { check: "limit", ...problem(explained(error)) };
    } else if (error instanceof NotFoundError) {
      const text =
        `There is no account at ${host}: it answers 404 to what every key may ask. Check the sub-domain in FRESHDESK_URL: it stands in the browser's address line when an agent is logged in`;
      yield { check: "key", ...problem(text) };
    } else {
      yield { check: "key", ...problem(explained(error)) };
    }
    return false;
  }
}

const NO_CONNECTION = [
  ConnectionError,
  NoResponseError,
  InvalidResponseError,
  ServerError,
  RedirectError,
];

const NO_CALL = [NoApiAccessError, RateLimitError, NotSentError];

/** What to do about a connection, by what Deno says of it. */
function connectionAdvice(error: FreshdeskError): string {
  if (/\bdns\b|lookup address/.test(error.message)) {
    return "No host of this name is known: check the sub-domain in FRESHDESK_URL, and the network.";
  }
  if (/certificate/.test(error.message)) {
    return "The certificate is not trusted, as behind a company's proxy: set DENO_TLS_CA_STORE=system, or DENO_CERT to the proxy's certificate.";
  }
  if (error instanceof NoResponseError) {
    return "Check the network, and Freshdesk's status page; then try again.";
  }
  if (error instanceof ServerError) {
    return "Freshdesk has trouble of its own: see its status page, and try again.";
  }
  return error.hint;
}

const ACCOUNT_CHECKS: [
  Check,
  (visit: CheckContext) => AsyncGenerator<CheckResult, void>,
][] = [
  ["role", checkRole],
  ["limit", checkLimit],
  ["agents", checkAgents],
  ["contacts", checkContacts],
  ["required fields", checkFields],
  ["mail", checkMail],
];

async function* checkRole(
  visit: CheckContext,
): AsyncGenerator<CheckResult, void> {
  visit.agents = await visit.freshdesk.getAgents();
  yield visit.refusal === undefined
    ? ok("may list agents")
    : warning(visit.refusal);
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
    ? ` at the moment, as other programs use the account too`
    : "";
  const found =
    `${total} calls a minute, ${ourLimit} of them ours${busy} (RATE_LIMIT_SHARE=${share}): enough for ${room} tickets an hour, and TICKETS_PER_HOUR is ${ticketsPerHour}`;
  yield room >= ticketsPerHour ? ok(found) : warning(
    `${found}. Set TICKETS_PER_HOUR=${room}, or raise RATE_LIMIT_SHARE, or take a larger plan`,
  );
}

async function* checkAgents(
  { agents, config, store }: CheckContext,
): AsyncGenerator<CheckResult, void> {
  const { agentEmails } = config;
  const drawn = agentEmails
    ? agents.filter(({ email }) => agentEmails.includes(email.toLowerCase()))
    : agents;
  const strange =
    agentEmails?.filter((address) =>
      !drawn.some(({ email }) => email.toLowerCase() === address)
    ) ?? [];
  if (drawn.length === 0) {
    yield problem(
      explained(new NoParticipantError("agent", agentEmails !== undefined)),
    );
    return;
  }
  if (strange.length > 0) {
    yield warning(
      `Nobody who can reply has the address ${
        strange.join(", ")
      }. Correct AGENT_EMAILS, or make them active support agents`,
    );
  }
  const refused: string[] = [];
  for (const { id, name } of drawn) {
    if (await store?.canImpersonate(id) === false) refused.push(name);
  }
  yield refused.length > 0
    ? warning(
      `${drawn.length} can be drawn; the key's owner may not write for ${
        refused.join(", ")
      }, whose replies therefore come from the owner, with the agent's name below. If that will not do, restrict the draw with AGENT_EMAILS`,
    )
    : ok(
      `${drawn.length} can be drawn. Whether the key's owner may write for each can only be learned by writing`,
    );
}

async function* checkContacts(
  visit: CheckContext,
): AsyncGenerator<CheckResult, void> {
  const { freshdesk, config: { contactDomains } } = visit;
  const wanted = contactFilter({ contactDomains });
  const verified = await freshdesk.getVerifiedContacts({ filter: wanted });
  const contacts = verified.length > 0
    ? verified
    : await freshdesk.getContacts({ filter: wanted });
  const restricted = Array.isArray(contactDomains);
  if (contacts.length === 0) {
    yield problem(explained(new NoParticipantError("contact", restricted)));
    return;
  }
  visit.contacts = contacts;
  const found = `${contacts.length} can be drawn, ${
    verified.length > 0
      ? "all verified"
      : "as nobody in the account is verified"
  }`;
  const people = summarizeRealContacts(contacts);
  const real = people &&
    `${people.count} of them may be real people, at ${people.where}`;
  if (!real) yield ok(`${found}; their addresses are all examples`);
  else if (contactDomains) yield ok(`${found}; ${real}`);
  else {
    yield warning(
      `${found}; ${real}. Freshdesk will write to them: restrict the draw with CONTACT_DOMAINS=example.com, or say that all are meant with CONTACT_DOMAINS=*`,
    );
  }
  for (const domain of restricted ? contactDomains : []) {
    if (contacts.some(contactFilter({ contactDomains: [domain] }))) continue;
    yield warning(
      `Nobody has an address at ${domain}. Correct CONTACT_DOMAINS, or add such contacts to the account`,
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
    if (!(error instanceof PermissionError) || isStop(error)) throw error;
    yield warning(
      "The key may not read the ticket form, so required fields are found out by the first ticket that is refused. Use an administrator's key",
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
    yield problem(explained(new RequiredFieldsError(unfillable)));
  }
  if (toClose.length > 0) {
    yield problem(
      `No ticket can be closed without what cannot be filled in: ${
        toClose.join(", ")
      }. In Admin > Ticket Fields, do not require them when a ticket is closed`,
    );
  }
  if (unfillable.length + toClose.length > 0) return;
  yield ok(
    filled.length > 0
      ? `filled in as ${filled.join(", ")}`
      : "none but those every ticket has",
  );
}

async function* checkMail(
  { contacts, config }: CheckContext,
): AsyncGenerator<CheckResult, void> {
  if (!contacts) return;
  const mails = expectedMails(config.ticketsPerHour, contacts.length);
  const off =
    "an administrator turns that off under Admin > Email Notifications";
  yield !summarizeRealContacts(contacts)
    ? ok(
      `${mails}. All contacts have example addresses, so nobody real is mailed. The bounces may still count against the account: ${off}`,
    )
    : warning(`${mails}. Unless that is wanted, ${off}`);
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
    const found = `${place} can be written; ${
      several(waiting, "ticket")
    } under way, ${failed} failed`;
    yield failed === 0 ? ok(found) : warning(
      `${found}. See why with deno task status; then resume them: deno task retry`,
    );
  } catch (error) {
    yield problem(
      `Cannot use ${place}: ${(error as Error).message}. ${hint}`,
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

function explained(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return `${message}. ${hintFor(error)}`;
}

function isStop(error: unknown): boolean {
  return classifyError(error, { id: null }) === "stop";
}

function several(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? "" : "s"}`;
}
