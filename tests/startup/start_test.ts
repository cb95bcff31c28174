import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { Sandbox, type SandboxOptions } from "../../sandbox/sandbox.ts";
import { listen } from "../../sandbox/server.ts";
import { expectedMails } from "../../workflow/expected_mails.ts";
import { runChecks } from "../../commands/doctor/checks.ts";
import { line } from "../../commands/doctor/findings.ts";
import { ending, lineOf, program, ROOT, runOn } from "../helpers/program.ts";
import { TestEnv } from "../helpers/test_env.ts";

/** The running program: what it says, and its page. */
interface Running {
  sandbox: Sandbox;
  lines: AsyncGenerator<string>;
  /** Asks the program's server. */
  get: (path: string) => Promise<Response>;
}

/** Runs the program against an account until a test has seen enough. */
async function running(
  options: SandboxOptions,
  env: Record<string, string>,
  see: (running: Running) => Promise<void>,
): Promise<void> {
  const sandbox = new Sandbox(options);
  await runOn(sandbox, env, async ({ child, lines }) => {
    const listening = await lineOf(lines, /Status page: /);
    const url = listening.match(/http:\/\/[^/]+/)![0];
    await see({ sandbox, lines, get: (path) => fetch(url + path) });
    child.kill("SIGTERM");
  });
}

program(
  "start: warns if there are no contacts, and is not healthy",
  () =>
    running({ contacts: [] }, {}, async ({ lines, get }) => {
      assertStringIncludes(
        await lineOf(lines, /WARN .*No ticket can be opened: .*no contact/),
        "contacts",
      );
      await lineOf(lines, /Next \(UTC\)/);
      const health = await get("/healthz");
      assertEquals(health.status, 503);
      assertStringIncludes(await health.text(), "There is no contact to draw");
      assertStringIncludes(
        await (await get("/")).text(),
        "There is no contact to draw",
      );
    }),
);

program(
  "start: warns if there are no agents",
  () =>
    running({}, { AGENT_EMAILS: "nobody@acme.com" }, async ({ lines }) => {
      assertStringIncludes(
        await lineOf(lines, /WARN .*No ticket can be opened: .*no agent/),
        "AGENT_EMAILS",
      );
    }),
);

program(
  "start: says how many e-mails a day go to how many contacts",
  () =>
    running({}, { TICKETS_PER_HOUR: "3" }, async ({ lines, get }) => {
      await lineOf(lines, /About 288 e-mails a day to 20 contacts/);
      await lineOf(lines, /Next \(UTC\)/);
      assertEquals(await (await get("/healthz")).text(), "ok\n");
    }),
);

program(
  "start: says at the start and on the page that it is a dry run",
  () =>
    running(
      {},
      { DRY_RUN: "true", DENO_CRON_TEST_SCHEDULE_OFFSET: "1000" },
      async ({ lines, get, sandbox }) => {
        await lineOf(lines, /WARN .*DRY_RUN is on: nothing is sent/);
        await lineOf(lines, /Without DRY_RUN: About 96 e-mails a day/);
        await lineOf(lines, /DRY_RUN: would open/);
        assertStringIncludes(await (await get("/")).text(), "DRY_RUN is on");
        assertEquals(
          sandbox.requests.filter(({ method }) => method !== "GET"),
          [],
        );
      },
    ),
);

program(
  "status page: asks for a set password on this machine too",
  () =>
    running({}, { STATUS_PASSWORD: "open-sesame" }, async ({ get }) => {
      const page = await get("/");
      await page.body?.cancel();
      assertEquals(page.status, 401);
      const health = await get("/healthz");
      assertEquals([health.status, await health.text()], [200, "ok\n"]);
    }),
);

program(
  "health: reports an account that was suspended meanwhile",
  () =>
    running(
      {},
      { DENO_CRON_TEST_SCHEDULE_OFFSET: "1500" },
      async ({ lines, get, sandbox }) => {
        await lineOf(lines, /Next \(UTC\)/);
        sandbox.troubles.suspended = true;
        await lineOf(lines, /ERROR Job .*403.*suspended/);
        for (;;) {
          const health = await get("/healthz");
          const text = await health.text();
          if (health.status === 200) continue; // the run is noted after it is logged
          assertStringIncludes(text, "see Admin > Plans & Billing");
          break;
        }
        assertStringIncludes(
          await (await get("/")).text(),
          "see Admin &gt; Plans &amp; Billing",
        );
      },
    ),
);

