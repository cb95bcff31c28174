import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { serialize } from "node:v8";
import { DAY } from "../../lib/time.ts";
import type { Draft } from "../../workflow/draft.ts";
import { Store } from "../../workflow/store.ts";
import type { Ticket } from "../../workflow/ticket.ts";
import { moment } from "../helpers/test_env.ts";
import {
  CONTACT,
  makePlan,
  makeTicket,
  putTickets,
} from "../helpers/tickets.ts";

/** A ticket made at 12:00 that is opened at 12:05. */
function draft(tag: string, change: Partial<Ticket> = {}): Ticket {
  return makeTicket(tag, moment("12:05"), {
    createdAt: moment("12:00"),
    stepSince: moment("12:00"),
    ...change,
  });
}

const MESSAGE = { name: "Ada", at: moment("12:05"), conversationId: 7 };

/** A store in memory, what it warned of, and what it wrote with which expiry. */
async function open() {
  const kv = await Deno.openKv(":memory:");
  const lines: string[] = [];
  const expiries = new Map<string, number | undefined>();
  const noting = new Proxy(kv, {
    get(_, name) {
      if (name === "atomic") {
        return () => {
          const atomic = kv.atomic();
          const set = atomic.set.bind(atomic);
          atomic.set = (key, value, options) => {
            expiries.set(key.slice(0, 1).join(), options?.expireIn);
            return set(key, value, options);
          };
          return atomic;
        };
      }
      const member = Reflect.get(kv, name);
      return typeof member === "function" ? member.bind(kv) : member;
    },
  });
  const store = new Store(noting, {
    history: 3 * DAY,
    now: () => moment("12:00"),
    log: { warn: (line) => lines.push(line) },
  });
  return {
    kv,
    store,
    lines,
    expiries,
    put: (tickets: Ticket[]) => putTickets(kv, tickets),
    [Symbol.dispose]: () => kv.close(),
  };
}

async function due(store: Store, until: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await store.due(5, moment(until))) {
    if (await store.load(entry)) found.push(entry.tag);
  }
  return found;
}

Deno.test("store: what is due is read by its time, the oldest first, and nothing else", async () => {
  using world = await open();
  await world.put([
    draft("c", { dueAt: moment("12:10") }),
    draft("b", { dueAt: moment("12:05") }),
    draft("a", { dueAt: moment("12:15") }),
    draft("x", { job: 20, dueAt: moment("12:05") }),
  ]);
  assertEquals(await due(world.store, "12:04"), []);
  assertEquals(await due(world.store, "12:05"), ["b"]);
  assertEquals(await due(world.store, "12:10"), ["b", "c"]);
  assertEquals(await due(world.store, "12:59"), ["b", "c", "a"]);
});

