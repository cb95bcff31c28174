import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Fault } from "../../sandbox/sandbox.ts";
import type { StoredPlan } from "../../workflow/ticket.ts";
import { normalizeMessage } from "../../lib/text.ts";
import {
  crashingFetch,
  crashingKv,
  type CrashMode,
  CrashPoint,
} from "../helpers/crash_points.ts";
import {
  everyKind,
  moment,
  type Program,
  type ProgramOptions,
  TestEnv,
} from "../helpers/test_env.ts";

/** Asserts that every ticket in the store lived its life in Freshdesk once, in order. */
async function assertExactlyOnce(
  world: TestEnv,
  { store }: Program,
  why: string,
): Promise<void> {
  const tickets = await world.tickets();
  assertEquals(world.sandbox.tickets.size, tickets.length, `tickets, ${why}`);
  for (const { tag, id, state } of tickets) {
    const { value: plan } = await world.kv.get<StoredPlan>(["plan", tag]);
    assertEquals(state, "closed", why);
    assertEquals(world.sandbox.tickets.get(id!)!.status, 5, why);
    assertEquals(
      world.said(id!).map(normalizeMessage),
      messagesOf(plan!).slice(1).map(normalizeMessage),
      why,
    );
    assertEquals(
      (await store.messageHistory(tag)).slice(1).map((m) => m.conversationId),
      world.sandbox.conversations(id!).map(({ id }) => id),
      `history, ${why}`,
    );
  }
}

/** The texts of a plan, in order. */
function messagesOf({ steps }: StoredPlan): string[] {
  return steps.flatMap((step) => "body" in step ? [step.body] : []);
}

/** A life that crashes at one point; then another process goes on. */
async function crashedLife(
  crash: CrashPoint,
  options: ProgramOptions,
): Promise<void> {
  using world = await TestEnv.open();
  const first = world.program({
    ...options,
    fetch: crashingFetch(crash, world.sandbox.fetch),
    kv: crashingKv(crash, world.kv),
  });
  await world.create(first, "12:00").catch(() => {});
  await world.until(first, options.steps ? "13:20" : "12:20");
  const successor = world.program();
  await world.until(successor, "15:00");
  const why = `crashed ${crash.moments[crash.at - 1]} (moment ${crash.at})`;
  await assertExactlyOnce(world, successor, why);
}

const LIVES: [name: string, options: ProgramOptions][] = [
  ["a classic ticket", {}],
  ["a ticket with every kind of step", { steps: everyKind }],
];
for (const [life, options] of LIVES) {
  for (const mode of ["dies", "throws"] as CrashMode[]) {
    const what = mode === "dies"
      ? "a process that dies at any await"
      : "a throw at any await";
    Deno.test(`promise: ${what} of ${life} loses nothing and says nothing twice`, async (t) => {
      const undisturbed = new CrashPoint(mode, 0);
      await crashedLife(undisturbed, options);
      const { moments } = undisturbed;
      assert(moments.length > 60, `${moments.length} moments`);
      for (const [i, name] of moments.entries()) {
        await t.step(
          `${i + 1}: ${name}`,
          () => crashedLife(new CrashPoint(mode, i + 1), options),
        );
      }
    });
  }
}

const DOUBTS: Fault[] = [
  { kind: "drop" },
  { kind: "refuse" },
  { kind: "cut" },
  { kind: "garbage" },
  { kind: "garbage", body: '{"id":' },
  { kind: "garbage", body: "" },
  { kind: "garbage", body: "{}" },
  { kind: "status", status: 500, applied: true },
  { kind: "status", status: 502, applied: false },
  { kind: "status", status: 503, applied: true, body: "" },
  { kind: "status", status: 429, retryAfter: 7 },
];
const CALLS = [
  { stage: "opening", method: "POST", path: "/tickets$" },
  { stage: "assignment", method: "PUT", path: "/tickets/1$" },
  { stage: "first reply", method: "POST", path: "/reply$" },
  { stage: "customer reply", method: "POST", path: "/notes$" },
  { stage: "resolution", method: "POST", path: "/reply$", skip: 1 },
  { stage: "closing", method: "PUT", path: "/tickets/1$", skip: 1 },
];

