/**
 * The settings: environment variables turned into one typed, checked {@linkcode Config}.
 *
 * @module
 */
import { parseAccountUrl } from "../freshdesk/http_client.ts";

/** All settings, checked. */
export interface Config {
  /** The account's address. */
  url: string;
  /** An agent's API key. */
  apiKey: string;
  /** Tickets opened every hour. */
  ticketsPerHour: number;
  /** Our part of the account's calls per minute, above 0 up to 1. */
  share: number;
  /** Only contacts of these domains are drawn; `*`: all; `undefined`: all, with a warning. */
  contactDomains: "*" | string[] | undefined;
  /** Only these agents are drawn, by their e-mail addresses in small letters; `undefined`: all. */
  agentEmails: string[] | undefined;
  /** Whether nothing is to be sent, only said. */
  dryRun: boolean;
  /** Where Deno KV keeps its data; `undefined`: `tickets.db` beside the program. */
  kvPath: string | undefined;
  /** How many days finished tickets are kept. */
  historyDays: number;
  /** The address the status page listens on. */
  host: string;
  /** Its port. */
  port: number;
  /** What the status page asks for. */
  statusPassword: string | undefined;
  /** The least that is logged. */
  logLevel: "DEBUG" | "INFO" | "WARN" | "ERROR";
  /** Lines for people, or JSON. */
  logFormat: "text" | "json";
  /** A file that is logged to as well. */
  logFile: string | undefined;
}

/** One setting: its variable, and how its text is read. */
export interface Setting<T> {
  /** The environment variable. */
  name: string;
  /** What it is about, in one line. */
  about: string;
  /** A value that could be set. */
  example: string;
  /** What holds when it is not set; without one it must be, unless it is optional. */
  fallback?: string;
  /** Whether there is a meaning in not setting it. */
  optional?: true;
  /** Reads the text; throws an `Error` whose message goes on after "it ...". */
  read: (text: string) => T;
}

/** Every setting. docs/settings.md and `.env.example` say the same; a test holds them to it. */
export const SETTINGS: { readonly [K in keyof Config]: Setting<Config[K]> } = {
  url: {
    name: "FRESHDESK_URL",
    about: "Your account's address",
    example: "https://acme.freshdesk.com",
    read: readUrl,
  },
  apiKey: {
    name: "FRESHDESK_API_KEY",
    about: "An agent's API key; best an administrator's",
    example: "wQx3bT7kLm9pZr2v",
    read: readKey,
  },
  ticketsPerHour: {
    name: "TICKETS_PER_HOUR",
    about: "Tickets opened every hour",
    example: "3",
    fallback: "1",
    read: wholeNumber(1, 100),
  },
  share: {
    name: "RATE_LIMIT_SHARE",
    about:
      "The most of the account's calls per minute that this program may use",
    example: "0.25",
    fallback: "0.5",
    read: readShare,
  },
  contactDomains: {
    name: "CONTACT_DOMAINS",
    about: "Only contacts of these domains are drawn; `*`: all contacts",
    example: "example.com,example.org",
    optional: true,
    read: readDomains,
  },
  agentEmails: {
    name: "AGENT_EMAILS",
    about: "Only these agents are drawn",
    example: "ana@acme.com,ben@acme.com",
    optional: true,
    read: readEmails,
  },
  dryRun: {
    name: "DRY_RUN",
    about: "`true`: says what would be sent, and sends nothing",
    example: "true",
    fallback: "false",
    read: (text) => oneOf("true", "false")(text) === "true",
  },
  kvPath: {
    name: "KV_PATH",
    about: "The file, or KV Connect URL, of the database",
    example: "tickets.db",
    optional: true,
    read: (text) => text,
  },
  historyDays: {
    name: "HISTORY_DAYS",
    about: "How many days finished tickets are remembered",
    example: "7",
    fallback: "30",
    read: wholeNumber(1, 3650),
  },
  host: {
    name: "HOST",
    about: "The address the program listens on",
    example: "0.0.0.0",
    fallback: "127.0.0.1",
    read: (text) => text,
  },
  port: {
    name: "PORT",
    about: "The port it listens on",
    example: "8080",
    fallback: "8000",
    read: wholeNumber(0, 65535),
  },
  statusPassword: {
    name: "STATUS_PASSWORD",
    about:
      "The password of the status page; needed where other machines can reach it",
    example: "correct-horse-battery",
    optional: true,
    read: readPassword,
  },
  logLevel: {
    name: "LOG_LEVEL",
    about:
      "The least that is logged: DEBUG (every API answer), INFO, WARN or ERROR",
    example: "DEBUG",
    fallback: "INFO",
    read: oneOf("DEBUG", "INFO", "WARN", "ERROR"),
  },
  logFormat: {
    name: "LOG_FORMAT",
    about: "`text` for people, `json` for machines",
    example: "json",
    fallback: "text",
    read: oneOf("text", "json"),
  },
  logFile: {
    name: "LOG_FILE",
    about: "A file to log to as well; five older ones of 1 MB are kept",
    example: "tickets.log",
    optional: true,
    read: (text) => text,
  },
};

