/** `deno task cleanup` beside a program, and beside another clean-up. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { cleanup } from "../../commands/cleanup.ts";
import type { Fetch } from "../../freshdesk/http_client.ts";
import { moment, TestEnv } from "../helpers/test_env.ts";

async function run(
  env: TestEnv,
  fetch: Fetch = env.sandbox.fetch,
): Promise<{ code: number; said: string }> {
  const { freshdesk, store } = env.program({ fetch });
  const said: string[] = [];
  const code = await cleanup({
    freshdesk,
    store,
    dryRun: false,
    yes: true,
    by: "ana at the terminal",
    say: (text) => said.push(text),
    now: () => env.now,
  });
  return { code, said: said.join("\n") };
}

Deno.test("cleanup: holds the program back while it works, and says how it ended", async () => {
  using env = await TestEnv.open();
  const program = env.program({ ticketsPerHour: 2 });
  await env.create(program, "12:00");
  env.now = moment("12:05");
  let held: unknown;
  const { code } = await run(env, async (request) => {
    if (request.method === "DELETE" && !held) {
      held = await program.store.pause();
      await program.workflow.tick(5, env.now);
    }
    return await env.sandbox.fetch(request);
  });
  assertEquals(code, 0);
  assertEquals(held, {
    by: "ana at the terminal",
    since: moment("12:05"),
    until: null,
    cleanup: { done: 0, total: 2 },
  });
  assertEquals([env.said(1), env.said(2)], [[], []]);
  assertEquals(await program.store.pause(), undefined);
  const last = await program.store.cleanup();
  assertStringIncludes(last!.said, "2 moved to trash");
});

Deno.test("cleanup: leaves all as it is while another one is under way", async () => {
  using env = await TestEnv.open();
  const program = env.program();
  await env.create(program, "12:00");
  assert(await program.store.beginCleanup("other", "ben"));
  const { code, said } = await run(env);
  assertEquals(code, 1);
  assertStringIncludes(said, "A clean-up by ben is under way");
  assert(!env.sandbox.ticket(1).deleted);
  assert((await program.store.cleanup())!.isUnderWay, "it goes on");
});