for (const { stage, skip = 0, ...call } of CALLS) {
  for (const doubt of DOUBTS) {
    const { kind, status = "", applied = "", body } = doubt;
    const name = [kind, status, applied && "applied", body].filter((x) =>
      x !== undefined && x !== ""
    ).join(" ");
    Deno.test(`promise: ${stage} that ends in ${name} is done once`, async () => {
      using world = await TestEnv.open();
      const program = world.program();
      for (let n = 0; n < skip; n++) {
        world.sandbox.fault({ kind: "latency", ms: 0, ...call });
      }
      world.sandbox.fault({ ...doubt, ...call });
      await world.create(program, "12:00");
      await world.until(program, "15:00");
      const struck = world.sandbox.requests.filter(({ fault }) =>
        fault === kind
      );
      assertEquals(struck.length, 1, "the fault struck");
      await assertExactlyOnce(world, program, name);
    });
  }
}

Deno.test("promise: a request that is never answered is given up, and looked up", async () => {
  using world = await TestEnv.open();
  const program = world.program({ timeout: 1 });
  world.sandbox.fault({ kind: "never", applied: true, path: "/reply$" });
  await world.create(program, "12:00");
  await world.until(program, "12:05");
  assertMatch((await world.theTicket()).lastError!.message, /no answer within/);
  await world.until(program, "14:00");
  await assertExactlyOnce(world, program, "never answered");
});

const DISGUISES: [
  string,
  (
    thread: {
      body: string;
      body_text: string;
      user_id: number;
      created_at: string;
    },
  ) => void,
][] = [
  [
    "other HTML",
    (m) =>
      m.body = `<div dir="ltr">${
        m.body.replaceAll("<p>", '<p class="x">').replaceAll("</p>", "</p>\n\n")
      }</div>`,
  ],
  ["collapsed white space", (m) => m.body = m.body_text.replace(/\s+/g, " ")],
  [
    "no white space between paragraphs",
    (m) => m.body = m.body.replaceAll("</p><p>", "<br>"),
  ],
  [
    "other quotes and entities",
    (m) =>
      m.body = m.body.replaceAll("&#39;", "&rsquo;").replaceAll(" ", "&nbsp;"),
  ],
  ["a substituted author", (m) => m.user_id = 501],
  ["a clock that is hours off", (m) => m.created_at = "2026-11-23T03:00:00Z"],
  ["a signature below", (m) => m.body += "<p>Sent with care by the team</p>"],
];

for (const [disguise, put] of DISGUISES) {
  Deno.test(`promise: a message in doubt is recognized with ${disguise}`, async () => {
    using world = await TestEnv.open();
    const program = world.program();
    world.sandbox.fault({ kind: "drop", path: "/reply$" });
    await world.create(program, "12:00");
    await world.until(program, "12:05");
    put(world.sandbox.threads.get(1)![0]!);
    await world.until(program, "14:00");
    assertEquals(world.said().length, 3);
    assertEquals((await world.theTicket()).state, "closed");
  });
}

Deno.test("promise: a message in doubt is found behind a hundred others", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  world.sandbox.fault({ kind: "drop", path: "/reply$" });
  await world.create(program, "12:00");
  await world.until(program, "12:05");
  const thread = world.sandbox.threads.get(1)!;
  const [ours] = thread;
  const others = Array.from({ length: 150 }, (_, i) => ({
    ...ours!,
    id: 100 + i,
    body: `<p>Note ${i}</p>`,
  }));
  thread.unshift(...others);
  await world.until(program, "14:00");
  assertEquals(world.said().length, 150 + 3);
});

Deno.test("promise: a person's reply is not taken for ours", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  world.sandbox.fault({ kind: "refuse", path: "/reply$" });
  await world.create(program, "12:00");
  await world.until(program, "12:05");
  await world.program().freshdesk.addReply(
    1,
    "agent",
    501,
    "<p>Let me look into it myself.</p>",
  );
  await world.until(program, "14:00");
  assertEquals(world.said().length, 4);
});

