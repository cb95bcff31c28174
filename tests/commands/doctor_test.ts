import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import type { Fetch } from "../../freshdesk/http_client.ts";
import { ticketField } from "../../sandbox/account.ts";
import { agent, contact } from "../../sandbox/people.ts";
import type { SandboxOptions, TicketField } from "../../sandbox/sandbox.ts";
import { Store } from "../../workflow/store.ts";
import { putTickets } from "../helpers/tickets.ts";
import { type CheckOptions, runChecks } from "../../commands/doctor/checks.ts";
import { type Finding, line, summary } from "../../commands/doctor/findings.ts";
import { refusedConnection, replies, text } from "../helpers/responses.ts";
import { TestEnv } from "../helpers/test_env.ts";

const MINUTE = 60_000;

/** What is wrong in a test. */
interface Wrong {
  account?: SandboxOptions;
  /** Done to the world before the doctor comes. */
  change?: (world: TestEnv) => unknown;
  settings?: Record<string, string>;
  /** How far the computer's clock is ahead of Freshdesk's (ms). */
  ahead?: number;
  fetch?: Fetch;
  openKv?: CheckOptions["openKv"];
}

/** Calls the doctor; gives every line, and what Freshdesk was asked. */
async function diagnose(wrong: Wrong = {}) {
  using world = await TestEnv.open(wrong.account ?? {});
  await wrong.change?.(world);
  const environment = {
    FRESHDESK_URL: "https://acme.freshdesk.com",
    FRESHDESK_API_KEY: "sandbox",
    ...wrong.settings,
  };
  const findings: Finding[] = await Array.fromAsync(runChecks({
    environment,
    fetch: wrong.fetch ?? world.sandbox.fetch,
    now: () => world.now + (wrong.ahead ?? 0),
    sleep: (ms) => {
      world.now += ms;
      return Promise.resolve();
    },
    random: () => 0,
    openKv: wrong.openKv ?? (() => Deno.openKv(":memory:")),
  }));
  return {
    findings,
    lines: [...findings.map(line), summary(findings)],
    requests: world.requests.map((request) => request.slice(6)),
  };
}

Deno.test("doctor: finds a healthy account in order, line by line", async () => {
  const { lines } = await diagnose();
  assertEquals(lines, [
    "OK       settings: FRESHDESK_URL, FRESHDESK_API_KEY; all others have their defaults",
    "OK       URL: https://acme.freshdesk.com",
    "OK       connection: acme.freshdesk.com answers",
    "OK       key: Freshdesk accepts it",
    "OK       owner: Maya Lindqvist, who can reply to tickets",
    "OK       role: may list agents",
    "OK       limit: 5000 calls a minute, 2500 of them for this program (RATE_LIMIT_SHARE=0.5): enough for 25000 tickets an hour, and TICKETS_PER_HOUR is 1",
    "OK       agents: Using 5. Whether the API key's owner may write for each shows only when it writes",
    "OK       contacts: Using 20, all verified; their addresses are all examples",
    "OK       required fields: only those that every ticket has",
    "OK       mail: About 96 e-mails a day to 20 contacts: Freshdesk mails the requester when a ticket is opened, answered, resolved and closed. All contacts have example addresses, so no real person gets e-mail. Bounces may still count against the account: an administrator can turn that off in Admin > Email Notifications",
    "OK       database: tickets.db is writable; 0 tickets in progress, 0 failed",
    "OK       clock: agrees with Freshdesk's",
    "All checks passed: the program can be started.",
  ]);
});

Deno.test("doctor: sends only GETs, and few of them", async () => {
  const { requests } = await diagnose();
  assertEquals(requests, [
    "GET /agents/me",
    "GET /agents?per_page=100",
    "GET /contacts?state=verified&per_page=100",
    "GET /ticket_fields",
  ]);
});

Deno.test("doctor: runs all checks within a trial's small limit", async () => {
  const { lines, requests } = await diagnose({ account: { limit: 50 } });
  assertEquals(requests.length, 4);
  assertStringIncludes(
    lines.join("\n"),
    "50 calls a minute, 25 of them for this program (RATE_LIMIT_SHARE=0.5): enough for 250 tickets an hour",
  );
});

const FAMILY = [
  contact(1, "Ana", "ana@acme.com"),
  contact(2, "Ben", "ben@acme.com"),
  contact(3, "Cleo", "cleo@example.com"),
];

