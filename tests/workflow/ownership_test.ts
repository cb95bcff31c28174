/**
 * A ticket that this program has not seen for an hour is read before it is written to: ids begin
 * again after a sandbox refresh, and people close, merge and delete tickets.
 *
 * @module
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { moment, TestEnv } from "../helpers/test_env.ts";

/** A life that stands still after the first reply until 18:00. */
async function pausedLife(world: TestEnv) {
  const program = world.program();
  await world.create(program, "12:00");
  await world.until(program, "12:05");
  world.now = moment("18:00");
  return program;
}

Deno.test("ownership: somebody else's ticket of the same id gets no message and stays open", async () => {
  using world = await TestEnv.open();
  const program = await pausedLife(world);
  const ticket = world.sandbox.tickets.get(1)!;
  ticket.tags = ["vip"];
  world.sandbox.threads.set(1, []);
  const writes = world.writes.length;
  await world.until(program, "20:00");
  assertEquals(world.writes.length, writes);
  assertEquals(ticket.status, 2);
  const { state, waitsFor, lastError, claim } = await world.theTicket();
  assertEquals([state, waitsFor, claim], [
    "abandoned",
    "customer reply",
    null,
  ]);
  assertMatch(lastError!.message, /tag tw-\d+-\w+/);
  assertEquals(await world.count("customer reply"), 0);
});

Deno.test("ownership: a creation whose answer shows no tags is read before anything is written", async () => {
  using world = await TestEnv.open();
  const program = world.program({
    fetch: async (request) => {
      const answer = await world.sandbox.fetch(request);
      if (request.method !== "POST" || !request.url.endsWith("/tickets")) {
        return answer;
      }
      const { tags: _, ...rest } = await answer.json();
      return Response.json(rest, answer);
    },
  });
  await world.create(program, "12:00");
  await world.until(program, "13:00");
  assertEquals((await world.theTicket()).state, "closed");
  const reads = world.requests.filter((line) =>
    line.endsWith("GET /tickets/1")
  );
  assertEquals(reads.length, 1);
});

Deno.test("ownership: the ticket is read once, and then for an hour no more", async () => {
  using world = await TestEnv.open();
  const program = await pausedLife(world);
  const calls = world.requests.length;
  await world.until(program, "18:50");
  assertEquals((await world.theTicket()).state, "closed");
  assertEquals(
    world.requests.slice(calls).map((line) => line.slice(6)),
    [
      "GET /tickets/1",
      "POST /tickets/1/notes",
      "POST /tickets/1/reply",
      "PUT /tickets/1",
    ],
  );
});

Deno.test("ownership: an hour after the last sight is still fresh, a minute more is not", async () => {
  for (const [time, reads] of [["13:00", 0], ["13:10", 1]] as const) {
    using world = await TestEnv.open();
    const program = world.program();
    await world.create(program, "12:00");
    world.now = moment(time);
    await program.workflow.tick(5);
    assertEquals(world.said().length, 1);
    const read = world.requests.filter((line) =>
      line.endsWith("GET /tickets/1")
    );
    assertEquals(read.length, reads, time);
  }
});

Deno.test("ownership: a sight in the future does not count", async () => {
  using world = await TestEnv.open();
  const program = await pausedLife(world);
  const entry = await program.store.getById(1);
  await program.store.update(entry!, { tagSeenAt: moment("47:00") });
  world.sandbox.tickets.get(1)!.tags = [];
  await world.until(program, "19:00");
  assertEquals(world.said().length, 1);
  assertEquals((await world.theTicket()).state, "abandoned");
});

const BY_PERSONS: [string, (world: TestEnv) => void][] = [
  ["closed", ({ sandbox }) => sandbox.tickets.get(1)!.status = 5],
  ["deleted", ({ sandbox }) => sandbox.tickets.get(1)!.deleted = true],
  ["marked as spam", ({ sandbox }) => sandbox.tickets.get(1)!.spam = true],
];

for (const [what, meddle] of BY_PERSONS) {
  Deno.test(`ownership: a ticket that a person has ${what} is taken over by a person, and nothing more is written`, async () => {
    using world = await TestEnv.open();
    const program = await pausedLife(world);
    meddle(world);
    const writes = world.writes.length;
    await world.until(program, "20:00");
    assertEquals(world.writes.length, writes);
    const { state, lastError } = await world.theTicket();
    assertEquals(state, "abandoned");
    assertStringIncludes(lastError!.message, "Taken over by a person");
    assertStringIncludes(lastError!.message, what);
    assertEquals(
      world.lines.filter((line) => /Taken over/.test(line)).length,
      1,
    );
  });
}

Deno.test("ownership: a ticket that is gone after a merge is abandoned", async () => {
  using world = await TestEnv.open();
  const program = await pausedLife(world);
  world.sandbox.tickets.delete(1);
  await world.until(program, "20:00");
  assertEquals((await world.theTicket()).state, "abandoned");
});

Deno.test("ownership: a ticket that waits only for its end and is closed is closed", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "12:00");
  await world.until(program, "12:15");
  world.sandbox.tickets.get(1)!.status = 5;
  const writes = world.writes.length;
  world.now = moment("18:00");
  await world.until(program, "20:00");
  assertEquals((await world.theTicket()).state, "closed");
  assertEquals(world.writes.length, writes);
});

Deno.test("ownership: a message in doubt is found before a person's closing ends the life", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "12:00");
  world.sandbox.fault({ kind: "drop", path: "/reply$" });
  await world.until(program, "12:05");
  world.sandbox.tickets.get(1)!.status = 5;
  world.now = moment("18:00");
  await world.until(program, "20:00");
  const { tag, state, waitsFor } = await world.theTicket();
  assertEquals([state, waitsFor], ["abandoned", "customer reply"]);
  assertEquals((await program.store.messageHistory(tag)).length, 2);
  assertEquals(world.said().length, 1);
});

Deno.test("ownership: a ticket taken over that is reopened and resumed goes on where it was", async () => {
  using world = await TestEnv.open();
  const program = await pausedLife(world);
  world.sandbox.tickets.get(1)!.status = 5;
  await world.until(program, "19:00");
  world.sandbox.tickets.get(1)!.status = 2;
  const entry = await program.store.getById(1);
  await program.store.resume(entry!, world.now);
  await world.until(program, "21:00");
  assertEquals((await world.theTicket()).state, "closed");
  assertEquals(world.said().length, 3);
});

Deno.test("ownership: a read that fails ends no ticket", async () => {
  using world = await TestEnv.open();
  const program = await pausedLife(world);
  world.sandbox.fault({
    kind: "status",
    status: 503,
    method: "GET",
    path: "/tickets/1$",
    times: 5,
  });
  await world.until(program, "22:00");
  assertEquals((await world.theTicket()).state, "closed");
  assertEquals(world.said().length, 3);
});
