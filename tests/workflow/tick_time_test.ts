import { assert } from "@std/assert";
import { SECOND } from "../../lib/time.ts";
import { moment, TestEnv } from "../helpers/test_env.ts";

Deno.test("a tick with a backlog goes on until a request that takes its longest ends with the next tick", async () => {
  using world = await TestEnv.open();
  const program = world.program({ ticketsPerHour: 40 });
  await world.create(program, "12:00");
  const slow = world.program({
    fetch: (request) => {
      const answer = world.sandbox.fetch(request);
      world.now += 9 * SECOND;
      return answer;
    },
  });
  world.now = moment("12:05");
  await slow.workflow.tick(5);
  const last = world.sandbox.requests.at(-1)!.at;
  assert(last > moment("12:09:10"), `${new Date(last).toISOString()}`);
  assert(last <= moment("12:09:30"), `${new Date(last).toISOString()}`);
});
