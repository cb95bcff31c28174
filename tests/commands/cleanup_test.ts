import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import type { Fetch } from "../../freshdesk/http_client.ts";
import { PROGRAM_TAG } from "../../workflow/creation.ts";
import { board } from "../../status/board_view.ts";
import type { Ticket } from "../../workflow/ticket.ts";
import { putTickets } from "../helpers/tickets.ts";
import {
  type Candidate,
  progressLine,
  report,
  table,
} from "../../workflow/ticket_cleaner.ts";
import { cleanup, type CleanupOptions } from "../../commands/cleanup.ts";
import { moment, type Program, TestEnv } from "../helpers/test_env.ts";

/** The tags of a ticket that this program opened. */
const TAGS = [PROGRAM_TAG, "tw-20261123120000-k3j9x2ab"];

/** Runs the command; gives its exit code and what it said. */
async function run(
  world: TestEnv,
  options: Partial<CleanupOptions> & { fetch?: Fetch } = {},
): Promise<{ code: number; said: string }> {
  const { freshdesk, store } = world.program(
    options.fetch ? { fetch: options.fetch } : {},
  );
  const said: string[] = [];
  const code = await cleanup({
    freshdesk,
    store,
    dryRun: false,
    yes: true,
    say: (text) => said.push(text),
    now: () => world.now,
    ...options,
  });
  return { code, said: said.join("\n") };
}

/** Opens a ticket in Freshdesk, as any other program or person would. */
async function open(world: TestEnv, tags: string[]): Promise<number> {
  const answer = await ask(world, "POST", "/tickets", {
    subject: `Ticket with the tags ${tags}`,
    description: "<p>Hello</p>",
    email: "amina.diallo@example.com",
    status: 2,
    priority: 1,
    source: 2,
    tags,
  });
  return (await answer.json()).id;
}

async function ask(
  { sandbox }: TestEnv,
  method: string,
  path: string,
  body: unknown,
): Promise<Response> {
  return await sandbox.fetch(`https://acme.freshdesk.com/api/v2${path}`, {
    method,
    headers: {
      authorization: `Basic ${btoa("sandbox:X")}`,
      "content-type": "application/json",
    },
    body: JSON.stringify(body),
  });
}

/** The ids of the tickets that are in the trash. */
function trash({ sandbox }: TestEnv): number[] {
  return [...sandbox.tickets.values()].filter(({ deleted }) => deleted)
    .map(({ id }) => id);
}

/** The tags of the tickets that the store knows. */
async function records({ kv }: TestEnv): Promise<Deno.KvKeyPart[]> {
  const entries = await Array.fromAsync(kv.list({ prefix: ["ticket"] }));
  return entries.map(({ key }) => key[1]!);
}

/** The account, whose search does not know any ticket yet. */
function withoutSearch({ sandbox }: TestEnv): Fetch {
  return async (request) =>
    request.url.includes("/search/")
      ? Response.json({ total: 0, results: [] })
      : await sandbox.fetch(request);
}

function deletions(world: TestEnv): string[] {
  return world.writes.map((line) => line.slice(6))
    .filter((line) => line.startsWith("DELETE"));
}

/** Opens one ticket with the program. */
async function opened(world: TestEnv): Promise<Program> {
  const program = world.program();
  await world.create(program, "12:00");
  return program;
}

Deno.test("cleanup: moves to the trash what has both tags, and nothing else", async () => {
  using world = await TestEnv.open();
  await open(world, TAGS);
  await open(world, []);
  await open(world, ["vip"]);
  await open(world, [PROGRAM_TAG]);
  await open(world, [PROGRAM_TAG, "tw-1"]);
  await open(world, ["tw-20261123120000-k3j9x2ab"]);
  await open(world, TAGS);
  world.now = moment("13:00");
  const { code, said } = await run(world);
  assertEquals(trash(world), [1, 7]);
  assertEquals(code, 0);
  assertStringIncludes(said, "2 moved to trash, 0 already gone.");
});

