import { assert, assertEquals, assertRejects } from "@std/assert";
import { assertSpyCalls, stub } from "@std/testing/mock";
import { FakeTime } from "@std/testing/time";
import { Freshdesk } from "../../freshdesk.ts";
import { failSafe } from "../../lib/fail_safe.ts";
import { MINUTE } from "../../lib/time.ts";
import type { Fault } from "../../sandbox/sandbox.ts";
import { backOff } from "../../workflow/failures.ts";
import { Store } from "../../workflow/store.ts";
import type { Ticket } from "../../workflow/ticket.ts";
import { moment, type Program, TestEnv, timeOf } from "../helpers/test_env.ts";

function refusal(code: string): string {
  return JSON.stringify({ code, message: "You may not do this" });
}

async function stored(world: TestEnv): Promise<Ticket[]> {
  const all = await Array.fromAsync(
    world.kv.list<Ticket>({ prefix: ["ticket"] }),
  );
  return all.map(({ value }) => value);
}

/** Refuses every request for these tickets, for good. */
function forbid(world: TestEnv, ids: string, code = "access_denied"): void {
  world.sandbox.fault({
    kind: "status",
    path: `/tickets/(${ids})(/|$)`,
    status: 403,
    body: refusal(code),
    times: "always",
  });
}

/** Runs all jobs minute by minute, those of a minute side by side; the clock never goes back. */
async function play(
  world: TestEnv,
  { workflow }: Program,
  from: string,
  to: string,
): Promise<void> {
  for (let at = moment(from); at <= moment(to); at += MINUTE) {
    world.now = Math.max(world.now, at);
    const jobs = ([5, 10, 15, 20] as const)
      .filter((every) => (at / MINUTE) % every === 0)
      .map((every) => workflow.tick(every, at));
    await Promise.all([
      ...jobs,
      ...((at / MINUTE) % 60 === 0 ? [workflow.createAndHandleTicket(at)] : []),
    ]);
  }
}

// Later is not never.

for (const status of [408, 409, 423, 425]) {
  for (const path of ["/tickets$", "/tickets/1$", "/reply", "/notes"]) {
    Deno.test(`a ${status} to ${path} means later: the ticket goes on at the next tick, nothing is said twice`, async () => {
      using world = await TestEnv.open();
      const program = world.program();
      world.sandbox.fault({
        kind: "status",
        method: path === "/tickets/1$" ? "PUT" : "POST",
        path,
        status,
        body: "{}",
      });
      await world.create(program, "12:00");
      await world.until(program, "13:30");
      assertEquals((await world.theTicket()).state, "closed");
      assertEquals(world.sandbox.tickets.size, 1);
      assertEquals(world.said().length, 3);
    });
  }
}

Deno.test("failures: a 408 to a message that was applied leaves its outcome unknown: it is looked up, not said again", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "12:00");
  world.sandbox.fault({
    kind: "status",
    path: "/reply",
    status: 408,
    applied: true,
  });
  await world.until(program, "12:05");
  assertEquals((await world.theTicket()).outcomeUnknown, true);
  await world.until(program, "13:30");
  assertEquals((await world.theTicket()).state, "closed");
  assertEquals(world.said().length, 3);
});

for (const status of [409, 423, 425]) {
  Deno.test(`a ${status} to a message leaves no doubt: it costs no look-up`, async () => {
    using world = await TestEnv.open();
    const program = world.program();
    await world.create(program, "12:00");
    world.sandbox.fault({ kind: "status", path: "/reply", status, body: "{}" });
    await world.until(program, "12:10");
    const { outcomeUnknown, waitsFor } = await world.theTicket();
    assertEquals([outcomeUnknown, waitsFor], [false, "customer reply"]);
    assert(!world.requests.some((line) => line.includes("/conversations")));
  });
}

Deno.test("failures: a look-up that is refused does not fail the ticket", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "12:00");
  world.sandbox.fault({ kind: "drop", path: "/reply" });
  world.sandbox.fault({
    kind: "status",
    path: "/conversations",
    status: 400,
    body: "{}",
    times: 2,
  });
  await world.until(program, "12:10");
  assertEquals((await world.theTicket()).waitsFor, "first reply");
  await world.until(program, "15:00");
  assertEquals((await world.theTicket()).state, "closed");
  assertEquals(world.said().length, 3);
});

// One ticket's own trouble.

const OWN: [string, Partial<Fault>][] = [
  ["403 require_feature", { status: 403, body: refusal("require_feature") }],
  ["redirect", { status: 302, body: "" }],
];

