import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { Sandbox } from "../sandbox/sandbox.ts";
import { listen } from "../sandbox/server.ts";
import { JOBS } from "../workflow/schedule.ts";
import {
  ending,
  inFolder,
  lineOf,
  linesOf,
  program,
  ROOT,
  start,
} from "./helpers/program.ts";

program(
  "settings that are missing or wrong are all named, and the exit code asks for a person",
  async () => {
    const { code, text } = await ending({
      FRESHDESK_APIKEY: "x",
      TICKETS_PER_HOUR: "many",
      PORT: "-1",
    });
    assertEquals(code, 78);
    for (
      const part of [
        "FRESHDESK_URL is not set",
        "FRESHDESK_API_KEY is not set",
        "TICKETS_PER_HOUR 'many'",
        "PORT '-1'",
        "Did you mean FRESHDESK_API_KEY?",
      ]
    ) assertStringIncludes(text, part);
  },
);

program(
  "a database that cannot be opened is said, with what to do",
  async () => {
    const { code, text } = await ending({
      FRESHDESK_URL: "https://acme.freshdesk.com",
      FRESHDESK_API_KEY: "k",
      KV_PATH: "no/such/folder/tickets.db",
    });
    assertEquals(code, 1);
    assertMatch(text, /Cannot open the database no\/such\/folder.*Set KV_PATH/);
  },
);

program(
  "a wrong key is said at the start, after one request, and the exit code asks for a person",
  async () => {
    const sandbox = new Sandbox();
    const server = await listen(sandbox, 0);
    const { code, text } = await ending(
      { FRESHDESK_API_KEY: "wrong", KV_PATH: ":memory:" },
      `FRESHDESK_URL=${server.url}\nFRESHDESK_API_KEY=from-the-file\n`,
    );
    await server.close();
    assertEquals(code, 78);
    assertMatch(text, /401.*Check FRESHDESK_API_KEY/);
    assertEquals(sandbox.requests.length, 1);
  },
);

program(
  "the program introduces itself, answers /healthz, takes its jobs by Deno.cron, and stops when asked",
  async () => {
    const sandbox = new Sandbox();
    const server = await listen(sandbox, 0);
    await inFolder(async (folder) => {
      const child = start(folder, {
        FRESHDESK_URL: server.url,
        FRESHDESK_API_KEY: "sandbox",
        KV_PATH: "tickets.db",
        // Deno's own way to let crons fire soon.
        DENO_CRON_TEST_SCHEDULE_OFFSET: "1500",
      });
      const lines = linesOf(child.stdout);
      const listening = await lineOf(lines, /Status page: /);
      await lineOf(lines, /Connected to 127\.0\.0\.1:\d+ as Maya Lindqvist/);
      await lineOf(lines, /Using 20 contacts and \d agents/);
      const next = await lineOf(lines, /Next \(UTC\)/);
      for (const { name } of JOBS) {
        assertMatch(next, new RegExp(`${name} \\d\\d:\\d\\d`));
      }
      const url = listening.match(/http:\/\/[^/]+/)![0];
      const health = await fetch(`${url}/healthz`);
      assertEquals([health.status, await health.text()], [200, "ok\n"]);
      await lineOf(lines, /#1 assigned to/);
      child.kill("SIGTERM");
      await lineOf(lines, /Stopped/);
      for await (const _ of lines);
      await child.stderr.cancel();
      assertEquals((await child.status).code, 0);
    });
    await server.close();
    assert(sandbox.tickets.size > 0);
  },
);

program("on a timeline other than production no job acts", async () => {
  const sandbox = new Sandbox();
  const server = await listen(sandbox, 0);
  await inFolder(async (folder) => {
    const child = start(folder, {
      FRESHDESK_URL: server.url,
      FRESHDESK_API_KEY: "sandbox",
      KV_PATH: ":memory:",
      LOG_LEVEL: "DEBUG",
      DENO_TIMELINE: "git-branch/try",
      DENO_CRON_TEST_SCHEDULE_OFFSET: "100",
    });
    const lines = linesOf(child.stdout);
    await lineOf(lines, /timeline git-branch\/try/);
    await lineOf(lines, /Next \(UTC\)/);
    child.kill("SIGINT");
    for await (const line of lines) assert(!line.includes("Job"), line);
    await child.stderr.cancel();
    await child.status;
  });
  await server.close();
  assertEquals(sandbox.tickets.size, 0);
});

program(
  "the five jobs are registered with the schedules of the workflow, without Deno's retries",
  async () => {
    const source = await Deno.readTextFile(new URL("main.ts", ROOT));
    const crons = [
      ...source.matchAll(/Deno\.cron\(\s*"([^"]+)",\s*"([^"]+)",\s*(\w+)/g),
    ]
      .map(([, name, schedule, options]) => ({ name, schedule, options }));
    assertEquals(
      crons,
      JOBS.map(({ name, every }) => ({
        name,
        schedule: every === 60 ? "0 * * * *" : `*/${every} * * * *`,
        options: "cron",
      })),
    );
    assertStringIncludes(source, "backoffSchedule: []");
  },
);

program(
  "the log file has every line, as JSON if that is asked for",
  async () => {
    const sandbox = new Sandbox();
    const server = await listen(sandbox, 0);
    await inFolder(async (folder) => {
      const child = start(folder, {
        FRESHDESK_URL: server.url,
        FRESHDESK_API_KEY: "sandbox",
        KV_PATH: ":memory:",
        LOG_FILE: "tickets.log",
        LOG_FORMAT: "json",
        LOG_LEVEL: "DEBUG",
      });
      const lines = linesOf(child.stdout);
      await lineOf(lines, /Next \(UTC\)/);
      child.kill("SIGTERM");
      for await (const _ of lines);
      await child.stderr.cancel();
      await child.status;
      const log = await Deno.readTextFile(`${folder}/tickets.log`);
      const messages = log.trim().split("\n").map((line) =>
        JSON.parse(line).message
      );
      assert(
        messages.some((message) =>
          /^GET \/agents\/me: 200 in \d+ ms/.test(message)
        ),
        log,
      );
      assertEquals(messages.at(-1), "Stopped");
      assert(!log.includes(btoa("sandbox:X")), "the key is nowhere");
    });
    await server.close();
  },
);

if (Deno.build.os === "linux") {
  program(
    "a log file on a full disk keeps the program from nothing",
    async () => {
      const server = await listen(new Sandbox(), 0);
      await inFolder(async (folder) => {
        const child = start(folder, {
          FRESHDESK_URL: server.url,
          FRESHDESK_API_KEY: "sandbox",
          KV_PATH: ":memory:",
          LOG_FILE: "/dev/full",
          DENO_CRON_TEST_SCHEDULE_OFFSET: "1500",
        });
        const lines = linesOf(child.stdout);
        await lineOf(lines, /Next \(UTC\)/);
        await lineOf(lines, /opened by/);
        child.kill("SIGTERM");
        await lineOf(lines, /Stopped/);
        for await (const _ of lines);
        assertMatch(
          await new Response(child.stderr).text(),
          /The disk is full.*No space left/,
        );
        assertEquals((await child.status).code, 0);
      });
      await server.close();
    },
  );
}
