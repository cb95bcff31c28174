/**
 * Runs the program in its own process.
 *
 * @module
 */
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { listen } from "../../sandbox/server.ts";

// Tests of the program are left out if they may not run it.
const may = (["run", "net", "read", "write", "env"] as const).every((name) =>
  Deno.permissions.querySync({ name }).state === "granted"
);

/** Defines a test that runs the program. */
export function program(name: string, run: () => Promise<void>): void {
  Deno.test({
    name: may ? name : `${name} (left out: needs -A)`,
    ignore: !may,
    fn: run,
  });
}

/** The project's folder. */
export const ROOT = new URL("../..", import.meta.url);
const JSR = import.meta.resolve("@std/log").startsWith("jsr:");

/** Starts the program in a folder, with an environment and flags. */
export function start(
  folder: string,
  env: Record<string, string>,
  flags: string[] = [],
) {
  const stdIns = JSR ? [] : [
    "--no-lock",
    `--import-map=${new URL("std/import_map.json", ROOT).pathname}`,
  ];
  const main = new URL("main.ts", ROOT).pathname;
  const { PATH = "", HOME = "", DENO_DIR } = Deno.env.toObject();
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", ...stdIns, ...flags, main],
    cwd: folder,
    env: {
      PATH,
      HOME,
      ...(DENO_DIR && { DENO_DIR }),
      PORT: "0",
      NO_COLOR: "1",
      ...env,
    },
    clearEnv: true,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Runs a function in a temporary folder. */
export async function inFolder(
  run: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A running program. */
export interface Running {
  /** Its process. */
  child: Deno.ChildProcess;
  /** The lines of its output that were not read yet. */
  lines: AsyncGenerator<string>;
  /** Its folder. */
  folder: string;
}

/** How a program ended. */
export interface Ended {
  /** Its exit code. */
  code: number;
  /** The lines of its output that nobody read. */
  rest: string[];
  /** All of its error output. */
  errors: string;
}

/** Runs the program in a temporary folder on a sandbox account, until a test has ended it. */
export async function runOn(
  sandbox: Sandbox,
  env: Record<string, string>,
  run: (running: Running) => Promise<void>,
): Promise<Ended> {
  const server = await listen(sandbox, 0);
  let ended: Ended | undefined;
  await inFolder(async (folder) => {
    const child = start(folder, {
      FRESHDESK_URL: server.url,
      FRESHDESK_API_KEY: sandbox.apiKey,
      KV_PATH: ":memory:",
      ...env,
    });
    const lines = linesOf(child.stdout);
    try {
      await run({ child, lines, folder });
    } catch (error) {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended already.
      }
      await Promise.all([lines.return(undefined), child.stderr.cancel()]);
      await child.status;
      throw error;
    }
    const rest = await Array.fromAsync(lines);
    const errors = await new Response(child.stderr).text();
    ended = { code: (await child.status).code, rest, errors };
  });
  await server.close();
  return ended!;
}

/** Returns the output and the exit code of a program that ends by itself. */
export async function ending(env: Record<string, string>, dotEnv = "") {
  let said = { code: -1, text: "" };
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/.env`, dotEnv);
    const { code, stdout, stderr } = await start(folder, env).output();
    const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    said = { code, text: decode(stdout) + decode(stderr) };
  });
  return said;
}

/** Reads output until a line matches, and returns that line. */
export async function lineOf(
  lines: AsyncIterator<string>,
  pattern: RegExp,
): Promise<string> {
  for (;;) {
    const { done, value } = await lines.next();
    if (done) throw new Error(`The program ended without saying ${pattern}`);
    if (pattern.test(value)) return value;
  }
}

/** Reads output line by line. */
export async function* linesOf(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
) {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}