Deno.test("promise: the same words from the other side are not taken for ours", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  world.sandbox.fault({ kind: "refuse", path: "/reply$" });
  await world.create(program, "12:00");
  await world.until(program, "12:05");
  const { contact } = await world.theTicket();
  const [, reply] = messagesOf(await world.thePlan());
  await program.freshdesk.addReply(1, "customer", contact.id, reply!);
  await world.until(program, "14:00");
  assertEquals(world.said().length, 4);
});

Deno.test("promise: a ticket in doubt is found among hundreds of its requester", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  world.sandbox.fault({ kind: "drop", path: "/tickets$", method: "POST" });
  await world.create(program, "12:00");
  const { contact } = await world.thePlan();
  for (let n = 0; n < 150; n++) {
    await program.freshdesk.createTicket(
      `Other ${n}`,
      "<p>x</p>",
      contact.email,
    );
  }
  await world.until(program, "14:00");
  assertEquals(world.sandbox.tickets.size, 151);
  assertEquals((await world.theTicket()).state, "closed");
});

Deno.test("promise: a ticket in doubt is found after the program was down for two months", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  world.sandbox.fault({ kind: "drop", path: "/tickets$", method: "POST" });
  await world.create(program, "12:00");
  world.now += 61 * 86_400_000;
  await world.minute(program, Math.ceil(world.now / 300_000) * 300_000);
  assertEquals(world.sandbox.tickets.size, 1);
  assertEquals((await world.theTicket()).id, 1);
});

Deno.test("promise: what may have been applied is looked up no sooner than a minute later", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "12:00");
  world.sandbox.fault({ kind: "drop", path: "/reply$" });
  world.now = moment("12:09:30");
  await program.workflow.tick(5, moment("12:05"));
  assertEquals((await world.theTicket()).dueAt, moment("12:15"));
});

// Claims.

/** A `fetch` that applies the first request of that path at once and answers when it is released. */
function heldFetch(world: TestEnv, path: RegExp) {
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const { promise: applied, resolve: tell } = Promise.withResolvers<void>();
  let first = true;
  const fetch: ProgramOptions["fetch"] = async (request) => {
    const hold = first && path.test(request.url);
    if (hold) first = false;
    const answer = await world.sandbox.fetch(request);
    if (hold) {
      tell();
      await held;
    }
    return answer;
  };
  return { fetch, applied, release };
}

Deno.test("promise: a step that is claimed is left alone", async () => {
  using world = await TestEnv.open();
  const { fetch, applied, release } = heldFetch(world, /reply$/);
  const slow = world.program({ fetch });
  await world.create(slow, "12:00");
  world.now = moment("12:05");
  const tick = slow.workflow.tick(5);
  await applied;
  const other = world.program();
  const before = world.requests.length;
  await other.workflow.tick(5);
  assertEquals(world.requests.length, before, "not even a look-up");
  release();
  await tick;
  await world.until(other, "14:00");
  await assertExactlyOnce(world, other, "claimed");
});

Deno.test("promise: a commit whose claim was taken over changes nothing", async () => {
  using world = await TestEnv.open();
  const { fetch, applied, release } = heldFetch(world, /reply$/);
  const slow = world.program({ fetch });
  await world.create(slow, "12:00");
  world.now = moment("12:05");
  const tick = slow.workflow.tick(5);
  await applied;
  const other = world.program();
  await world.until(other, "12:10");
  const taken = await world.theTicket();
  assertEquals(taken.waitsFor, "customer reply");
  release();
  await tick;
  assertEquals(await world.theTicket(), taken);
  assert(world.lines.some((line) => line.includes("taken over")));
  await world.until(other, "14:00");
  await assertExactlyOnce(world, other, "taken over");
});

