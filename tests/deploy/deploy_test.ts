/**
 * The unit and the image of `deploy/`, as far as neither systemd nor a container engine is needed:
 * their own file lists, settings and command lines, with their folders moved to a temporary one.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Sandbox } from "../../sandbox/sandbox.ts";
import { listen } from "../../sandbox/server.ts";

const may = (["run", "net", "read", "write", "env"] as const).every((name) =>
  Deno.permissions.querySync({ name }).state === "granted"
);
const ROOT = new URL("../..", import.meta.url).pathname;
const JSR = import.meta.resolve("@std/log").startsWith("jsr:");

/** A way to deploy: how its folders are filled, and what it runs. */
interface Deployment {
  /** The folder of the program, once it is filled. */
  folder: string;
  /** Where the database must be. */
  database: string;
  /** The program's own arguments to `deno`. */
  start: string[];
  /** The commands that its first lines name, as arguments to `deno`. */
  commands: string[][];
  /** What it sets in the environment. */
  env: Record<string, string>;
}

/** `/opt/ticket-workflow` with the whole project, and what the unit's first lines do to it. */
async function unit(to: string, settings: string): Promise<Deployment> {
  const text = moved(await read("deploy/ticket-workflow.service"), {
    "/opt/ticket-workflow": `${to}/opt`,
    "/var/lib/ticket-workflow": `${to}/lib`,
  });
  const folder = text.match(/^WorkingDirectory=(.*)$/m)![1]!;
  await Deno.mkdir(`${to}/lib`);
  await copy(["*.ts", "deno.json", "deno.lock"], folder);
  for await (const { name, isDirectory } of Deno.readDir(ROOT)) {
    if (isDirectory && !/^(\.|tests$|node_modules$)/.test(name)) {
      await copy([name], `${folder}/${name}`);
    }
  }
  const [, line = "", file = ""] = text.match(
    /^# +echo (.*) \| sudo tee -a (.*)$/m,
  )!;
  await Deno.writeTextFile(file, `${settings}${line}\n`);
  return {
    folder,
    database: `${to}/lib/tickets.db`,
    start: text.match(/^ExecStart=\S+deno (.*)$/m)![1]!.split(" "),
    commands: commandsIn(text),
    env: {},
  };
}

/** `/app` with what the Dockerfile copies. */
async function image(to: string, settings: string): Promise<Deployment> {
  const text = moved(await read("deploy/Dockerfile"), {
    "/app": `${to}/app`,
    "/data": `${to}/data`,
  });
  const folder = text.match(/^WORKDIR (.*)$/m)![1]!;
  await Deno.mkdir(`${to}/data`);
  for (const [, list = ""] of text.matchAll(/^COPY (.*)$/gm)) {
    const names = list.split(" ");
    const target = names.at(-1)!.replace(/^\.\//, "");
    await copy(names.slice(0, -1), `${folder}/${target}`);
  }
  const pairs = (lines: string[]) =>
    Object.fromEntries(lines.map((line) => line.split(/=(.*)/).slice(0, 2)));
  return {
    folder,
    database: `${to}/data/tickets.db`,
    start: JSON.parse(text.match(/^CMD (.*)$/m)![1]!),
    commands: commandsIn(text),
    env: {
      ...pairs(settings.trim().split("\n")),
      ...pairs(text.match(/^ENV (.*)$/m)![1]!.split(" ")),
    },
  };
}

function moved(text: string, folders: Record<string, string>): string {
  return text.replace(
    /\/(opt\/ticket-workflow|var\/lib\/ticket-workflow|app|data)\b/g,
    (folder) => folders[folder] ?? folder,
  );
}

function commandsIn(text: string): string[][] {
  return [...text.matchAll(/^# +(?:docker exec|sudo -u) .* deno (task .*)$/gm)]
    .map(([, command = ""]) => command.split(" "));
}

function read(path: string): Promise<string> {
  return Deno.readTextFile(ROOT + path);
}

/** Copies files (`*.ts` is a pattern) or the files of a folder, as Docker does. */
async function copy(names: string[], to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for (const name of names) {
    const isFolder = name !== "*.ts" &&
      (await Deno.stat(ROOT + name)).isDirectory;
    const from = isFolder ? `${ROOT}${name}/` : ROOT;
    for await (
      const { name: file, isFile, isDirectory } of Deno.readDir(from)
    ) {
      const wanted = isFolder || file === name ||
        name === "*.ts" && file.endsWith(".ts");
      if (isFile && wanted) await Deno.copyFile(from + file, `${to}/${file}`);
      if (isDirectory && isFolder) {
        await copy([`${name}/${file}`], `${to}/${file}`);
      }
    }
  }
}

/** Runs `deno` in the deployment's folder, with nothing in the environment but what it sets. */
function deno({ folder, env }: Deployment, args: string[]): Deno.Command {
  const { PATH = "", HOME = "", DENO_DIR } = Deno.env.toObject();
  const standIns = JSR || args[0] !== "run"
    ? []
    : ["--no-lock", "--import-map=std/import_map.json"];
  const [first = "", ...rest] = args;
  return new Deno.Command(Deno.execPath(), {
    args: [first, ...standIns, ...rest],
    cwd: folder,
    env: {
      PATH,
      HOME,
      ...(DENO_DIR && { DENO_DIR }),
      NO_COLOR: "1",
      // Deno's own way to let crons fire soon.
      DENO_CRON_TEST_SCHEDULE_OFFSET: "500",
      ...env,
    },
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

for (const [what, deploy] of [["unit", unit], ["image", image]] as const) {
  Deno.test({
    name:
      `deploy: commands find settings and database where the ${what} has them${
        may ? "" : " (left out: needs -A)"
      }`,
    ignore: !may,
    async fn() {
      const sandbox = new Sandbox();
      const server = await listen(sandbox, 0);
      const to = await Deno.realPath(await Deno.makeTempDir());
      try {
        const deployment = await deploy(
          to,
          `FRESHDESK_URL=${server.url}\nFRESHDESK_API_KEY=sandbox\nPORT=0\n`,
        );
        const child = deno(deployment, deployment.start).spawn();
        const lines = child.stdout.pipeThrough(new TextDecoderStream());
        let log = "";
        for await (const text of lines.values({ preventCancel: true })) {
          log += text;
          if (/#1 assigned to/.test(log)) break;
        }
        assertMatch(log, /#1 assigned to/);
        assert((await Deno.stat(deployment.database)).isFile);

        const said: Record<string, string> = {};
        for (const command of deployment.commands) {
          const yes = command.at(-1) === "cleanup" ? ["--yes"] : [];
          const { code, stdout, stderr } = await deno(
            deployment,
            [...command, ...yes],
          ).output();
          const decoder = new TextDecoder();
          const text = decoder.decode(stdout);
          assertEquals(code, 0, text + decoder.decode(stderr));
          said[command.at(-1)!] = text;
        }
        assertEquals(Object.keys(said).sort(), [
          "cleanup",
          "doctor",
          "retry",
          "status",
        ]);
        assertMatch(
          said.doctor!,
          /database: \S+tickets\.db is writable; 1 /,
        );
        assertMatch(said.status!, /Waiting\n.*\n#1 /);
        assertMatch(said.retry!, /There are no failed tickets/);
        assertMatch(said.cleanup!, /1 moved to trash/);
        assert(sandbox.ticket(1).deleted);

        child.kill("SIGTERM");
        for await (const _ of lines);
        await child.stderr.cancel();
        await child.status;
      } finally {
        await server.close();
        await Deno.remove(to, { recursive: true });
      }
    },
  });
}