/** A field of an account's own form. */
function field(label: string, traits: Partial<TicketField>): TicketField {
  const name = `cf_${label.toLowerCase().replaceAll(" ", "_")}`;
  return ticketField(900, name, label, {
    type: "custom_text",
    default: false,
    ...traits,
  });
}

const NOTHING_MORE =
  "Could not be checked: owner, role, limit, agents, contacts, required fields, mail.";

/** What is wrong, the line that says so (as it begins and ends), and what was left out for it. */
const BROKEN: (Wrong & {
  what: string;
  says: [begins: string, ends: string];
  left?: string;
})[] = [
  {
    what: "a wrong key",
    settings: { FRESHDESK_API_KEY: "wrong" },
    says: [
      "PROBLEM  key: Freshdesk rejected the API key: GET /agents/me: 401",
      "Check FRESHDESK_API_KEY (in Freshdesk: your picture > Profile settings > View API key), and that FRESHDESK_URL is that key's account; then start again.",
    ],
    left: NOTHING_MORE,
  },
  {
    what: "a suspended account",
    change: ({ sandbox }) => sandbox.troubles.suspended = true,
    says: [
      "PROBLEM  key: The API key may not do this: GET /agents/me: 403: Your account is suspended.",
      "The account is suspended: see Admin > Plans & Billing.",
    ],
    left: NOTHING_MORE,
  },
  {
    what: "a key whose owner is locked out",
    change: ({ sandbox }) => sandbox.troubles.lockedOut = true,
    says: [
      "PROBLEM  key: The API key may not do this: GET /agents/me: 403: Your account has been locked.",
      "The key's owner is locked out: log in to Freshdesk as that agent first.",
    ],
    left: NOTHING_MORE,
  },
  {
    what: "a plan without calls that answers 403",
    account: { limit: 0 },
    says: [
      "PROBLEM  limit: The API key may not do this: GET /agents/me: 403: Your plan has no API.",
      "This account's plan does not include this: take a trial or a larger plan.",
    ],
  },
  {
    what: "a plan without calls that answers 429",
    fetch: replies(text(null, 429, {
      "x-ratelimit-total": "0",
      "x-ratelimit-remaining": "0",
      "retry-after": "3600",
    })).fetch,
    says: [
      "PROBLEM  limit: The account's plan has no API: GET /agents/me: 429",
      "This account's plan allows no API calls: take a trial or a paid plan.",
    ],
  },
  {
    what: "other programs that have used up the account's calls for long",
    fetch: replies(text(null, 429, { "retry-after": "600" })).fetch,
    says: [
      "PROBLEM  limit: Too many calls: GET /agents/me: 429: retry after 600 s",
      "lower TICKETS_PER_HOUR or RATE_LIMIT_SHARE, or take a larger plan.",
    ],
  },
  {
    what: "a sub-domain that no account has",
    fetch: replies(text(null, 404)).fetch,
    says: [
      "PROBLEM  key: There is no account at acme.freshdesk.com",
      "Check the sub-domain in FRESHDESK_URL: it is in the browser's address bar when an agent is logged in.",
    ],
  },
  {
    what: "a host that points elsewhere",
    fetch: replies(text(null, 301, { location: "https://help.acme.com/" }))
      .fetch,
    says: [
      "PROBLEM  connection: Freshdesk is at another address: GET /agents/me: 301: redirected to https://help.acme.com/.",
      "Set FRESHDESK_URL to the account's own address, https://<account>.freshdesk.com (not a custom domain).",
    ],
  },
  {
    what: "a host that cannot be reached",
    fetch: () => Promise.reject(refusedConnection()),
    says: [
      "PROBLEM  connection: Cannot connect to Freshdesk: GET /agents/me: client error (Connect)",
      "FRESHDESK_URL names your account (https://<account>.freshdesk.com).",
    ],
    left:
      "Could not be checked: key, owner, role, limit, agents, contacts, required fields, mail, clock.",
  },
  {
    what: "a name that no host has",
    fetch: () => Promise.reject(connectError("dns error: failed to lookup")),
    says: [
      "PROBLEM  connection: Cannot connect to Freshdesk: GET /agents/me: client error (Connect): dns error",
      "No host has this name: check the sub-domain in FRESHDESK_URL, and the network.",
    ],
  },
  {
    what: "a proxy with a certificate of its own",
    fetch: () =>
      Promise.reject(connectError("invalid peer certificate: UnknownIssuer")),
    says: [
      "PROBLEM  connection: Cannot connect to Freshdesk: GET /agents/me: client error (Connect): invalid peer certificate",
      "set DENO_TLS_CA_STORE=system, or DENO_CERT to the proxy's certificate.",
    ],
  },
  {
    what: "a portal page instead of Freshdesk",
    fetch: replies(text("<html><title>Guest Wi-Fi</title></html>")).fetch,
    says: [
      'PROBLEM  connection: Cannot read the answer: GET /agents/me: 200: not JSON but "Guest Wi-Fi"',
      "not to a proxy or a portal page.",
    ],
  },
  {
    what: "Freshdesk's own trouble",
    fetch: replies(text("Bad gateway", 502)).fetch,
    says: [
      'PROBLEM  connection: Freshdesk has a problem: GET /agents/me: 502: "Bad gateway".',
      "Freshdesk has a problem: see its status page, and try again.",
    ],
  },
  {
    what: "an address that is not Freshdesk's",
    settings: { FRESHDESK_URL: "https://help.acme.com" },
    says: [
      "WARNING  URL: https://help.acme.com is not at freshdesk.com",
      "Set FRESHDESK_URL to the account's own address, https://<account>.freshdesk.com.",
    ],
  },
  {
    what: "a key whose owner is no administrator",
    account: { keyAgentId: 502 },
    says: [
      "WARNING  role: The API key may not list agents, so every ticket is assigned to its owner.",
      "Use an administrator's key to spread them over all agents.",
    ],
  },
  {
    what: "a key whose owner cannot reply",
    account: {
      agents: [
        agent(501, "Ruth Abramson", { admin: true, type: "collaborator" }),
        agent(502, "Tomás Herrera"),
      ],
    },
    says: [
      "WARNING  owner: The key is Ruth Abramson's, who cannot reply to tickets.",
      "Use the key of an active support agent, not of a collaborator.",
    ],
  },
  {
    what: "a share that does not carry the tickets",
    account: { limit: 50 },
    settings: { RATE_LIMIT_SHARE: "0.1", TICKETS_PER_HOUR: "60" },
    says: [
      "WARNING  limit: 50 calls a minute, 5 of them for this program (RATE_LIMIT_SHARE=0.1): enough for 50 tickets an hour, and TICKETS_PER_HOUR is 60.",
      "Set TICKETS_PER_HOUR=50, or raise RATE_LIMIT_SHARE, or take a larger plan.",
    ],
  },
  {
    what: "a neighbour who uses most of the account's calls",
    account: { limit: 50 },
    change: ({ sandbox }) => sandbox.spend(44),
    settings: { TICKETS_PER_HOUR: "100" },
    says: [
      "WARNING  limit: 50 calls a minute, 6 of them for this program at the moment, because other programs use the account too",
      "Set TICKETS_PER_HOUR=60, or raise RATE_LIMIT_SHARE, or take a larger plan.",
    ],
  },
  {
    what: "no agent who can reply",
    account: {
      agents: [agent(501, "Ruth Abramson", {
        admin: true,
        type: "collaborator",
      })],
    },
    says: [
      "PROBLEM  agents: There is no agent to draw.",
      "Only active support agents can reply: activate one, or use an administrator's key.",
    ],
  },
  {
    what: "AGENT_EMAILS that name nobody",
    settings: { AGENT_EMAILS: "nobody@acme.com" },
    says: [
      "PROBLEM  agents: There is no agent to draw.",
      "AGENT_EMAILS leaves nobody: name active support agents of the account.",
    ],
  },
  {
    what: "AGENT_EMAILS with an address too many",
    settings: { AGENT_EMAILS: "aiko.tanaka@example.com,nobody@acme.com" },
    says: [
      "WARNING  agents: No agent who can reply has the address nobody@acme.com.",
      "Correct AGENT_EMAILS, or make them active support agents.",
    ],
  },
  {
    what: "an agent who is known not to be written for",
    openKv: async () => {
      const kv = await Deno.openKv(":memory:");
      await new Store(kv).markNoImpersonation(504);
      return kv;
    },
    says: [
      "WARNING  agents: Using 5. The API key's owner may not write for Daniel Okafor",
      "name other agents in AGENT_EMAILS.",
    ],
  },
  {
    what: "no contacts",
    account: { contacts: [] },
    says: [
      "PROBLEM  contacts: There is no contact to draw.",
      "mail to them bounces, and may get the account's mail blocked.",
    ],
    left: "Could not be checked: mail.",
  },
  {
    what: "real-looking contacts, and no CONTACT_DOMAINS",
    account: { contacts: FAMILY },
    says: [
      "WARNING  contacts: Using 3, all verified; 2 of them may be real people, at acme.com (2).",
      "set CONTACT_DOMAINS=example.com to use only such contacts, or CONTACT_DOMAINS=* to use all.",
    ],
  },
  {
    what: "contacts who will be mailed",
    account: { contacts: FAMILY },
    settings: { CONTACT_DOMAINS: "*" },
    says: [
      "WARNING  mail: About 96 e-mails a day to 3 contacts: Freshdesk mails the requester when a ticket is opened, answered, resolved and closed.",
      "an administrator can turn that off in Admin > Email Notifications.",
    ],
  },
  {
    what: "CONTACT_DOMAINS with a domain too many",
    settings: { CONTACT_DOMAINS: "example.com,exmaple.org" },
    says: [
      "WARNING  contacts: No contact has an address at exmaple.org.",
      "Correct CONTACT_DOMAINS, or add such contacts to the account.",
    ],
  },
  {
    what: "a required field that cannot be filled",
    change: ({ sandbox }) =>
      sandbox.ticketFields.push(
        field("Region", { type: "nested_field", required_for_agents: true }),
      ),
    says: [
      "PROBLEM  required fields: The account demands of every ticket what cannot be filled in: Region.",
      "In Admin > Ticket Fields, make them optional for agents, or give them a default.",
    ],
  },
  {
    what: "a field required for closing that cannot be filled",
    change: ({ sandbox }) =>
      sandbox.ticketFields.push(
        field("Cause", { type: "nested_field", required_for_closure: true }),
      ),
    says: [
      "PROBLEM  required fields: No ticket can be closed because required fields cannot be filled in: Cause.",
      "In Admin > Ticket Fields, do not require them for closing.",
    ],
  },
  {
    what: "a field of Freshdesk's own required for closing",
    change: ({ sandbox }) => {
      const group = sandbox.ticketFields.find(({ name }) => name === "group");
      group!.required_for_closure = true;
    },
    says: [
      "PROBLEM  required fields: No ticket can be closed because required fields cannot be filled in: Group.",
      "do not require them for closing.",
    ],
  },
  {
    what: "a form that the key may not read",
    change: ({ sandbox }) =>
      sandbox.fault({
        kind: "status",
        path: "/ticket_fields",
        status: 403,
        body: '{"code":"access_denied","message":"You are not authorized."}',
      }),
    says: [
      "WARNING  required fields: The API key may not read the ticket form",
      "Use an administrator's key.",
    ],
  },
  {
    what: "a database that cannot be opened",
    settings: { KV_PATH: "/nowhere/tickets.db" },
    openKv: () => Promise.reject(new TypeError("unable to open database file")),
    says: [
      "PROBLEM  database: Cannot use /nowhere/tickets.db: unable to open database file.",
      "Set KV_PATH to a file this user may write to, in a folder that exists.",
    ],
  },
  {
    what: "a database that cannot be written",
    openKv: async () => {
      const kv = await Deno.openKv(":memory:");
      kv.set = () => Promise.reject(new TypeError("readonly database"));
      return kv;
    },
    says: [
      "PROBLEM  database: Cannot use tickets.db: readonly database.",
      "Set KV_PATH to a file this user may write to, in a folder that exists.",
    ],
  },
  {
    what: "a clock that is two minutes behind",
    ahead: -2 * MINUTE,
    says: [
      "WARNING  clock: This computer's clock is 2 min 0 s behind Freshdesk's.",
      "Let the system set it (NTP).",
    ],
  },
  {
    what: "a clock that is ten minutes ahead",
    ahead: 10 * MINUTE,
    says: [
      "PROBLEM  clock: This computer's clock is 10 min 0 s ahead of Freshdesk's.",
      "Let the system set it (NTP).",
    ],
  },
  {
    what: "settings that cannot be used",
    settings: { FRESHDESK_API_KEY: "", TICKETS_PER_HOUR: "many" },
    says: [
      "PROBLEM  settings: TICKETS_PER_HOUR 'many': must be a number from 0.01 to 100.",
      "Example: TICKETS_PER_HOUR=3 (in the environment or in .env).",
    ],
    left:
      "Could not be checked: URL, connection, key, owner, role, limit, agents, contacts, required fields, mail, database, clock.",
  },
  {
    what: "a setting that is misspelt",
    settings: { TICKET_PER_HOUR: "3" },
    says: [
      "WARNING  settings: Unknown setting TICKET_PER_HOUR",
      "Did you mean TICKETS_PER_HOUR?",
    ],
  },
];

