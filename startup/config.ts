/**
 * The settings: environment variables turned into one typed, checked {@linkcode Config}.
 *
 * @module
 */
import { parseAccountUrl } from "../freshdesk/http_client.ts";
import {
  BusinessHours,
  BusinessHoursError,
  type Week,
} from "../lib/business_hours.ts";
import { errorMessage } from "../lib/error.ts";
import { findTimeZone } from "../lib/time.ts";
import { type Pace, PACES } from "../workflow/plan.ts";

/** All settings, checked. */
export interface Config {
  /** The account's address. */
  url: string;
  /** An agent's API key. */
  apiKey: string;
  /** A built-in desk, or the folder of one's own. */
  desk: string;
  /** How the desk spends its time; `undefined`: as it says itself. */
  pace: Pace | undefined;
  /** Tickets opened every hour; in natural and fast pace their mean, maybe a fraction. */
  ticketsPerHour: number;
  /** Everything random follows from it; `undefined`: one is made and kept in the database. */
  seed: string | undefined;
  /** When agents work; `undefined`: the account's hours, else the desk's. */
  businessHours: Week | undefined;
  /** The IANA name of the desk's time zone; `undefined`: the account's, else the desk's. */
  timeZone: string | undefined;
  /** Share of the account's API rate limit to use (0 to 1). */
  share: number;
  /** Uses only contacts at these domains; `*` uses all; `undefined` uses all, with a warning. */
  contactDomains: "*" | string[] | undefined;
  /** Uses only the agents with these e-mail addresses (lower case); `undefined` uses all. */
  agentEmails: string[] | undefined;
  /** Whether to log what would be sent, and send nothing. */
  dryRun: boolean;
  /** Where Deno KV keeps its data; `undefined`: `tickets.db` beside the program. */
  kvPath: string | undefined;
  /** How many days finished tickets are kept. */
  historyDays: number;
  /** The address the status page listens on. */
  host: string;
  /** Its port. */
  port: number;
  /** The password of the status page. */
  statusPassword: string | undefined;
  /** Whether the status page and the JSON only read. */
  readOnly: boolean;
  /** Log level. */
  logLevel: "DEBUG" | "INFO" | "WARN" | "ERROR";
  /** Log format: lines for people, or JSON. */
  logFormat: "text" | "json";
  /** A file to log to besides the console. */
  logFile: string | undefined;
}

/** A setting: its variable, and how its text is parsed. */
export interface Setting<T> {
  /** The environment variable. */
  name: string;
  /** A value that could be set. */
  example: string;
  /** The text used if it is not set; a setting without one must be set, unless it is optional. */
  default?: string;
  /** Whether it may be left unset. */
  optional?: true;
  /** Parses the text; throws an `Error` that says what is wrong, such as "must be a number". */
  parse: (text: string) => T;
}

/** All settings. A test keeps the documentation and `.env.example` in step with this table. */
export const SETTINGS: { readonly [K in keyof Config]: Setting<Config[K]> } = {
  url: {
    name: "FRESHDESK_URL",
    example: "https://acme.freshdesk.com",
    parse: parseUrl,
  },
  apiKey: {
    name: "FRESHDESK_API_KEY",
    example: "wQx3bT7kLm9pZr2v",
    parse: parseKey,
  },
  desk: {
    name: "DESK",
    example: "shop",
    default: "classic",
    parse: (text) => text,
  },
  pace: {
    name: "PACE",
    example: "natural",
    optional: true,
    parse: oneOf(...PACES),
  },
  ticketsPerHour: {
    name: "TICKETS_PER_HOUR",
    example: "3",
    default: "1",
    parse: parseTicketsPerHour,
  },
  seed: {
    name: "SEED",
    example: "spring-demo",
    optional: true,
    parse: parseSeed,
  },
  businessHours: {
    name: "BUSINESS_HOURS",
    example: "Mon-Fri 09:00-17:00",
    optional: true,
    parse: (text) => BusinessHours.parse(text, "UTC").week,
  },
  timeZone: {
    name: "TIME_ZONE",
    example: "Europe/Berlin",
    optional: true,
    parse: parseTimeZone,
  },
  share: {
    name: "RATE_LIMIT_SHARE",
    example: "0.25",
    default: "0.5",
    parse: parseShare,
  },
  contactDomains: {
    name: "CONTACT_DOMAINS",
    example: "example.com,example.org",
    optional: true,
    parse: parseDomains,
  },
  agentEmails: {
    name: "AGENT_EMAILS",
    example: "ana@acme.com,ben@acme.com",
    optional: true,
    parse: parseEmails,
  },
  dryRun: {
    name: "DRY_RUN",
    example: "true",
    default: "false",
    parse: (text) => oneOf("true", "false")(text) === "true",
  },
  kvPath: {
    name: "KV_PATH",
    example: "tickets.db",
    optional: true,
    parse: (text) => text,
  },
  historyDays: {
    name: "HISTORY_DAYS",
    example: "7",
    default: "30",
    parse: wholeNumber(1, 3650),
  },
  host: {
    name: "HOST",
    example: "0.0.0.0",
    default: "127.0.0.1",
    parse: (text) => text,
  },
  port: {
    name: "PORT",
    example: "8080",
    default: "8000",
    parse: wholeNumber(0, 65535),
  },
  statusPassword: {
    name: "STATUS_PASSWORD",
    example: "correct-horse-battery",
    optional: true,
    parse: parsePassword,
  },
  readOnly: {
    name: "READ_ONLY",
    example: "true",
    default: "false",
    parse: (text) => oneOf("true", "false")(text) === "true",
  },
  logLevel: {
    name: "LOG_LEVEL",
    example: "DEBUG",
    default: "INFO",
    parse: oneOf("DEBUG", "INFO", "WARN", "ERROR"),
  },
  logFormat: {
    name: "LOG_FORMAT",
    example: "json",
    default: "text",
    parse: oneOf("text", "json"),
  },
  logFile: {
    name: "LOG_FILE",
    example: "tickets.log",
    optional: true,
    parse: (text) => text,
  },
};