for (const [what, fault] of OWN) {
  Deno.test(`failures: a ${what} that comes with four tickets only is their own trouble, and blocks no other`, async () => {
    using world = await TestEnv.open();
    const program = world.program({ ticketsPerHour: 8 });
    await world.create(program, "12:00");
    const path = "/tickets/[1-4]/reply";
    world.sandbox.fault({ kind: "status", path, times: "always", ...fault });
    const asked = () =>
      world.requests.filter((line) => line.includes("/agents/me")).length;
    const before = asked();
    await world.until(program, "12:05");
    assertEquals(asked() - before, 1);
    await world.until(program, "12:20");
    assertEquals(await world.count("closed"), 4);
    for (const { id, attempts, waitsFor } of await stored(world)) {
      if (id! <= 4) assert(attempts > 0 && waitsFor === "first reply");
    }
    world.sandbox.clearFaults();
    await world.until(program, "20:00");
    assertEquals(await world.count("closed"), 8);
  });

  Deno.test(`failures: a ${what} to everything is the account's trouble, and counts against no ticket`, async () => {
    using world = await TestEnv.open();
    const program = world.program({ ticketsPerHour: 8 });
    await world.create(program, "12:00");
    world.sandbox.fault({ kind: "status", times: "always", ...fault });
    await world.until(program, "12:30");
    for (const { attempts } of await stored(world)) assertEquals(attempts, 0);
    assert(world.lines.some((line) => line.startsWith("ERROR")));
  });
}

Deno.test("failures: a ticket whose state Freshdesk does not tell holds up no other", async () => {
  using world = await TestEnv.open();
  const program = world.program({ ticketsPerHour: 2 });
  await world.create(program, "12:00");
  for (const path of ["/tickets/1/reply", "/tickets/1$"]) {
    world.sandbox.fault({ kind: "status", path, status: 405, times: "always" });
  }
  await world.until(program, "12:20");
  assertEquals(await world.count("closed"), 1);
  assertEquals(await world.count("first reply"), 1);
});

// How long a ticket waits.

Deno.test("failures: a refused step waits twice as long as it has failed, some hours at most", () => {
  const waits = [0, 20, 60, 180, 600].map((minutes) =>
    backOff(true, minutes * MINUTE, 0) / MINUTE
  );
  assertEquals(waits, [20, 40, 120, 240, 240]);
  assertEquals(backOff(true, 0, 1), 15 * MINUTE);
});

Deno.test("failures: a step in passing trouble waits for its next tick in the first hour, longer only after it", () => {
  const waits = [0, 59, 60, 120, 600].map((minutes) =>
    backOff(false, minutes * MINUTE, 0) / MINUTE
  );
  assertEquals(waits, [0, 0, 15, 30, 60]);
});

for (const status of [503, 409]) {
  Deno.test(`failures: a step that meets ${status} is tried at every tick of the first hour, and more rarely then`, async () => {
    using world = await TestEnv.open();
    const program = world.program();
    await world.create(program, "12:00");
    world.sandbox.fault({
      kind: "status",
      path: "/reply",
      status,
      body: "{}",
      times: "always",
    });
    await world.until(program, "15:05");
    const tries = world.writes.filter((line) => line.includes("/reply"))
      .map((line) => line.split(" ")[0]!);
    assert(tries.filter((time) => time < "13:00").length >= 9, tries.join(" "));
    assert(tries.filter((time) => time > "14:05").length <= 4, tries.join(" "));
    world.sandbox.clearFaults();
    await world.until(program, "17:00");
    assertEquals((await world.theTicket()).state, "closed");
  });
}

Deno.test("failures: a refused ticket is tried ever more rarely, and the repair leaves its wait alone", async () => {
  using world = await TestEnv.open();
  const program = world.program({ ticketsPerHour: 1 });
  await world.create(program, "12:00");
  forbid(world, "1/reply");
  for (let hour = 12; hour < 36; hour++) {
    await world.until(program, `${hour}:59`);
    await world.create(program, `${hour + 1}:00`);
  }
  const tries = world.writes.filter((line) =>
    line.includes("/tickets/1/reply")
  );
  assert(tries.length > 5 && tries.length < 12, tries.join("\n"));
  assert(
    !world.lines.some((line) => line.includes("far off")),
    world.lines.join("\n"),
  );
});

