import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  type Config,
  ConfigError,
  findPaceProblem,
  findUnknownSettings,
  notes,
  readConfig,
  SETTINGS,
} from "../../startup/config.ts";
import { ACCOUNT, KEY } from "../helpers/responses.ts";

const NEEDED = { FRESHDESK_URL: ACCOUNT, FRESHDESK_API_KEY: KEY };
const NAMES = Object.values(SETTINGS).map(({ name }) => name);

/** The settings with one of them set. */
function readWith(name: string, value: string): Config {
  return readConfig({ ...NEEDED, [name]: value });
}

/** What is said about settings that cannot be used. */
function problems(environment: Record<string, string>): readonly string[] {
  return assertThrows(() => readConfig(environment), ConfigError).problems;
}

Deno.test("config: requires only the address and the API key", () => {
  assertEquals(readConfig(NEEDED), {
    url: `${ACCOUNT}/api/v2`,
    apiKey: KEY,
    desk: "classic",
    pace: undefined,
    ticketsPerHour: 1,
    seed: undefined,
    businessHours: undefined,
    timeZone: undefined,
    share: 0.5,
    contactDomains: undefined,
    agentEmails: undefined,
    dryRun: false,
    kvPath: undefined,
    historyDays: 30,
    host: "127.0.0.1",
    port: 8000,
    statusPassword: undefined,
    readOnly: false,
    logLevel: "INFO",
    logFormat: "text",
    logFile: undefined,
  });
});

const VALID: {
  [K in keyof Config]: [text: string, value: Config[K]][];
} = {
  url: [
    [ACCOUNT, `${ACCOUNT}/api/v2`],
    [`${ACCOUNT}/`, `${ACCOUNT}/api/v2`],
    [`${ACCOUNT}/api/v2/`, `${ACCOUNT}/api/v2`],
    ["http://localhost:8787", "http://localhost:8787/api/v2"],
    ["acme", `${ACCOUNT}/api/v2`],
    ["acme.freshdesk.com", `${ACCOUNT}/api/v2`],
    ["acme.freshdesk.com/", `${ACCOUNT}/api/v2`],
    [`${ACCOUNT}/a/tickets/1`, `${ACCOUNT}/api/v2`],
    [`${ACCOUNT}/a/tickets/filters/all?page=2#top`, `${ACCOUNT}/api/v2`],
  ],
  apiKey: [[KEY, KEY], [` ${KEY}\n`, KEY], ["sandbox", "sandbox"]],
  desk: [["shop", "shop"], ["./my-desk", "./my-desk"], ["", "classic"]],
  pace: [["natural", "natural"], ["Fast", "fast"], ["", undefined]],
  ticketsPerHour: [
    ["1", 1],
    ["100", 100],
    [" 5 ", 5],
    ["0.5", 0.5],
    [".25", 0.25],
    ["", 1],
  ],
  seed: [["spring demo", "spring demo"], ["", undefined]],
  businessHours: [
    [
      "Mon 09:00-12:00",
      [[{ start: 540, end: 720 }], [], [], [], [], [], []],
    ],
    ["", undefined],
  ],
  timeZone: [
    ["europe/berlin", "Europe/Berlin"],
    ["Eastern Time (US & Canada)", "America/New_York"],
    ["", undefined],
  ],
  share: [["1", 1], ["0.01", 0.01], [".5", 0.5], ["", 0.5]],
  contactDomains: [
    ["*", "*"],
    ["example.com", ["example.com"]],
    [" @Example.com, example.org ", ["example.com", "example.org"]],
    ["", undefined],
  ],
  agentEmails: [
    ["Ana@Acme.com;ben@acme.com", ["ana@acme.com", "ben@acme.com"]],
    ["", undefined],
  ],
  dryRun: [["true", true], ["FALSE", false], ["", false]],
  readOnly: [["true", true], ["False", false], ["", false]],
  statusPassword: [["correct horse", "correct horse"], ["", undefined]],
  kvPath: [
    ["tickets.db", "tickets.db"],
    [":memory:", ":memory:"],
    ["https://kv.example/db", "https://kv.example/db"],
    ["", undefined],
    ["  ", undefined],
  ],
  historyDays: [["1", 1], ["3650", 3650], ["", 30]],
  host: [["0.0.0.0", "0.0.0.0"], ["::1", "::1"], ["", "127.0.0.1"]],
  port: [["0", 0], ["65535", 65535], ["", 8000]],
  logLevel: [
    ["DEBUG", "DEBUG"],
    ["info", "INFO"],
    ["Warn", "WARN"],
    ["ERROR", "ERROR"],
    ["", "INFO"],
  ],
  logFormat: [["json", "json"], ["TEXT", "text"], ["", "text"]],
  logFile: [["tickets.log", "tickets.log"], ["", undefined]],
};

