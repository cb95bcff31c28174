/** The commands that act, as they are called, beside a running program and without one. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { Sandbox } from "../../sandbox/sandbox.ts";
import { listen } from "../../sandbox/server.ts";
import { Store } from "../../workflow/store.ts";
import {
  inFolder,
  lineOf,
  linesOf,
  program,
  ROOT,
  start,
} from "../helpers/program.ts";

const JSR = import.meta.resolve("@std/log").startsWith("jsr:");
const FLAGS = JSR ? [] : [
  "--no-lock",
  `--import-map=${new URL("std/import_map.json", ROOT).pathname}`,
];

/** What a command says, and its exit code. */
interface Said {
  code: number;
  out: string;
  error: string;
}

/** An account on a port, and a folder for the database. */
interface World {
  sandbox: Sandbox;
  env: Record<string, string>;
  folder: string;
  /** Calls a task with the permissions that it has in `deno.json`. */
  task: (
    name: string,
    args?: string[],
    env?: Record<string, string>,
  ) => Promise<Said>;
}

function world(name: string, run: (world: World) => Promise<void>): void {
  program(name, () =>
    inFolder(async (folder) => {
      const sandbox = new Sandbox();
      const server = await listen(sandbox, 0);
      const env = {
        FRESHDESK_URL: server.url,
        FRESHDESK_API_KEY: "sandbox",
        KV_PATH: `${folder}/tickets.db`,
        CONTACT_DOMAINS: "*",
        USER: "ana",
      };
      try {
        await run({
          sandbox,
          env,
          folder,
          task: (name, args = [], more = {}) =>
            task(name, args, { ...env, ...more }, folder),
        });
      } finally {
        await server.close();
      }
    }));
}

async function task(
  name: string,
  args: string[],
  env: Record<string, string>,
  cwd: string,
): Promise<Said> {
  const tasks: Record<string, string> = config.tasks;
  const words = tasks[name]!.replace("$(deno task -q std)", "").trim()
    .split(/\s+/).slice(2);
  const script = new URL(words.pop()!, ROOT).pathname;
  const { PATH = "", HOME = "", DENO_DIR } = Deno.env.toObject();
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", ...FLAGS, ...words, script, ...args],
    cwd,
    env: {
      PATH,
      HOME,
      ...(DENO_DIR && { DENO_DIR }),
      NO_COLOR: "1",
      ...env,
    },
    clearEnv: true,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), error: decoder.decode(stderr) };
}

world(
  "the terminal opens, hurries, pauses, resumes, retries and cleans up without a running program",
  async ({ sandbox, task, env }) => {
    const opened = await task("open", ["2"]);
    assertEquals(
      [opened.code, opened.out],
      [0, "Opened 2 tickets.\n"],
      opened.error,
    );
    assertEquals(sandbox.tickets.size, 2);

    const paused = await task("pause", ["90"]);
    assertMatch(paused.out, /^Paused until [\d: -]+ UTC\.\n$/);
    const held = await task("hurry", ["1"]);
    assertEquals(held.code, 1);
    assertMatch(
      held.error,
      /^ana at the terminal has paused the program until/,
    );
    const resumed = await task("resume");
    assertMatch(resumed.out, /^Resumed/);

    const hurried = await task("hurry", ["1", "--step", "first reply"]);
    assertEquals(
      hurried.out,
      "#1: first reply is done; it waits for customer reply.\n",
      hurried.error,
    );
    const again = await task("hurry", ["#1", "--step", "first reply"]);
    assertEquals(
      [again.code, again.error],
      [1, "#1 has moved on: it waits for customer reply.\n"],
    );

    const kv = await Deno.openKv(env.KV_PATH);
    const store = new Store(kv);
    const entry = await store.getById(2);
    await store.update(entry!, { state: "failed", completedAt: Date.now() });
    kv.close();
    const retried = await task("retry");
    assertEquals(retried.out, "#2 goes on with first reply.\n", retried.error);
    const nobody = await task("retry", ["99"]);
    assertEquals(nobody.code, 1);
    assertMatch(nobody.error, /^There is no ticket 99/);

    const cleaned = await task("cleanup", ["--yes"]);
    assertEquals(cleaned.code, 0, cleaned.error);
    assertMatch(cleaned.out, /2 moved to trash/);
  },
);

world(
  "the terminal asks before it mails people who may be real",
  async ({ sandbox, task }) => {
    sandbox.contacts[0]!.email = "amina@gmail.com";
    const asked = await task("open", [], { CONTACT_DOMAINS: "" });
    assertEquals([asked.code, asked.out], [1, ""]);
    assertMatch(asked.error, /gmail\.com \(1\).*: deno task open --yes 1\.\n$/);
    assertEquals(sandbox.tickets.size, 0);
    const told = await task("open", ["--yes"], { CONTACT_DOMAINS: "" });
    assertMatch(told.out, /^Opened #1: /);
  },
);

world(
  "READ_ONLY does not hold in the terminal, and a dry run does",
  async ({ sandbox, task }) => {
    const dry = await task("open", [], { DRY_RUN: "true" });
    assertEquals(dry.code, 1);
    assertMatch(dry.error, /^DRY_RUN is set/);
    assertEquals(sandbox.tickets.size, 0);
    const opened = await task("open", [], { READ_ONLY: "true" });
    assertEquals(opened.code, 0, opened.error);
  },
);

world(
  "arguments that are wrong are refused with the usage",
  async ({ task, sandbox }) => {
    const wrong: [string, string[]][] = [
      ["open", ["0"]],
      ["open", ["21"]],
      ["open", ["1", "2"]],
      ["open", ["one"]],
      ["open", ["--nonsense"]],
      ["pause", ["0"]],
      ["pause", ["1h"]],
      ["pause", ["43201"]],
      ["resume", ["now"]],
      ["hurry", []],
      ["hurry", ["1", "2"]],
    ];
    for (const [name, args] of wrong) {
      const { code, error } = await task(name, args);
      assertEquals(code, 2, `${name} ${args.join(" ")}`);
      assertMatch(error, new RegExp(`Usage: deno task ${name} `));
    }
    assertEquals(sandbox.requests.length, 0);
  },
);

world(
  "page and terminal act beside each other on one database",
  async ({ sandbox, task, env, folder }) => {
    const running = start(folder, env);
    try {
      const lines = linesOf(running.stdout);
      const line = await lineOf(lines, /Status page: /);
      const url = /http:\S+/.exec(line)![0];
      const post = async (path: string, body: unknown) =>
        await fetch(new URL(path, url), {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(body),
        });
      assertEquals((await task("pause")).code, 0);
      const token = crypto.randomUUID();
      const held = await post("api/open", { count: 1, token });
      assertEquals(held.status, 409);
      assertMatch((await held.json()).error, /^ana at the terminal has paused/);
      const resumed = await post("api/resume", { by: "ben" });
      assertEquals(resumed.status, 200);
      await resumed.body?.cancel();
      const before = sandbox.tickets.size;
      const [first, second, terminal] = await Promise.all([
        post("api/open", { count: 1, token }),
        post("api/open", { count: 1, token }),
        task("open"),
      ]);
      await first.body?.cancel();
      await second.body?.cancel();
      assertEquals([first.status, second.status, terminal.code], [200, 200, 0]);
      assert(sandbox.tickets.size >= before + 2);
      await lineOf(lines, /INFO {2}ben: resume: /);
      await lines.return(undefined);
    } finally {
      running.kill("SIGTERM");
      await running.stderr.cancel();
      await running.status;
    }
  },
);
