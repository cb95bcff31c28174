/**
 * What a month of one classic ticket an hour costs: units of Deno KV, and calls to Freshdesk.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { DAY, MINUTE } from "../../lib/time.ts";
import { isIdle, type Report } from "../../workflow/report.ts";
import { INTERVALS, isHeartbeat } from "../../workflow/schedule.ts";
import { CountingKv } from "../helpers/counting_kv.ts";
import { moment, type Program, TestEnv } from "../helpers/test_env.ts";

const DAYS = 30;
const MONTH_READS = 60_000;
const MONTH_WRITES = 50_000;
const CALLS_PER_TICKET = 6.3;

/** Plays a month; `start` gives the program of each job's tick. */
async function playMonth(
  world: TestEnv,
  start: () => Promise<Program>,
): Promise<void> {
  let noted = 0;
  /** As `main.ts` notes a job's run. */
  const note = async (
    name: string,
    { freshdesk, store }: Program,
    report: Report,
  ) => {
    const calls = freshdesk.requestCount === 0
      ? 0
      : world.sandbox.requests.length - noted;
    if (isIdle(report) && !isHeartbeat(world.now)) return;
    noted += calls;
    const run = { at: world.now, took: 1, report: null, error: null };
    await store.recordJobRun(name, run, calls);
  };
  const end = moment("00:00") + DAYS * DAY;
  for (let at = moment("00:00"); at < end; at += 5 * MINUTE) {
    world.now = at;
    if (at % (60 * MINUTE) === 0) {
      const program = await start();
      const report = await program.workflow.createAndHandleTicket(at);
      await note("open tickets", program, report);
    }
    for (const every of INTERVALS) {
      if (at / MINUTE % every !== 0) continue;
      const program = await start();
      const report = await program.workflow.tick(every, at);
      await note(`every ${every}`, program, report);
    }
    // A month of requests and threads is not kept.
    world.sandbox.threads.clear();
  }
}

for (const perTick of [false, true]) {
  const how = perTick ? "a new process for every tick" : "one process";
  Deno.test(`cost: a month of a classic ticket an hour, with ${how}, stays within its cost`, async () => {
    using world = await TestEnv.open();
    world.now = moment("00:00");
    const counting = new CountingKv();
    const kv = counting.kv;
    const fresh = () => world.program({ kv });
    const only = fresh();
    await playMonth(
      world,
      () => Promise.resolve(perTick ? fresh() : only),
    );
    const tickets = await world.program({ kv }).store.nextNumber();
    assertEquals(tickets, DAYS * 24);
    const { reads, writes } = counting.units;
    const calls = world.sandbox.requests.length / tickets;
    const found = `${reads} reads, ${writes} writes, ${
      calls.toFixed(2)
    } calls a ticket`;
    assert(reads <= MONTH_READS, found);
    assert(writes <= MONTH_WRITES, found);
    assert(calls <= CALLS_PER_TICKET, found);
  });
}