Deno.test("cleanup: deletes a ticket that only the store knows", async () => {
  using world = await TestEnv.open();
  await opened(world);
  const { said } = await run(world);
  assertEquals(trash(world), [1]);
  assertMatch(said, /#1 .* waits: first reply {2}2026-11-23 12:00 {2}store/);
});

Deno.test("cleanup: leaves a ticket without the tag, even if the store names it", async () => {
  using world = await TestEnv.open();
  await opened(world);
  const before = await world.theTicket();
  world.sandbox.ticket(1).tags = ["vip"];
  const { code, said } = await run(world);
  assertEquals(trash(world), []);
  assertEquals(deletions(world), []);
  assertEquals(code, 0);
  assertEquals(await world.theTicket(), before, "its record is left, too");
  assertStringIncludes(
    said,
    "1 left (#1): it does not have both the tag ticket-workflow and its own.",
  );
});

Deno.test("cleanup: leaves a ticket whose tag was removed after the search", async () => {
  using world = await TestEnv.open();
  await open(world, TAGS);
  world.now = moment("13:00");
  await run(world, {
    yes: false,
    ask: () => {
      world.sandbox.ticket(1).tags = [];
      return "yes";
    },
  });
  assertEquals(deletions(world), []);
});

Deno.test("cleanup: ignores a search result that does not show the tag", async () => {
  using world = await TestEnv.open();
  await open(world, ["ticket-workflow-2"]);
  world.now = moment("13:00");
  const { said } = await run(world, {
    fetch: async (request) =>
      request.url.includes("/search/")
        ? Response.json({ total: 1, results: [world.sandbox.ticket(1)] })
        : await world.sandbox.fetch(request),
  });
  assertEquals(deletions(world), []);
  assertStringIncludes(said, "No ticket of this program was found.");
});

Deno.test("cleanup: deletes nothing without a yes", async () => {
  for (const answer of [null, "", "no", "y"]) {
    using world = await TestEnv.open();
    await opened(world);
    const before = await world.theTicket();
    const { code, said } = await run(world, { yes: false, ask: () => answer });
    assertEquals(deletions(world), []);
    assertEquals(await world.theTicket(), before);
    assertEquals(code, 0);
    assertStringIncludes(said, "Nothing is moved to the trash.");
  }
});

Deno.test("cleanup: shows the table, then deletes after a typed yes", async () => {
  using world = await TestEnv.open();
  await opened(world);
  const questions: string[] = [];
  const { code } = await run(world, {
    yes: false,
    ask: (question) => {
      questions.push(question);
      return "yes";
    },
  });
  assertEquals(questions, ["Move 1 to Freshdesk's trash? Type yes:"]);
  assertEquals(trash(world), [1]);
  assertEquals(code, 0);
});

Deno.test("cleanup: deletes nothing without a terminal and --yes, and says what to do", async () => {
  using world = await TestEnv.open();
  await opened(world);
  const { code, said } = await run(world, { yes: false });
  assertEquals(deletions(world), []);
  assertEquals(code, 1);
  assertStringIncludes(said, "deno task cleanup --yes");
});

Deno.test("cleanup: only shows the table in a dry run", async () => {
  using world = await TestEnv.open();
  await opened(world);
  const before = await world.theTicket();
  const { code, said } = await run(world, { dryRun: true });
  assertEquals(deletions(world), []);
  assertEquals(await world.theTicket(), before);
  assertEquals(code, 0);
  assertMatch(
    said,
    /^Ticket +Subject +Status +Created \(UTC\) +Known from\n#1/,
  );
  assertStringIncludes(said, "DRY_RUN: nothing is moved to the trash.");
});

Deno.test("cleanup: deletes more tickets than a search returns, asking in rounds", async () => {
  using world = await TestEnv.open();
  for (let i = 0; i < 310; i++) await open(world, TAGS);
  world.now = moment("13:00");
  const questions: string[] = [];
  const { code, said } = await run(world, {
    yes: false,
    ask: (question) => {
      questions.push(question);
      return "yes";
    },
  });
  assertEquals(trash(world).length, 310);
  assertEquals(questions.map((question) => question.match(/\d+/)?.[0]), [
    "300",
    "10",
  ]);
  assertEquals(code, 0);
  assertStringIncludes(said, "310 moved to trash, 0 already gone.");
});

Deno.test("cleanup: ends although the search still shows deleted tickets", async () => {
  using world = await TestEnv.open();
  await open(world, TAGS);
  const shown = structuredClone(world.sandbox.ticket(1));
  const { said } = await run(world, {
    fetch: async (request) =>
      request.url.includes("/search/")
        ? Response.json({ total: 1, results: [shown] })
        : await world.sandbox.fetch(request),
  });
  assertEquals(deletions(world), ["DELETE /tickets/1"]);
  assertStringIncludes(said, "1 moved to trash, 0 already gone.");
});

Deno.test("cleanup: deletes the rest when it is run again after an interrupt", async () => {
  using world = await TestEnv.open();
  for (let i = 0; i < 5; i++) await open(world, TAGS);
  world.now = moment("13:00");
  const stopping = new AbortController();
  const first = await run(world, {
    signal: stopping.signal,
    progress: (done) => done === 2 && stopping.abort(),
  });
  assertEquals(trash(world), [1, 2]);
  assertEquals(first.code, 1);
  assertStringIncludes(
    first.said,
    "Interrupted.\n2 moved to trash, 0 already gone.",
  );

  const second = await run(world);
  assertEquals(trash(world), [1, 2, 3, 4, 5]);
  assertEquals(second.code, 0);
  assertStringIncludes(second.said, "3 moved to trash, 0 already gone.");
});

Deno.test("cleanup: deletes again what never reached Freshdesk", async () => {
  using world = await TestEnv.open();
  await opened(world);
  const dying: Fetch = (request) =>
    request.method === "DELETE"
      ? Promise.reject(new RangeError("no connection"))
      : world.sandbox.fetch(request);
  await run(world, { fetch: dying });
  assertEquals(trash(world), []);
  assertEquals((await world.theTicket()).state, "abandoned");

  await run(world);
  assertEquals(trash(world), [1]);
});

Deno.test("cleanup: lets a running program leave a ticket in the trash alone", async () => {
  using world = await TestEnv.open();
  const program = await opened(world);
  await run(world);
  const requests = world.requests.length;
  await world.until(program, "12:59");
  assertEquals(world.requests.length, requests);
});

Deno.test("cleanup: takes a ticket out of the workflow before it deletes it", async () => {
  using world = await TestEnv.open();
  await opened(world);
  let state = "";
  await run(world, {
    fetch: async (request) => {
      if (request.method === "DELETE") state = (await world.theTicket()).state;
      return await world.sandbox.fetch(request);
    },
  });
  assertEquals(state, "abandoned");
});

Deno.test("cleanup: takes a ticket from the program that works on it", async () => {
  using world = await TestEnv.open();
  const program = await opened(world);
  const { freshdesk, workflow } = program;
  const addReply = freshdesk.addReply.bind(freshdesk);
  freshdesk.addReply = async (...args) => {
    const reply = await addReply(...args);
    await run(world);
    return reply;
  };
  world.now = moment("12:05");
  await workflow.tick(5);
  assertEquals(await records(world), []);
  assertEquals(trash(world), [1]);
});

Deno.test("cleanup: forgets what it moved to the trash, with its history", async () => {
  for (const time of ["12:00", "12:06", "12:30"]) {
    using world = await TestEnv.open();
    const { store } = await opened(world);
    const { tag } = await world.theTicket();
    await world.until(world.program(), time);
    await run(world);
    assertEquals(trash(world), [1]);
    assertEquals(await records(world), []);
    assertEquals(await store.getById(1), null);
    assertEquals(await store.messageHistory(tag), []);
  }
});

Deno.test("cleanup: takes what is in the trash off page and terminal", async () => {
  using world = await TestEnv.open();
  const program = world.program({ ticketsPerHour: 3 });
  await world.create(program, "12:00");
  await world.until(program, "12:06");
  await run(world);
  const facts = await board({
    store: program.store,
    now: () => world.now,
    ticketUrl: String,
  }, 8);
  assertEquals(facts.today.abandoned, 0);
  for (const [stage, { count, tickets }] of Object.entries(facts.tickets)) {
    assertEquals([stage, count, tickets], [stage, 0, []]);
  }
});

Deno.test("cleanup: leaves a ticket that has another ticket's number", async () => {
  using world = await TestEnv.open();
  await opened(world);
  const before = await world.theTicket();
  world.sandbox.ticket(1).tags = TAGS;
  const { said } = await run(world);
  assertEquals(deletions(world), []);
  assertEquals(await world.theTicket(), before);
  assertStringIncludes(said, "1 left (#1)");
});

Deno.test("cleanup: looks up an unconfirmed creation, however late it was retried", async () => {
  using world = await TestEnv.open();
  world.sandbox.fault({ kind: "drop", method: "POST", path: "/tickets$" });
  const { store } = await opened(world);
  world.now += 3 * 86_400_000;
  const entry = (await store.get((await world.theTicket()).tag))!;
  await store.update(entry, { stepSince: world.now, dueAt: world.now });
  const { said } = await run(world, { fetch: withoutSearch(world) });
  assertEquals(trash(world), [1]);
  assertStringIncludes(said, "2026-11-23 12:00");
});

Deno.test("cleanup: lets no message follow a ticket into the trash", async () => {
  using world = await TestEnv.open();
  const program = world.program({ ticketsPerHour: 3 });
  await world.create(program, "12:00");
  world.now = moment("12:05");
  await Promise.all([program.workflow.tick(5), run(world)]);
  await world.until(program, "12:59");
  assertEquals(trash(world), [1, 2, 3]);
  assertEquals(await records(world), []);
  const writes = world.writes.map((line) => line.slice(6));
  for (const id of [1, 2, 3]) {
    const moved = writes.indexOf(`DELETE /tickets/${id}`);
    const later = writes.slice(moved + 1);
    assertEquals(later.filter((line) => line.includes(`/tickets/${id}`)), []);
  }
});

Deno.test("cleanup: does not list again what was deleted before", async () => {
  using world = await TestEnv.open();
  const program = await opened(world);
  await world.until(program, "12:30");
  await run(world);
  const { said } = await run(world);
  assertStringIncludes(said, "No ticket of this program was found.");
});

Deno.test("cleanup: counts a ticket that is already gone as done", async () => {
  const ways: [string, (world: TestEnv) => unknown][] = [
    ["in the trash", ({ sandbox }) => sandbox.ticket(1).deleted = true],
    ["deleted for good", ({ sandbox }) => sandbox.tickets.delete(1)],
    ["deleted in the same moment", ({ sandbox }) => {
      sandbox.fault({ kind: "status", method: "DELETE", status: 405 });
    }],
  ];
  for (const [how, happen] of ways) {
    using world = await TestEnv.open();
    await opened(world);
    await happen(world);
    const { code, said } = await run(world);
    assertStringIncludes(said, "0 moved to trash, 1 already gone.", how);
    assertEquals(code, 0, how);
    assertEquals(await records(world), [], how);
  }
});

Deno.test("cleanup: does not delete again what is in the trash", async () => {
  using world = await TestEnv.open();
  await opened(world);
  world.sandbox.ticket(1).deleted = true;
  await run(world);
  assertEquals(deletions(world), []);
});

Deno.test("cleanup: finds and deletes a ticket whose creation got no response", async () => {
  using world = await TestEnv.open();
  world.sandbox.fault({ kind: "drop", method: "POST", path: "/tickets$" });
  await opened(world);
  assertEquals((await world.theTicket()).id, null);
  await run(world);
  assertEquals(trash(world), [1]);
  assertEquals(await records(world), []);
});

Deno.test("cleanup: leaves a ticket that is not opened yet", async () => {
  using world = await TestEnv.open();
  world.sandbox.fault({
    kind: "status",
    method: "POST",
    path: "/tickets$",
    status: 429,
    retryAfter: 900,
  });
  await opened(world).catch(() => {});
  const { code, said } = await run(world);
  assertEquals((await world.theTicket()).waitsFor, "opening");
  assertEquals(code, 0);
  assertStringIncludes(said, "1 not opened yet");
});

Deno.test("cleanup: stops on an account error, and says what to do", async () => {
  using world = await TestEnv.open();
  for (let i = 0; i < 3; i++) await open(world, TAGS);
  world.now = moment("13:00");
  const { code, said } = await run(world, {
    progress: () => world.sandbox.troubles.suspended = true,
  });
  assertEquals(trash(world), [1]);
  assertEquals(code, 1);
  assertStringIncludes(said, "The account is suspended: see Admin");
  assertStringIncludes(said, "1 moved to trash, 0 already gone.");
});

Deno.test("cleanup: says once that the key may not delete", async () => {
  using world = await TestEnv.open();
  for (let i = 0; i < 3; i++) await open(world, TAGS);
  world.now = moment("13:00");
  world.sandbox.troubles.readOnly = true;
  const { code, said } = await run(world);
  assertEquals(deletions(world).length, 1);
  assertEquals(code, 1);
  assertStringIncludes(said, "Give the key's owner a role that may do this");
});

Deno.test("cleanup: goes on after an error of one ticket", async () => {
  using world = await TestEnv.open();
  for (let i = 0; i < 3; i++) await open(world, TAGS);
  world.now = moment("13:00");
  world.sandbox.fault({
    kind: "status",
    method: "DELETE",
    path: "/tickets/2$",
    times: "always",
  });
  const { code, said } = await run(world);
  assertEquals(trash(world), [1, 3]);
  assertEquals(code, 1);
  assertMatch(
    said,
    /1 left \(#2\): Freshdesk has a problem: DELETE \/tickets\/2: 503/,
  );
});

Deno.test("cleanup: tells a wrong sub-domain from an empty account", async () => {
  using world = await TestEnv.open();
  await opened(world);
  const before = await world.theTicket();
  const { code, said } = await run(world, {
    fetch: () => Promise.resolve(new Response(null, { status: 404 })),
  });
  assertEquals(code, 1);
  assertEquals(await world.theTicket(), before);
  assertStringIncludes(said, "FRESHDESK_URL names the right account");
});

Deno.test("cleanup: keeps to our share of the account's calls", async () => {
  using world = await TestEnv.open({ limit: 50 });
  for (let i = 0; i < 40; i++) await open(world, TAGS);
  world.now = moment("13:00");
  const begin = world.now;
  await run(world);
  assertEquals(trash(world).length, 40);
  assert(world.sandbox.requests.every(({ status }) => status !== 429));
  const calls = 2 + 2 * 40 + 1;
  assert(world.now - begin > (calls / 50 - 1) * 60_000);
});

Deno.test("cleanup: keeps the table's columns, and terminal commands out of it", () => {
  const one: Candidate = {
    id: 7,
    subject: "The \u001b[31mred\u001b[0m door",
    status: "open",
    createdAt: moment("12:00"),
    from: "both",
  };
  const shown = table([one, { ...one, id: 12_345, subject: "x".repeat(60) }]);
  const [head, first, second] = shown.split("\n");
  assertEquals(head?.indexOf("Status"), first?.indexOf("open"));
  assertEquals(head?.indexOf("Status"), second?.indexOf("open"));
  assert(!shown.includes("\u001b"));
  assertStringIncludes(shown, `${"x".repeat(45)}...`);
});

Deno.test("cleanup: reports progress every 25 tickets and at the end", () => {
  assertEquals(progressLine(25, 40), "25 of 40 done");
  assertEquals(progressLine(26, 40), undefined);
  assertEquals(progressLine(40, 40), "40 of 40 done");
});

Deno.test("cleanup: reports what it left by reason", () => {
  const why = "it does not have both the tag ticket-workflow and its own";
  const left = Array.from({ length: 12 }, (_, i) => ({
    id: i + 1,
    why,
    trouble: false,
  }));
  const broken = (id: number) => ({
    id,
    why:
      `Freshdesk has a problem: DELETE /tickets/${id}: 503 [request ${crypto.randomUUID()}]`,
    trouble: true,
  });
  const lines = report({
    deleted: 3,
    gone: 1,
    left: [...left, broken(77), broken(78)],
  }).split("\n");
  assertEquals(lines.slice(0, 2), [
    "3 moved to trash, 1 already gone.",
    `12 left (#1, #2, #3, #4, #5, #6, #7, #8, #9, #10, ...): ${why}.`,
  ]);
  assertMatch(
    lines[2]!,
    /^2 left \(#77, #78\): Freshdesk has a problem: DELETE \/tickets\/77/,
  );
  assertEquals(lines.length, 3);
});

Deno.test("cleanup: finds more records than it reads at once", async () => {
  using world = await TestEnv.open();
  await opened(world);
  const ticket = await world.theTicket();
  const drafts = Array.from({ length: 700 }, (_, i): Ticket => ({
    ...ticket,
    tag: `tw-${String(i).padStart(4, "0")}`,
    id: 1000 + i,
    state: "failed",
    completedAt: 7,
  }));
  await putTickets(world.kv, drafts);
  const { said } = await run(world, { dryRun: true });
  assertStringIncludes(said, "701 found by the tag");
});