/** `fetch` could not connect; the words are Deno's. */
function connectError(why: string): Error {
  const cause = new Error(
    `error sending request: client error (Connect): ${why}`,
  );
  return new TypeError("fetch failed", { cause });
}

for (const { what, says: [begins, ends], left, ...wrong } of BROKEN) {
  const level = begins.startsWith("WARNING") ? "warns about" : "reports";
  Deno.test(`doctor: ${level} ${what}`, async () => {
    const { lines } = await diagnose(wrong);
    const shown = lines.join("\n");
    const found = lines.find((line) => line.startsWith(begins));
    assert(found, `no line begins with '${begins}':\n${shown}`);
    assert(found.endsWith(ends), `'${found}' does not end with '${ends}'`);
    if (left) assertStringIncludes(lines.at(-1)!, left);
    const kind = level === "reports"
      ? /^[1-9]\d* problems?, /
      : /^No problem, /;
    assertMatch(lines.at(-1)!, kind);
    assert(!shown.includes("\n\n"));
  });
}

Deno.test("doctor: tries a wrong key once", async () => {
  const { requests } = await diagnose({
    settings: { FRESHDESK_API_KEY: "wrong" },
  });
  assertEquals(requests, ["GET /agents/me"]);
});

Deno.test("doctor: shows neither the key nor a contact's address", async () => {
  const { lines } = await diagnose({ account: { contacts: FAMILY } });
  const shown = lines.join("\n");
  assert(!shown.includes("ana@acme.com"));
  assert(
    !(await diagnose({ settings: { FRESHDESK_API_KEY: "s3cret" } }))
      .lines.join("\n").includes("s3cret"),
  );
});

