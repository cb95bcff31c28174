/** What is found, from what, and how little is read for it. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { statusApp } from "../../status/app.ts";
import { board } from "../../status/board_view.ts";
import {
  agents,
  type Filter,
  readFilter,
  search,
  type SearchView,
} from "../../status/search.ts";
import { boardLines, fitLines } from "../../status/text_view.ts";
import { TicketCache } from "../../status/ticket_cache.ts";
import { Store } from "../../workflow/store.ts";
import type { Ticket } from "../../workflow/ticket.ts";
import { moment, type Program, TestEnv } from "../helpers/test_env.ts";
import { makeTicket, putTickets } from "../helpers/tickets.ts";

const NOW = Date.UTC(2026, 10, 23, 12, 30);
const ANY: Filter = {
  q: "",
  agent: "",
  contact: "",
  priority: "",
  outcome: "",
  state: "",
};

function sourceOf(store: Store, now = NOW) {
  return {
    store,
    now: () => now,
    ticketUrl: (id: number) => `https://acme.freshdesk.com/a/tickets/${id}`,
  };
}

async function withTickets(
  tickets: readonly Ticket[],
  fn: (store: Store) => Promise<void>,
): Promise<void> {
  using kv = await Deno.openKv(":memory:");
  await putTickets(kv, tickets);
  await fn(new Store(kv, { now: () => NOW }));
}

function open(n: number, changes: Partial<Ticket> = {}): Ticket {
  const tag = `tw-${String(n).padStart(6, "0")}`;
  return makeTicket(tag, NOW + n * 60_000, {
    id: n,
    waitsFor: "customer reply",
    job: 10,
    status: 2,
    ...changes,
  });
}

Deno.test("search: goes by words, people, priority, outcome and state", async () => {
  const tickets = [
    open(1, { subject: "A blue lamp", priority: 4 }),
    open(2, { subject: "A red lamp", agent: { id: 9, name: "Bo Lindgren" } }),
    open(3, { status: 3, contact: { id: 8, name: "Zoë Ng" } }),
    open(4, { dueAt: NOW - 6 * 60_000, outcome: "no_answer" }),
    open(5, { state: "closed", completedAt: NOW, status: 5 }),
  ];
  await withTickets(tickets, async (store) => {
    const find = async (filter: Partial<Filter>) => {
      const found = await search(sourceOf(store), { ...ANY, ...filter }, 50);
      return found.tickets.map(({ id }) => id);
    };
    assertEquals(await find({}), [4, 1, 2, 3, 5]);
    assertEquals(await find({ q: "LAMP red" }), [2]);
    assertEquals(await find({ q: "#3" }), [3]);
    assertEquals(await find({ agent: "Bo Lindgren" }), [2]);
    assertEquals(await find({ contact: "zoë" }), [3]);
    assertEquals(await find({ priority: "4" }), [1]);
    assertEquals(await find({ outcome: "no_answer" }), [4]);
    assertEquals(await find({ state: "pending" }), [3]);
    assertEquals(await find({ state: "overdue" }), [4]);
    assertEquals(await find({ state: "closed" }), [5]);
    assertEquals(await find({ state: "open", q: "lamp" }), [4, 1, 2]);
    const { agents: all } = await agents(sourceOf(store));
    assertEquals(
      all.map(({ name, open, pending, overdue, finished }) =>
        `${name} ${open} ${pending} ${overdue} ${finished}`
      ),
      ["Kim Park 2 1 1 1", "Bo Lindgren 1 0 0 0"],
    );
  });
});

Deno.test("search: the newest 500 finished tickets are searched, and it is said that there are more", async () => {
  const tickets = Array.from({ length: 503 }, (_, i) =>
    open(i + 1, {
      state: i % 2 ? "closed" : "abandoned",
      completedAt: NOW - i * 1000,
    }));
  await withTickets(tickets, async (store) => {
    const { count, searched } = await search(sourceOf(store), ANY, 50);
    assertEquals(count, 500);
    assertEquals(searched, { open: 0, finished: 500, more: true });
    const last = await search(sourceOf(store), ANY, 50, 499);
    assertEquals(last.tickets.map(({ id }) => id), [500]);
  });
});

Deno.test("search: a filter that cannot be is refused with what it may be", () => {
  for (
    const [query, words] of [
      [{ priority: "5" }, "priority '5' must be 1, 2, 3 or 4"],
      [{ outcome: "won" }, "outcome 'won' must be one of solved_by_first"],
      [{ state: "asleep" }, "state 'asleep' must be one of open, pending, "],
    ] as const
  ) assertStringIncludes(String(readFilter(query)), words);
  const filter = readFilter({ q: ` ${"x".repeat(900)} ` });
  assert(typeof filter === "object" && filter.q.length === 200);
});

Deno.test("API: searches as the page does", async () => {
  await withTickets([open(1), open(2, { status: 3 })], async (store) => {
    const app = appOf(store);
    const ask = async (query: string) =>
      await app.request(`http://localhost/api/tickets?${query}`);
    const found: SearchView = await (await ask("state=pending")).json();
    assertEquals(found.tickets.map(({ id }) => id), [2]);
    assertEquals(found.count, 1);
    assertEquals(found.searched, { open: 2, finished: 0, more: false });
    assertEquals((await ask("state=asleep")).status, 400);
    const page = await app.request("http://localhost/tickets?state=asleep");
    assertEquals(page.status, 400);
  });
});

Deno.test("search: a look reads what has changed, and no more", async () => {
  const tickets = Array.from({ length: 30 }, (_, i) => open(i + 1));
  await withTickets(tickets, async (store) => {
    const read: number[] = [];
    const { tickets: readTickets } = store;
    store.tickets = (tags) => {
      read.push(tags.length);
      return readTickets.call(store, tags);
    };
    const source = { ...sourceOf(store), cache: new TicketCache(store) };
    await search(source, ANY, 1);
    const entry = await store.getById(7);
    await store.update(entry!, { subject: "Another one" });
    const { tickets: found } = await search(
      source,
      { ...ANY, q: "another" },
      9,
    );
    assertEquals(found.map(({ id }) => id), [7]);
    assertEquals(read.filter((count) => count > 0), [30, 1]);
  });
});

Deno.test("search: every hour keeps how many tickets are open, pending and resolved", async () => {
  using world = await TestEnv.open();
  const program = world.program({ ticketsPerHour: 2 });
  await world.create(program, "12:00");
  await world.until(program, "12:16");
  await world.create(program, "13:00");
  const { backlogs, backlog } = await board(sourceIn(world, program), 8);
  assertEquals(backlogs, [
    { at: "2026-11-23T12:00:00.000Z", open: 2, pending: 0, resolved: 0 },
    { at: "2026-11-23T13:00:00.000Z", open: 2, pending: 0, resolved: 2 },
  ]);
  assertEquals(backlog, { open: 2, pending: 0, resolved: 2 });
});

Deno.test("plan ahead: has the ticks at which its steps are expected", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "12:00");
  const { steps } = await (await appOf(program.store, world).request(
    "http://localhost/api/tickets/1",
  )).json();
  assertEquals(
    steps.slice(2).map((
      { label, by, expectedAt, text }: Record<string, string | null>,
    ) => [label, by !== null, expectedAt?.slice(11, 16), text !== null]),
    [
      ["first reply", true, "12:05", true],
      ["customer reply", true, "12:10", true],
      ["resolution", true, "12:15", true],
      ["closing", false, "12:20", false],
    ],
  );
});

Deno.test("terminal: says who has paused the program, and when the next ticket comes", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  world.now = moment("12:48");
  const lines = async () =>
    boardLines(await board(sourceIn(world, program), 8), 80)
      .map(({ text }) => text).join("\n");
  assertStringIncludes(await lines(), "First ticket in 12 minutes");
  await program.store.setPause("Ana", moment("13:30"));
  assertStringIncludes(await lines(), "Paused by Ana, until 13:30 UTC");
});

Deno.test("search: what does not fit a screen is counted", () => {
  const lines = ["a", "b", "c", "d"].map((text) => ({ text }));
  assertEquals(fitLines(lines, 4), lines);
  assertEquals(fitLines(lines, 3).map(({ text }) => text), [
    "a",
    "b",
    "and 2 more lines",
  ]);
});

function sourceIn(world: TestEnv, { store }: Program) {
  return { ...sourceOf(store), now: () => world.now };
}

function appOf(store: Store, world?: TestEnv) {
  return statusApp({
    ...sourceOf(store),
    now: () => world?.now ?? NOW,
    budget: () => ({ total: 50, remaining: 40, ourLimit: 25, pausedUntil: 0 }),
    startedAt: NOW,
    mode: "open",
    production: true,
  });
}

Deno.test("search: the board shows in each column what is due first", async () => {
  const tickets = [
    open(1, { dueAt: NOW + 3000 }),
    open(2, { dueAt: NOW + 1000, waitsFor: "first reply", job: 5 }),
    open(3, { dueAt: NOW + 2000 }),
    open(4, { dueAt: NOW + 1000, job: 15 }),
  ];
  await withTickets(tickets, async (store) => {
    const { tickets: shown } = await board(sourceOf(store), 8);
    assertEquals(shown["customer reply"].tickets.map(({ id }) => id), [
      4,
      3,
      1,
    ]);
  });
});
