import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { Sandbox } from "../sandbox/sandbox.ts";
import { listen } from "../sandbox/server.ts";
import { JOBS } from "../workflow/schedule.ts";
import { ending, lineOf, program, ROOT, runOn } from "./helpers/program.ts";

program(
  "program: names all missing and wrong settings, and exits with 78",
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
  "program: says that the database cannot be opened, and what to do",
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
  "program: reports a wrong key after one request, and exits with 78",
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
  "program: introduces itself, serves /healthz, runs its jobs and stops on a signal",
  async () => {
    const sandbox = new Sandbox();
    const { code } = await runOn(sandbox, {
      // Deno's own way to let crons fire soon.
      DENO_CRON_TEST_SCHEDULE_OFFSET: "1500",
    }, async ({ child, lines }) => {
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
    });
    assertEquals(code, 0);
    assert(sandbox.tickets.size > 0);
  },
);

program(
  "program: runs no jobs on a timeline other than production",
  async () => {
    const sandbox = new Sandbox();
    const { rest } = await runOn(sandbox, {
      LOG_LEVEL: "DEBUG",
      DENO_TIMELINE: "git-branch/try",
      DENO_CRON_TEST_SCHEDULE_OFFSET: "100",
    }, async ({ child, lines }) => {
      await lineOf(lines, /timeline git-branch\/try/);
      await lineOf(lines, /Next \(UTC\)/);
      child.kill("SIGINT");
    });
    assertEquals(rest.filter((line) => line.includes("Job")), []);
    assertEquals(sandbox.tickets.size, 0);
  },
);

program(
  "program: registers five jobs with the workflow's schedules, without Deno's retries",
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
  "program: writes every line to the log file, as JSON if set",
  async () => {
    await runOn(new Sandbox(), {
      LOG_FILE: "tickets.log",
      LOG_FORMAT: "json",
      LOG_LEVEL: "DEBUG",
    }, async ({ child, lines, folder }) => {
      await lineOf(lines, /Next \(UTC\)/);
      child.kill("SIGTERM");
      for await (const _ of lines);
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
  },
);

if (Deno.build.os === "linux") {
  program(
    "program: goes on with a log file on a full disk",
    async () => {
      const { code, errors } = await runOn(new Sandbox(), {
        LOG_FILE: "/dev/full",
        DENO_CRON_TEST_SCHEDULE_OFFSET: "1500",
      }, async ({ child, lines }) => {
        await lineOf(lines, /Next \(UTC\)/);
        await lineOf(lines, /opened by/);
        child.kill("SIGTERM");
        await lineOf(lines, /Stopped/);
      });
      assertMatch(errors, /The disk is full.*No space left/);
      assertEquals(code, 0);
    },
  );
}
