import { assert } from "@std/assert";
import { SECOND } from "../../lib/time.ts";
import { moment, TestEnv } from "../helpers/test_env.ts";

Deno.test("a tick with a backlog goes on until a request that takes its longest ends with the next tick", async () => {
  using world = await TestEnv.open();
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
  answersAfter = 2 * SECOND;
  world.now = moment("12:05");
  await program.workflow.tick(5);
  const last = world.sandbox.requests.at(-1)!.at;
  assert(last > moment("12:09:10"), `${new Date(last).toISOString()}`);
  assert(last <= moment("12:09:30"), `${new Date(last).toISOString()}`);
});