for (const key of Object.keys(SETTINGS) as (keyof Config)[]) {
  const { name } = SETTINGS[key];
  for (const [text, value] of VALID[key]) {
    Deno.test(`config: reads ${name}=${JSON.stringify(text)} as ${value}`, () => {
      assertEquals(readWith(name, text)[key], value);
    });
  }
}

const A_URL = "Example: FRESHDESK_URL=https://acme.freshdesk.com";
const A_KEY = "Example: FRESHDESK_API_KEY=";

const INVALID: [name: string, text: string, ...said: string[]][] = [
  ["FRESHDESK_URL", "", "is not set", A_URL],
  ["CONTACT_DOMAINS", "example", "'example' is not a domain"],
  ["CONTACT_DOMAINS", "ana@example.com", "is not a domain"],
  ["AGENT_EMAILS", "ana", "'ana' is not an e-mail address"],
  ["DRY_RUN", "yes", "one of true, false"],
  ["READ_ONLY", "yes", "one of true, false"],
  ["STATUS_PASSWORD", "short", "at least 8 characters"],
  ["FRESHDESK_URL", "  ", "is not set", A_URL],
  ["FRESHDESK_URL", "help.acme.com", "'help.acme.com'", "not a valid URL"],
  ["FRESHDESK_URL", "localhost", "not a valid URL"],
  ["FRESHDESK_URL", "https://help.acme.com/a/tickets", "path /a/tickets"],
  ["FRESHDESK_URL", "http://acme.freshdesk.com", "must start with https://"],
  [
    "FRESHDESK_URL",
    "https://your-account.freshdesk.com",
    "still the example",
  ],
  ["FRESHDESK_API_KEY", "", "is not set", A_KEY],
  ["FRESHDESK_API_KEY", "your-api-key", "still the example", A_KEY],
  ["FRESHDESK_API_KEY", "two words", "characters that keys do not have", A_KEY],
  [
    "FRESHDESK_API_KEY",
    "“wQx3bT7k”",
    "characters that keys do not have",
    A_KEY,
  ],
  [
    "FRESHDESK_API_KEY",
    '"wQx3bT7k"',
    "characters that keys do not have",
    A_KEY,
  ],
  ["FRESHDESK_API_KEY", "wQx3:bT7k", "characters that keys do not have", A_KEY],
  ...["0", "101", "-1", "0.001", "1e1", "ten", "0x5", "5 per hour"].map((
    text,
  ): [string, string, string, string] => [
    "TICKETS_PER_HOUR",
    text,
    `'${text}': must be a number from 0.01 to 100`,
    "Example: TICKETS_PER_HOUR=3",
  ]),
  ["PACE", "quick", "one of classic, natural, fast", "Example: PACE=natural"],
  ["SEED", "x".repeat(101), "at most 100 characters", "SEED=spring-demo"],
  ["TIME_ZONE", "Mars", "not a time zone", "TIME_ZONE=Europe/Berlin"],
  ["BUSINESS_HOURS", "Mo 9-5", "Unknown day 'Mo'", "BUSINESS_HOURS=Mon-Fri"],
  ["BUSINESS_HOURS", "09:00-17:00", "need a day", "=Mon-Fri 09:00-17:00"],
  ["BUSINESS_HOURS", "Mon 17:00-09:00", "end after they begin", "Mon 17:00"],
  ["BUSINESS_HOURS", "Mon 09:00-12:00, 11:00-13:00", "overlap"],
  ["BUSINESS_HOURS", ";", "name no day"],
  ...["0", "1.01", "-0.5", "50%", "half", "NaN", "Infinity"].map((
    text,
  ): [string, string, string, string] => [
    "RATE_LIMIT_SHARE",
    text,
    `'${text}': must be a number above 0, up to 1`,
    "Example: RATE_LIMIT_SHARE=0.25",
  ]),
  ["HISTORY_DAYS", "0", "'0': must be a whole number from 1 to 3650"],
  ["HISTORY_DAYS", "3651", "'3651': must be", "Example: HISTORY_DAYS=7"],
  ["PORT", "65536", "'65536': must be a whole number from 0 to 65535"],
  ["PORT", "http", "'http': must be", "Example: PORT=8080"],
  ["LOG_LEVEL", "TRACE", "'TRACE': must be one of DEBUG, INFO, WARN, ERROR"],
  ["LOG_FORMAT", "xml", "'xml': must be one of text, json"],
];

for (const [name, text, ...said] of INVALID) {
  Deno.test(`config: rejects ${name}=${JSON.stringify(text)}: ${said[0]}`, () => {
    const all = problems({ ...NEEDED, [name]: text });
    assertEquals(all.length, 1);
    const [problem = ""] = all;
    assert(problem.startsWith(name), problem);
    for (const part of said) assertStringIncludes(problem, part);
  });
}

