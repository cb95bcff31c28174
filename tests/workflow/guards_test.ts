/**
 * The small conditions that the promise rests on: each test fails when one of them is left out.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { RateLimiter } from "../../freshdesk/rate_limiter.ts";
import { MINUTE } from "../../lib/time.ts";
import { Store } from "../../workflow/store.ts";
import { Clock, json, options, replies } from "../helpers/responses.ts";
import { Freshdesk } from "../../freshdesk.ts";
import { moment, TestEnv } from "../helpers/test_env.ts";

// What is not known.

Deno.test("guards: an outcome that is not known stays so when a later attempt is not sent", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "12:00");
  world.sandbox.fault({ kind: "drop", path: "/reply$" }); // applied
  await world.until(program, "12:05");
  const entry = await program.store.getById(1);
  await program.workflow.handleTicketWorkflow(
    entry!.ticket,
    moment("12:10"),
    world.now, // its time is over before anything is sent
  ).catch(() => {});
  assertEquals((await world.theTicket()).outcomeUnknown, true);
  await world.until(program, "14:00");
  assertEquals(world.said().length, 3);
});

Deno.test("guards: an outcome that is not known stays so when the look-up is refused", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "12:00");
  world.sandbox.fault({ kind: "drop", path: "/reply$" });
  await world.until(program, "12:05");
  world.sandbox.fault({ kind: "status", status: 429, path: "/conversations" });
  await world.until(program, "14:00");
  assertEquals(world.said().length, 3);
});

Deno.test("guards: a private note with the same words is no reply", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  world.sandbox.fault({ kind: "refuse", path: "/reply$" });
  await world.create(program, "12:00");
  await world.until(program, "12:05");
  const { steps } = await world.thePlan();
  const reply = steps.find(({ kind }) => kind === "reply");
  world.sandbox.threads.set(1, [{
    id: 900,
    body: reply && "body" in reply ? reply.body : "",
    body_text: "",
    incoming: false,
    private: true,
    user_id: 501,
    source: 2,
    ticket_id: 1,
    created_at: "2026-11-23T12:06:00Z",
    updated_at: "2026-11-23T12:06:00Z",
  } as never]);
  await world.until(program, "14:00");
  assertEquals(
    world.sandbox.conversations(1).filter((one) => !one.private).length,
    3,
  );
});

// When the next step is due.

Deno.test("guards: the next step is due after this one was done, however late its tick was", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "12:00");
  world.now = moment("12:10:30");
  await program.workflow.tick(5, moment("12:05"));
  const { waitsFor, dueAt } = await world.theTicket();
  assertEquals([waitsFor, dueAt], ["customer reply", moment("12:20")]);
});

Deno.test("guards: a step that failed is tried again after now, however late its tick was", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "12:00");
  world.sandbox.fault({ kind: "status", status: 500, path: "/reply$" });
  world.now = moment("12:12:30");
  await program.workflow.tick(5, moment("12:05"));
  assertEquals((await world.theTicket()).dueAt, moment("12:15"));
});

Deno.test("guards: the time of a first failure is forgotten once the step is done", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "12:00");
  world.sandbox.fault({ kind: "status", status: 500, path: "/reply$" });
  await world.until(program, "12:05");
  assertEquals((await world.theTicket()).firstFailedAt, moment("12:05"));
  await world.until(program, "12:10");
  const { waitsFor, firstFailedAt } = await world.theTicket();
  assertEquals([waitsFor, firstFailedAt], ["customer reply", null]);
});

// People and agents.

Deno.test("guards: a ticket that a person marks as spam is abandoned", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "12:00");
  world.sandbox.tickets.get(1)!.spam = true;
  await world.until(program, "13:00");
  assertEquals((await world.theTicket()).state, "abandoned");
  assertEquals(world.said(), []);
});

Deno.test("guards: an agent who is not taken is not asked again: another one is", async () => {
  for (const random of [() => 0, () => 0.5, () => 0.999]) {
    using world = await TestEnv.open();
    const program = world.program({ random });
    const asked: number[] = [];
    const refusing = world.program({
      random,
      fetch: async (request) => {
        if (request.method !== "PUT") return await world.sandbox.fetch(request);
        asked.push((await request.clone().json()).responder_id);
        if (asked.length > 1) return await world.sandbox.fetch(request);
        return Response.json({ id: 1, status: 2, responder_id: null });
      },
    });
    await world.create(refusing, "12:00");
    assertEquals(asked.length, 2);
    assert(asked[0] !== asked[1], `${asked}`);
    await world.until(program, "13:00");
    assertEquals((await world.theTicket()).state, "closed");
  }
});

// The database.

for (
  const message of [
    "database is locked",
    "database table is locked",
    "database table is locked: data",
    "database is busy",
    "SQLITE_BUSY",
  ]
) {
  Deno.test(`guards: a database that says "${message}" is asked again`, async () => {
    using kv = await Deno.openKv(":memory:");
    let left = 3;
    const locked = new Proxy(kv, {
      get(_, name) {
        if (name === "get" && left-- > 0) {
          return () => Promise.reject(new TypeError(message));
        }
        const member = Reflect.get(kv, name);
        return typeof member === "function" ? member.bind(kv) : member;
      },
    });
    const waits: number[] = [];
    const store = new Store(locked, {
      random: () => 1,
      sleep: (ms) => {
        waits.push(ms);
        return Promise.resolve();
      },
    });
    assertEquals(await store.get("t"), null);
    assertEquals(waits, [20, 40, 80]);
  });
}

Deno.test("guards: a database with another trouble is not asked again", async () => {
  using kv = await Deno.openKv(":memory:");
  let asked = 0;
  const broken = new Proxy(kv, {
    get(_, name) {
      if (name === "get") asked++;
      return () => Promise.reject(new TypeError("disk I/O error"));
    },
  });
  await new Store(broken).get("t").catch(() => {});
  assertEquals(asked, 1);
});

// The account's calls.

Deno.test("guards: no Retry-After holds the calls back for more than an hour", async () => {
  const clock = new Clock();
  const { fetch } = replies(
    json({ message: "later" }, 429, { "retry-after": "86400" }),
  );
  const freshdesk = new Freshdesk({ ...options(clock), fetch });
  const start = clock.time;
  await freshdesk.getMe().catch(() => {});
  assertEquals(freshdesk.budget.pausedUntil, start + 60 * MINUTE);
});

/** The headers of an answer. */
function left(remaining: number, total = 50): Headers {
  return new Headers({
    "x-ratelimit-total": String(total),
    "x-ratelimit-remaining": String(remaining),
  });
}

