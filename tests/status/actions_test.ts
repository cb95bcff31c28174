/** What a person can do, whichever way it is asked for. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import type { Fetch } from "../../freshdesk/http_client.ts";
import {
  ActionError,
  Actions,
  type ActionsOptions,
} from "../../status/actions.ts";
import { Store } from "../../workflow/store.ts";
import {
  moment,
  type Program,
  type ProgramOptions,
  TestEnv,
} from "../helpers/test_env.ts";

const HOST = "acme.freshdesk.com";
const BY = { by: "ana" };
const MINUTE = 60_000;

/** The actions of a process. */
function actionsOf(
  env: TestEnv,
  options: ProgramOptions & Partial<ActionsOptions> = {},
): Actions & { program: Program } {
  const program = env.program({ contactDomains: "*", ...options });
  const writer = {
    topics: ["account-access", "billing", "delivery", "returns"],
  };
  const actions = new Actions({
    store: program.store,
    freshdesk: program.freshdesk,
    workflow: program.workflow,
    prepare: () => Promise.resolve({ opener: program.opener, writer }),
    account: HOST,
    now: () => env.now,
    log: env.log,
    ...options,
  });
  return Object.assign(actions, { program });
}

function token(): string {
  return crypto.randomUUID();
}

/** Asserts that an action is refused; gives its message. */
async function refused(
  action: Promise<unknown>,
  status: number,
): Promise<string> {
  const error = await assertRejects(() => action, ActionError);
  assertEquals(error.status, status, error.message);
  assertMatch(error.message, /^\S.{10,}/s);
  return error.message;
}

/** How many tickets Freshdesk has. */
function inFreshdesk({ sandbox }: TestEnv): number {
  return sandbox.tickets.size;
}

