/**
 * How long `deno task start` takes until its crons are registered, which is when the status page
 * begins to listen.
 *
 * @module
 */
import { lineOf, linesOf, ROOT } from "../tests/helpers/program.ts";
import { compare, type Figure, type Scale } from "./figures.ts";
import { startProcess, withFolder } from "./setting.ts";

/** Compares a start with the start of Deno itself, with everything cached and with nothing. */
export async function measureStart({ quick }: Scale): Promise<Figure[]> {
  const [warmRuns, coldRuns] = quick ? [1, 0] : [7, 3];
  await using account = await startProcess("account.ts");
  const { DENO_DIR } = Deno.env.toObject();
  const warmEnv = DENO_DIR ? { DENO_DIR } : {};
  await startTime(account.line, warmEnv); // so that all is cached
  const warm = {
    start: [] as number[],
    std: [] as number[],
    deno: [] as number[],
  };
  for (let run = 0; run < warmRuns; run++) {
    warm.deno.push(await runTime(["eval", ""], warmEnv));
    warm.std.push(await runTime(["task", "-q", "std"], warmEnv));
    warm.start.push(await startTime(account.line, warmEnv));
  }
  const cold = { start: [] as number[], deno: [] as number[] };
  for (let run = 0; run < coldRuns; run++) {
    cold.deno.push(
      await withFolder((DENO_DIR) => runTime(["eval", ""], { DENO_DIR })),
    );
    cold.start.push(
      await withFolder((DENO_DIR) => startTime(account.line, { DENO_DIR })),
    );
  }
  return [
    compare("deno task start to crons, warm", "deno eval ''", {
      ms: warm.start,
      "ms of deno eval ''": warm.deno,
      "ms to find @std": warm.std,
    }),
    ...coldRuns === 0 ? [] : [
      compare("deno task start to crons, empty cache", "deno eval ''", {
        ms: cold.start,
        "ms of deno eval ''": cold.deno,
      }),
    ],
  ];
}

function command(args: string[], env: Record<string, string>): Deno.Command {
  const { PATH = "", HOME = "" } = Deno.env.toObject();
  return new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
    env: {
      ...registryOf(Deno.env.toObject()),
      PATH,
      HOME,
      NO_COLOR: "1",
      ...env,
    },
    clearEnv: true,
    stdout: "piped",
    stderr: "null",
  });
}

/** Where packages come from, for a start from an empty cache. */
function registryOf(env: Record<string, string>): Record<string, string> {
  const isOne = (name: string) => /proxy|registry|cert/i.test(name);
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => isOne(name)),
  );
}

async function runTime(
  args: string[],
  env: Record<string, string>,
): Promise<number> {
  const begin = performance.now();
  await command(args, env).output();
  return performance.now() - begin;
}

async function startTime(
  url: string,
  env: Record<string, string>,
): Promise<number> {
  const begin = performance.now();
  const child = command(["task", "-q", "start"], {
    ...env,
    FRESHDESK_URL: url,
    FRESHDESK_API_KEY: "sandbox",
    KV_PATH: ":memory:",
    LOG_FILE: "",
    PORT: "0",
    DENO_TIMELINE: "bench", // no job runs meanwhile
  }).spawn();
  const lines = linesOf(child.stdout);
  await lineOf(lines, /Status page: /);
  const ms = performance.now() - begin;
  child.kill("SIGTERM");
  await child.status;
  await lines.return();
  return ms;
}