Deno.test("guards: answers that overtake each other are no new minute, and nobody else's calls", () => {
  let now = moment("12:00");
  const pace = new RateLimiter({ share: 1, now: () => now });
  const take = () => {
    while (pace.tryAcquire() > 0) now += 100;
  };
  for (let remaining = 49; remaining >= 40; remaining--) {
    take();
    pace.onResponse(left(remaining));
  }
  for (let n = 0; n < 4; n++) take();
  now += 100;
  // The last of the four is answered first, and counts the three that are still under way.
  for (const remaining of [36, 39, 38, 37]) {
    pace.onResponse(left(remaining));
    assertEquals(pace.budget.ourLimit, 50, `at ${remaining}`);
  }
});

Deno.test("guards: tickets that are near their end leave room for new ones", async () => {
  using world = await TestEnv.open();
  const filler = world.program({ ticketsPerHour: 20 });
  await world.create(filler, "12:00");
  await world.until(filler, "12:15"); // twenty wait for their closing: one call each
  world.now = moment("13:00");
  // One call a minute, 60 an hour: 20 closings and 6 tickets of six calls.
  const program = world.program({ ticketsPerHour: 9, share: 0.02 });
  await program.workflow.createAndHandleTicket().catch(() => {});
  const drafts = await Array.fromAsync(world.kv.list({ prefix: ["hour"] }));
  assertEquals(drafts.map(({ value }) => value), [20, 6]);
});