Deno.test("config: lists all mistakes at once, each with an example", () => {
  const all = problems({
    FRESHDESK_URL: "help.acme.com",
    TICKETS_PER_HOUR: "many",
    RATE_LIMIT_SHARE: "2",
    HISTORY_DAYS: "-1",
    PORT: "x",
    LOG_LEVEL: "loud",
    LOG_FORMAT: "xml",
  });
  assertEquals(all.map((problem) => problem.match(/^\w+/)?.[0]), [
    "FRESHDESK_URL",
    "FRESHDESK_API_KEY",
    "TICKETS_PER_HOUR",
    "RATE_LIMIT_SHARE",
    "HISTORY_DAYS",
    "PORT",
    "LOG_LEVEL",
    "LOG_FORMAT",
  ]);
  for (const problem of all) assertStringIncludes(problem, "Example: ");
});

Deno.test("config: lists one mistake per line and says where to fix them", () => {
  const error = assertThrows(() => readConfig({}), ConfigError);
  assertEquals(error.name, "ConfigError");
  assertEquals(
    error.message,
    `The settings cannot be used:
  - FRESHDESK_URL is not set. Example: FRESHDESK_URL=https://acme.freshdesk.com
  - FRESHDESK_API_KEY is not set. Example: FRESHDESK_API_KEY=wQx3bT7kLm9pZr2v
Set them in the environment, or in .env (see .env.example).`,
  );
});

const SECRET = "sEcReTsEcReT";

const TELL_TALES: [what: string, environment: Record<string, string>][] = [
  ["that has a space", { ...NEEDED, FRESHDESK_API_KEY: `${SECRET} x` }],
  ["that has quotes", { ...NEEDED, FRESHDESK_API_KEY: `“${SECRET}”` }],
  ["that is right, beside a mistake", { FRESHDESK_API_KEY: SECRET, PORT: "x" }],
  ["in the address", {
    ...NEEDED,
    FRESHDESK_URL: `https://${SECRET}:X@acme.freshdesk.com`,
  }],
  ["of small letters in the address's place", {
    FRESHDESK_URL: "wqx3bt7klm9pzr2v",
    FRESHDESK_API_KEY: ACCOUNT,
  }],
  ["in the address's place", {
    FRESHDESK_URL: SECRET,
    FRESHDESK_API_KEY: ACCOUNT,
  }],
];

for (const [what, environment] of TELL_TALES) {
  Deno.test(`config: never shows a key ${what}`, () => {
    const { message } = assertThrows(
      () => readConfig(environment),
      ConfigError,
    );
    assert(!message.includes(SECRET), message);
    assert(!message.includes("wqx3bt7klm9pzr2v"), message);
  });
}

Deno.test("config: accepts every example", () => {
  for (const { name, example, parse } of Object.values(SETTINGS)) {
    parse(example);
    assert(example.length > 0, name);
  }
});

Deno.test("config: has no name twice", () => {
  assertEquals(new Set(NAMES).size, NAMES.length);
});

Deno.test("config: says how it read a short form", () => {
  for (const text of ["acme", "acme.freshdesk.com", `${ACCOUNT}/a/tickets/1`]) {
    assertEquals(notes({ ...NEEDED, FRESHDESK_URL: text }), [
      `FRESHDESK_URL '${text}' is read as ${ACCOUNT}`,
    ]);
  }
});

Deno.test("config: says nothing about an address in full", () => {
  for (
    const text of [ACCOUNT, `${ACCOUNT}/`, `${ACCOUNT}/api/v2`, SECRET, ""]
  ) {
    assertEquals(notes({ ...NEEDED, FRESHDESK_URL: text }), []);
  }
});

Deno.test("config: ignores mistakes in settings that a command does not use", () => {
  const environment = { FRESHDESK_URL: ACCOUNT, PORT: "x" };
  assertEquals(readConfig(environment, ["url", "kvPath"]), {
    url: `${ACCOUNT}/api/v2`,
    kvPath: undefined,
  });
});

// Unknown settings

const MEANT: [unknown: string, meant: string][] = [
  ["FRESHDESK_APIKEY", "FRESHDESK_API_KEY"],
  ["FRESHDESKURL", "FRESHDESK_URL"],
  ["freshdesk_url", "FRESHDESK_URL"],
  ["TICKETS_PERHOUR", "TICKETS_PER_HOUR"],
  ["HISTORY_DAY", "HISTORY_DAYS"],
  ["LOGLEVEL", "LOG_LEVEL"],
  ["KVPATH", "KV_PATH"],
];

for (const [unknown, meant] of MEANT) {
  Deno.test(`config: warns that ${unknown} in the environment was meant to be ${meant}`, () => {
    assertEquals(findUnknownSettings({ [unknown]: "x" }), [
      `Unknown setting ${unknown}. Did you mean ${meant}?`,
    ]);
  });
}