Deno.test("store: a tick with nothing due reads one range, however many tickets wait", async () => {
  using world = await open();
  for (let hour = 0; hour < 10; hour++) {
    await world.put(
      Array.from({ length: 100 }, (_, i) => draft(`${hour}-${i}`)),
    );
  }
  let reads = 0;
  const counting = new Proxy(world.kv, {
    get(target, name) {
      const member = Reflect.get(target, name);
      if (name === "get" || name === "getMany") reads += 1000;
      if (name === "list") reads++;
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
  assertEquals(await due(new Store(counting), "12:04"), []);
  assertEquals(reads, 1);
});

function drafts(count: number): Draft[] {
  return Array.from({ length: count }, (_, i) => {
    const plan = makePlan(undefined, { subject: `Lamp ${i}` });
    const memory = { topics: ["lamp"], erased: false };
    return { plan, dueAt: moment("12:05"), fields: {}, memory };
  });
}

Deno.test("store: an hour's drafts are added all or none, and only once", async () => {
  using world = await open();
  const { store } = world;
  const added = await store.addDrafts(7, 0, drafts(2));
  assertEquals(added!.map(({ number, subject }) => [number, subject]), [
    [0, "Lamp 0"],
    [1, "Lamp 1"],
  ]);
  assertEquals(await store.addDrafts(7, 2, drafts(1)), undefined);
  assertEquals((await due(store, "12:05")).length, 2);
  assertEquals(await store.nextNumber(), 2);
});

Deno.test("store: drafts whose numbers were taken meanwhile are not added", async () => {
  using world = await open();
  const { store } = world;
  await store.addDrafts(7, 0, drafts(2));
  assertEquals(await store.addDrafts(8, 0, drafts(1)), undefined);
  assertEquals(await store.isHourOpened(8), false);
  assertEquals((await store.addDrafts(undefined, 2, drafts(1)))!.length, 1);
});

Deno.test("store: what a contact has brought up is kept with the drafts", async () => {
  using world = await open();
  assertEquals(await world.store.contactMemory(CONTACT.id), undefined);
  await world.store.addDrafts(7, 0, drafts(1));
  assertEquals(await world.store.contactMemory(CONTACT.id), {
    topics: ["lamp"],
    erased: false,
  });
});

Deno.test("store: the texts of a ticket are written with an expiry, its state without", async () => {
  using world = await open();
  await world.store.addDrafts(7, 0, drafts(1));
  assertEquals(world.expiries.get("ticket"), undefined);
  assert(world.expiries.get("plan")! > 30 * DAY);
  const [entry] = await world.store.due(5, moment("12:05"));
  const { tag } = entry!;
  world.expiries.clear();
  await world.store.update((await world.store.get(tag))!, { id: 4 }, {
    message: MESSAGE,
  });
  assert(world.expiries.get("message")! > 30 * DAY);
  assert(world.expiries.get("id")! > 30 * DAY);
  assertEquals(world.expiries.has("plan"), false);
});

Deno.test("store: a claim is one write, and no news", async () => {
  using world = await open();
  await world.put([draft("a")]);
  const before = await world.store.version();
  world.expiries.clear();
  await world.store.update((await world.store.get("a"))!, {
    claim: { owner: "me", claimedAt: 1, expiresAt: 2 },
  });
  assertEquals([...world.expiries.keys()], ["ticket"]);
  assertEquals(await world.store.version(), before);
});

Deno.test("a change rests on what was read: the second of two changes nothing", async () => {
  using world = await open();
  await world.put([draft("a")]);
  const entry = (await world.store.get("a"))!;
  assert(await world.store.update(entry, { attempts: 1 }));
  assertEquals(
    await world.store.update(entry, { attempts: 5 }, { message: MESSAGE }),
    null,
  );
  assertEquals((await world.store.get("a"))!.ticket.attempts, 1);
  assertEquals(await world.store.messageHistory("a"), []);
});

Deno.test("store: a change moves the due entry along", async () => {
  using world = await open();
  await world.put([draft("a")]);
  const entry = (await world.store.get("a"))!;
  await world.store.update(entry, { dueAt: moment("12:20") });
  assertEquals(await due(world.store, "12:15"), []);
  assertEquals(await due(world.store, "12:20"), ["a"]);
});

Deno.test("store: a ticket is found by Freshdesk's id once it has one", async () => {
  using world = await open();
  await world.put([draft("a")]);
  assertEquals(await world.store.getById(42), null);
  await world.store.update((await world.store.get("a"))!, { id: 42 });
  assertEquals((await world.store.getById(42))!.ticket.tag, "a");
});

for (const state of ["closed", "abandoned"] as const) {
  Deno.test(`store: a ticket that is ${state} expires after the history's days; its texts later, by themselves`, async () => {
    using world = await open();
    await world.put([draft("a", { id: 42, step: 5, waitsFor: "closing" })]);
    const entry = (await world.store.get("a"))!;
    world.expiries.clear();
    await world.store.update(entry, { state, completedAt: moment("12:20") });
    assertEquals(Object.fromEntries(world.expiries), {
      ticket: 3 * DAY,
      finished: 3 * DAY,
      version: undefined,
    });
    assertEquals((await world.store.list(state, 9)).tickets.length, 1);
  });
}

Deno.test("store: a failed ticket is kept until a person has seen to it", async () => {
  using world = await open();
  await world.put([draft("a")]);
  await world.store.update((await world.store.get("a"))!, { state: "failed" });
  assertEquals(world.expiries.get("ticket"), undefined);
});

Deno.test("store: a failed ticket is resumed before its step, in doubt and due at once; another is not", async () => {
  using world = await open();
  const closing = { step: 5, waitsFor: "closing", job: 20 } as const;
  await world.put([
    draft("a", { ...closing, state: "failed", completedAt: 7, attempts: 9 }),
    draft("b", closing),
    draft("c", { ...closing, state: "closed", completedAt: 7 }),
  ]);
  const now = moment("13:00");
  const resumed = await world.store.resume((await world.store.get("a"))!, now);
  const { state, waitsFor, dueAt, outcomeUnknown, attempts, completedAt } =
    resumed!;
  assertEquals(
    [state, waitsFor, dueAt, outcomeUnknown, attempts, completedAt],
    ["active", "closing", now, true, 0, null],
  );
  assertEquals((await world.store.due(20, now)).map(({ tag }) => tag), [
    "b",
    "a",
  ]);
  for (const tag of ["b", "c"]) {
    const entry = (await world.store.get(tag))!;
    assertEquals(await world.store.resume(entry, now), null);
  }
});

Deno.test("store: the tickets that wait for something are listed page by page, the latest first", async () => {
  using world = await open();
  const others = [1, 2, 3].map((n) =>
    draft(`x${n}`, { waitsFor: "status change", dueAt: moment(`12:0${n}`) })
  );
  await world.put([
    ...[1, 2, 3, 4, 5].map((n) =>
      draft(`t${n}`, { dueAt: moment(`12:0${n}`) })
    ),
    ...others,
  ]);
  const first = await world.store.list("opening", 2);
  const second = await world.store.list("opening", 2, first.cursor);
  const third = await world.store.list("opening", 2, second.cursor);
  const pages = [first, second, third].map(({ tickets }) =>
    tickets.map(({ tag }) => tag)
  );
  assertEquals(pages, [["t5", "t4"], ["t3", "t2"], ["t1"]]);
  assertEquals(third.cursor, "");
});

Deno.test("store: tickets are counted as far as anybody wants to know", async () => {
  using world = await open();
  const { store } = world;
  await world.put([
    draft("a"),
    draft("b"),
    draft("c", { step: 5, waitsFor: "closing", job: 20 }),
    draft("d", { state: "closed", completedAt: 1 }),
    draft("e", { state: "closed", completedAt: 2 }),
  ]);
  const { opening, closing, resolution } = await store.countWaiting(10);
  assertEquals([opening, closing, resolution], [2, 1, 0]);
  assertEquals((await store.countWaiting(1)).opening, 1);
  assertEquals(await store.countFinished("closed", 10), 2);
  assertEquals(await store.countFinished("closed", 1), 1);
  assertEquals(await store.countFinished("failed", 10), 0);
  assertEquals(await store.countWaitingCalls(moment("13:00"), 100), 6 + 6 + 1);
  assertEquals(await store.countWaitingCalls(moment("13:00"), 7), 7);
  assertEquals(await store.countWaitingCalls(moment("12:00"), 100), 0);
});

Deno.test("store: an agent who may not be written for is remembered", async () => {
  using world = await open();
  assertEquals(await world.store.canImpersonate(7), true);
  await world.store.markNoImpersonation(7);
  assertEquals(await world.store.canImpersonate(7), false);
  assertEquals(await world.store.canImpersonate(8), true);
});

const STRANGE: [string, unknown, string][] = [
  ["from a newer version", { ...draft("a"), version: 3 }, "version 3"],
  [
    "from before there were versions",
    { id: 1, state: "closed" },
    "version undefined",
  ],
  ["with a step nobody knows", { ...draft("a"), waitsFor: "lunch" }, "lunch"],
  ["with a time that is none", { ...draft("a"), dueAt: "soon" }, "dueAt"],
  [
    "with its people torn out",
    { ...draft("a"), contact: undefined },
    "no contact",
  ],
  ["that is a text", "hello", "not a record"],
  ["that is nothing", null, "not a record"],
];

for (const [what, value, reason] of STRANGE) {
  Deno.test(`store: a stored ticket ${what} is said once, left alone, and holds up nobody`, async () => {
    using world = await open();
    await world.put([draft("a"), draft("b")]);
    await world.kv.set(["ticket", "a"], value);
    assertEquals(await due(world.store, "12:05"), ["b"]);
    assertEquals(await due(world.store, "12:05"), ["b"]);
    await world.store.repair(moment("13:00"));
    assertEquals(world.lines.length, 1);
    assertStringIncludes(world.lines[0]!, reason);
    assertEquals((await world.kv.get(["ticket", "a"])).value, value);
  });
}

Deno.test("store: a due entry that fits no ticket is cleared away, and said", async () => {
  using world = await open();
  await world.put([
    draft("a", { dueAt: moment("12:20") }),
  ]);
  await world.kv.set(["due", 5, moment("12:01"), "a"], 0);
  await world.kv.set(["due", 5, moment("12:02"), "gone"], 0);
  assertEquals(await due(world.store, "12:05"), []);
  assertEquals(world.lines.length, 2);
  assertEquals(await due(world.store, "12:59"), ["a"]);
  assertEquals(world.lines.length, 2);
});

Deno.test("store: a ticket that lost its due entry gets it back, and it is said", async () => {
  using world = await open();
  await world.put([draft("a"), draft("b")]);
  await world.kv.delete(["due", 5, moment("12:05"), "a"]);
  assertEquals(await world.store.repair(moment("13:00")), 1);
  assertEquals(await due(world.store, "12:05"), ["a", "b"]);
  assertStringIncludes(world.lines.join(), "put back");
  assertEquals(await world.store.repair(moment("13:00")), 0);
});

const FAR: [string, Partial<Ticket>][] = [
  ["its step was reached in the future", { stepSince: moment("19:40") }],
  ["it failed in the future", {
    attempts: 1,
    lastError: { at: moment("19:40"), message: "m", hint: "h" },
  }],
  ["it is due after the longest plan", { dueAt: moment("12:00") + 90 * DAY }],
];
for (const [why, change] of FAR) {
  Deno.test(`store: a ticket that waits for a time far off is due soon again: ${why}`, async () => {
    using world = await open();
    await world.put([draft("a", { dueAt: moment("20:00"), ...change })]);
    assertEquals(await world.store.repair(moment("13:00")), 1);
    assertEquals(await due(world.store, "13:00"), ["a"]);
    assertEquals(await world.store.repair(moment("13:00")), 0);
  });
}

Deno.test("store: a ticket that waits for days as its plan says is left so", async () => {
  using world = await open();
  await world.put([draft("a", { dueAt: moment("12:00") + 5 * DAY })]);
  assertEquals(await world.store.repair(moment("13:00")), 0);
});

Deno.test("store: repairs are made once a day, whichever process asks", async () => {
  using world = await open();
  await world.put([draft("a")]);
  const other = new Store(world.kv);
  assertEquals(await world.store.repairDaily(moment("12:00")), 0);
  await world.kv.delete(["due", 5, moment("12:05"), "a"]);
  assertEquals(await other.repairDaily(moment("13:00")), undefined);
  assertEquals(await other.repairDaily(moment("36:00")), 1);
});

Deno.test("store: the texts of a ticket that is older than any plan are written again", async () => {
  using world = await open();
  await world.put([
    draft("a", { state: "failed", completedAt: 7, id: 42 }),
    draft("b", { createdAt: moment("12:00") + 20 * DAY }),
  ]);
  world.expiries.clear();
  await world.store.repair(moment("12:00") + 31 * DAY);
  assert(world.expiries.get("plan")! > 30 * DAY);
  assert(world.expiries.get("id")! > 30 * DAY);
});

for (const script of ["Latin é", "語言", "😀"]) {
  Deno.test(`store: a ticket's record stays below 1 KiB, whatever names contain: ${script}`, async () => {
    using world = await open();
    await world.put([draft(`tw-20261123120000-k3j9x2ab`)]);
    const long = script.repeat(5000);
    const entry = await world.store.get("tw-20261123120000-k3j9x2ab");
    const at = moment("12:05");
    await world.store.update(entry!, {
      id: 2 ** 52,
      number: 2 ** 52,
      contact: { id: 2 ** 52, name: long },
      agent: { id: 2 ** 52, name: long },
      subject: long,
      outcome: "solved_by_first_reply",
      waitsFor: "customer reply",
      claim: { owner: "01234567", claimedAt: at, expiresAt: at },
      firstFailedAt: at,
      attempts: 1000,
      tagSeenAt: at,
      lastError: { at, message: long, hint: long, refused: true },
    });
    const [stored] = await Array.fromAsync(
      world.kv.list({ prefix: ["ticket"] }),
    );
    const { length } = serialize(stored!.value);
    assert(length < 1024, `${length} bytes`);
    assert(await world.store.get("tw-20261123120000-k3j9x2ab"));
  });
}

Deno.test("store: an error that is no lock is not waited out", async () => {
  using world = await open();
  let asked = 0;
  const kv = new Proxy(world.kv, {
    get: () => () => {
      asked++;
      throw new TypeError("the database is gone");
    },
  });
  const error = await new Store(kv).get("a").catch((error) => error);
  assertStringIncludes(error.message, "gone");
  assertEquals(asked, 1);
});

Deno.test("store: a database that stays locked is given up in the end", async () => {
  using world = await open();
  let asked = 0;
  const kv = new Proxy(world.kv, {
    get: () => () => {
      asked++;
      throw new TypeError("database is locked");
    },
  });
  const store = new Store(kv, { sleep: () => Promise.resolve() });
  const error = await store.get("a").catch((error) => error);
  assertStringIncludes(error.message, "locked");
  assert(asked > 5 && asked < 50, `asked ${asked} times`);
});

Deno.test("store: a database belongs to the account that used it first", async () => {
  using world = await open();
  assertEquals(
    await world.store.bind("acme.freshdesk.com"),
    "acme.freshdesk.com",
  );
  assertEquals(
    await world.store.bind("other.freshdesk.com"),
    "acme.freshdesk.com",
  );
});

Deno.test("store: repairing reads no finished ticket on its own, however many there are", async () => {
  using world = await open();
  await world.put(
    Array.from(
      { length: 100 },
      (_, i) => draft(`t${i}`, { state: "closed", completedAt: 7 }),
    ),
  );
  let gets = 0;
  const counting = new Proxy(world.kv, {
    get(target, name) {
      const member = Reflect.get(target, name);
      if (name === "get" || name === "getMany") gets++;
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
  assertEquals(await new Store(counting).repair(moment("13:00")), 0);
  assertEquals(gets, 0);
});

Deno.test("store: stats are counted by the hour, and go after two days", async () => {
  using world = await open();
  const run = { at: moment("12:30"), took: 1, report: null, error: null };
  await world.store.recordJobRun("closings", run, 3);
  await world.store.recordJobRun(
    "closings",
    { ...run, at: moment("12:40") },
    4,
  );
  const [[hour, tally] = []] = await world.store.hourlyStats(moment("12:10"));
  assertEquals([hour, tally?.calls], [moment("12:00"), 7]);
  assertEquals((await world.store.jobs()).get("closings")?.at, moment("12:40"));
  await world.store.repair(moment("48:00"));
  assertEquals((await world.store.hourlyStats(0)).size, 1);
  await world.store.repair(moment("63:00"));
  assertEquals((await world.store.hourlyStats(0)).size, 0);
});
