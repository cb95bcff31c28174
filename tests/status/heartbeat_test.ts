/**
 * Jobs that find nothing to do are noted four times a day: who judges them knows that.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { isIdle } from "../../workflow/report.ts";
import { isHeartbeat } from "../../workflow/schedule.ts";
import { jobList } from "../../status/job_list.ts";
import type { Source } from "../../status/source.ts";
import { moment, TestEnv } from "../helpers/test_env.ts";

/** The jobs that are overdue after all were last noted at 12:00. */
async function overdue(time: string, more: Partial<Source>): Promise<string[]> {
  using world = await TestEnv.open();
  const { store } = world.program();
  const at = moment("12:00");
  const report = { done: 0, postponed: 0, gaveUp: 0 };
  for (const name of ["open tickets", "first replies"]) {
    await store.recordJobRun(name, { at, took: 1, report, error: null }, 0);
  }
  world.now = moment(time);
  const jobs = await jobList({
    store,
    now: () => world.now,
    ticketUrl: String,
    ...more,
  });
  return jobs.filter((job) => job.overdue).map(({ name }) => name);
}

Deno.test("heartbeat: a job that another process runs is overdue when its heartbeat is missing", async () => {
  assertEquals(await overdue("18:05", {}), []);
  assertEquals(await overdue("18:12", {}), ["first replies"]);
  assertEquals(await overdue("19:07", {}), ["open tickets", "first replies"]);
});

Deno.test("heartbeat: a process judges its own jobs by the ticks it saw", async () => {
  const ranAt = () => moment("12:30");
  assertEquals(await overdue("12:41", { ranAt }), []);
  assertEquals(await overdue("12:42", { ranAt }), [
    "first replies",
  ]);
});

Deno.test("heartbeat: is at four ticks of the day", () => {
  const ticks = Array.from(
    { length: 24 * 12 },
    (_, i) => moment("00:00") + i * 300_000,
  );
  const beats = ticks.filter((at) => isHeartbeat(at + 20));
  assertEquals(beats, ["00:00", "06:00", "12:00", "18:00"].map(moment));
});

Deno.test("heartbeat: a run is idle when it neither did nor planned nor was refused anything", () => {
  const idle = { done: 0, postponed: 0, gaveUp: 0 };
  assertEquals(isIdle(idle), true);
  assertEquals(isIdle({ ...idle, planned: 0 }), true);
  assertEquals(isIdle({ ...idle, planned: 1 }), false);
  assertEquals(isIdle({ ...idle, postponed: 1 }), false);
});