for (
  const [what, code, prepare] of [
    [
      "a 404, which may pass, ends with 1",
      1,
      (sandbox: Sandbox) =>
        sandbox.fault({ kind: "status", status: 404, times: "always" }),
    ],
    [
      "an account that is suspended ends with what asks for a person",
      78,
      (sandbox: Sandbox) => sandbox.troubles.suspended = true,
    ],
  ] as const
) {
  program(`start: ${what}`, async () => {
    const sandbox = new Sandbox();
    prepare(sandbox);
    const server = await listen(sandbox, 0);
    const said = await ending({
      FRESHDESK_URL: server.url,
      FRESHDESK_API_KEY: "sandbox",
      KV_PATH: ":memory:",
    });
    await server.close();
    assertEquals(said.code, code, said.text);
  });
}

program("start: exits with 1 on a redirect, which may pass", async () => {
  const portal = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => Response.redirect("https://portal.example/login"),
  );
  const said = await ending({
    FRESHDESK_URL: `http://127.0.0.1:${portal.addr.port}`,
    FRESHDESK_API_KEY: "sandbox",
    KV_PATH: ":memory:",
  });
  await portal.shutdown();
  assertEquals(said.code, 1, said.text);
});

program("systemd: restarts anything but what needs a person", async () => {
  const unit = await Deno.readTextFile(
    new URL("deploy/ticket-workflow.service", ROOT),
  );
  const { NEEDS_A_PERSON } = await import("../../startup/exit.ts");
  assertStringIncludes(unit, `\nRestartPreventExitStatus=${NEEDS_A_PERSON}\n`);
  assertStringIncludes(unit, "\nRestart=on-failure\n");
});

program(
  "start: names server and token when a KV Connect URL fails",
  async () => {
    const settings = {
      FRESHDESK_URL: "https://acme.freshdesk.com",
      FRESHDESK_API_KEY: "k",
    };
    const noToken = await ending({
      ...settings,
      KV_PATH: "https://kv.example/x",
    });
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      () => new Response("who are you?", { status: 401 }),
    );
    const wrongToken = await ending({
      ...settings,
      KV_PATH: `http://127.0.0.1:${server.addr.port}`,
      DENO_KV_ACCESS_TOKEN: "wrong",
    });
    await server.shutdown();
    for (const { code, text } of [noToken, wrongToken]) {
      assertEquals(code, 1);
      assertStringIncludes(text, "DENO_KV_ACCESS_TOKEN is its access token");
      assertStringIncludes(
        text,
        "KV Connect server runs at the URL in KV_PATH",
      );
      assert(!text.includes("this user may write to"), text);
    }
  },
);

Deno.test("doctor: does not wait for a silent database", async () => {
  for (
    const [path, hint] of [
      ["https://kv.example/x", "DENO_KV_ACCESS_TOKEN"],
      ["tickets.db", "this user may write to"],
    ] as const
  ) {
    using time = new FakeTime();
    using world = await TestEnv.open();
    const findings = Array.fromAsync(runChecks({
      environment: {
        FRESHDESK_URL: "https://acme.freshdesk.com",
        FRESHDESK_API_KEY: "sandbox",
        KV_PATH: path,
      },
      fetch: world.sandbox.fetch,
      now: () => world.now,
      openKv: () => new Promise(() => {}),
    }));
    await time.tickAsync(10_000);
    const lines = (await findings).map(line);
    const found = lines.find((line) => line.startsWith("PROBLEM  database"));
    assertStringIncludes(found ?? "", "no answer within 10 s");
    assertStringIncludes(found ?? "", hint);
  }
});

Deno.test("expectedMails: counts the e-mails of every ticket, day and night", () => {
  assertStringIncludes(
    expectedMails(1, 4, 1),
    "96 e-mails a day to 1 contact:",
  );
  assertStringIncludes(
    expectedMails(5, 4.99, 40),
    "599 e-mails a day to 40 contacts",
  );
});
