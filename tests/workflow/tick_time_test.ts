import { assert } from "@std/assert";
import { stub } from "@std/testing/mock";
import { SECOND } from "../../lib/time.ts";
import { moment, TestEnv } from "../helpers/test_env.ts";

Deno.test("tick: leaves the next tick free, though a backlog keeps it busy until its last answer", async () => {
  using world = await TestEnv.open({ limit: 120 });
  let answersAfter = 0;
  // Time passes only while something is waited for, never between a look at the clock and a request.
  const pass = async (ms: number) => {
    await new Promise((resolve) => setTimeout(resolve));
    world.now += ms;
  };
  const program = world.program({
    ticketsPerHour: 150,
    sleep: pass,
    fetch: async (request) => {
      const answer = await world.sandbox.fetch(request);
      await pass(answersAfter);
      return answer;
    },
  });
  await world.create(program, "12:00");
  answersAfter = 3 * SECOND;
  world.now = moment("12:05");
  /** When each request is given up. */
  const ends: number[] = [];
  using _timer = stub(AbortSignal, "timeout", (ms: number) => {
    ends.push(world.now + ms);
    return new AbortController().signal;
  });
  await program.workflow.tick(5);
  const last = world.sandbox.requests.at(-1)!.at;
  assert(last > moment("12:09:30"), `${new Date(last).toISOString()}`);
  assert(last <= moment("12:09:48"), `${new Date(last).toISOString()}`);
  const latest = Math.max(...ends);
  assert(latest <= moment("12:09:58"), `${new Date(latest).toISOString()}`);
});