Deno.test("doctor: counts all contacts if none is verified", async () => {
  const { lines } = await diagnose({
    account: {
      contacts: [contact(1, "Cleo", "cleo@example.com", { active: false })],
    },
  });
  assert(lines.includes(
    "OK       contacts: Using 1, none of them verified; their addresses are all examples",
  ));
});

Deno.test("doctor: accepts real-looking contacts that CONTACT_DOMAINS names", async () => {
  const { lines } = await diagnose({
    account: { contacts: FAMILY },
    settings: { CONTACT_DOMAINS: "acme.com" },
  });
  assert(lines.includes(
    "OK       contacts: Using 2, all verified; 2 of them may be real people, at acme.com (2)",
  ));
});

Deno.test("doctor: shows required fields with their values", async () => {
  const { lines } = await diagnose({
    change: ({ sandbox }) =>
      sandbox.ticketFields.push(
        field("Reference", { required_for_agents: true }),
      ),
  });
  assert(
    lines.includes(
      "OK       required fields: filled in: Reference: Not specified",
    ),
  );
});

Deno.test("doctor: counts failed tickets, and says how to retry them", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "12:00");
  const ticket = await world.theTicket();
  const { lines } = await diagnose({
    openKv: async () => {
      const kv = await Deno.openKv(":memory:");
      await putTickets(kv, [
        ticket,
        { ...ticket, tag: "tw-2", state: "failed", completedAt: 7 },
      ]);
      return kv;
    },
  });
  assert(lines.includes(
    "WARNING  database: tickets.db is writable; 1 ticket in progress, 1 failed. See why with deno task status; then deno task retry.",
  ));
});

Deno.test("doctor: leaves nothing in the database", async () => {
  const kv = await Deno.openKv(":memory:");
  kv[Symbol.dispose] = () => {}; // it is looked into once the doctor has left
  await diagnose({ openKv: () => Promise.resolve(kv) });
  const left = await Array.fromAsync(kv.list({ prefix: [] }));
  assertEquals(left.map(({ key }) => key), []);
  kv.close();
});