Deno.test("failures: a hundred refused tickets take no other ticket's minutes, and less than a quarter of the calls", async () => {
  using world = await TestEnv.open({ limit: 50 });
  const many = world.program({ ticketsPerHour: 100 });
  forbid(world, "([1-9]|[1-9][0-9]|100)/reply");
  await play(world, many, "12:00", "12:59");
  await play(world, world.program({ ticketsPerHour: 20 }), "13:00", "19:59");
  const healthy = (await stored(world)).filter(({ id }) => id! > 100);
  assertEquals(healthy.length, 7 * 20);
  for (const { tag, completedAt, createdAt } of healthy) {
    const hour = timeOf(createdAt).slice(0, 2);
    const messages = await many.store.messageHistory(tag);
    const done = [...messages.slice(1).map(({ at }) => at), completedAt!];
    for (const [i, moment] of done.entries()) {
      const at = timeOf(moment);
      const least = `${hour}:${["05", "10", "15", "20"][i]}`;
      const most = `${hour}:${["09", "14", "19", "24"][i]}`;
      assert(least <= at && at <= most, `step ${i} at ${at}, not ${least}`);
    }
  }
  const all = world.sandbox.requests;
  const refused = all.filter(({ status }) => status === 403).length;
  assert(refused > 100, `${refused} refused`);
  assert(refused < all.length / 4, `${refused} of ${all.length} refused`);
});

Deno.test("failures: a hundred refused tickets all go on once they are no longer refused", async () => {
  using world = await TestEnv.open({ limit: 50 });
  forbid(world, "([1-9]|[1-9][0-9]|100)/reply");
  await play(
    world,
    world.program({ ticketsPerHour: 100 }),
    "12:00",
    "12:59",
  );
  const program = world.program({ ticketsPerHour: 1 });
  await play(world, program, "13:00", "15:59");
  assert(await world.count("first reply") >= 100);
  world.sandbox.clearFaults();
  await play(world, program, "16:00", "21:59");
  assertEquals(await world.count("closed"), 109);
});

Deno.test("failures: tickets not tried yet come before tickets that failed, of a later stage too", async () => {
  using world = await TestEnv.open();
  const program = world.program({ ticketsPerHour: 8 });
  await world.create(program, "12:00");
  await world.until(program, "12:15");
  world.sandbox.fault({
    kind: "status",
    method: "PUT",
    status: 503,
    times: "always",
  });
  await world.until(program, "12:20");
  world.sandbox.clearFaults();
  assertEquals(await world.count("closing"), 8);
  await world.create(program, "13:00");
  world.now = moment("13:20");
  const before = world.writes.length;
  await Promise.all(
    ([5, 20] as const).map((every) => program.workflow.tick(every)),
  );
  const writes = world.writes.slice(before).map((line) => line.split(" ")[1]);
  assertEquals(writes.length, 16);
  // Four are under way side by side.
  assertEquals(writes.slice(0, 4), Array(4).fill("POST"));
  assertEquals(writes.slice(-4), Array(4).fill("PUT"));
});

Deno.test("failures: within a job, too, tickets of an earlier stage come before those that failed", async () => {
  using world = await TestEnv.open();
  let away = false;
  const program = world.program({
    ticketsPerHour: 8,
    fetch: (request) =>
      away && request.url.endsWith("/tickets")
        ? Promise.reject(new TypeError("client error (Connect)"))
        : world.sandbox.fetch(request),
  });
  await world.create(program, "12:00");
  world.sandbox.fault({
    kind: "status",
    path: "/reply",
    status: 503,
    times: 8,
  });
  await world.until(program, "12:05");
  away = true;
  world.now = moment("13:00");
  await assertRejects(() => program.workflow.createAndHandleTicket());
  away = false;
  const before = world.writes.length;
  world.now = moment("13:05");
  assertEquals((await program.workflow.tick(5)).done, 16);
  const writes = world.writes.slice(before).flatMap((line) =>
    line.match(/(tickets|reply)$/)?.[0] ?? []
  );
  assertEquals(writes.slice(0, 4), Array(4).fill("tickets"));
  assertEquals(writes.slice(-4), Array(4).fill("reply"));
});

// What is stored stays small and readable.

Deno.test("failures: however many fields Freshdesk refuses, the ticket fails with a short reason and advice", async () => {
  using world = await TestEnv.open();
  const program = world.program({ ticketsPerHour: 3 });
  await world.create(program, "12:00");
  const errors = Array.from({ length: 3000 }, (_, i) => ({
    field: `cf_a_field_with_a_rather_long_name_${i}`,
    message: "It is missing",
    code: "missing_field",
  }));
  world.sandbox.fault({
    kind: "status",
    path: "/1/reply",
    status: 400,
    body: JSON.stringify({ description: "Validation failed", errors }),
  });
  await world.until(program, "12:20");
  assertEquals(await world.count("closed"), 2);
  const failed = (await stored(world)).find(({ state }) => state === "failed");
  const { message, hint } = failed!.lastError!;
  assert(message.length <= 1200 && hint.length <= 1200);
  assert(hint.includes("cf_a_field_with_a_rather_long_name_0"), hint);
});