Deno.test("promise: nothing is sent on a claim that is about to run out", async () => {
  using world = await TestEnv.open();
  const program = world.program({
    fetch: (request) => {
      // The laptop sleeps between the look-up and the reply.
      if (request.method === "GET" && request.url.includes("conversations")) {
        world.now += 3 * 60_000;
      }
      return world.sandbox.fetch(request);
    },
  });
  await world.create(program, "12:00");
  world.sandbox.fault({ kind: "refuse", path: "/reply$" });
  await world.until(program, "12:10");
  assertEquals(world.said(), []);
});

Deno.test("promise: two processes whose clocks disagree by a minute say nothing twice", async () => {
  using world = await TestEnv.open();
  const ahead = () => world.now + 60_000;
  const one = world.program({ ticketsPerHour: 3 });
  const two = world.program({ ticketsPerHour: 3, now: ahead });
  await world.create(one, "12:00");
  world.sandbox.fault({ kind: "drop", share: 0.2 });
  for (let at = moment("12:01"); at <= moment("16:00"); at += 60_000) {
    world.now = at;
    await Promise.all(
      ([5, 10, 15, 20] as const).flatMap((every) => [
        at / 60_000 % every === 0
          ? one.workflow.tick(every).catch(() => {})
          : null,
        (at + 60_000) / 60_000 % every === 0
          ? two.workflow.tick(every).catch(() => {})
          : null,
      ]),
    );
  }
  world.sandbox.clearFaults();
  await world.until(one, "18:00");
  await assertExactlyOnce(world, one, "two clocks");
});

Deno.test("promise: a clock that was set back does not leave tickets waiting for hours", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "20:00");
  await world.until(program, "20:05");
  world.now = moment("12:00");
  await program.store.repair();
  await world.until(program, "13:00");
  await assertExactlyOnce(world, program, "set back");
});

// The database.

/** A database whose commits fail when told to. */
function failingKv(kv: Deno.Kv, fails: () => Error | undefined): Deno.Kv {
  return new Proxy(kv, {
    get(_, name) {
      if (name === "atomic") {
        return () => {
          const atomic = kv.atomic();
          const commit = atomic.commit.bind(atomic);
          atomic.commit = async () => {
            const error = fails();
            if (error) throw error;
            return await commit();
          };
          return atomic;
        };
      }
      const member = Reflect.get(kv, name);
      return typeof member === "function" ? member.bind(kv) : member;
    },
  });
}

Deno.test("promise: a database that is locked is asked again", async () => {
  using world = await TestEnv.open();
  let asked = 0;
  const kv = failingKv(
    world.kv,
    () => asked++ % 3 < 2 ? new TypeError("database is locked") : undefined,
  );
  const program = world.program({ kv });
  await world.create(program, "12:00");
  await world.until(program, "12:20");
  await assertExactlyOnce(world, program, "locked");
});

Deno.test("promise: a database that is full after the call was made: nothing is said twice once it has room", async () => {
  using world = await TestEnv.open();
  let full = false;
  const kv = failingKv(
    world.kv,
    () => full ? new Error("database or disk is full") : undefined,
  );
  const program = world.program({
    kv,
    fetch: async (request) => {
      const answer = await world.sandbox.fetch(request);
      full = request.url.endsWith("/reply");
      return answer;
    },
  });
  await world.create(program, "12:00");
  await world.until(program, "12:30");
  assertEquals(world.said().length, 1);
  assert(world.lines.some((line) => line.includes("disk is full")));
  full = false;
  await world.until(world.program(), "14:00");
  await assertExactlyOnce(world, program, "full");
});

// People.

Deno.test("promise: a deleted ticket that is restored and resumed goes on where it was", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "12:00");
  await world.until(program, "12:05");
  world.sandbox.tickets.get(1)!.deleted = true;
  await world.until(program, "12:30");
  assertEquals((await world.theTicket()).state, "abandoned");
  world.sandbox.tickets.get(1)!.deleted = false;
  const entry = await program.store.getById(1);
  await program.store.resume(entry!, world.now);
  await world.until(program, "14:00");
  await assertExactlyOnce(world, program, "restored");
});

