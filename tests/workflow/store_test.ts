import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Message, Store, type Ticket } from "../../workflow/store.ts";
import { moment } from "../helpers/test_env.ts";

const DAY = 86_400_000;

function draft(tag: string, change: Partial<Ticket> = {}): Ticket {
  const person = { id: 1, name: "Ada", email: "ada@example.com" };
  return {
    version: 1,
    tag,
    id: null,
    stage: "create",
    dueAt: moment("12:05"),
    createdAt: moment("12:00"),
    stageSince: moment("12:00"),
    firstFailedAt: null,
    claim: null,
    outcomeUnknown: false,
    attempts: 0,
    lastError: null,
    failedStage: null,
    contact: person,
    agent: person,
    script: {
      scenario: "x",
      priority: 1,
      subject: "s",
      description: "d",
      reply: "r",
      answer: "a",
      resolution: "e",
    },
    fields: {},
    seed: 1,
    completedAt: {},
    ...change,
  };
}

const MESSAGE: Message = {
  from: "agent",
  name: "Ada",
  body: "<p>Hello</p>",
  at: moment("12:05"),
  conversationId: 7,
};

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
    log: { warn: (line) => lines.push(line) },
  });
  return { kv, store, lines, expiries, [Symbol.dispose]: () => kv.close() };
}

async function due(store: Store, until: string): Promise<string[]> {
  const tickets = await Array.fromAsync(store.due("create", moment(until)));
  return tickets.map(({ tag }) => tag);
}

Deno.test("what is due is read by its time, the oldest first, and nothing else", async () => {
  using world = await open();
  await world.store.addTicketsForHour(1, [
    draft("c", { dueAt: moment("12:10") }),
    draft("b", { dueAt: moment("12:05") }),
    draft("a", { dueAt: moment("12:15") }),
    draft("x", { stage: "close", dueAt: moment("12:05") }),
  ]);
  assertEquals(await due(world.store, "12:04"), []);
  assertEquals(await due(world.store, "12:05"), ["b"]);
  assertEquals(await due(world.store, "12:10"), ["b", "c"]);
  assertEquals(await due(world.store, "12:59"), ["b", "c", "a"]);
});

