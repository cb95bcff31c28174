/** A person presses, the process crashes, and the person presses again somewhere else. */
import { assert, assertEquals } from "@std/assert";
import { normalizeMessage } from "../../lib/text.ts";
import { Actions } from "../../status/actions.ts";
import {
  crashingFetch,
  crashingKv,
  type CrashMode,
  CrashPoint,
} from "../helpers/crash_points.ts";
import { type Program, TestEnv } from "../helpers/test_env.ts";

const TOKEN = "3f0c8a52-6f0e-4c1c-9a53-3c9f7a1d2b11";
const BY = { by: "ana" };

function actionsOf(env: TestEnv, program: Program): Actions {
  const { store, freshdesk, workflow, opener } = program;
  return new Actions({
    store,
    freshdesk,
    workflow,
    prepare: () => Promise.resolve({ opener, writer: { topics: [] } }),
    account: "acme.freshdesk.com",
    now: () => env.now,
    log: env.log,
  });
}

/** Opens two tickets and hurries the first; what is refused or crashes is let be. */
async function press(actions: Actions): Promise<void> {
  await actions.open({ count: 2, token: TOKEN, confirm: true, ...BY })
    .catch(() => {});
  await actions.hurry("1", "first reply", BY).catch(() => {});
}

/** Presses with a process that crashes at one point, and again with another one. */
async function crashedPress(crash: CrashPoint): Promise<void> {
  using env = await TestEnv.open();
  env.now += 7 * 60_000;
  const first = env.program({
    contactDomains: "*",
    fetch: crashingFetch(crash, env.sandbox.fetch),
    kv: crashingKv(crash, env.kv),
  });
  await press(actionsOf(env, first));
  const successor = env.program({ contactDomains: "*" });
  await press(actionsOf(env, successor));
  await env.until(successor, "15:00");
  const why = `crashed ${crash.moments[crash.at - 1]} (moment ${crash.at})`;
  const tickets = await env.tickets();
  assertEquals(tickets.length, 2, why);
  assertEquals(env.sandbox.tickets.size, 2, why);
  for (const { id, state } of tickets) {
    assertEquals(state, "closed", why);
    const said = env.said(id!).map(normalizeMessage);
    assertEquals(said.length, 3, why);
    assertEquals(new Set(said).size, 3, why);
  }
}

for (const mode of ["dies", "throws"] as CrashMode[]) {
  Deno.test(`actions: open and hurry whose process ${mode} at any await, pressed again, are done once`, async (t) => {
    const undisturbed = new CrashPoint(mode, 0);
    await crashedPress(undisturbed);
    const { moments } = undisturbed;
    assert(moments.length > 40, `${moments.length} moments`);
    for (const [i, name] of moments.entries()) {
      await t.step(
        `${i + 1}: ${name}`,
        () => crashedPress(new CrashPoint(mode, i + 1)),
      );
    }
  });
}