const MEDDLERS: [string, (world: TestEnv) => void][] = [
  ["reassigned", ({ sandbox }) => sandbox.tickets.get(1)!.responder_id = 502],
  ["closed", ({ sandbox }) => sandbox.tickets.get(1)!.status = 5],
  ["pending", ({ sandbox }) => sandbox.tickets.get(1)!.status = 3],
  ["put into a group", ({ sandbox }) => sandbox.tickets.get(1)!.group_id = 701],
  ["left by its agents", ({ sandbox }) =>
    sandbox.agents.forEach((agent) => {
      if (agent.id !== sandbox.keyAgentId) agent.deactivated = true;
    })],
];

for (const [what, meddle] of MEDDLERS) {
  for (const time of ["12:00", "12:05", "12:10", "12:15"]) {
    Deno.test(`promise: a ticket that is ${what} after ${time} still reaches its end`, async () => {
      using world = await TestEnv.open();
      const program = world.program();
      await world.create(program, "12:00");
      await world.until(program, time);
      meddle(world);
      await world.until(program, "14:00");
      await assertExactlyOnce(world, program, what);
    });
  }
}

Deno.test("promise: a ticket whose contact was deleted asks a person, and goes on once resumed", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "12:00");
  await world.until(program, "12:05");
  const refusal = JSON.stringify({
    code: "invalid_user",
    message: "no such user",
  });
  world.sandbox.fault({
    kind: "status",
    path: "/notes$",
    status: 403,
    body: refusal,
  });
  await world.until(program, "12:30");
  const { state, lastError } = await world.theTicket();
  assertEquals(state, "failed");
  assertMatch(lastError!.message, /403/);
  const entry = await program.store.getById(1);
  await program.store.resume(entry!, world.now);
  await world.until(program, "14:00");
  await assertExactlyOnce(world, program, "resumed");
});

Deno.test("promise: a failed ticket can be resumed in every stage", async () => {
  for (const { stage } of CALLS) {
    using world = await TestEnv.open();
    const program = world.program();
    const call = CALLS.find((call) => call.stage === stage)!;
    for (let n = 0; n < (call.skip ?? 0); n++) {
      world.sandbox.fault({
        kind: "latency",
        ms: 0,
        method: call.method,
        path: call.path,
      });
    }
    world.sandbox.fault({
      kind: "status",
      status: 400,
      body: "{}",
      method: call.method,
      path: call.path,
    });
    await world.create(program, "12:00");
    await world.until(program, "13:00");
    const { state, waitsFor } = await world.theTicket();
    assertEquals([state, waitsFor], ["failed", stage]);
    for await (const entry of program.store.finished("failed")) {
      await program.store.resume(entry, world.now);
    }
    await world.until(program, "15:00");
    await assertExactlyOnce(world, program, stage);
  }
});

Deno.test("promise: a creation that failed in doubt is looked up when it is resumed, however late", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  world.sandbox.fault({ kind: "drop", path: "/tickets$", method: "POST" });
  await world.create(program, "12:00");
  world.sandbox.fault({
    kind: "status",
    status: 500,
    path: "/tickets\\?",
    times: "always",
  });
  await world.until(program, "37:30");
  const { state, waitsFor } = await world.theTicket();
  assertEquals([state, waitsFor], ["failed", "opening"]);
  world.sandbox.clearFaults();
  world.now += 2 * 86_400_000;
  for await (const entry of program.store.finished("failed")) {
    await program.store.resume(entry, world.now);
  }
  for (let n = 0; n < 12; n++) {
    world.now += 5 * 60_000;
    await world.minute(program, Math.floor(world.now / 300_000) * 300_000);
  }
  await assertExactlyOnce(world, program, "resumed late");
});

Deno.test("promise: a message without a body does not keep a look-up from its end", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  world.sandbox.fault({ kind: "drop", path: "/reply$" });
  await world.create(program, "12:00");
  await world.until(program, "12:05");
  const thread = world.sandbox.threads.get(1)!;
  thread.unshift({ ...thread[0]!, id: 1, body: null as unknown as string });
  await world.until(program, "14:00");
  assertEquals((await world.theTicket()).state, "closed");
  assertEquals(world.said().length, 4);
});