Deno.test("failures: an error of endless length and no Freshdesk error is kept short too", async () => {
  using world = await TestEnv.open();
  const program = world.program({
    fetch: (request) => {
      if (request.url.endsWith("/reply")) throw new Error("x".repeat(100_000));
      return world.sandbox.fetch(request);
    },
  });
  await world.create(program, "12:00");
  await world.until(program, "12:05");
  const { message } = (await world.theTicket()).lastError!;
  assert(message.length <= 1200);
});

// The database and the log.

/** A KV whose reads do not answer while `hangs` says so. */
function hanging(kv: Deno.Kv, hangs: (key: Deno.KvKey) => boolean): Deno.Kv {
  const never = new Promise<never>(() => {});
  return new Proxy(kv, {
    get(target, name) {
      if (name === "get") {
        return (key: Deno.KvKey) => hangs(key) ? never : target.get(key);
      }
      if (name === "getMany") {
        return (keys: Deno.KvKey[]) =>
          keys.some(hangs) ? never : target.getMany(keys);
      }
      if (name === "list") {
        return (selector: Deno.KvListSelector, options: object) => {
          const entries = target.list(selector, options);
          return "prefix" in selector && hangs(selector.prefix)
            ? Object.assign(entries, { next: () => never })
            : entries;
        };
      }
      const member = Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

/** Lets time pass until a promise is settled. */
async function settled<T>(time: FakeTime, promise: Promise<T>): Promise<T> {
  let open = true;
  const done = () => open = false;
  promise.then(done, done);
  for (let i = 0; i < 400 && open; i++) await time.tickAsync(1000);
  assert(!open, "it never ends");
  return await promise;
}

for (const what of ["due", "ticket"]) {
  Deno.test(`failures: a database that does not answer (${what}) ends the tick, and holds no other job`, async () => {
    using world = await TestEnv.open();
    let hangs = false;
    const kv = hanging(
      world.kv,
      ([first, second]) =>
        hangs && first === what && (what === "ticket" || second === 20),
    );
    const program = world.program({ kv, ticketsPerHour: 5 });
    await world.create(program, "12:00");
    await world.until(program, "12:15");
    world.now = moment("12:20");
    {
      using time = new FakeTime();
      hangs = true;
      const closings = program.workflow.tick(20);
      const replies = program.workflow.tick(5);
      replies.catch(() => {});
      await assertRejects(() => settled(time, closings), Error, "database");
      await settled(time, replies.catch(() => {}));
      hangs = false;
    }
    world.now = moment("12:40");
    assertEquals((await program.workflow.tick(20)).done, 5);
  });
}

Deno.test("failures: a log that cannot be written does not stop a tick", async () => {
  using world = await TestEnv.open();
  using said = stub(console, "error", () => {});
  const full = () => {
    throw new Error("No space left on device");
  };
  const program = world.program({
    log: { info: full, warn: full, error: full },
  });
  await program.workflow.createAndHandleTicket();
  world.sandbox.fault({ kind: "status", path: "/reply", status: 503 });
  await world.until(program, "13:00");
  assertEquals((await world.theTicket()).state, "closed");
  assertSpyCalls(said, 1);
});

Deno.test("failures: a log that cannot be written stops neither a call nor a repair", async () => {
  using world = await TestEnv.open();
  await world.create(world.program(), "12:00");
  const full = () => {
    throw new Error("No space left on device");
  };
  using _said = stub(console, "error", () => {});
  const log = { debug: full, warn: full };
  const freshdesk = new Freshdesk({
    url: "https://acme.freshdesk.com",
    apiKey: "sandbox",
    fetch: world.sandbox.fetch,
    log,
  });
  assert((await freshdesk.getMe()).id > 0);
  const { tag, dueAt } = await world.theTicket();
  await world.kv.delete(["due", 5, dueAt, tag]);
  assertEquals(await new Store(world.kv, { log }).repair(moment("13:00")), 1);
});

Deno.test("failures: a log that cannot be written is still a log: what it is told otherwise arrives", () => {
  const lines: string[] = [];
  const log = failSafe({
    name: "mine",
    info: (line: string) => lines.push(line),
  });
  log.info("one");
  assertEquals([log.name, lines], ["mine", ["one"]]);
});