/** The settings are wrong. The message lists all problems, one per line. */
export class ConfigError extends Error {
  /** The name of the class. */
  override readonly name = "ConfigError";
  /** All problems, each with the variable's name and an example. */
  readonly problems: readonly string[];

  /** Takes all problems. */
  constructor(problems: readonly string[]) {
    super(
      `The settings cannot be used:\n${
        problems.map((problem) => `  - ${problem}`).join("\n")
      }\nSet them in the environment, or in .env (see .env.example).`,
    );
    this.problems = problems;
  }
}

/**
 * Reads the settings.
 *
 * @param environment variables by name; an empty one counts as not set
 * @param keys the settings to read: one that a command does not use cannot stop it. Default: all
 * @throws {ConfigError} with all problems, not only the first
 */
export function readConfig<K extends keyof Config = keyof Config>(
  environment: Record<string, string>,
  keys: readonly K[] = Object.keys(SETTINGS) as K[],
): Pick<Config, K> {
  const problems: string[] = [];
  const read = <T>(setting: Setting<T>): T | undefined => {
    const { name, example, optional } = setting;
    const set = environment[name]?.trim();
    const text = set || setting.default;
    if (text === undefined) {
      if (!optional) {
        problems.push(`${name} is not set. Example: ${name}=${example}`);
      }
      return undefined;
    }
    try {
      return setting.parse(text);
    } catch (error) {
      // A key may stand where the address belongs.
      const secret = setting === SETTINGS.apiKey ||
        setting === SETTINGS.statusPassword ||
        setting === SETTINGS.url && /^[^.]*$|@/.test(text);
      const shown = secret ? "" : ` '${text}'`;
      const [problem, value] = error instanceof BusinessHoursError
        ? [error.problem, error.example]
        : [errorMessage(error), example];
      problems.push(`${name}${shown}: ${problem}. Example: ${name}=${value}`);
      return undefined;
    }
  };
  const config = Object.fromEntries(
    keys.map((key) => [key, read<unknown>(SETTINGS[key])]),
  );
  if (problems.length > 0) throw new ConfigError(problems);
  return config as unknown as Pick<Config, K>;
}

/** Says how settings in a short form were understood, one line each. */
export function notes(environment: Record<string, string>): string[] {
  const { name } = SETTINGS.url;
  const text = environment[name]?.trim() ?? "";
  const url = completeUrl(text);
  return url === text ? [] : [`${name} '${text}' is read as ${url}`];
}

/**
 * Finds variables that look like settings but are unknown: one line each, with the name that was probably meant.
 *
 * @param environment all variables
 * @param file the variables in `.env`, where each should be a setting
 */
export function findUnknownSettings(
  environment: Record<string, string>,
  file: Record<string, string> = {},
): string[] {
  const known = Object.values(SETTINGS).map(({ name }) => name);
  const meant = new Map(known.map((name) => [normalizeName(name), name]));
  return Object.keys({ ...environment, ...file })
    .filter((name) => !known.includes(name) && !PLATFORM.test(name))
    .filter((name) =>
      Object.hasOwn(file, name) || name.startsWith("FRESHDESK_") ||
      meant.has(normalizeName(name))
    )
    .map((name) => {
      const hint = meant.get(normalizeName(name));
      return `Unknown setting ${name}. ${
        hint ? `Did you mean ${hint}?` : `Settings are ${known.join(", ")}.`
      }`;
    });
}