/** The settings cannot be used. The message lists all that is wrong, a line each. */
export class ConfigError extends Error {
  /** Its class. */
  override readonly name = "ConfigError";
  /** What is wrong, with the variable's name and an example. */
  readonly problems: readonly string[];

  /** All problems at once. */
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
 * @param keys those to read: what a command does not use cannot stop it. Default: all
 * @throws {ConfigError} with everything that is wrong, not only the first
 */
export function readConfig<K extends keyof Config = keyof Config>(
  environment: Record<string, string>,
  keys: readonly K[] = Object.keys(SETTINGS) as K[],
): Pick<Config, K> {
  const problems: string[] = [];
  const read = <T>(setting: Setting<T>): T | undefined => {
    const { name, example, fallback, optional } = setting;
    const set = environment[name]?.trim();
    const text = set || fallback;
    if (text === undefined) {
      if (!optional) {
        problems.push(`${name} is not set. Example: ${name}=${example}`);
      }
      return undefined;
    }
    try {
      return setting.read(text);
    } catch (error) {
      // A key may stand where the address belongs.
      const secret = setting === SETTINGS.apiKey ||
        setting === SETTINGS.statusPassword ||
        setting === SETTINGS.url && /^[^.]*$|@/.test(text);
      const shown = secret ? "" : ` '${text}'`;
      problems.push(
        `${name}${shown}: ${
          (error as Error).message
        }. Example: ${name}=${example}`,
      );
      return undefined;
    }
  };
  const config = Object.fromEntries(
    keys.map((key) => [key, read<unknown>(SETTINGS[key])]),
  );
  if (problems.length > 0) throw new ConfigError(problems);
  return config as unknown as Pick<Config, K>;
}

/** How a setting is understood that is written in a short form, a line each. */
export function notes(environment: Record<string, string>): string[] {
  const { name } = SETTINGS.url;
  const text = environment[name]?.trim() ?? "";
  const url = completeUrl(text);
  return url === text ? [] : [`${name} '${text}' is read as ${url}`];
}

/**
 * Variables that look like ours and are none: a line for each, with the name that was meant.
 *
 * @param environment all variables
 * @param file those of `.env`, where every variable should be ours
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
      return `${name} is no setting of this program: ${
        hint ? `did you mean ${hint}?` : `it knows ${known.join(", ")}.`
      }`;
    });
}

/** Deno's own and the tracing variables may stand in .env beside ours. */
const PLATFORM = /^(DENO|OTEL|NO_COLOR|SANDBOX)/;

/** A name without what is easily mistaken: case, underscores, a plural's s. */
function normalizeName(name: string): string {
  return name.toUpperCase().replace(/S(?=_|$)|_/g, "");
}

function readUrl(text: string): string {
  if (text.includes("your-account")) throw new Error("it is still the example");
  return parseAccountUrl(completeUrl(text)).href;
}

/** A sub-domain. Many letters and digits in a row may be an API key in the wrong place. */
const SUBDOMAIN = /^(?!localhost$|[a-z\d]{16,}$)[a-z\d][a-z\d-]*$/;
const HOST = /^[a-z\d][a-z\d-]*\.freshdesk\.com$/i;

/** The address that a sub-domain, a host or any page of an account stands for; else the text itself. */
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

function readKey(text: string): string {
  if (text === "your-api-key") throw new Error("it is still the example");
  if (!/^[\w-]+$/.test(text)) {
    throw new Error("it has characters that no key has (spaces, quotes?)");
  }
  return text;
}

function readShare(text: string): number {
  const share = Number(text);
  if (share > 0 && share <= 1) return share;
  throw new Error("it must be a number above 0, up to 1");
}

function readDomains(text: string): "*" | string[] {
  if (text === "*") return "*";
  return list(text, /^[\w-]+(\.[\w-]+)+$/, "a domain").map((domain) =>
    domain.replace(/^@/, "")
  );
}

function readEmails(text: string): string[] {
  return list(text, /^[^@\s]+@[^@\s]+$/, "an e-mail address");
}

function list(text: string, form: RegExp, what: string): string[] {
  const items = text.toLowerCase().split(/[,;\s]+/).filter(Boolean);
  const wrong = items.find((item) => !form.test(item.replace(/^@/, "")));
  if (wrong !== undefined) throw new Error(`'${wrong}' is not ${what}`);
  return items;
}

function readPassword(text: string): string {
  if (text.length >= 8) return text;
  throw new Error("it must have at least 8 characters");
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const n = Number(text);
    if (/^\d+$/.test(text) && n >= least && n <= most) return n;
    throw new Error(`it must be a whole number from ${least} to ${most}`);
  };
}

function oneOf<T extends string>(...values: T[]): (text: string) => T {
  return (text) => {
    const found = values.find((value) =>
      value.toLowerCase() === text.toLowerCase()
    );
    if (found) return found;
    throw new Error(`it must be one of ${values.join(", ")}`);
  };
}