Deno.test("open: opens tickets at once, between two ticks", async () => {
  using env = await TestEnv.open();
  const actions = actionsOf(env);
  env.now = moment("12:07");
  const { message, tickets } = await actions.open({
    count: 1,
    token: token(),
    ...BY,
  });
  assertMatch(message, /^Opened #1: /);
  assertEquals(tickets.map(({ id, stage }) => [id, stage]), [[
    1,
    "first reply",
  ]]);
  assertEquals(inFreshdesk(env), 1);
  await env.until(actions.program, "12:40");
  assertEquals((await env.theTicket()).state, "closed");
});

Deno.test("open: takes 1 to 20 and nothing else", async () => {
  using env = await TestEnv.open();
  const actions = actionsOf(env);
  for (const count of [0, 21, 1.5, -1, NaN, Infinity]) {
    const open = actions.open({ count, token: token(), ...BY });
    assertStringIncludes(await refused(open, 400), "from 1 to 20");
  }
  for (const token of ["", "short", "a b c d e f g h", "x".repeat(101)]) {
    await refused(actions.open({ count: 1, token, ...BY }), 400);
  }
  assertEquals(inFreshdesk(env), 0);
});

Deno.test("open: names the topics when it does not know one", async () => {
  using env = await TestEnv.open();
  const open = actionsOf(env).open({
    count: 1,
    topic: "nonsense\n",
    token: token(),
    ...BY,
  });
  assertStringIncludes(await refused(open, 400), "expected one of");
});

Deno.test("open: opens nothing more with the same token, in whatever process and at once", async () => {
  using env = await TestEnv.open();
  const [one, other] = [actionsOf(env), actionsOf(env)];
  const press = { count: 3, token: token(), ...BY };
  const answers = await Promise.all([one.open(press), other.open(press)]);
  assertEquals(answers.map(({ repeated }) => repeated).toSorted(), [
    false,
    true,
  ]);
  const again = await other.open(press);
  assert(again.repeated);
  assertEquals(again.tickets.length, 3);
  assertEquals(inFreshdesk(env), 3);
  await one.open({ ...press, token: token() });
  assertEquals(inFreshdesk(env), 6);
  await one.pause({ until: null, ...BY });
  assert(
    (await one.open(press)).repeated,
    "what was done is said while paused",
  );
});

Deno.test("open: is refused while paused, in a dry run and where calls have no room", async () => {
  using env = await TestEnv.open();
  const actions = actionsOf(env);
  await actions.pause({ until: null, by: "ben" });
  const press = () => ({ count: 1, token: token(), ...BY });
  assertStringIncludes(await refused(actions.open(press()), 409), "ben");
  await actions.resume(BY);
  const dry = actionsOf(env, { dryRun: true });
  assertStringIncludes(await refused(dry.open(press()), 409), "DRY_RUN");
  await env.kv.set(["due", 5, env.now, "tw-others"], {
    waitsFor: "first reply",
    tried: 0,
    callsLeft: 3000,
  });
  assertStringIncludes(
    await refused(actions.open(press()), 429),
    "this hour's calls",
  );
  assertEquals(inFreshdesk(env), 0);
});

Deno.test("open: asks before it mails people who may be real", async () => {
  using env = await TestEnv.open();
  env.sandbox.contacts[0]!.email = "amina@gmail.com";
  const actions = actionsOf(env, { contactDomains: undefined });
  const press = { count: 2, token: token(), ...BY };
  const error = await assertRejects(() => actions.open(press), ActionError);
  assertEquals([error.status, error.needsConfirm], [409, true]);
  assertStringIncludes(error.message, "gmail.com (1)");
  assertEquals(inFreshdesk(env), 0);
  await actions.open({ ...press, confirm: true });
  assertEquals(inFreshdesk(env), 2);
});

Deno.test("open: keeps what it drafted when Freshdesk fails, and the next tick goes on", async () => {
  using env = await TestEnv.open();
  let isDown = false;
  const fetch: Fetch = async (request) =>
    isDown && request.method !== "GET"
      ? new Response("down", { status: 503 })
      : await env.sandbox.fetch(request);
  const actions = actionsOf(env, { fetch });
  isDown = true;
  const { message } = await actions.open({ count: 2, token: token(), ...BY });
  assertStringIncludes(message, "within minutes");
  isDown = false;
  await env.until(actions.program, "12:10");
  assertEquals(inFreshdesk(env), 2);
});

Deno.test("pause: holds for all processes and for new ones, and nothing is lost by it", async () => {
  using env = await TestEnv.open();
  env.makesUpHours = true;
  const [one, other] = [actionsOf(env), actionsOf(env)];
  await env.create(one.program, "12:00");
  const { message, pause } = await one.pause({
    until: moment("13:30"),
    ...BY,
  });
  assertEquals(message, "Paused until 13:30 UTC");
  assertEquals(pause?.by, "ana");
  const before = env.writes.length;
  await env.until(other.program, "13:00");
  await actionsOf(env).program.workflow.createAndHandleTicket();
  await env.until(actionsOf(env).program, "13:29");
  assertEquals(env.writes.length, before);
  assertEquals((await env.tickets()).length, 1, "nothing is drafted");
  await env.until(other.program, "14:05");
  assertEquals(await env.count("closed"), 2, "the hour's ticket is made up");
});

Deno.test("pause: ends a long tick in its middle", async () => {
  using env = await TestEnv.open();
  const actions = actionsOf(env, { ticketsPerHour: 40, share: 0.2 });
  await env.create(actions.program, "12:00");
  const opened = inFreshdesk(env);
  env.now = moment("12:05");
  let calls = 0;
  const { fetch } = env.sandbox;
  const pausing = actionsOf(env, {
    share: 0.2,
    fetch: async (request) => {
      env.now += 2000;
      if (request.method !== "GET" && ++calls === 3) {
        await actions.pause({ until: null, ...BY });
      }
      return await fetch(request);
    },
  });
  await pausing.program.workflow.tick(5, env.now);
  assert(opened > 20);
  assert(calls < 12, `${calls} replies`);
});

Deno.test("pause: changes its end when it is pressed again, and keeps its beginning; resuming twice does no harm", async () => {
  using env = await TestEnv.open();
  const actions = actionsOf(env);
  const first = await actions.pause({ until: null, ...BY });
  env.now += 10 * MINUTE;
  const second = await actions.pause({
    until: env.now + MINUTE,
    by: "ben",
  });
  assertEquals(second.pause?.since, first.pause?.since);
  assertEquals(second.pause?.by, "ben");
  assertMatch((await actions.resume(BY)).message, /^Resumed/);
  assertEquals((await actions.resume(BY)).message, "It was not paused");
  for (const until of [env.now, NaN, env.now + 31 * 24 * 60 * MINUTE]) {
    await refused(actions.pause({ until, ...BY }), 400);
  }
});

Deno.test("hurry: takes the step it names, and no other when it is pressed twice", async () => {
  using env = await TestEnv.open();
  const [one, other] = [actionsOf(env), actionsOf(env)];
  await env.create(one.program, "12:00");
  const { step, tag } = await env.theTicket();
  const results = await Promise.allSettled([
    one.hurry("1", step, BY),
    other.hurry(tag, "first reply", BY),
    one.hurry("#1", step, BY),
  ]);
  assertEquals(
    results.filter(({ status }) => status === "fulfilled").length,
    1,
  );
  assertEquals(env.said().length, 1);
  const again = await refused(one.hurry("1", step, BY), 409);
  assertEquals(again, "#1 has moved on: it waits for customer reply");
  await refused(one.hurry("1", "first reply", BY), 409);
  const { message } = await one.hurry("1", "customer reply", BY);
  assertEquals(
    message,
    "#1: customer reply is done; it waits for resolution",
  );
  assertEquals(env.said().length, 2);
});

Deno.test("hurry: refuses what is not there, over, paused, dry, or wrong", async () => {
  using env = await TestEnv.open();
  const actions = actionsOf(env);
  await env.create(actions.program, "12:00");
  const { step } = await env.theTicket();
  for (const name of ["99", "tw-1", "#12345678901234"]) {
    assertStringIncludes(
      await refused(actions.hurry(name, 0, BY), 404),
      "There is no ticket",
    );
  }
  for (const name of ["", "a b", "x".repeat(1000), "../1"]) {
    await refused(actions.hurry(name, 0, BY), 400);
  }
  for (const step of ["", -1, 1.5, "x".repeat(100), NaN]) {
    await refused(actions.hurry("1", step, BY), 400);
  }
  await actions.pause({ until: null, ...BY });
  await refused(actions.hurry("1", step, BY), 409);
  await actions.resume(BY);
  await refused(actionsOf(env, { dryRun: true }).hurry("1", step, BY), 409);
  await env.until(actions.program, "12:20");
  assertStringIncludes(
    await refused(actions.hurry("1", step, BY), 409),
    "closed",
  );
});

Deno.test("hurry: says what Freshdesk said, and the ticket goes on", async () => {
  using env = await TestEnv.open();
  const actions = actionsOf(env);
  await env.create(actions.program, "12:00");
  const { step } = await env.theTicket();
  const fetch: Fetch = async (request) =>
    request.method === "POST"
      ? Response.json({ description: "Validation failed" }, { status: 400 })
      : await env.sandbox.fetch(request);
  const message = await refused(
    actionsOf(env, { fetch }).hurry("1", step, BY),
    503,
  );
  assertStringIncludes(
    message,
    "first reply was not done: Freshdesk rejected the values",
  );
});

Deno.test("hurry: says that a ticket is gone from Freshdesk, and ends it", async () => {
  using env = await TestEnv.open();
  const actions = actionsOf(env);
  await env.create(actions.program, "12:00");
  const { step } = await env.theTicket();
  env.sandbox.ticket(1).deleted = true;
  env.now = moment("14:00");
  const message = await refused(actions.hurry("1", step, BY), 409);
  assertStringIncludes(message, "a person, who deleted it");
  assertEquals((await env.theTicket()).state, "abandoned");
  assertEquals(env.said(), []);
});

Deno.test("actions: without the rights every action says what is missing, and burns no ticket", async () => {
  using env = await TestEnv.open();
  const first = actionsOf(env);
  await env.create(first.program, "12:00");
  const { step } = await env.theTicket();
  for (const status of [401, 403]) {
    const fetch: Fetch = async (request) =>
      request.url.includes("/agents/me") || request.method !== "GET"
        ? Response.json({ code: "access_denied", message: "No" }, { status })
        : await env.sandbox.fetch(request);
    const actions = actionsOf(env, { fetch });
    assertStringIncludes(
      await refused(actions.hurry("1", step, BY), 503),
      String(status),
    );
    const { message } = await actions.open({
      count: 1,
      token: token(),
      ...BY,
    });
    assertStringIncludes(message, String(status));
    await refused(actions.cleanup({ confirm: HOST, ...BY }), 503);
  }
  const states = (await env.tickets()).map(({ state }) => state);
  assert(!states.includes("failed"), `${states}`);
});

Deno.test("retry: puts one or all back and takes the step at once, once", async () => {
  using env = await TestEnv.open();
  const actions = actionsOf(env, { ticketsPerHour: 2 });
  await env.create(actions.program, "12:00");
  const { store } = actions.program;
  for (const { tag } of await env.tickets()) {
    const entry = await store.get(tag);
    await store.update(entry!, { state: "failed", completedAt: env.now });
  }
  env.now = moment("12:07");
  const one = await actions.retry("1", BY);
  assertEquals(one.message, "#1 goes on with first reply");
  assertEquals(env.said(1).length, 1);
  assertMatch(await refused(actions.retry("1", BY), 409), /goes on already/);
  await refused(actions.retry("77", BY), 404);
  const [all, again] = await Promise.all([
    actions.retry(undefined, BY),
    actionsOf(env).retry(undefined, BY),
  ]);
  assertEquals(all.tickets.length + again.tickets.length, 1);
  assertEquals([env.said(1).length, env.said(2).length], [1, 1]);
  assertEquals(
    (await actions.retry(undefined, BY)).message,
    "There are no failed tickets",
  );
});

Deno.test("retry: puts back while paused, and the step waits", async () => {
  using env = await TestEnv.open();
  const actions = actionsOf(env);
  await env.create(actions.program, "12:00");
  const { store } = actions.program;
  await store.update((await store.getById(1))!, {
    state: "failed",
    completedAt: env.now,
  });
  await actions.pause({ until: null, ...BY });
  const { message } = await actions.retry("1", BY);
  assertStringIncludes(message, "when the pause ends");
  assertEquals(env.said().length, 0);
});

Deno.test("actions: a clean-up's preview names Freshdesk's own statuses in words", async () => {
  using env = await TestEnv.open();
  const actions = actionsOf(env);
  await env.create(actions.program, "12:00");
  env.sandbox.tickets.get(1)!.status = 7;
  env.now += 60 * MINUTE;
  const { tickets } = await actions.cleanupPreview();
  assertEquals(tickets.map(({ status }) => status), ["waiting on third party"]);
});

Deno.test("cleanup: is previewed, confirmed by the account's name, and says how it ended", async () => {
  using env = await TestEnv.open();
  const actions = actionsOf(env, { ticketsPerHour: 3 });
  await env.create(actions.program, "12:00");
  const preview = await actions.cleanupPreview();
  assertEquals([preview.total, preview.confirm], [3, HOST]);
  assertEquals(preview.tickets.length, 3);
  for (const confirm of ["", "yes", "other.freshdesk.com"]) {
    await refused(actions.cleanup({ confirm, ...BY }), 400);
  }
  const dry = actionsOf(env, { dryRun: true });
  await refused(dry.cleanup({ confirm: HOST, ...BY }), 409);
  assertEquals(inTrash(env), 0);
  const { message, cleanup } = await actions.cleanup({ confirm: HOST, ...BY });
  assertStringIncludes(message, "3 moved to trash");
  assertEquals([cleanup.done, cleanup.total, cleanup.isUnderWay], [
    3,
    3,
    false,
  ]);
  assertEquals(inTrash(env), 3);
  assertEquals((await actions.cleanupPreview()).total, 0);
});

function inTrash({ sandbox }: TestEnv): number {
  return [...sandbox.tickets.values()].filter(({ deleted }) => deleted).length;
}

Deno.test("cleanup: holds all else back while it works, shows how far it is, and is alone", async () => {
  using env = await TestEnv.open();
  const other = actionsOf(env, { ticketsPerHour: 2 });
  await env.create(other.program, "12:00");
  const seen: string[] = [];
  const { fetch } = env.sandbox;
  const actions = actionsOf(env, {
    fetch: async (request) => {
      if (request.method === "DELETE" && seen.length === 0) {
        env.now = moment("12:05");
        await other.program.workflow.tick(5, env.now);
        const press = { count: 1, token: token(), ...BY };
        seen.push(
          await refused(other.open(press), 409),
          await refused(other.cleanup({ confirm: HOST, ...BY }), 409),
          (await other.cleanupPreview()).message,
          (await other.resume(BY)).message,
        );
      }
      return await fetch(request);
    },
  });
  await actions.cleanup({ confirm: HOST, ...BY });
  assertEquals(seen, [
    "A clean-up by ana is under way: 0 of 2",
    "A clean-up by ana is under way: 0 of 2",
    "A clean-up is under way: 0 of 2",
    "The clean-up under way still holds all else back; it ends by itself",
  ]);
  assertEquals(env.said(1), []);
  await other.open({ count: 1, token: token(), ...BY });
});

Deno.test("cleanup: holds nothing back for long once its process has died", async () => {
  using env = await TestEnv.open();
  const { store } = env.program();
  assert(await store.beginCleanup("dead", "ana"));
  assert(!await store.beginCleanup("next", "ben"));
  assert(await store.pause());
  env.now += 11 * MINUTE;
  assertEquals(await store.pause(), undefined);
  assert(await store.beginCleanup("next", "ben"));
  await store.noteCleanup("dead", { endedAt: env.now });
  assert((await store.cleanup())?.isUnderWay);
});

Deno.test("cleanup: says why it stops half-way, and can be done again", async () => {
  using env = await TestEnv.open();
  const first = actionsOf(env, { ticketsPerHour: 3 });
  await env.create(first.program, "12:00");
  let deletions = 0;
  const fetch: Fetch = async (request) =>
    request.method === "DELETE" && ++deletions > 1
      ? new Response("{}", { status: 401 })
      : await env.sandbox.fetch(request);
  const actions = actionsOf(env, { fetch });
  await refused(actions.cleanup({ confirm: HOST, ...BY }), 503);
  const { last } = await first.cleanupPreview();
  assertStringIncludes(last!.said, "1 moved to trash");
  assertStringIncludes(last!.said, "It stopped:");
  assert(!last!.isUnderWay);
  await first.cleanup({ confirm: HOST, ...BY });
  assertEquals(inTrash(env), 3);
});

Deno.test("preview: tells the openings to come and the next steps, and writes nothing", async () => {
  using env = await TestEnv.open();
  const actions = actionsOf(env, { ticketsPerHour: 2 });
  await env.create(actions.program, "12:00");
  const { writes } = env;
  const { openings, steps } = await actions.preview(3);
  assertEquals(openings.map(({ at }) => at.slice(11, 16)), [
    "13:00",
    "13:00",
    "14:00",
    "14:00",
  ]);
  assertEquals(steps.map(({ at, stage }) => [at.slice(11, 16), stage]), [
    ["12:05", "first reply"],
    ["12:05", "first reply"],
  ]);
  assertEquals(env.writes, writes);
  await env.until(actions.program, "12:59");
  await env.create(actions.program, "13:00");
  const subjects = (await env.tickets()).sort((a, b) => a.number - b.number)
    .slice(2).map(({ subject }) => subject);
  assertEquals(openings.slice(0, 2).map(({ subject }) => subject), subjects);
  for (const hours of [0, 49, NaN, 1.5]) {
    await refused(actions.preview(hours), 400);
  }
});

Deno.test("actions: a preview deployment acts on nothing", async () => {
  using env = await TestEnv.open();
  const actions = actionsOf(env, { production: false });
  await refused(actions.pause({ until: null, ...BY }), 403);
  await refused(actions.open({ count: 1, token: token(), ...BY }), 403);
  await refused(actions.hurry("1", 0, BY), 403);
  await refused(actions.retry(undefined, BY), 403);
  await refused(actions.resume(BY), 403);
  await refused(actions.cleanup({ confirm: HOST, ...BY }), 403);
});

Deno.test("actions: every action is logged, with who, whether it was done or refused", async () => {
  using env = await TestEnv.open();
  const actions = actionsOf(env);
  await actions.pause({ until: null, by: "ana\n\x1b[31m" + "x".repeat(200) });
  await refused(actions.open({ count: 1, token: token(), by: "ben" }), 409);
  const [paused, refusal] = env.lines;
  assertMatch(paused!, /^INFO ana.*: pause: Paused until it is resumed$/);
  // deno-lint-ignore no-control-regex
  assert(!/[\x00-\x1f]/.test(paused!));
  assert(paused!.length < 150);
  assertMatch(refusal!, /^WARN ben: open refused: /);
});

Deno.test("actions: a silent database is a sentence and 503, and nothing is half done", async () => {
  using env = await TestEnv.open();
  const { program } = actionsOf(env);
  const broken = new Store({
    get: () => Promise.reject(new TypeError("connection refused")),
    getMany: () => Promise.reject(new TypeError("connection refused")),
    atomic: () => {
      throw new TypeError("connection refused");
    },
    list: () => {
      throw new TypeError("connection refused");
    },
  } as unknown as Deno.Kv);
  const actions = actionsOf(env, { store: broken });
  const press = { count: 1, token: token(), ...BY };
  for (
    const act of [
      () => actions.open(press),
      () => actions.pause({ until: null, ...BY }),
      () => actions.resume(BY),
      () => actions.retry("1", BY),
      () => actions.hurry("1", 0, BY),
      () => actions.cleanup({ confirm: HOST, ...BY }),
      () => actions.preview(1),
    ]
  ) await refused(act(), 503);
  assertEquals(inFreshdesk(env), 0);
  assertEquals(await program.store.pause(), undefined);
});

Deno.test("actions: an answer waits no longer than it may, and the work goes on behind it", async () => {
  using env = await TestEnv.open();
  const { promise, resolve } = Promise.withResolvers<void>();
  const { fetch } = env.sandbox;
  const actions = actionsOf(env, {
    patience: 0,
    fetch: async (request) => {
      if (request.method === "POST") await promise;
      return await fetch(request);
    },
  });
  const press = { count: 2, token: token(), ...BY };
  const { message } = await actions.open(press);
  assertEquals(message, "2 tickets drafted; they follow within minutes");
  assertEquals(inFreshdesk(env), 0);
  resolve();
  await actions.finish();
  assertEquals(inFreshdesk(env), 2);
});
