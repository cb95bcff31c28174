import {
  assert,
  assertEquals,
  assertMatch,
  assertObjectMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import {
  type Fault,
  Sandbox,
  type SandboxOptions,
  type TicketField,
} from "../../sandbox/sandbox.ts";
import { ticketField } from "../../sandbox/account.ts";
import { listen } from "../../sandbox/server.ts";

// Access

Deno.test("sandbox: returns 401 with a code for a wrong key", async () => {
  const answer = await caller(new Sandbox(), "wrong").get("/agents/me");
  assertEquals(answer.status, 401);
  assertEquals(answer.body.code, "invalid_credentials");
});

Deno.test("sandbox: locks the account after five wrong keys in a row", async () => {
  const sandbox = new Sandbox();
  for (let i = 0; i < 5; i++) await caller(sandbox, "wrong").get("/agents/me");
  const answer = await caller(sandbox).get("/agents/me");
  assertEquals([answer.status, answer.body.code], [403, "password_lockout"]);
});

Deno.test("sandbox: returns 403 account_suspended for a suspended account", async () => {
  const sandbox = new Sandbox();
  sandbox.troubles.suspended = true;
  const answer = await caller(sandbox).get("/agents/me");
  assertEquals([answer.status, answer.body.code], [403, "account_suspended"]);
});

Deno.test("sandbox: lets a key without rights read but not write", async () => {
  const sandbox = new Sandbox();
  sandbox.troubles.readOnly = true;
  const read = await caller(sandbox).get("/contacts");
  const write = await caller(sandbox).post("/tickets", TICKET);
  assertEquals([read.status, write.status], [200, 403]);
  assertEquals(write.body.code, "access_denied");
});

Deno.test("sandbox: returns 403 require_feature for a plan without API", async () => {
  const answer = await caller(new Sandbox({ limit: 0 })).get("/agents/me");
  assertEquals([answer.status, answer.body.code], [403, "require_feature"]);
});

Deno.test("sandbox: lets only an admin's key list agents", async () => {
  const { get } = caller(new Sandbox({ keyAgentId: 502 }));
  assertEquals((await get("/agents")).body.code, "access_denied");
  assertEquals((await get("/agents/me")).body.id, 502);
});

Deno.test("sandbox: rejects a doubled slash as an invalid field", async () => {
  const sandbox = new Sandbox();
  const answer = await sandbox.fetch("https://a.test//api/v2/tickets");
  assertEquals(answer.status, 400);
  assertEquals((await answer.json()).errors[0].code, "invalid_field");
});

Deno.test("sandbox: returns 404 without a body for an unknown path", async () => {
  const answer = await caller(new Sandbox()).get("/nowhere");
  assertEquals([answer.status, answer.text], [404, ""]);
});

Deno.test("sandbox: returns 405 for a wrong method", async () => {
  const answer = await caller(new Sandbox()).post("/contacts", {});
  assertEquals(answer.status, 405);
});

Deno.test("sandbox: returns 415 for another content type than JSON", async () => {
  const answer = await new Sandbox().fetch(`${BASE}/tickets`, {
    method: "POST",
    body: JSON.stringify(TICKET),
    headers: { authorization: AUTHORIZATION },
  });
  assertEquals(answer.status, 415);
});

Deno.test("sandbox: rejects a body that is not JSON as invalid_json", async () => {
  const answer = await new Sandbox().fetch(`${BASE}/tickets`, {
    method: "POST",
    body: "{",
    headers: {
      authorization: AUTHORIZATION,
      "content-type": "application/json",
    },
  });
  assertEquals((await answer.json()).code, "invalid_json");
});

// Limits

Deno.test("sandbox: says in every response how many calls are left", async () => {
  const { get } = caller(new Sandbox({ limit: 50 }));
  await get("/agents/me");
  const { headers } = await get("/agents/me");
  assertEquals(headers.get("x-ratelimit-total"), "50");
  assertEquals(headers.get("x-ratelimit-remaining"), "48");
  assertEquals(headers.get("x-ratelimit-used-currentrequest"), "1");
});

Deno.test("sandbox: sends numbers with a decimal point now and then", async () => {
  const { get } = caller(new Sandbox({ limit: 50 }));
  for (let i = 0; i < 9; i++) await get("/agents/me");
  const { headers } = await get("/agents/me");
  assertEquals(headers.get("x-ratelimit-remaining"), "40.0");
});

Deno.test("sandbox: sends a Retry-After to the next minute over the limit", async () => {
  const clock = { now: Date.UTC(2026, 0, 5, 12, 0, 47, 300) };
  const { get } = caller(new Sandbox({ limit: 1, now: () => clock.now }));
  await get("/agents/me");
  const refused = await get("/agents/me");
  assertEquals(refused.status, 429);
  assertEquals(refused.headers.get("retry-after"), "13");
  clock.now += 13_000;
  assertEquals((await get("/agents/me")).status, 200);
});

Deno.test("sandbox: counts invalid requests", async () => {
  const { get, post } = caller(new Sandbox({ limit: 1 }));
  await post("/tickets", {});
  assertEquals((await get("/agents/me")).status, 429);
});

Deno.test("sandbox: enforces an endpoint's own limit while calls remain", async () => {
  const { post } = caller(new Sandbox({ subLimits: { ticketCreate: 1 } }));
  await post("/tickets", TICKET);
  const refused = await post("/tickets", TICKET);
  assertEquals(refused.status, 429);
  assert(Number(refused.headers.get("x-ratelimit-remaining")) > 0);
});

Deno.test("sandbox: charges one more call for an embed on a ticket, two on a list", async () => {
  const { get, post } = caller(new Sandbox({ limit: 50 }));
  await post("/tickets", TICKET);
  const one = await get("/tickets/1?include=conversations");
  const list = await get("/tickets?include=requester");
  assertEquals(one.headers.get("x-ratelimit-used-currentrequest"), "2");
  assertEquals(list.headers.get("x-ratelimit-used-currentrequest"), "3");
  assertEquals(list.headers.get("x-ratelimit-remaining"), "44");
});

Deno.test("sandbox: gives a neighbour no more calls than are left", async () => {
  const sandbox = new Sandbox({ limit: 10 });
  assertEquals(sandbox.spend(7), 7);
  assertEquals(sandbox.spend(7), 3);
  assertEquals((await caller(sandbox).get("/agents/me")).status, 429);
});

// Contacts and agents

Deno.test("sandbox: lists contacts without blocked and deleted ones", async () => {
  const { get } = caller(new Sandbox());
  const { list } = await get("/contacts?per_page=100");
  const names = list.map(({ name }) => name);
  assert(names.includes("Amina Diallo"));
  assert(!names.includes("Boris Blocked") && !names.includes("Delia Deleted"));
});

Deno.test("sandbox: lists contacts by state", async () => {
  const { get } = caller(new Sandbox());
  const { list } = await get("/contacts?state=blocked");
  assertEquals(list.map(({ name }) => name), ["Boris Blocked"]);
});

Deno.test("sandbox: links to the next page, with Freshdesk's odd spaces", async () => {
  const { get } = caller(new Sandbox());
  const first = await get("/contacts?per_page=30");
  const second = await get("/contacts?per_page=30&page=2");
  assertEquals(
    first.headers.get("link"),
    `< ${BASE}/contacts?per_page=30&page=2>;rel="next"`,
  );
  assertEquals(second.headers.get("link"), null);
});

Deno.test("sandbox: rejects a page of more than 100", async () => {
  const answer = await caller(new Sandbox()).get("/contacts?per_page=101");
  assertEquals(answer.errors, [["per_page", "invalid_value"]]);
});

Deno.test("sandbox: rejects an unknown query parameter", async () => {
  const answer = await caller(new Sandbox()).get("/agents/501?per_page=10");
  assertEquals(answer.errors, [["per_page", "invalid_field"]]);
});

Deno.test("sandbox: hides what only the sandbox knows of an agent", async () => {
  const { body } = await caller(new Sandbox()).get("/agents/504");
  assertObjectMatch(body, { contact: { name: "Daniel Okafor" } });
  assert(!("mayNotBeWrittenFor" in body) && !("admin" in body));
});

// Tickets

Deno.test("sandbox: returns 201 with a Location for a new ticket", async () => {
  const answer = await caller(new Sandbox()).post("/tickets", TICKET);
  assertEquals(answer.status, 201);
  assertEquals(answer.headers.get("location"), `${BASE}/tickets/1`);
  assertObjectMatch(answer.body, {
    id: 1,
    status: 2,
    tags: ["demo"],
    requester_id: 1001,
    responder_id: null,
  });
});

Deno.test("sandbox: formats timestamps in whole seconds", async () => {
  const { body } = await caller(new Sandbox()).post("/tickets", TICKET);
  assertMatch(String(body.created_at), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
});

Deno.test("sandbox: wraps plain text, and returns it as text without breaks", async () => {
  const { post } = caller(new Sandbox());
  const plain = await post("/tickets", { ...TICKET, description: "Hello" });
  const html = await post("/tickets", {
    ...TICKET,
    description: "<p>Salt &amp; pepper<br>please</p>\n<p>Thanks</p>",
  });
  assertEquals(plain.body.description, "<div>Hello</div>");
  assertEquals(html.body.description_text, "Salt & pepper please Thanks");
});

Deno.test("sandbox: makes an unverified contact of an unknown e-mail address", async () => {
  const sandbox = new Sandbox();
  const { body } = await caller(sandbox).post("/tickets", {
    ...TICKET,
    email: "newcomer@example.com",
  });
  const made = sandbox.contacts.find(({ id }) => id === body.requester_id);
  assertEquals([made?.email, made?.active], ["newcomer@example.com", false]);
});

Deno.test("sandbox: makes no contact for a rejected ticket", async () => {
  const sandbox = new Sandbox();
  const before = sandbox.contacts.length;
  await caller(sandbox).post("/tickets", {
    ...TICKET,
    email: "newcomer@example.com",
    responder_id: 9,
  });
  assertEquals(sandbox.contacts.length, before);
});

const REFUSED_TICKETS: [string, Record<string, unknown>, string[][]][] = [
  ["an unknown field", { colour: "red" }, [["colour", "invalid_field"]]],
  ["a wrong type", { subject: 7 }, [["subject", "datatype_mismatch"]]],
  ["an unknown status", { status: 9 }, [["status", "invalid_value"]]],
  ["an unknown priority", { priority: 0 }, [["priority", "invalid_value"]]],
  ["an unknown type", { type: "Rant" }, [["type", "invalid_value"]]],
  ["an unknown agent", { responder_id: 9 }, [[
    "responder_id",
    "invalid_value",
  ]]],
  ["a deactivated agent", { responder_id: 506 }, [[
    "responder_id",
    "invalid_value",
  ]]],
  ["a tag of 33 characters", { tags: ["x".repeat(33)] }, [[
    "tags",
    "invalid_value",
  ]]],
  ["no subject", { subject: null }, [["subject", "missing_field"]]],
  ["no requester", { email: null }, [["requester_id", "missing_field"]]],
  ["an unknown custom field", { custom_fields: { cf_x: 1 } }, [[
    "cf_x",
    "invalid_field",
  ]]],
];

for (const [what, fields, errors] of REFUSED_TICKETS) {
  Deno.test(`sandbox: rejects a ticket with ${what}, naming the field`, async () => {
    const sandbox = new Sandbox();
    const answer = await caller(sandbox).post("/tickets", {
      ...TICKET,
      ...fields,
    });
    assertEquals([answer.status, answer.errors], [400, errors]);
    assertEquals(sandbox.tickets.size, 0);
  });
}

Deno.test("sandbox: names a required field without its prefix", async () => {
  const { post } = caller(withField({ required_for_agents: true }));
  const refused = await post("/tickets", TICKET);
  const taken = await post("/tickets", {
    ...TICKET,
    custom_fields: { cf_shop: "Oslo" },
  });
  assertEquals(refused.errors, [["cf_shop", "missing_field"]]);
  assertEquals(taken.status, 201);
});

Deno.test("sandbox: accepts only a drop-down's choices", async () => {
  const answer = await caller(withField({})).post("/tickets", {
    ...TICKET,
    custom_fields: { cf_shop: "Atlantis" },
  });
  assertEquals(answer.errors, [["cf_shop", "invalid_value"]]);
});

Deno.test("sandbox: requires a field to close a ticket", async () => {
  const { post, put } = caller(withField({ required_for_closure: true }));
  await post("/tickets", TICKET);
  const refused = await put("/tickets/1", { status: 5 });
  const closed = await put("/tickets/1", {
    status: 5,
    custom_fields: { cf_shop: "Lima" },
  });
  assertEquals(refused.errors, [["cf_shop", "missing_field"]]);
  assertEquals([closed.status, closed.body.status], [200, 5]);
});

Deno.test("sandbox: returns the assigned agent", async () => {
  const { post, put } = caller(new Sandbox());
  await post("/tickets", TICKET);
  const { body } = await put("/tickets/1", { responder_id: 502 });
  assertEquals(body.responder_id, 502);
});

Deno.test("sandbox: ignores an agent outside the ticket's group with 200", async () => {
  const { post, put } = caller(new Sandbox());
  await post("/tickets", { ...TICKET, group_id: 701 });
  const answer = await put("/tickets/1", { responder_id: 503 });
  assertEquals([answer.status, answer.body.responder_id], [200, null]);
});

Deno.test("sandbox: does not change cc_emails", async () => {
  const { post, put } = caller(new Sandbox());
  await post("/tickets", TICKET);
  const answer = await put("/tickets/1", { cc_emails: ["a@example.com"] });
  assertEquals(answer.errors, [["cc_emails", "invalid_field"]]);
});

Deno.test("sandbox: marks a deleted ticket, keeps it unchanged, and restores it", async () => {
  const { get, post, put, remove } = caller(new Sandbox());
  await post("/tickets", TICKET);
  assert(!("deleted" in (await get("/tickets/1")).body));
  assertEquals((await remove("/tickets/1")).status, 204);
  assertEquals((await get("/tickets/1")).body.deleted, true);
  assertEquals((await put("/tickets/1", { status: 5 })).status, 405);
  assertEquals((await remove("/tickets/1")).status, 405);
  assertEquals((await put("/tickets/1/restore")).status, 204);
  assertEquals((await put("/tickets/1", { status: 5 })).status, 200);
});

Deno.test("sandbox: returns 404 without a body for an unknown ticket", async () => {
  const answer = await caller(new Sandbox()).get("/tickets/7");
  assertEquals([answer.status, answer.text], [404, ""]);
});

Deno.test("sandbox: lists a requester's tickets at once, newest first, with tags", async () => {
  const { get, post } = caller(new Sandbox());
  await post("/tickets", TICKET);
  await post("/tickets", { ...TICKET, tags: ["second"] });
  await post("/tickets", { ...TICKET, email: "kenji.mori@example.net" });
  const { list } = await get(
    "/tickets?requester_id=1001&order_by=created_at&order_type=desc",
  );
  assertEquals(list.map(({ tags }) => tags), [["second"], ["demo"]]);
});

Deno.test("sandbox: returns 400 for tickets of an unknown e-mail address", async () => {
  const answer = await caller(new Sandbox()).get(
    "/tickets?email=nobody@example.com",
  );
  assertEquals(answer.errors, [["email", "invalid_value"]]);
});

Deno.test("sandbox: lists tickets older than 30 days only by updated_since", async () => {
  const clock = { now: Date.UTC(2026, 0, 1) };
  const { get, post } = caller(new Sandbox({ now: () => clock.now }));
  await post("/tickets", TICKET);
  clock.now += 31 * 86_400_000;
  assertEquals((await get("/tickets")).list, []);
  const { list } = await get("/tickets?updated_since=2025-12-31T00:00:00Z");
  assertEquals(list.length, 1);
});

Deno.test("sandbox: ends the list of tickets at page 300", async () => {
  const { get } = caller(new Sandbox());
  assertEquals((await get("/tickets?page=300")).status, 200);
  assertEquals((await get("/tickets?page=301")).status, 400);
});

Deno.test("search: finds a ticket by its tag, minutes later", async () => {
  const clock = { now: Date.UTC(2026, 0, 5) };
  const { get, post } = caller(new Sandbox({ now: () => clock.now }));
  await post("/tickets", TICKET);
  const search = `/search/tickets?query=${encodeURIComponent(`"tag:'demo'"`)}`;
  assertEquals((await get(search)).body.total, 0);
  clock.now += 3 * 60_000;
  assertObjectMatch((await get(search)).body, {
    total: 1,
    results: [{ id: 1 }],
  });
});

// Conversations

Deno.test("sandbox: adds a reply as the agent, and mails the requester", async () => {
  const { get, post } = caller(new Sandbox());
  await post("/tickets", TICKET);
  const answer = await post("/tickets/1/reply", { body: "Hi", user_id: 502 });
  assertEquals(answer.status, 201);
  assertEquals(answer.body.to_emails, ["amina.diallo@example.com"]);
  const { list } = await get("/tickets/1/conversations");
  assertObjectMatch({ ...list[0] }, {
    user_id: 502,
    incoming: false,
    source: 0,
  });
});

Deno.test("sandbox: writes as the key's owner without user_id", async () => {
  const { post } = caller(new Sandbox());
  await post("/tickets", TICKET);
  const { body } = await post("/tickets/1/reply", { body: "Hi" });
  assertEquals(body.user_id, 501);
});

for (
  const [who, id] of [
    ["an agent who does not allow it", 504],
    ["a deactivated agent", 506],
    ["a collaborator", 507],
    ["a contact", 1001],
  ] as const
) {
  Deno.test(`sandbox: rejects a reply as ${who} as invalid_user`, async () => {
    const { post } = caller(new Sandbox());
    await post("/tickets", TICKET);
    const answer = await post("/tickets/1/reply", { body: "Hi", user_id: id });
    assertEquals([answer.status, answer.body.code], [403, "invalid_user"]);
  });
}

Deno.test("sandbox: rejects private in a reply", async () => {
  const { post } = caller(new Sandbox());
  await post("/tickets", TICKET);
  const answer = await post("/tickets/1/reply", { body: "Hi", private: true });
  assertEquals(answer.errors, [["private", "invalid_field"]]);
});

Deno.test("sandbox: adds an incoming note as the contact, and reopens a closed ticket", async () => {
  const sandbox = new Sandbox();
  const { post, put } = caller(sandbox);
  await post("/tickets", TICKET);
  await put("/tickets/1", { status: 5 });
  const { body } = await post("/tickets/1/notes", FROM_CUSTOMER);
  assertObjectMatch(body, { user_id: 1001, incoming: true, source: 2 });
  assertEquals(sandbox.ticket(1).status, 2);
});

Deno.test("sandbox: switches the reopening rule off", async () => {
  const sandbox = new Sandbox({ reopenOnCustomerMessage: false });
  const { post, put } = caller(sandbox);
  await post("/tickets", TICKET);
  await put("/tickets/1", { status: 4 });
  await post("/tickets/1/notes", FROM_CUSTOMER);
  assertEquals(sandbox.ticket(1).status, 4);
});

Deno.test("sandbox: requires the author of an incoming note", async () => {
  const { post } = caller(new Sandbox());
  await post("/tickets", TICKET);
  const { user_id: _, ...anonymous } = FROM_CUSTOMER;
  const answer = await post("/tickets/1/notes", anonymous);
  assertEquals(answer.errors, [["user_id", "missing_field"]]);
});

Deno.test("sandbox: makes notes private by default", async () => {
  const { post } = caller(new Sandbox());
  await post("/tickets", TICKET);
  const { body } = await post("/tickets/1/notes", { body: "Hm", user_id: 507 });
  assertEquals([body.private, body.incoming], [true, false]);
});

Deno.test("sandbox: adds no message to deleted tickets or spam", async () => {
  const sandbox = new Sandbox();
  const { post } = caller(sandbox);
  await post("/tickets", TICKET);
  await post("/tickets", TICKET);
  sandbox.ticket(1).deleted = true;
  sandbox.ticket(2).spam = true;
  const deleted = await post("/tickets/1/reply", { body: "Hi" });
  const spam = await post("/tickets/2/notes", FROM_CUSTOMER);
  assertEquals([deleted.status, spam.status], [404, 405]);
});

Deno.test("sandbox: includes ten conversations in a ticket, and lists all", async () => {
  const { get, post } = caller(new Sandbox());
  await post("/tickets", TICKET);
  for (let i = 0; i < 12; i++) {
    await post("/tickets/1/reply", { body: `Message ${i}` });
  }
  const embedded = await get("/tickets/1?include=conversations");
  const { list } = await get("/tickets/1/conversations");
  assertEquals([embedded.body.conversations].flat().length, 10);
  assertEquals(list.length, 12);
});

// Faults

Deno.test("fault: applies a dropped reply without a response", async () => {
  const sandbox = await withTicket();
  sandbox.fault({ kind: "drop", method: "POST", path: "/reply$" });
  const { post } = caller(sandbox);
  await assertRejects(
    () => post("/tickets/1/reply", { body: "Hi" }),
    TypeError,
    "connection closed",
  );
  assertEquals(sandbox.conversations(1).length, 1);
  assertObjectMatch({ ...sandbox.requests.at(-1) }, {
    fault: "drop",
    applied: true,
    status: 0,
    answer: null,
  });
});

Deno.test("fault: applies nothing on a refused connection", async () => {
  const sandbox = await withTicket();
  sandbox.fault({ kind: "refuse" });
  const { post } = caller(sandbox);
  await assertRejects(() => post("/tickets/1/reply", { body: "Hi" }));
  assertEquals(sandbox.conversations(1).length, 0);
  assertEquals(sandbox.requests.at(-1)?.applied, false);
});

for (const applied of [false, true]) {
  Deno.test(`fault: sends a 502 ${applied ? "after" : "before"} the request is applied`, async () => {
    const sandbox = await withTicket();
    sandbox.fault({ kind: "status", status: 502, applied });
    const { post } = caller(sandbox);
    const answer = await post("/tickets/1/reply", { body: "Hi" });
    assertEquals(answer.status, 502);
    assertEquals(answer.headers.get("content-type"), "text/html");
    assertEquals(sandbox.conversations(1).length, applied ? 1 : 0);
  });
}

Deno.test("fault: sends Retry-After with a 429", async () => {
  const sandbox = new Sandbox();
  sandbox.fault({ kind: "status", status: 429, retryAfter: 7, body: "Slow" });
  const answer = await caller(sandbox).get("/agents/me");
  assertEquals([answer.status, answer.text], [429, "Slow"]);
  assertEquals(answer.headers.get("retry-after"), "7");
});

Deno.test("fault: breaks a response off while it is read", async () => {
  const sandbox = await withTicket();
  sandbox.fault({ kind: "cut" });
  const { post } = caller(sandbox);
  await assertRejects(
    () => post("/tickets/1/reply", { body: "Hi" }),
    TypeError,
    "reading a body",
  );
  assertEquals(sandbox.conversations(1).length, 1);
});

Deno.test("fault: sends garbage with a success status", async () => {
  const sandbox = await withTicket();
  sandbox.fault({ kind: "garbage", body: '{"id":' });
  const { post } = caller(sandbox);
  const answer = await post("/tickets/1/reply", { body: "Hi" });
  assertEquals([answer.status, answer.text], [201, '{"id":']);
});

Deno.test("fault: ends a missing response when the caller gives up", async () => {
  const sandbox = new Sandbox();
  sandbox.fault({ kind: "never" });
  const caller = new AbortController();
  const asked = sandbox.fetch(`${BASE}/agents/me`, { signal: caller.signal });
  caller.abort(new DOMException("too slow", "TimeoutError"));
  await assertRejects(() => asked, DOMException, "too slow");
});

Deno.test("fault: takes latency on the sandbox's clock", async () => {
  const waits: number[] = [];
  const sandbox = await withTicket({
    sleep: (ms) => Promise.resolve(void waits.push(ms)),
  });
  sandbox.fault({ kind: "latency", ms: 2500 });
  assertEquals((await caller(sandbox).get("/tickets/1")).status, 200);
  assertEquals(waits, [2500]);
});

Deno.test("fault: applies nothing if the caller gives up during latency", async () => {
  const sandbox = await withTicket();
  sandbox.fault({ kind: "latency", ms: 60_000 });
  const caller = new AbortController();
  const asked = sandbox.fetch(`${BASE}/tickets/1`, {
    method: "DELETE",
    headers: { authorization: AUTHORIZATION },
    signal: caller.signal,
  });
  caller.abort();
  await assertRejects(() => asked);
  assertEquals(sandbox.ticket(1).deleted, false);
});

Deno.test("fault: strikes as often as planned", async () => {
  const sandbox = new Sandbox();
  sandbox.fault({ kind: "status", times: 2 });
  assertEquals(await statuses(sandbox, 3), [503, 503, 200]);
});

Deno.test("fault: strikes by chance until it is cleared", async () => {
  const chances = [0.1, 0.9, 0.1];
  const sandbox = new Sandbox({ random: () => chances.shift() ?? 0 });
  sandbox.fault({ kind: "status", share: 0.5 });
  assertEquals(await statuses(sandbox, 3), [503, 200, 503]);
  sandbox.clearFaults();
  assertEquals(await statuses(sandbox, 1), [200]);
});

Deno.test("fault: spares other requests", async () => {
  const sandbox = new Sandbox();
  sandbox.fault({ kind: "status", method: "POST" });
  sandbox.fault({ kind: "status", path: /\/tickets/ });
  assertEquals(await statuses(sandbox, 1), [200]);
});

Deno.test("fault: rejects an unknown kind", () => {
  const misspelt = JSON.parse('{"kind":"dorp"}') as Fault;
  assertThrows(() => new Sandbox().fault(misspelt), TypeError, "dorp");
});

// The sandbox about itself

Deno.test("sandbox: lists requests and responses in order, without a key", async () => {
  const sandbox = await withTicket();
  await caller(sandbox).get("/tickets/9");
  const answer = await sandbox.fetch("http://localhost/_sandbox/requests");
  const [created, looked] = await answer.json();
  assertObjectMatch(created, {
    n: 1,
    method: "POST",
    path: "/api/v2/tickets",
    body: TICKET,
    status: 201,
    answer: { id: 1 },
    applied: true,
  });
  assertObjectMatch(looked, { n: 2, status: 404, applied: false });
});

Deno.test("sandbox: numbers simultaneous requests one by one", async () => {
  const sandbox = new Sandbox();
  await Promise.all([statuses(sandbox, 2), statuses(sandbox, 2)]);
  assertEquals(sandbox.requests.map(({ n }) => n), [1, 2, 3, 4]);
});

Deno.test("sandbox: lists requests after a number", async () => {
  const sandbox = new Sandbox();
  await statuses(sandbox, 3);
  const answer = await sandbox.fetch("http://h/_sandbox/requests?after=2");
  const [last] = await answer.json();
  assertEquals(last.n, 3);
});

Deno.test("sandbox: lists all tickets with their conversations, deleted ones too", async () => {
  const sandbox = await withTicket();
  await caller(sandbox).post("/tickets/1/reply", { body: "Hi" });
  await caller(sandbox).remove("/tickets/1");
  const answer = await sandbox.fetch("http://localhost/_sandbox/tickets");
  const [ticket] = await answer.json();
  assertEquals([ticket.deleted, ticket.conversations.length], [true, 1]);
});

Deno.test("sandbox: plans and clears faults over HTTP", async () => {
  const sandbox = new Sandbox();
  const faults = "http://localhost/_sandbox/faults";
  const body = JSON.stringify({ kind: "status", times: "always" });
  assertEquals(
    (await sandbox.fetch(faults, { method: "POST", body })).status,
    204,
  );
  assertEquals(await statuses(sandbox, 1), [503]);
  await sandbox.fetch(faults, { method: "DELETE" });
  assertEquals(await statuses(sandbox, 1), [200]);
});

Deno.test("sandbox: returns 400 for an invalid fault", async () => {
  const answer = await new Sandbox().fetch("http://h/_sandbox/faults", {
    method: "POST",
    body: '{"kind":"status","path":"("}',
  });
  assertEquals(answer.status, 400);
  assertMatch((await answer.json()).message, /regular expression/);
});

Deno.test("sandbox: switches the account's troubles over HTTP", async () => {
  const sandbox = new Sandbox();
  await sandbox.fetch("http://localhost/_sandbox/troubles", {
    method: "PATCH",
    body: '{"suspended":true}',
  });
  assertEquals(await statuses(sandbox, 1), [403]);
});

// Over a real connection

const net = await Deno.permissions.query({ name: "net", host: "127.0.0.1" });

for (const kind of ["drop", "refuse", "cut"] as const) {
  Deno.test({
    name: `sandbox: leaves nothing to read on ${kind} over a real connection`,
    ignore: net.state !== "granted",
    fn: async () => {
      const sandbox = await withTicket();
      const { url, close } = await listen(sandbox, 0);
      sandbox.fault({ kind });
      await assertRejects(async () => {
        const answer = await fetch(`${url}/api/v2/tickets/1`, {
          method: "DELETE",
          headers: { authorization: AUTHORIZATION },
        });
        await answer.text();
      }, TypeError);
      assertEquals(sandbox.ticket(1).deleted, kind !== "refuse");
      assertEquals(sandbox.requests.length, 2);
      await close();
    },
  });
}

// Helpers

const BASE = "https://acme.freshdesk.com/api/v2";
const AUTHORIZATION = `Basic ${btoa("sandbox:X")}`;

const TICKET = {
  subject: "Parcel is late",
  description: "Where is my parcel?",
  email: "amina.diallo@example.com",
  status: 2,
  priority: 1,
  source: 2,
  tags: ["demo"],
};

const FROM_CUSTOMER = {
  body: "Still nothing",
  private: false,
  incoming: true,
  user_id: 1001,
};

interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The answer, if it is a JSON object. */
  body: Record<string, unknown>;
  /** The answer, if it is a JSON list. */
  list: Record<string, unknown>[];
  /** Field and code of each validation error. */
  errors: string[][];
}

function caller(sandbox: Sandbox, key = "sandbox") {
  const send = async (
    method: string,
    path: string,
    body?: unknown,
  ): Promise<Answer> => {
    const headers = new Headers({ authorization: `Basic ${btoa(`${key}:X`)}` });
    if (body !== undefined) headers.set("content-type", "application/json");
    const answer = await sandbox.fetch(BASE + path, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const parsed = parse(text);
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      body: Array.isArray(parsed) ? {} : parsed,
      list: Array.isArray(parsed) ? parsed : [],
      errors: (parsed.errors ?? []).map(
        ({ field, code }: { field: string; code: string }) => [field, code],
      ),
    };
  };
  return {
    get: (path: string) => send("GET", path),
    post: (path: string, body: unknown) => send("POST", path, body),
    put: (path: string, body?: unknown) => send("PUT", path, body),
    remove: (path: string) => send("DELETE", path),
  };
}

function parse(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

async function withTicket(options?: SandboxOptions): Promise<Sandbox> {
  const sandbox = new Sandbox(options);
  await caller(sandbox).post("/tickets", TICKET);
  return sandbox;
}

function withField(traits: Partial<TicketField>): Sandbox {
  const sandbox = new Sandbox();
  sandbox.ticketFields.push(ticketField(900, "cf_shop", "Shop", {
    type: "custom_dropdown",
    default: false,
    choices: ["Oslo", "Lima"],
    ...traits,
  }));
  return sandbox;
}

async function statuses(sandbox: Sandbox, calls: number): Promise<number[]> {
  const seen: number[] = [];
  for (let i = 0; i < calls; i++) {
    seen.push((await caller(sandbox).get("/agents/me")).status);
  }
  return seen;
}
