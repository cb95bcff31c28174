import { assertEquals, assertMatch } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { Sandbox } from "../../sandbox/sandbox.ts";
import { shutdown } from "../../startup/shutdown.ts";
import { lineOf, program, runOn } from "../helpers/program.ts";

/** A program to be stopped, and what becomes of it. */
function stoppable(finish: () => Promise<void>) {
  const events: string[] = [];
  const say = (message: string) => events.push(message.replace(/[:,;].*/, ""));
  const stop = shutdown({
    abort: () => events.push("abort"),
    finish,
    exit: (code) => events.push(`exit ${code}`),
    log: { info: say, warn: say },
  });
  return { stop, events };
}

/** As an operation on a database whose server is away. */
const never = () => new Promise<void>(() => {});

Deno.test("shutdown: finishes the running steps and exits with 0", async () => {
  using time = new FakeTime();
  const { stop, events } = stoppable(() =>
    new Promise((resolve) => setTimeout(resolve, 3000))
  );
  stop("SIGTERM");
  assertEquals(events, ["SIGTERM", "abort"]);
  await time.tickAsync(3000);
  assertEquals(events, ["SIGTERM", "abort", "Stopped", "exit 0"]);
});

Deno.test("shutdown: ends after 10 seconds what never finishes", async () => {
  using time = new FakeTime();
  const { stop, events } = stoppable(never);
  stop("SIGTERM");
  await time.tickAsync(9999);
  assertEquals(events.length, 2);
  await time.tickAsync(1);
  assertEquals(events.slice(2), ["Not done in 10 seconds", "exit 1"]);
});

for (const second of ["SIGINT", "SIGTERM"]) {
  Deno.test(`shutdown: ends at once on a second signal: SIGTERM, then ${second}`, async () => {
    using time = new FakeTime();
    const { stop, events } = stoppable(never);
    stop("SIGTERM");
    await time.tickAsync(600);
    stop(second);
    assertEquals(events.slice(2), [`A second signal`, "exit 1"]);
  });
}

Deno.test("shutdown: ignores the Ctrl-C that `deno task` passes on", async () => {
  using time = new FakeTime();
  const { stop, events } = stoppable(never);
  stop("SIGINT");
  stop("SIGINT");
  assertEquals(events, ["SIGINT", "abort"]);
  await time.tickAsync(600);
  stop("SIGINT");
  assertEquals(events.at(-1), "exit 1");
});

Deno.test("shutdown: ends when finishing fails", async () => {
  using time = new FakeTime();
  const { stop, events } = stoppable(() =>
    Promise.reject(new Error("Bad resource"))
  );
  stop("SIGTERM");
  await time.tickAsync(0);
  assertEquals(events.slice(2), ["Bad resource", "exit 1"]);
});

program(
  "shutdown: ends on a second signal while Freshdesk never answers",
  async () => {
    const sandbox = new Sandbox();
    sandbox.fault({ kind: "never", method: "POST", times: "always" });
    const { code } = await runOn(sandbox, {
      LOG_LEVEL: "DEBUG",
      DENO_CRON_TEST_SCHEDULE_OFFSET: "300",
    }, async ({ child, lines }) => {
      await lineOf(lines, /GET \/ticket_fields: 200/);
      const isPosted = () =>
        sandbox.requests.some(({ method }) => method === "POST");
      while (!isPosted()) await new Promise((resolve) => setTimeout(resolve));
      child.kill("SIGTERM");
      await lineOf(lines, /SIGTERM: stopping .* in 10 seconds at most/);
      child.kill("SIGINT");
      assertMatch(await lineOf(lines, /second/), /ends now/);
    });
    assertEquals(code, 1);
  },
);
