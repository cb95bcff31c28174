/** The commands as they are called: `deno task NAME ...`. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { usage } from "../../startup/arguments.ts";
import { databasePath } from "../../startup/database.ts";
import { Sandbox } from "../../sandbox/sandbox.ts";
import { listen } from "../../sandbox/server.ts";

const may = (["run", "net", "read", "write", "env"] as const).every((name) =>
  Deno.permissions.querySync({ name }).state === "granted"
);
const ROOT = new URL("../..", import.meta.url).pathname;
const JSR = import.meta.resolve("@std/log").startsWith("jsr:");
const STAND_INS = JSR
  ? []
  : ["--no-lock", `--import-map=${ROOT}std/import_map.json`];

function command(name: string, run: () => Promise<void>): void {
  Deno.test({
    name: may ? name : `${name} (left out: needs -A)`,
    ignore: !may,
    fn: run,
  });
}

/** What a command says, and its exit code. */
interface Said {
  code: number;
  out: string;
  error: string;
}

/** Runs `deno` with nothing in the environment but this. */
async function deno(
  args: string[],
  env: Record<string, string> = {},
  cwd = ROOT,
): Promise<Said> {
  const { PATH = "", HOME = "", DENO_DIR } = Deno.env.toObject();
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
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

/** Calls a task of `deno.json`. Its flags are kept, and `@std` is where this test has it. */
async function task(
  name: string,
  args: string[],
  env: Record<string, string> = {},
  cwd?: string,
): Promise<Said> {
  const tasks: Record<string, string> = config.tasks;
  const words = tasks[name]!.replace("$(deno task -q std)", "").trim()
    .split(/\s+/).slice(2);
  const script = ROOT + words.pop();
  return await deno(
    ["run", ...STAND_INS, ...words, script, ...args],
    env,
    cwd,
  );
}

/** Calls with a temporary folder. */
async function inFolder<T>(run: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    return await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const COMMANDS = [
  "bench",
  "chaos",
  "cleanup",
  "demo",
  "doctor",
  "hurry",
  "open",
  "pause",
  "resume",
  "retry",
  "sandbox",
  "start",
  "status",
];

for (const name of COMMANDS) {
  command(`${name}: shows its usage without any settings`, async () => {
    const { code, out, error } = await task(name, ["--help"]);
    assertMatch(out, new RegExp(`^Usage: deno task ${name} `));
    assertStringIncludes(out, "  --help");
    assertEquals([code, error], [0, ""]);
  });

  command(`${name}: rejects an unknown option`, async () => {
    const sandbox = new Sandbox();
    const server = await listen(sandbox, 0);
    const { code, out, error } = await inFolder((folder) =>
      task(name, ["--dry-run"], {
        FRESHDESK_URL: server.url,
        FRESHDESK_API_KEY: "sandbox",
        KV_PATH: `${folder}/tickets.db`,
        SANDBOX_PORT: "0",
        PORT: "0",
      })
    );
    await server.close();
    assertMatch(
      error,
      new RegExp(
        `^Unknown option '--dry-run'\\n\\nUsage: deno task ${name} `,
      ),
    );
    assertEquals([code, out, sandbox.requests.length], [2, "", 0]);
  });
}

command("commands: pass --help through deno task", async () => {
  const { code, out } = await deno(["task", "-q", "start", "--help"]);
  assertEquals(code, 0);
  assertMatch(out, /^Usage: deno task start /);
});

const WRONG: [name: string, args: string[], said: string][] = [
  ["start", ["now"], "Unexpected argument 'now'"],
  ["status", ["--ticket"], "Option '--ticket <value>' argument missing"],
  ["status", ["--json=yes"], "Option '--json' does not take an argument"],
  [
    "chaos",
    ["--rounds", "many"],
    "Cannot use --rounds as it must be a number from 1 to 1000000: current value is 'many'",
  ],
  [
    "chaos",
    ["--tickets", "0"],
    "Cannot use --tickets as it must be a number from 1 to 100: current value is '0'",
  ],
  [
    "demo",
    ["--port", "http"],
    "Cannot use --port as it must be a whole number from 0 to 65535: current value is 'http'",
  ],
];

for (const [name, args, said] of WRONG) {
  command(`${name}: rejects ${args.join(" ")} in one line`, async () => {
    const { code, error } = await task(name, args);
    assertEquals(error.split("\n").slice(0, 2), [said, ""]);
    assertEquals(code, 2);
  });
}

Deno.test("usage: is made from the command's table", () => {
  assertEquals(
    usage({
      name: "paint",
      summary: "Paints tickets.",
      options: {
        colour: { about: "which", value: "NAME", default: "red" },
        fast: { about: "soon" },
      },
      positionals: "[ID...]",
    }),
    `Usage: deno task paint [options] [ID...]

Paints tickets.

  --colour NAME  which (default: red)
  --fast         soon
  --help         show this help`,
  );
});

command("sandbox: says in one line that its port is in use", async () => {
  const server = await listen(new Sandbox(), 0);
  const { port } = new URL(server.url);
  const env = {
    FRESHDESK_URL: server.url,
    FRESHDESK_API_KEY: "sandbox",
    KV_PATH: ":memory:",
    PORT: port,
    SANDBOX_PORT: port,
  };
  for (const name of ["start", "sandbox"]) {
    const { code, error } = await task(name, [], env);
    assertMatch(error, /^Cannot listen on .*\n$/);
    assertEquals(code, 1);
  }
  await server.close();
});

command("demo: says that its port is in use", async () => {
  const server = await listen(new Sandbox(), 0);
  const { port } = new URL(server.url);
  const { code, error } = await task("demo", ["--serve", "--port", port]);
  await server.close();
  assertMatch(error, /^Cannot listen on port \d+: it is in use\. .*\n$/);
  assertEquals(code, 1);
});

command(
  "demo: shows the real calls and times on its page",
  async () => {
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", ...STAND_INS, `${ROOT}commands/demo.ts`],
        ...["--serve", "--port", "0"],
      ],
      env: { NO_COLOR: "1" },
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const texts = child.stdout.pipeThrough(new TextDecoderStream());
    let said = "";
    for await (const text of texts.values({ preventCancel: true })) {
      said += text;
      if (said.includes("stays open")) break;
    }
    const [url = ""] = said.match(/http:\S+/)!;
    const [, calls] = said.match(/with (\d+) calls/)!;
    const page = await (await fetch(url)).text();
    const { jobs } = await (await fetch(`${url}api/jobs`)).json();
    child.kill("SIGKILL");
    await texts.cancel();
    await child.status;
    assertStringIncludes(page, `closed, ${calls} calls`);
    for (const { name, lastRun } of jobs) assert(lastRun.took > 0, name);
  },
);

const ACCOUNT = { FRESHDESK_URL: "https://acme.freshdesk.com" };
const KEY = { FRESHDESK_API_KEY: "sandbox" };

command("status: needs no setting that it does not use", async () => {
  await inFolder(async (folder) => {
    const env = { ...ACCOUNT, KV_PATH: `${folder}/tickets.db`, PORT: "x" };
    const { code, out, error } = await task("status", [], env);
    assertEquals([code, error], [0, ""]);
    assertStringIncludes(out, "Today: 0 opened");
  });
});

command("commands: say how to make .env if there is none", async () => {
  await inFolder(async (folder) => {
    await Deno.copyFile(`${ROOT}.env.example`, `${folder}/.env.example`);
    const hint = "There is no .env yet: cp .env.example .env";
    for (const name of ["start", "status", "doctor", "retry", "cleanup"]) {
      const { code, out, error } = await task(name, [], {}, folder);
      assertStringIncludes(out + error, hint, name);
      assertEquals(code, name === "doctor" ? 1 : 78);
    }
    await Deno.writeTextFile(`${folder}/.env`, "");
    const { error } = await task("status", [], {}, folder);
    assert(!error.includes("cp .env.example"), error);
  });
});

command("commands: say in one line that .env cannot be read", async () => {
  await inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/.env`);
    const { code, error } = await task("status", [], {}, folder);
    assertMatch(error, /^Cannot read \.env: .*\n$/);
    assertEquals(code, 1);
  });
});

command("commands: say how they read a short address", async () => {
  await inFolder(async (folder) => {
    const env = {
      ...KEY,
      FRESHDESK_URL: "acme",
      KV_PATH: `${folder}/tickets.db`,
    };
    const { code, error } = await task("retry", [], env);
    assertEquals(
      error,
      "FRESHDESK_URL 'acme' is read as https://acme.freshdesk.com\n",
    );
    assertEquals(code, 0);
  });
});

/** The program in a folder of its own; gives the folder. */
async function installed(folder: string): Promise<string> {
  const app = `${folder}/app`;
  await copyFolder(ROOT, `${app}/`);
  return app;
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isFile, isDirectory } of Deno.readDir(from)) {
    if (/^(\.|tests$|node_modules$)|\.db/.test(name)) continue;
    if (isFile) await Deno.copyFile(from + name, to + name);
    if (isDirectory) await copyFolder(`${from}${name}/`, `${to}${name}/`);
  }
}

/** Calls `retry`, which opens the database, from another folder. */
async function retry(app: string, cwd: string): Promise<Said> {
  const imports = JSR
    ? []
    : ["--no-lock", `--import-map=${app}/std/import_map.json`];
  return await deno(
    ["run", "-A", ...imports, `${app}/commands/retry.ts`],
    { ...ACCOUNT, ...KEY },
    cwd,
  );
}

command(
  "database: is beside deno.json by default, whatever the current folder",
  async () => {
    await inFolder(async (folder) => {
      const app = await installed(folder);
      const elsewhere = `${folder}/elsewhere`;
      await Deno.mkdir(elsewhere);
      const { code, error } = await retry(app, elsewhere);
      assertEquals([code, error], [0, ""]);
      assert((await Deno.stat(`${app}/tickets.db`)).isFile);
      assertEquals(await Array.fromAsync(Deno.readDir(elsewhere)), []);
    });
  },
);

command("database: is ignored by git", async () => {
  const ignored = await Deno.readTextFile(`${ROOT}.gitignore`);
  for (const pattern of ["*.db", "*.db-shm", "*.db-wal"]) {
    assert(ignored.split("\n").includes(pattern), pattern);
  }
});

command(
  "database: names KV_PATH if the default cannot be written",
  async () => {
    await inFolder(async (folder) => {
      const app = await installed(folder);
      await Deno.mkdir(`${app}/tickets.db`);
      const { code, error } = await retry(app, folder);
      assertMatch(
        error,
        /^Cannot open the database \S+\/app\/tickets\.db: .*\. Set KV_PATH to a file .*\n$/,
      );
      assertEquals(code, 1);
    });
  },
);

Deno.test("database: is Deploy's own on Deno Deploy", () => {
  assertEquals(databasePath(undefined, true), undefined);
  assertEquals(databasePath("/data/tickets.db", true), "/data/tickets.db");
});