Deno.test("a tick with nothing due reads one range, however many tickets wait", async () => {
  using world = await open();
  for (let hour = 0; hour < 10; hour++) {
    await world.store.addTicketsForHour(
      hour,
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

Deno.test("an hour's drafts are added all or none, and only once", async () => {
  using world = await open();
  assertEquals(
    await world.store.addTicketsForHour(7, [draft("a"), draft("b")]),
    true,
  );
  assertEquals(await world.store.addTicketsForHour(7, [draft("c")]), false);
  assertEquals(await due(world.store, "12:05"), ["a", "b"]);
  assertEquals(await world.store.get("c"), null);
});

Deno.test("a change rests on what was read: the second of two changes nothing", async () => {
  using world = await open();
  await world.store.addTicketsForHour(1, [draft("a")]);
  const entry = (await world.store.get("a"))!;
  assert(await world.store.update(entry, { attempts: 1 }));
  assertEquals(await world.store.update(entry, { attempts: 5 }, MESSAGE), null);
  assertEquals((await world.store.get("a"))!.ticket.attempts, 1);
  assertEquals(await world.store.messageHistory("a"), []);
});

Deno.test("a change moves the due entry along", async () => {
  using world = await open();
  await world.store.addTicketsForHour(1, [draft("a")]);
  const entry = (await world.store.get("a"))!;
  await world.store.update(entry, { dueAt: moment("12:20") });
  assertEquals(await due(world.store, "12:15"), []);
  assertEquals(await due(world.store, "12:20"), ["a"]);
});

Deno.test("a ticket is found by Freshdesk's id once it has one", async () => {
  using world = await open();
  await world.store.addTicketsForHour(1, [draft("a")]);
  assertEquals(await world.store.getById(42), null);
  await world.store.update((await world.store.get("a"))!, { id: 42 });
  assertEquals((await world.store.getById(42))!.ticket.tag, "a");
});

for (const stage of ["closed", "abandoned"] as const) {
  Deno.test(`a ticket that is ${stage} expires after the history's days, with all that belongs to it`, async () => {
    using world = await open();
    await world.store.addTicketsForHour(1, [
      draft("a", { id: 42, stage: "first_reply" }),
    ]);
    const said = await world.store.update(
      (await world.store.get("a"))!,
      { stage: "close" },
      MESSAGE,
    );
    assertEquals(world.expiries.get("ticket"), undefined);
    assertEquals(world.expiries.get("message"), undefined);
    await world.store.update(said!, { stage });
    for (const kind of ["ticket", "due", "id", "message"]) {
      assertEquals(world.expiries.get(kind), 3 * DAY, kind);
    }
  });
}

Deno.test("a failed ticket is kept until a person has seen to it", async () => {
  using world = await open();
  await world.store.addTicketsForHour(1, [draft("a")]);
  await world.store.update((await world.store.get("a"))!, { stage: "failed" });
  assertEquals(world.expiries.get("ticket"), undefined);
});

Deno.test("a failed ticket is resumed in its stage, in doubt and due at once; another is not", async () => {
  using world = await open();
  await world.store.addTicketsForHour(1, [
    draft("a", { stage: "failed", failedStage: "close", attempts: 9 }),
    draft("b", { stage: "close" }),
    draft("c", { stage: "closed" }),
  ]);
  const now = moment("13:00");
  const resumed = await world.store.resume((await world.store.get("a"))!, now);
  const { stage, dueAt, outcomeUnknown, attempts, failedStage } = resumed!;
  assertEquals([stage, dueAt, outcomeUnknown, attempts, failedStage], [
    "close",
    now,
    true,
    0,
    null,
  ]);
  for (const tag of ["b", "c"]) {
    const entry = (await world.store.get(tag))!;
    assertEquals(await world.store.resume(entry, now), null);
  }
});

Deno.test("the tickets of a stage are listed page by page, the latest first", async () => {
  using world = await open();
  await world.store.addTicketsForHour(
    1,
    [1, 2, 3, 4, 5].map((n) => draft(`t${n}`, { dueAt: moment(`12:0${n}`) })),
  );
  const first = await world.store.list("create", 2);
  const second = await world.store.list("create", 2, first.cursor);
  const third = await world.store.list("create", 2, second.cursor);
  const pages = [first, second, third].map(({ tickets }) =>
    tickets.map(({ tag }) => tag)
  );
  assertEquals(pages, [["t5", "t4"], ["t3", "t2"], ["t1"]]);
  assertEquals(third.cursor, "");
});

Deno.test("tickets are counted as far as anybody wants to know", async () => {
  using world = await open();
  await world.store.addTicketsForHour(1, [draft("a"), draft("b"), draft("c")]);
  assertEquals(await world.store.count("create", 10), 3);
  assertEquals(await world.store.count("create", 2), 2);
  assertEquals(await world.store.count("close", 10), 0);
});

Deno.test("an agent who may not be written for is remembered", async () => {
  using world = await open();
  assertEquals(await world.store.canImpersonate(7), true);
  await world.store.markNoImpersonation(7);
  assertEquals(await world.store.canImpersonate(7), false);
  assertEquals(await world.store.canImpersonate(8), true);
});

const STRANGE: [string, unknown, string][] = [
  ["from a newer version", { ...draft("a"), version: 2 }, "version 2"],
  [
    "from before there were versions",
    { id: 1, stage: "close" },
    "version undefined",
  ],
  ["with a stage nobody knows", { ...draft("a"), stage: "lunch" }, "lunch"],
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
  Deno.test(`a stored ticket ${what} is said once, left alone, and holds up nobody`, async () => {
    using world = await open();
    await world.store.addTicketsForHour(1, [draft("a"), draft("b")]);
    await world.kv.set(["ticket", "a"], value);
    assertEquals(await due(world.store, "12:05"), ["b"]);
    assertEquals(await due(world.store, "12:05"), ["b"]);
    await world.store.repair(moment("13:00"));
    assertEquals(world.lines.length, 1);
    assertStringIncludes(world.lines[0]!, reason);
    assertEquals((await world.kv.get(["ticket", "a"])).value, value);
  });
}

Deno.test("a due entry that fits no ticket is cleared away, and said", async () => {
  using world = await open();
  await world.store.addTicketsForHour(1, [
    draft("a", { dueAt: moment("12:20") }),
  ]);
  await world.kv.set(["due", "create", moment("12:01"), "a"], 0);
  await world.kv.set(["due", "create", moment("12:02"), "gone"], 0);
  assertEquals(await due(world.store, "12:05"), []);
  assertEquals(world.lines.length, 2);
  assertEquals(await due(world.store, "12:59"), ["a"]);
  assertEquals(world.lines.length, 2);
});

Deno.test("a ticket that lost its due entry gets it back, and it is said", async () => {
  using world = await open();
  await world.store.addTicketsForHour(1, [draft("a"), draft("b")]);
  await world.kv.delete(["due", "create", moment("12:05"), "a"]);
  assertEquals(await world.store.repair(moment("13:00")), 1);
  assertEquals(await due(world.store, "12:05"), ["a", "b"]);
  assertStringIncludes(world.lines.join(), "put back");
  assertEquals(await world.store.repair(moment("13:00")), 0);
});

Deno.test("a ticket that waits for a time far off is due soon again", async () => {
  using world = await open();
  await world.store.addTicketsForHour(1, [
    draft("a", { dueAt: moment("20:00") }),
  ]);
  assertEquals(await world.store.repair(moment("13:00")), 1);
  assertEquals(await due(world.store, "13:00"), ["a"]);
});

Deno.test("an error that is no lock is not waited out", async () => {
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

Deno.test("a database that stays locked is given up in the end", async () => {
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

Deno.test("a database belongs to the account that used it first", async () => {
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

Deno.test("repairing reads no finished ticket on its own, however many there are", async () => {
  using world = await open();
  await world.store.addTicketsForHour(
    1,
    Array.from({ length: 100 }, (_, i) => draft(`t${i}`, { stage: "closed" })),
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

Deno.test("tallies are counted by the hour, and go after two days", async () => {
  using world = await open();
  const run = { at: moment("12:30"), took: 1, report: null, error: null };
  await world.store.recordJobRun("closings", run, 3);
  await world.store.recordJobRun(
    "closings",
    { ...run, at: moment("12:40") },
    4,
  );
  const [[hour, tally] = []] = await world.store.tallies(moment("12:10"));
  assertEquals([hour, tally?.calls], [moment("12:00"), 7]);
  assertEquals((await world.store.jobs()).get("closings")?.at, moment("12:40"));
  await world.store.repair(moment("48:00"));
  assertEquals((await world.store.tallies(0)).size, 1);
  await world.store.repair(moment("63:00"));
  assertEquals((await world.store.tallies(0)).size, 0);
});
