/**
 * Two programs on one database whose clocks change: only the holder of a claim sends, and it
 * stops before anybody else begins.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { moment, type ProgramOptions, TestEnv } from "../helpers/test_env.ts";
import { MINUTE } from "../../lib/time.ts";

/** A `fetch` that runs something before the first request that fits is applied. */
function before(
  world: TestEnv,
  fits: (request: Request) => boolean,
  run: () => Promise<void>,
): ProgramOptions["fetch"] {
  let first = true;
  return async (request) => {
    if (first && fits(request)) {
      first = false;
      await run();
    }
    return await world.sandbox.fetch(request);
  };
}

function isReply({ method, url }: Request): boolean {
  return method === "POST" && url.endsWith("/reply");
}

function isLookUp({ url }: Request): boolean {
  return url.includes("/conversations");
}

Deno.test("claims: a holder whose clock is set back sends nothing once another may have taken over", async () => {
  using world = await TestEnv.open();
  let behind = 0;
  const other = world.program();
  const holder = world.program({
    now: () => world.now - behind,
    // An answer takes its time; meanwhile this clock is set back, and the other program goes on.
    fetch: async (request) => {
      const answer = await world.sandbox.fetch(request);
      if (isLookUp(request) && behind === 0) {
        behind = 10 * MINUTE;
        world.now = moment("12:15");
        await other.workflow.tick(5);
      }
      return answer;
    },
  });
  await world.create(other, "12:00");
  world.sandbox.fault({ kind: "refuse", path: "/reply$" });
  await world.until(other, "12:05");
  assertEquals((await world.theTicket()).outcomeUnknown, true);
  world.now = moment("12:10");
  await holder.workflow.tick(5);
  assertEquals(world.said().length, 1);
  await world.until(other, "14:00");
  assertEquals(world.said().length, 3);
  assertEquals((await world.theTicket()).state, "closed");
});

Deno.test("claims: a holder whose machine sleeps sends nothing once another may have taken over", async () => {
  using world = await TestEnv.open();
  const other = world.program();
  const holder = world.program({
    monotonic: () => 0, // stands still while the machine sleeps
    fetch: async (request) => {
      const answer = await world.sandbox.fetch(request);
      if (isLookUp(request) && world.now < moment("12:15")) {
        world.now = moment("12:15");
        await other.workflow.tick(5);
      }
      return answer;
    },
  });
  await world.create(other, "12:00");
  world.sandbox.fault({ kind: "refuse", path: "/reply$" });
  await world.until(other, "12:05");
  world.now = moment("12:10");
  await holder.workflow.handleTicketWorkflow(await world.theTicket())
    .catch(() => {});
  assertEquals(world.said().length, 1);
  await world.until(other, "14:00");
  assertEquals(world.said().length, 3);
});

for (const back of [1, 3, 10, 60, 24 * 60]) {
  Deno.test(`claims: a program whose clock is set back by ${back} minutes leaves a claim alone that is new`, async () => {
    using world = await TestEnv.open();
    const other = world.program({ now: () => world.now - back * MINUTE });
    let calls = 0;
    const holder = world.program({
      fetch: before(world, isReply, async () => {
        calls -= world.requests.length;
        await other.workflow.handleTicketWorkflow(await world.theTicket());
        calls += world.requests.length;
      }),
    });
    await world.create(holder, "12:00");
    await world.until(holder, "14:00");
    assertEquals(calls, 0, "not even a look-up");
    assertEquals(world.said().length, 3);
    assertEquals((await world.theTicket()).state, "closed");
  });
}

Deno.test("claims: one that ends far off is void after it has been seen for four minutes", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "12:00");
  const ticket = await world.theTicket();
  const at = moment("20:00");
  const claim = {
    owner: "another",
    claimedAt: at,
    expiresAt: at + 4 * MINUTE,
  };
  await world.kv.set(["ticket", ticket.tag], { ...ticket, claim });
  await world.until(program, "12:05");
  assertEquals(world.said(), []);
  await world.until(program, "12:10");
  assertEquals(world.said().length, 1);
});

Deno.test("claims: a ticket whose due time has moved since it was read is left alone", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "12:00");
  world.now = moment("12:06");
  const read = await world.theTicket();
  const entry = await program.store.get(read.tag);
  await program.store.update(entry!, { dueAt: moment("12:10") });
  const calls = world.requests.length;
  await program.workflow.handleTicketWorkflow(read);
  assertEquals(world.requests.length, calls);
});
