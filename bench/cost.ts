/**
 * What a ticket's life and an idle hour cost: units of Deno KV, and calls to Freshdesk. Everything is
 * counted, and nothing depends on the machine.
 *
 * @module
 */
import { DAY, HOUR, MINUTE } from "../lib/time.ts";
import { CountingKv } from "../tests/helpers/counting_kv.ts";
import { moment, type Program, TestEnv } from "../tests/helpers/test_env.ts";
import type { Outcome, Pace } from "../workflow/plan.ts";
import { INTERVALS, isHeartbeat } from "../workflow/schedule.ts";
import { compare, type Figure, type Scale } from "./figures.ts";

/** A classic life that nothing comes in the way of. */
const CLASSIC_CALLS = 6;

interface Cost {
  reads: number;
  writes: number;
  calls: number;
}

/** Counts lives one by one, by how they went, and idle hours. */
export async function measureCost({ quick }: Scale): Promise<Figure[]> {
  const [classic] = await lives("classic", 2);
  const natural = await lives("natural", quick ? 3 : 120);
  const base = average(classic![1]);
  const idle = await idleHours(quick ? 2 : 24);
  const figures = [...natural].sort(([a], [b]) => a.localeCompare(b)).map(
    ([outcome, costs]) => {
      const of = (what: keyof Cost) => costs.map((cost) => cost[what]);
      return compare(`a natural life: ${outcome}`, "a classic life's calls", {
        calls: of("calls"),
        "classic calls": costs.map(() => base.calls),
        reads: of("reads"),
        writes: of("writes"),
      });
    },
  );
  const hour = (what: keyof Cost) => [idle[what]];
  return [
    compare("a classic life", `its ${CLASSIC_CALLS} steps`, {
      calls: [base.calls],
      steps: [CLASSIC_CALLS],
      reads: [base.reads],
      writes: [base.writes],
    }, { atMost: 1.05 }),
    ...figures,
    compare("an idle hour", "a classic life's reads", {
      reads: hour("reads"),
      "classic reads": [base.reads],
      writes: hour("writes"),
      calls: hour("calls"),
    }),
  ];
}

function average(costs: readonly Cost[]): Cost {
  const mean = (what: keyof Cost) =>
    costs.reduce((sum, cost) => sum + cost[what], 0) / costs.length;
  return { reads: mean("reads"), writes: mean("writes"), calls: mean("calls") };
}

/** Plays tickets one after the other, each from its opening to its end, and only the ticks it needs. */
async function lives(
  pace: Pace,
  count: number,
): Promise<[Outcome, Cost[]][]> {
  using world = await TestEnv.open();
  world.now = moment("09:00");
  const counting = new CountingKv();
  const program = world.program({ kv: counting.kv, pace });
  const found = new Map<Outcome, Cost[]>();
  for (let i = 0; i < count + 1; i++) {
    const before = { ...counting.units };
    world.sandbox.requests.length = 0;
    const [outcome, lists] = await live(world, program);
    if (i === 0) continue; // it also reads who there is
    const cost = {
      reads: counting.units.reads - before.reads,
      writes: counting.units.writes - before.writes,
      calls: world.sandbox.requests.length - lists,
    };
    found.set(outcome, [...found.get(outcome) ?? [], cost]);
  }
  return [...found];
}

/** One life: how it went, and how many calls it took to see who there is, which a day's tickets share. */
async function live(
  world: TestEnv,
  { opener, store, workflow }: Program,
): Promise<[Outcome, number]> {
  const start = Math.ceil((world.now + 1) / HOUR) * HOUR;
  world.now = start;
  const [opened] = await opener.openNow(1, start, Infinity);
  const lists = world.sandbox.requests.length;
  let ticket = opened!;
  while (ticket.state === "active") {
    world.now = Math.max(world.now, ticket.dueAt);
    // By the ticket's own minute: the hour's tickets are not opened.
    await workflow.handleTicketWorkflow(ticket, ticket.dueAt);
    ticket = (await store.get(ticket.tag))!.ticket;
  }
  return [ticket.outcome, lists];
}

/** An hour in which no ticket is opened and none is due, at the middle of a day's hours. */
async function idleHours(hours: number): Promise<Cost> {
  using world = await TestEnv.open();
  const start = moment("00:00") + DAY;
  world.now = start;
  const counting = new CountingKv();
  const { workflow, store } = world.program({ kv: counting.kv });
  for (let hour = 0; hour < hours; hour++) {
    await store.addDrafts(start + hour * HOUR, await store.nextNumber(), []);
  }
  await workflow.createAndHandleTicket(start); // what is done once a day
  const before = { ...counting.units };
  world.sandbox.requests.length = 0;
  const end = start + hours * HOUR;
  for (let at = start; at < end; at += 5 * MINUTE) {
    world.now = at;
    if (at % HOUR === 0) await workflow.createAndHandleTicket(at);
    for (const every of INTERVALS) {
      if (at / MINUTE % every !== 0) continue;
      await workflow.tick(every, at);
      if (!isHeartbeat(at)) continue;
      const run = { at, took: 1, report: null, error: null };
      await store.recordJobRun(`every ${every}`, run, 0);
    }
  }
  return {
    reads: (counting.units.reads - before.reads) / hours,
    writes: (counting.units.writes - before.writes) / hours,
    calls: world.sandbox.requests.length / hours,
  };
}