Deno.test("config: warns about an unknown FRESHDESK_ variable", () => {
  assertEquals(findUnknownSettings({ FRESHDESK_DOMAIN: "acme" }), [
    `Unknown setting FRESHDESK_DOMAIN. Settings are ${NAMES.join(", ")}.`,
  ]);
});

Deno.test("config: ignores other variables in the environment", () => {
  assertEquals(
    findUnknownSettings({ PATH: "/bin", HOME: "/root", TZ: "UTC" }),
    [],
  );
});

Deno.test("config: warns about every unknown variable in .env", () => {
  const file = { ...NEEDED, TICKETS: "3", PATH_TO_KV: "x" };
  const found = findUnknownSettings({ ...file, HOME: "/root" }, file);
  assertEquals(found.map((line) => line.match(/^Unknown setting (\w+)/)?.[1]), [
    "TICKETS",
    "PATH_TO_KV",
  ]);
});

Deno.test("config: warns about an unknown variable only in .env", () => {
  assertEquals(findUnknownSettings({}, { TICKETS: "3" }).length, 1);
});

Deno.test("config: warns once about an unknown variable", () => {
  const both = { FRESHDESK_APIKEY: "x" };
  assertEquals(findUnknownSettings(both, both).length, 1);
});

Deno.test("config: knows all of its settings everywhere", () => {
  const all = Object.fromEntries(NAMES.map((name) => [name, "x"]));
  assertEquals(findUnknownSettings(all, all), []);
});

Deno.test("config: accepts Deno's own variables in .env", () => {
  const file = { DENO_KV_ACCESS_TOKEN: "x", OTEL_DENO: "true", NO_COLOR: "1" };
  assertEquals(findUnknownSettings(file, file), []);
});

Deno.test("config: never shows the value of an unknown variable", () => {
  const file = { FRESHDESK_APIKEY: SECRET, FRESHDESK_KEY: SECRET };
  assert(!findUnknownSettings({}, file).join().includes(SECRET));
});

// What is written about the settings

const ENV_EXAMPLE = new URL("../../.env.example", import.meta.url);

function cannotRead(path: URL): boolean {
  return Deno.permissions.querySync({ name: "read", path }).state !== "granted";
}

/** What `.env.example` sets, even where it is commented out. */
function envExample(): Record<string, string> {
  const lines = Deno.readTextFileSync(ENV_EXAMPLE)
    .matchAll(/^(?:# ?)?([A-Z][A-Z_]*)=(.*)$/gm);
  return Object.fromEntries(
    lines.map(([_, name = "", value = ""]) => [name, value]),
  );
}

Deno.test({
  name: ".env.example: names every setting and no other (needs --allow-read)",
  ignore: cannotRead(ENV_EXAMPLE),
  fn() {
    assertEquals(Object.keys(envExample()).sort(), [...NAMES].sort());
  },
});

Deno.test({
  name: ".env.example: shows the defaults (needs --allow-read)",
  ignore: cannotRead(ENV_EXAMPLE),
  fn() {
    const shown = envExample();
    for (const { name, default: fallback } of Object.values(SETTINGS)) {
      if (fallback !== undefined) assertEquals(shown[name], fallback, name);
    }
  },
});

Deno.test({
  name: ".env.example: sets only what must be set (needs --allow-read)",
  ignore: cannotRead(ENV_EXAMPLE),
  fn() {
    const set = Deno.readTextFileSync(ENV_EXAMPLE).matchAll(/^(\w+)=/gm);
    assertEquals([...set.map(([_, name]) => name)].sort(), [
      "FRESHDESK_API_KEY",
      "FRESHDESK_URL",
    ]);
  },
});

Deno.test({
  name:
    ".env.example: is rejected unchanged, naming both values (needs --allow-read)",
  ignore: cannotRead(ENV_EXAMPLE),
  fn() {
    const { FRESHDESK_URL = "", FRESHDESK_API_KEY = "" } = envExample();
    const all = problems({ FRESHDESK_URL, FRESHDESK_API_KEY });
    assertEquals(all.length, 2);
    for (const problem of all) {
      assertStringIncludes(problem, "still the example");
    }
  },
});

Deno.test("config: a part of a ticket an hour needs another pace than classic", () => {
  assertEquals(findPaceProblem(1, "classic"), undefined);
  assertEquals(findPaceProblem(0.5, "natural"), undefined);
  assertEquals(findPaceProblem(0.5, "fast"), undefined);
  assertEquals(
    findPaceProblem(1.5, "classic"),
    "TICKETS_PER_HOUR '1.5': in classic pace it must be a whole number. Example: TICKETS_PER_HOUR=2, or PACE=natural",
  );
});
