import {
  assert,
  assertEquals,
  assertExists,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { assertSpyCalls, spy, stub } from "@std/testing/mock";
import {
  AuthenticationError,
  FreshdeskError,
  InvalidResponseError,
  NoResponseError,
  NotAppliedError,
  NotFoundError,
  NotSentError,
  PermissionError,
  ServerError,
  TicketDeletedError,
  ValidationError,
} from "../freshdesk/errors.ts";
import { Freshdesk, TicketStatus } from "../freshdesk.ts";
import { Sandbox } from "../sandbox/sandbox.ts";
import {
  ACCOUNT,
  Clock,
  json,
  KEY,
  lost,
  lostConnection,
  NOON,
  options,
  replies,
  type Reply,
  text,
} from "./helpers/responses.ts";

const API = `${ACCOUNT}/api/v2`;

const TICKET = {
  id: 7,
  status: 2,
  requester_id: 1001,
  responder_id: null,
  tags: ["demo"],
  created_at: "2026-11-23T12:00:00Z",
};

const CONVERSATION = {
  id: 70,
  body: "<p>Hi</p>",
  body_text: "Hi",
  incoming: false,
  private: false,
  user_id: 501,
  created_at: "2026-11-23T12:05:00Z",
};

/** A client that gets these replies, and what it asked. */
function freshdesk(first: Reply, ...more: Reply[]) {
  const { fetch, asked } = replies(first, ...more);
  return { client: new Freshdesk({ ...options(), fetch }), asked };
}

async function rejection(promise: Promise<unknown>): Promise<FreshdeskError> {
  const error = await assertRejects(() => promise);
  assertInstanceOf(error, FreshdeskError);
  return error;
}

// What is asked

interface Exchange {
  what: string;
  act: (client: Freshdesk) => Promise<unknown>;
  /** Method and path of each request. */
  asks: string[];
  body?: Record<string, unknown>;
  gets: Reply[];
  gives: unknown;
}

const EXCHANGES: Exchange[] = [
  {
    what: "getContacts lists the verified",
    act: (client) => client.getContacts(),
    asks: ["GET /contacts?state=verified&per_page=100"],
    gets: [json([{ id: 1, name: "Jane", email: "jane@acme.com", phone: "1" }])],
    gives: [{ id: 1, name: "Jane", email: "jane@acme.com" }],
  },
  {
    what: "getContacts lists everybody where nobody is verified",
    act: (client) => client.getContacts(),
    asks: [
      "GET /contacts?state=verified&per_page=100",
      "GET /contacts?per_page=100",
    ],
    gets: [
      json([]),
      json([{ id: 1, name: "Jane", email: "jane@acme.com", active: false }]),
    ],
    gives: [{ id: 1, name: "Jane", email: "jane@acme.com" }],
  },
  {
    what: "getAgents lists the agents",
    act: (client) => client.getAgents(),
    asks: ["GET /agents?per_page=100"],
    gets: [json([agent(501)])],
    gives: [{ id: 501, name: "Agent 501", email: "a501@acme.com" }],
  },
  {
    what: "getMe asks for the key's agent",
    act: (client) => client.getMe(),
    asks: ["GET /agents/me"],
    gets: [json(agent(501))],
    gives: {
      id: 501,
      name: "Agent 501",
      email: "a501@acme.com",
      canReply: true,
    },
  },
  {
    what: "getTicketFields lists the ticket form",
    act: (client) => client.getTicketFields(),
    asks: ["GET /ticket_fields"],
    gets: [json([{ id: 1, name: "subject" }])],
    gives: [{ id: 1, name: "subject" }],
  },
  {
    what: "createTicket opens a ticket",
    act: (client) =>
      client.createTicket("No sound", "<p>Help</p>", "jane@acme.com"),
    asks: ["POST /tickets"],
    body: {
      subject: "No sound",
      description: "<p>Help</p>",
      email: "jane@acme.com",
      status: 2,
      priority: 1,
      source: 2,
    },
    gets: [json(TICKET, 201)],
    gives: TICKET,
  },
  {
    what: "createTicket sends what it is given besides",
    act: (client) =>
      client.createTicket("No sound", "<p>Help</p>", "jane@acme.com", {
        tags: ["demo", "demo-1"],
        priority: 4,
        source: 3,
        type: "Incident",
        customFields: { cf_region: "North" },
        deadline: NOON + 1000,
      }),
    asks: ["POST /tickets"],
    body: {
      subject: "No sound",
      description: "<p>Help</p>",
      email: "jane@acme.com",
      status: 2,
      priority: 4,
      source: 3,
      tags: ["demo", "demo-1"],
      type: "Incident",
      custom_fields: { cf_region: "North" },
    },
    gets: [json(TICKET, 201)],
    gives: TICKET,
  },
  {
    what: "getTicket asks for one ticket",
    act: (client) => client.getTicket(7),
    asks: ["GET /tickets/7"],
    gets: [json(TICKET)],
    gives: TICKET,
  },
  {
    what: "findTicket lists the requester's newest tickets",
    act: (client) => client.findTicket(1001, "demo", NOON),
    asks: [
      "GET /tickets?requester_id=1001&updated_since=2026-11-23T12%3A00%3A00Z" +
      "&order_by=created_at&order_type=desc&per_page=100",
    ],
    gets: [json([TICKET])],
    gives: TICKET,
  },
  {
    what: "searchTickets asks the search index for a tag",
    act: (client) => client.searchTickets("demo tag"),
    asks: ["GET /search/tickets?query=%22tag%3A%27demo%20tag%27%22&page=1"],
    gets: [json({ total: 1, results: [TICKET] })],
    gives: [TICKET],
  },
  {
    what: "deleteTicket moves a ticket to the trash",
    act: (client) => client.deleteTicket(7),
    asks: ["DELETE /tickets/7"],
    gets: [text(null, 204)],
    gives: undefined,
  },
  {
    what: "assignToAgent sets the responder",
    act: (client) => client.assignToAgent(7, 501),
    asks: ["PUT /tickets/7"],
    body: { responder_id: 501 },
    gets: [json({ ...TICKET, responder_id: 501 })],
    gives: { ...TICKET, responder_id: 501 },
  },
  {
    what: "addReply of an agent is a reply",
    act: (client) => client.addReply(7, "agent", 501, "<p>Hi</p>"),
    asks: ["POST /tickets/7/reply"],
    body: { body: "<p>Hi</p>", user_id: 501 },
    gets: [json(CONVERSATION, 201)],
    gives: CONVERSATION,
  },
  {
    what: "addReply of a customer is a public incoming note",
    act: (client) => client.addReply(7, "customer", 1001, "<p>Hi</p>"),
    asks: ["POST /tickets/7/notes"],
    body: { body: "<p>Hi</p>", user_id: 1001, incoming: true, private: false },
    gets: [json(CONVERSATION, 201)],
    gives: CONVERSATION,
  },
  {
    what: "addReply without an author leaves it to the key's owner",
    act: (client) => client.addReply(7, "agent", undefined, "<p>Hi</p>"),
    asks: ["POST /tickets/7/reply"],
    body: { body: "<p>Hi</p>" },
    gets: [json(CONVERSATION, 201)],
    gives: CONVERSATION,
  },
  {
    what: "getConversations lists a ticket's messages",
    act: (client) => client.getConversations(7),
    asks: ["GET /tickets/7/conversations?per_page=100"],
    gets: [json([CONVERSATION])],
    gives: [CONVERSATION],
  },
  {
    what: "closeTicket sets the status",
    act: (client) => client.closeTicket(7),
    asks: ["PUT /tickets/7"],
    body: { status: 5 },
    gets: [json({ ...TICKET, status: 5 })],
    gives: { ...TICKET, status: 5 },
  },
  {
    what: "closeTicket fills in what the account requires",
    act: (client) =>
      client.closeTicket(7, {
        customFields: { cf_region: "North" },
        deadline: NOON + 1000,
      }),
    asks: ["PUT /tickets/7"],
    body: { status: 5, custom_fields: { cf_region: "North" } },
    gets: [json({ ...TICKET, status: 5 })],
    gives: { ...TICKET, status: 5 },
  },
];

for (const { what, act, asks, body, gets, gives } of EXCHANGES) {
  Deno.test(`freshdesk: ${what}, and sends exactly that`, async () => {
    const [first, ...more] = gets;
    const { fetch, asked } = replies(first!, ...more);
    using _ = stub(globalThis, "fetch", fetch);
    const given = await act(
      new Freshdesk({ ...options(), url: ACCOUNT, apiKey: KEY }),
    );
    const headers = {
      authorization: `Basic ${btoa(`${KEY}:X`)}`,
      ...(body && { "content-type": "application/json" }),
    };
    assertEquals(
      asked,
      asks.map((ask) => {
        const [method = "", path = ""] = ask.split(" ");
        return { method, url: API + path, headers, body: body ?? null };
      }),
    );
    assertEquals(given, gives);
  });

  Deno.test(`freshdesk: ${what}, and the sandbox understands it`, async () => {
    const { client, sandbox } = account();
    askForRegion(sandbox, { required_for_agents: false });
    try {
      await act(client);
    } catch (error) {
      // The sandbox has no ticket 7 and no such customer; but there is nothing it does not know.
      assertInstanceOf(error, FreshdeskError);
      assertEquals(error.fields, []);
    }
  });
}

Deno.test("freshdesk: rejects an address that is not an account's", () => {
  const url = "http://acme.freshdesk.com";
  assertThrows(() => new Freshdesk({ ...options(), url }), TypeError, "https");
});

Deno.test("ticketUrl: is at the account's address", () => {
  const client = new Freshdesk({ ...options(), url: `${ACCOUNT}/api/v2/` });
  assertEquals(client.ticketUrl(7), `${ACCOUNT}/a/tickets/7`);
});

Deno.test("budget: is what the last response said", async () => {
  const headers = {
    "x-ratelimit-total": "50",
    "x-ratelimit-remaining": "49.0",
  };
  const { client } = freshdesk(json(TICKET, 200, headers));
  assertEquals(client.budget.total, undefined);
  await client.getTicket(7);
  assertEquals([client.budget.total, client.budget.remaining], [50, 49]);
});

const DUE: [what: string, act: (client: Freshdesk) => Promise<unknown>][] = [
  ["createTicket", (c) => c.createTicket("s", "d", "e", { deadline: NOON })],
  ["getTicket", (c) => c.getTicket(7, { deadline: NOON })],
  ["findTicket", (c) => c.findTicket(1001, "t", NOON, { deadline: NOON })],
  ["assignToAgent", (c) => c.assignToAgent(7, 501, { deadline: NOON })],
  ["addReply", (c) => c.addReply(7, "agent", 501, "x", { deadline: NOON })],
  ["getConversations", (c) => c.getConversations(7, { deadline: NOON })],
  ["closeTicket", (c) => c.closeTicket(7, { deadline: NOON })],
];

for (const [what, act] of DUE) {
  Deno.test(`freshdesk: ${what} is not sent after its deadline`, async () => {
    const { client, asked } = freshdesk(json(TICKET));
    assertInstanceOf(await rejection(act(client)), NotSentError);
    assertEquals(asked, []);
  });
}

// Contacts

const CONTACTS: [what: string, contact: unknown, drawn: boolean][] = [
  ["with an e-mail address", person("jane@acme.com"), true],
  ["without an e-mail address", person(null), false],
  ["with an empty e-mail address", person(""), false],
  ["at freshdesk.com", person("emily@freshdesk.com"), false],
  ["at freshworks.com", person("emily@Freshworks.COM"), false],
  ["at freshchat.com", person("emily@freshchat.com"), false],
  ["below freshdesk.com", person("emily@demo.freshdesk.com"), false],
  ["of a new account, at acme.com", person("Emily.Garcia@acme.com"), false],
  [
    "of a new account, at globallearning.org",
    person("emily.dean@globallearning.org"),
    false,
  ],
  [
    "of a new account, at jpl.gov",
    person("johnny.appleseed@jpl.gov"),
    false,
  ],
  [
    "of a new account, at advancedmachinery.com",
    person("sarah.james@advancedmachinery.com"),
    false,
  ],
  [
    "of a new account, at freshdesk.com",
    person("bob.tree@freshdesk.com"),
    false,
  ],
  ["beside a sample contact's address", person("emily@acme.com"), true],
  ["at a domain that ends alike", person("emily@notfreshdesk.com"), true],
  ["at a domain that begins alike", person("e@freshdesk.com.acme.com"), true],
];

for (const [what, contact, drawn] of CONTACTS) {
  Deno.test(`getContacts: ${drawn ? "includes" : "leaves out"} a contact ${what}`, async () => {
    const other = person("other@acme.com", 2);
    const { client } = freshdesk(json([contact, other]));
    const ids = (await client.getContacts()).map(({ id }) => id);
    assertEquals(ids, drawn ? [1, 2] : [2]);
  });
}

Deno.test("getContacts: includes a contact without a name", async () => {
  const { client } = freshdesk(json([{ ...person("j@acme.com"), name: null }]));
  assertEquals(await client.getContacts(), [
    { id: 1, name: "", email: "j@acme.com" },
  ]);
});

Deno.test("getContacts: returns all if the filter leaves no verified contact", async () => {
  const { client } = freshdesk(
    json([person(null), person("emily@freshdesk.com")]),
    json([person(null), person("jane@acme.com", 3)]),
  );
  assertEquals((await client.getContacts()).map(({ id }) => id), [3]);
});

Deno.test("getContacts: returns none for an account without contacts", async () => {
  const { client, asked } = freshdesk(json([]));
  assertEquals(await client.getContacts(), []);
  assertEquals(asked.length, 2);
});

Deno.test("getContacts: reads all pages", async () => {
  const link =
    `< ${API}/contacts?state=verified&per_page=100&page=2>;rel="next"`;
  const { client, asked } = freshdesk(
    json([person("a@acme.com", 1)], 200, { link }),
    json([person("b@acme.com", 2)]),
  );
  assertEquals((await client.getContacts()).map(({ id }) => id), [1, 2]);
  assertEquals(
    asked[1]?.url,
    `${API}/contacts?state=verified&per_page=100&page=2`,
  );
});

Deno.test("getContacts: returns the sandbox's verified contacts", async () => {
  const { client, sandbox } = account();
  const drawn = await client.getContacts();
  const expected = sandbox.contacts.filter((one) =>
    one.active && !one.blocked && !one.deleted &&
    one.email && /@example\./.test(one.email)
  );
  assert(expected.length > 0);
  assertEquals(
    drawn.map(({ id }) => id).sort(),
    expected.map(({ id }) => id).sort(),
  );
});

// Agents

const AGENTS: [what: string, agent: unknown, drawn: boolean][] = [
  ["a support agent", agent(1), true],
  ["an agent who is not available", agent(1, { available: false }), true],
  ["an occasional agent", agent(1, { occasional: true }), true],
  ["an agent of whom nothing says deactivated", {
    ...agent(1),
    deactivated: undefined,
  }, true],
  ["a collaborator", agent(1, { type: "collaborator" }), false],
  ["a deactivated agent", agent(1, { deactivated: true }), false],
  ["an agent whose contact is not active", {
    ...agent(1),
    contact: { active: false, name: "x", email: "x@acme.com" },
  }, false],
];

for (const [what, one, drawn] of AGENTS) {
  Deno.test(`getAgents: ${drawn ? "includes" : "leaves out"} ${what}`, async () => {
    const { client } = freshdesk(json([one, agent(2)]));
    const ids = (await client.getAgents()).map(({ id }) => id);
    assertEquals(ids, drawn ? [1, 2] : [2]);
  });
}

Deno.test("getAgents: names an agent without a name by e-mail address", async () => {
  const contact = { active: true, name: null, email: "x@acme.com" };
  const { client } = freshdesk(json([{ ...agent(1), contact }]));
  assertEquals((await client.getAgents())[0]?.name, "x@acme.com");
});

Deno.test("getAgents: reads all pages", async () => {
  const link = `<${API}/agents?per_page=100&page=2>; rel="next"`;
  const { client } = freshdesk(
    json([agent(1)], 200, { link }),
    json([agent(2)]),
  );
  assertEquals((await client.getAgents()).map(({ id }) => id), [1, 2]);
});

const MAY_NOT_LIST: [what: string, reply: Reply][] = [
  ["access_denied", json({ code: "access_denied", message: "No." }, 403)],
  ["no code", text(null, 403)],
];

for (const [what, reply] of MAY_NOT_LIST) {
  Deno.test(`getAgents: returns the key's own agent on a 403 with ${what}`, async () => {
    const { client, asked } = freshdesk(reply, json(agent(502)));
    assertEquals((await client.getAgents()).map(({ id }) => id), [502]);
    assertEquals(asked.map(({ url }) => url), [
      `${API}/agents?per_page=100`,
      `${API}/agents/me`,
    ]);
  });
}

Deno.test("getAgents: warns once that the key may not list agents", async () => {
  const warn = spy((_: string) => {});
  const { fetch } = replies(
    json({ code: "access_denied" }, 403),
    json(agent(502)),
  );
  const log = { debug: () => {}, warn };
  await new Freshdesk({ ...options(), fetch, log }).getAgents();
  assertSpyCalls(warn, 1);
  assertStringIncludes(String(warn.calls[0]?.args[0]), "administrator's key");
});

Deno.test("getAgents: does not warn if it can list agents", async () => {
  const warn = spy((_: string) => {});
  const { fetch } = replies(json([agent(501)]));
  const log = { debug: () => {}, warn };
  await new Freshdesk({ ...options(), fetch, log }).getAgents();
  assertSpyCalls(warn, 0);
});

Deno.test("getAgents: returns nobody for a collaborator's key", async () => {
  const { client } = freshdesk(
    json({ code: "access_denied" }, 403),
    json(agent(507, { type: "collaborator" })),
  );
  assertEquals(await client.getAgents(), []);
});

Deno.test("getAgents: rejects for a suspended account", async () => {
  const { client, asked } = freshdesk(
    json({ code: "account_suspended" }, 403),
  );
  const error = await rejection(client.getAgents());
  assertInstanceOf(error, PermissionError);
  assertEquals(error.code, "account_suspended");
  assertEquals(asked.length, 1);
});

Deno.test("getAgents: rejects for a wrong key", async () => {
  const { client } = freshdesk(json({ code: "invalid_credentials" }, 401));
  assertInstanceOf(await rejection(client.getAgents()), AuthenticationError);
});

Deno.test("getAgents: returns the sandbox's agents who can reply", async () => {
  const { client } = account();
  const ids = (await client.getAgents()).map(({ id }) => id);
  assertEquals(ids.sort(), [501, 502, 503, 504, 505]);
});

Deno.test("getAgents: returns the sandbox's own agent to a key without admin rights", async () => {
  const { client, sandbox } = account();
  sandbox.keyAgentId = 502;
  assertEquals((await client.getAgents()).map(({ id }) => id), [502]);
});

Deno.test("getMe: says that the agent cannot reply", async () => {
  const { client } = freshdesk(json(agent(507, { type: "collaborator" })));
  assertEquals((await client.getMe()).canReply, false);
});

// Answers of another shape than Freshdesk's, as a portal or a proxy may give them

const STRANGE: [
  what: string,
  answer: unknown,
  act: (client: Freshdesk) => Promise<unknown>,
][] = [
  ["an agent without a contact", { id: 1 }, (c) => c.getMe()],
  [
    "agents without a contact",
    [{ ...agent(1), contact: undefined }],
    (c) => c.getAgents(),
  ],
  ["contacts that are null", [null], (c) => c.getContacts()],
  ["a search without results", { total: 3 }, (c) => c.searchTickets("demo")],
  ["tickets without tags", [{ id: 1 }], (c) => c.findTicket(1001, "t", NOON)],
];

for (const [what, answer, act] of STRANGE) {
  Deno.test(`freshdesk: rejects ${what} as an invalid response`, async () => {
    const { client } = freshdesk(json(answer));
    assertInstanceOf(await rejection(act(client)), InvalidResponseError);
  });
}

// Creating

Deno.test("createTicket: does not repeat an unconfirmed creation", async () => {
  const { client, asked } = freshdesk(lost(lostConnection()));
  const error = await rejection(client.createTicket("s", "d", "j@acme.com"));
  assertInstanceOf(error, NoResponseError);
  assert(error.mayHaveBeenApplied);
  assertEquals(asked.length, 1);
});

Deno.test("createTicket: treats a ticket without an id as unconfirmed", async () => {
  const { client } = freshdesk(json({}, 201));
  const error = await rejection(client.createTicket("s", "d", "j@acme.com"));
  assertInstanceOf(error, InvalidResponseError);
  assert(error.mayHaveBeenApplied);
});

Deno.test("createTicket: names a field that the account requires", async () => {
  const { client, sandbox } = account();
  askForRegion(sandbox, { required_for_agents: true });
  const email = sandbox.contacts[0]?.email ?? "";
  const error = await rejection(client.createTicket("s", "d", email));
  assertInstanceOf(error, ValidationError);
  assertEquals(error.fields.map(({ field }) => field), ["cf_region"]);
  assertStringIncludes(error.message, "cf_region");
});

// Assigning and closing

Deno.test("assignToAgent: rejects if Freshdesk assigns nobody", async () => {
  const { client } = freshdesk(
    json({ ...TICKET, responder_id: null }, 200, { "x-request-id": "r-1" }),
  );
  const error = await rejection(client.assignToAgent(7, 501));
  assertInstanceOf(error, NotAppliedError);
  assertEquals(
    error.message,
    "Freshdesk did not make the change: PUT /tickets/7: 200: responder_id should be 501 and is null [request r-1]",
  );
});

Deno.test("assignToAgent: rejects if Freshdesk assigns another agent", async () => {
  const { client } = freshdesk(json({ ...TICKET, responder_id: 502 }));
  const error = await rejection(client.assignToAgent(7, 501));
  assertInstanceOf(error, NotAppliedError);
});

Deno.test("assignToAgent: ignores the status", async () => {
  const { client } = freshdesk(
    json({ ...TICKET, responder_id: 501, status: 12 }),
  );
  assertEquals((await client.assignToAgent(7, 501)).status, 12);
});

Deno.test("closeTicket: rejects if a rule reopens the ticket", async () => {
  const { client } = freshdesk(json({ ...TICKET, status: 2 }));
  const error = await rejection(client.closeTicket(7));
  assertInstanceOf(error, NotAppliedError);
  assertStringIncludes(error.message, "status should be 5 and is 2");
});

Deno.test("closeTicket: repeats a close without a response", async () => {
  const { client, asked } = freshdesk(
    lost(lostConnection()),
    json({ ...TICKET, status: 5 }),
  );
  assertEquals((await client.closeTicket(7)).status, TicketStatus.closed);
  assertEquals(asked.length, 2);
});

Deno.test("closeTicket: closes a ticket twice", async () => {
  const { client, sandbox } = account();
  const { id } = await newTicket(client, sandbox);
  await client.closeTicket(id);
  assertEquals((await client.closeTicket(id)).status, TicketStatus.closed);
});

Deno.test("closeTicket: rejects a ticket in the trash", async () => {
  const { client, sandbox } = account();
  const { id } = await newTicket(client, sandbox);
  await client.deleteTicket(id);
  assertInstanceOf(await rejection(client.closeTicket(id)), TicketDeletedError);
});

Deno.test("getTicket: returns a ticket in the trash as deleted", async () => {
  const { client, sandbox } = account();
  const { id } = await newTicket(client, sandbox);
  await client.deleteTicket(id);
  assertEquals((await client.getTicket(id)).deleted, true);
});

Deno.test("getTicket: does not find a ticket that never existed", async () => {
  assertInstanceOf(
    await rejection(account().client.getTicket(4711)),
    NotFoundError,
  );
});

// Replies

Deno.test("addReply: does not repeat a reply without a response", async () => {
  const { client, asked } = freshdesk(lost(lostConnection()));
  const error = await rejection(client.addReply(7, "agent", 501, "x"));
  assert(error.mayHaveBeenApplied);
  assertEquals(asked.length, 1);
});

Deno.test("addReply: rejects an agent who blocks impersonation as invalid_user", async () => {
  const { client, sandbox } = account();
  const { id } = await newTicket(client, sandbox);
  const error = await rejection(client.addReply(id, "agent", 504, "x"));
  assertInstanceOf(error, PermissionError);
  assertEquals(error.code, "invalid_user");
  assertEquals(error.mayHaveBeenApplied, false);
});

Deno.test("addReply: writes as the key's owner without an author", async () => {
  const { client, sandbox } = account();
  const { id } = await newTicket(client, sandbox);
  const { user_id } = await client.addReply(id, "agent", undefined, "x");
  assertEquals(user_id, sandbox.keyAgentId);
});

Deno.test("addReply: adds a customer's message as an incoming public note", async () => {
  const { client, sandbox } = account();
  const { id, requester_id } = await newTicket(client, sandbox);
  await client.addReply(id, "customer", requester_id, "x");
  const [note] = await client.getConversations(id);
  assertEquals(
    [note?.incoming, note?.private, note?.user_id],
    [true, false, requester_id],
  );
});

// Looking up

Deno.test("findTicket: finds a ticket by its tag", async () => {
  const { client } = freshdesk(
    json([{ ...TICKET, id: 8, tags: ["demo-8"] }, { ...TICKET, tags: ["x"] }]),
  );
  assertEquals((await client.findTicket(1001, "x", NOON))?.id, 7);
});

Deno.test("findTicket: does not match a part of a tag", async () => {
  const { client } = freshdesk(
    json([{ ...TICKET, tags: ["demo-11"] }]),
    json([]),
  );
  assertEquals(
    await client.findTicket(1001, "demo-1", NOON),
    undefined,
  );
});

Deno.test("findTicket: finds nothing for a requester without tickets", async () => {
  const { client, asked } = freshdesk(json([]));
  assertEquals(await client.findTicket(1001, "x", NOON), undefined);
  assertEquals(asked.length, 1);
});

const TICKETS_2 = `<${API}/tickets?page=2>; rel="next"`;

Deno.test("findTicket: finds a ticket on a later page", async () => {
  const { client, asked } = freshdesk(
    json([{ ...TICKET, id: 8, tags: [] }], 200, { link: TICKETS_2 }),
    json([TICKET]),
  );
  assertEquals((await client.findTicket(1001, "demo", NOON))?.id, 7);
  assertEquals(asked[1]?.url, `${API}/tickets?page=2`);
});

Deno.test("findTicket: reads no page after the one with the ticket", async () => {
  const { client, asked } = freshdesk(json([TICKET], 200, { link: TICKETS_2 }));
  await client.findTicket(1001, "demo", NOON);
  assertEquals(asked.length, 1);
});

Deno.test("findTicket: reads no page of older tickets", async () => {
  const old = { ...TICKET, tags: [], created_at: "2026-11-23T11:59:59Z" };
  const { client, asked } = freshdesk(json([old], 200, { link: TICKETS_2 }));
  assertEquals(await client.findTicket(1001, "demo", NOON), undefined);
  assertEquals(asked.length, 1);
});

Deno.test("findTicket: rejects if the list is denied", async () => {
  const { client } = freshdesk(json({
    description: "Validation failed",
    errors: [{ field: "order_by", message: "No.", code: "invalid_value" }],
  }, 400));
  assertInstanceOf(
    await rejection(client.findTicket(1001, "x", NOON)),
    ValidationError,
  );
});

Deno.test("findTicket: rejects if the look-up fails", async () => {
  const { client } = freshdesk(text("", 503));
  assertInstanceOf(
    await rejection(client.findTicket(1001, "x", NOON)),
    ServerError,
  );
});

Deno.test("freshdesk: keeps a customer's e-mail address out of error messages", async () => {
  const { client } = freshdesk(text("", 503));
  const { message } = await rejection(
    client.searchTickets("jane@acme.com"),
  );
  assert(!/jane/.test(message), message);
});

Deno.test("findTicket: finds a new ticket in the sandbox at once", async () => {
  const { client, sandbox } = account();
  const { id } = await newTicket(client, sandbox, ["demo-1"]);
  const requester = sandbox.contacts[0]!.id;
  assertEquals((await client.findTicket(requester, "demo-1", NOON))?.id, id);
  assertEquals((await client.findTicket(undefined, "demo-1", NOON))?.id, id);
});

Deno.test("searchTickets: reads all pages", async () => {
  const page = (...ids: number[]) =>
    json({ total: 3, results: ids.map((id) => ({ ...TICKET, id })) });
  const { client, asked } = freshdesk(page(1, 2), page(3));
  const found = await client.searchTickets("demo");
  assertEquals(found.map(({ id }) => id), [1, 2, 3]);
  assertMatch(asked[1]?.url ?? "", /&page=2$/);
});

Deno.test("searchTickets: ends after ten pages, as Freshdesk does", async () => {
  const { client, asked } = freshdesk(json({ total: 1000, results: [TICKET] }));
  await client.searchTickets("demo");
  assertEquals(asked.length, 10);
});

Deno.test("searchTickets: ends at an empty page", async () => {
  const { client, asked } = freshdesk(json({ total: 5, results: [] }));
  assertEquals(await client.searchTickets("demo"), []);
  assertEquals(asked.length, 1);
});

Deno.test("getConversations: sorts oldest first", async () => {
  const at = (id: number, created_at: string) => ({
    ...CONVERSATION,
    id,
    created_at,
  });
  const { client } = freshdesk(json([
    at(4, "2026-11-23T12:10:00Z"),
    at(3, "2026-11-23T12:05:00Z"),
    at(2, "2026-11-23T12:05:00Z"),
    at(9, "2026-11-23T12:00:00Z"),
  ]));
  assertEquals(
    (await client.getConversations(7)).map(({ id }) => id),
    [9, 2, 3, 4],
  );
});

Deno.test("getConversations: sorts over all pages", async () => {
  const link =
    `<${API}/tickets/7/conversations?per_page=100&page=2>; rel="next"`;
  const { client } = freshdesk(
    json([{ ...CONVERSATION, id: 2 }], 200, { link }),
    json([{ ...CONVERSATION, id: 1 }]),
  );
  assertEquals(
    (await client.getConversations(7)).map(({ id }) => id),
    [1, 2],
  );
});

Deno.test("getConversations: returns more than a hundred messages", async () => {
  const { client, sandbox } = account();
  const { id } = await newTicket(client, sandbox);
  for (let n = 0; n < 120; n++) {
    await client.addReply(id, "agent", undefined, `Reply ${n}`);
  }
  const all = await client.getConversations(id);
  assertEquals(
    all.map(({ body_text }) => body_text),
    Array.from({ length: 120 }, (_, n) => `Reply ${n}`),
  );
});

function person(email: string | null, id = 1) {
  return { id, name: `Contact ${id}`, email, active: true };
}

function agent(id: number, traits: Record<string, unknown> = {}) {
  return {
    id,
    type: "support_agent",
    available: false,
    occasional: false,
    deactivated: false,
    contact: { active: true, name: `Agent ${id}`, email: `a${id}@acme.com` },
    ...traits,
  };
}

/** A client of a fresh sandbox. */
function account() {
  const clock = new Clock();
  const sandbox = new Sandbox({ now: clock.now });
  const { fetch } = sandbox;
  const client = new Freshdesk({ ...options(clock), apiKey: "sandbox", fetch });
  return { client, sandbox };
}

/** Puts a region on the account's ticket form. */
function askForRegion(
  { ticketFields }: Sandbox,
  rules: { required_for_agents: boolean },
) {
  const [field] = ticketFields;
  assertExists(field);
  ticketFields.push({
    ...field,
    id: 99,
    name: "cf_region",
    label: "Region",
    type: "custom_text",
    default: false,
    ...rules,
  });
}

/** A ticket of the sandbox's first contact. */
async function newTicket(
  client: Freshdesk,
  { contacts }: Sandbox,
  tags: string[] = [],
) {
  const email = contacts[0]?.email ?? "";
  return await client.createTicket("No sound", "<p>Help</p>", email, { tags });
}