/** Variables of Deno and of tracing may be in .env beside ours. */
const PLATFORM = /^(DENO|OTEL|NO_COLOR|SANDBOX)/;

/** Removes what is easily mistyped in a name: case, underscores, a plural's s. */
function normalizeName(name: string): string {
  return name.toUpperCase().replace(/S(?=_|$)|_/g, "");
}

function parseUrl(text: string): string {
  if (text.includes("your-account")) throw new Error("still the example");
  return parseAccountUrl(completeUrl(text)).href;
}

/** A sub-domain. Many letters and digits in a row may be an API key in the wrong place. */
const SUBDOMAIN = /^(?!localhost$|[a-z\d]{16,}$)[a-z\d][a-z\d-]*$/;
const HOST = /^[a-z\d][a-z\d-]*\.freshdesk\.com$/i;

/** Completes a sub-domain, a host or the URL of any page of an account; returns other texts unchanged. */
function completeUrl(text: string): string {
  if (SUBDOMAIN.test(text)) return `https://${text}.freshdesk.com`;
  const [host = ""] = text.split("/");
  const url = URL.parse(HOST.test(host) ? `https://${text}` : text);
  const isAccount = url?.protocol === "https:" && HOST.test(url.host) &&
    !url.username && !url.password;
  return isAccount && !isAddress(text) ? url.origin : text;
}

function isAddress(text: string): boolean {
  try {
    return Boolean(parseAccountUrl(text));
  } catch {
    return false;
  }
}

function parseKey(text: string): string {
  if (text === "your-api-key") throw new Error("still the example");
  if (!/^[\w-]+$/.test(text)) {
    throw new Error(
      "not a key: it has characters that keys do not have (spaces, quotes?)",
    );
  }
  return text;
}

function parseShare(text: string): number {
  const share = Number(text);
  if (share > 0 && share <= 1) return share;
  throw new Error("must be a number above 0, up to 1");
}

function parseDomains(text: string): "*" | string[] {
  if (text === "*") return "*";
  return list(text, /^[\w-]+(\.[\w-]+)+$/, "a domain").map((domain) =>
    domain.replace(/^@/, "")
  );
}

function parseEmails(text: string): string[] {
  return list(text, /^[^@\s]+@[^@\s]+$/, "an e-mail address");
}

function list(text: string, form: RegExp, what: string): string[] {
  const items = text.toLowerCase().split(/[,;\s]+/).filter(Boolean);
  const invalid = items.find((item) => !form.test(item.replace(/^@/, "")));
  if (invalid !== undefined) throw new Error(`'${invalid}' is not ${what}`);
  return items;
}

function parsePassword(text: string): string {
  if (text.length >= 8) return text;
  throw new Error("must have at least 8 characters");
}

function parseTicketsPerHour(text: string): number {
  const n = Number(text);
  if (/^(\d+(\.\d+)?|\.\d+)$/.test(text) && n >= 0.01 && n <= 100) return n;
  throw new Error("must be a number from 0.01 to 100");
}

/** What is wrong with the tickets of an hour in this pace, if anything is. */
export function findPaceProblem(
  ticketsPerHour: number,
  pace: Pace,
): string | undefined {
  return pace === "classic" && !Number.isInteger(ticketsPerHour)
    ? `TICKETS_PER_HOUR '${ticketsPerHour}': in classic pace it must be a whole number. Example: TICKETS_PER_HOUR=${
      Math.ceil(ticketsPerHour)
    }, or PACE=natural`
    : undefined;
}

function parseSeed(text: string): string {
  if (text.length <= 100) return text;
  throw new Error("must have at most 100 characters");
}

function parseTimeZone(text: string): string {
  const zone = findTimeZone(text);
  if (zone) return zone;
  throw new Error("not a time zone");
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const n = Number(text);
    if (/^\d+$/.test(text) && n >= min && n <= max) return n;
    throw new Error(`must be a whole number from ${min} to ${max}`);
  };
}

function oneOf<T extends string>(...values: T[]): (text: string) => T {
  return (text) => {
    const found = values.find((value) =>
      value.toLowerCase() === text.toLowerCase()
    );
    if (found) return found;
    throw new Error(`must be one of ${values.join(", ")}`);
  };
}
