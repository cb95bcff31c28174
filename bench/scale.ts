/**
 * What many tickets cost when nothing is due: an idle tick, a start, memory.
 *
 * @module
 */
import { DAY } from "../lib/time.ts";
import { lineOf, linesOf, start } from "../tests/helpers/program.ts";
import { makeTicket, putTickets } from "../tests/helpers/tickets.ts";
import { compare, type Figure, type Scale } from "./figures.ts";
import {
  lastFullHour,
  startProcess,
  waitingTickets,
  withFolder,
} from "./setting.ts";

const MIB = 2 ** 20;

/** Compares databases with few tickets and with very many. */
export async function measureScale({ quick }: Scale): Promise<Figure[]> {
  const [many, runs] = quick ? [100, 1] : [100_000, 7];
  return await withFolder(async (folder) => {
    const [empty, few, waiting, both] = ["empty", "few", "waiting", "both"]
      .map((name) => `${folder}/${name}.db`) as [
        string,
        string,
        string,
        string,
      ];
    await fill(empty, 0, 0);
    await fill(few, 10, 0);
    await fill(waiting, many, 0);
    await fill(both, many, many);

    const ticks = { many: [] as number[], few: [] as number[] };
    const memory = { many: [] as number[], none: [] as number[] };
    const starts = { many: [] as number[], none: [] as number[] };
    await using account = await startProcess("account.ts");
    for (let run = 0; run < runs; run++) {
      const [none, small, large] = [
        await idle(empty),
        await idle(few),
        await idle(waiting),
      ];
      ticks.few.push(small.ms);
      ticks.many.push(large.ms);
      memory.none.push(none.rss / MIB);
      memory.many.push(large.rss / MIB);
      starts.none.push(await startTime(empty, account.line));
      starts.many.push(await startTime(both, account.line));
    }
    const n = many.toLocaleString("en").replace(",", " ");
    return [
      compare(`idle tick, ${n} waiting`, "10 waiting", {
        ms: ticks.many,
        "ms with 10": ticks.few,
      }, { atMost: 2 }),
      compare(
        `start to ready, ${n} waiting and ${n} finished`,
        "an empty database",
        { ms: starts.many, "ms empty": starts.none },
        { atMost: 1.2 },
      ),
      compare(`more resident memory, ${n} waiting`, "10 MiB", {
        "MiB more": memory.many.map((value, i) => value - memory.none[i]!),
        "10 MiB": memory.many.map(() => 10),
        "MiB": memory.many,
        "MiB with an empty database": memory.none,
      }, { atMost: 1 }),
    ];
  });
}

async function fill(
  path: string,
  waiting: number,
  finished: number,
): Promise<void> {
  using kv = await Deno.openKv(path);
  const now = lastFullHour();
  await putTickets(kv, waitingTickets(waiting, now + 10 * DAY));
  await putTickets(
    kv,
    Array.from(
      { length: finished },
      (_, i) =>
        makeTicket(`tw-done-${String(i).padStart(6, "0")}`, now, {
          id: waiting + i + 1,
          state: "closed",
          completedAt: now - i * 1000,
        }),
    ),
  );
}

async function idle(path: string): Promise<{ ms: number; rss: number }> {
  await using process = await startProcess("idle.ts", [path]);
  return JSON.parse(process.line);
}

/** Milliseconds from starting `main.ts` until it has seen the account and waits for its first tick. */
async function startTime(path: string, url: string): Promise<number> {
  return await withFolder(async (folder) => {
    const begin = performance.now();
    const child = start(folder, {
      FRESHDESK_URL: url,
      FRESHDESK_API_KEY: "sandbox",
      KV_PATH: path,
      LOG_FILE: "",
      DENO_TIMELINE: "bench", // no job runs meanwhile
    });
    const lines = linesOf(child.stdout);
    await lineOf(lines, /Next \(UTC\)/);
    const ms = performance.now() - begin;
    child.kill("SIGKILL");
    await child.status;
    await lines.return();
    await child.stderr.cancel();
    return ms;
  });
}
