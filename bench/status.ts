/**
 * How soon the status page answers, over HTTP, with its database in a file.
 *
 * @module
 */
import { sleep } from "../lib/sleep.ts";
import { statusApp } from "../status/app.ts";
import { ALL_STAGES, isEnd, type Stage } from "../status/ticket_view.ts";
import { makeTicket, putTickets } from "../tests/helpers/tickets.ts";
import { Store } from "../workflow/store.ts";
import type { Ticket } from "../workflow/ticket.ts";
import { compare, type Figure, type Scale } from "./figures.ts";
import { timed, withFolder } from "./setting.ts";

const NOW = Date.UTC(2026, 10, 23, 12, 0);
const VIEWS = ["/", "/tickets?q=lamp", "/agents", "/tickets/1"];
/** A page has read ahead by then, in milliseconds. */
const AHEAD = 1000;

/** Milliseconds to the first byte, by what is looked at and when. */
type Times = Map<string, number[]>;

/** Asks for every view and for `/healthz` with few tickets and with many. */
export async function measureStatus({ quick }: Scale): Promise<Figure[]> {
  const part = quick ? 1000 : 1;
  const runs = quick ? 2 : 15;
  const spread = (i: number) => ALL_STAGES[i % ALL_STAGES.length]!;
  const cases: [string, number, (i: number) => Stage, number?][] = [
    ["10 000, as many in every stage", 10_000 / part, spread],
    [
      "100 000 closed, 100 under way",
      100_100 / part,
      (i) => i < 100 / part ? spread(i) : "closed",
    ],
    [
      "100 000 waiting for a first reply",
      100_000 / part,
      () => "first reply",
      3,
    ],
  ];
  const few = await answerTimes(10, spread, runs);
  const figures: Figure[] = [];
  for (const [name, tickets, stageOf, most = runs] of cases) {
    const many = await answerTimes(tickets, stageOf, Math.min(most, runs));
    for (const [look, times] of many) {
      figures.push(
        compare(`first byte of ${look}, ${name}`, "with 10 tickets", {
          "ms": times,
          "ms with 10": few.get(look)!,
        }),
      );
    }
  }
  return figures;
}

async function answerTimes(
  tickets: number,
  stageOf: (i: number) => Stage,
  runs: number,
): Promise<Times> {
  return await withFolder(async (folder) => {
    using kv = await Deno.openKv(`${folder}/bench.db`);
    await putTickets(
      kv,
      Array.from({ length: tickets }, (_, i) => ticket(i, stageOf(i))),
    );
    const times: Times = new Map();
    const note = (path: string, look: string, ms: number) => {
      const name = `${path}, ${look}`;
      times.set(name, [...times.get(name) ?? [], ms]);
    };
    for (const path of VIEWS) {
      for (let run = 0; run < runs; run++) {
        for (const readsAhead of [true, false]) {
          await using page = openPage(kv, readsAhead);
          if (readsAhead) await sleep(AHEAD);
          const name = readsAhead
            ? "the first"
            : "the first, nothing read ahead";
          note(path, name, await page.firstByte(path));
        }
      }
    }
    await using page = openPage(kv, false);
    for (const path of VIEWS) {
      for (let run = 0; run <= runs; run++) {
        await page.change(run);
        const ms = await page.firstByte(path);
        // What was read before does not count.
        if (run > 0) note(path, "after a change", ms);
      }
    }
    for (let run = 0; run < runs; run++) {
      for (const path of [...VIEWS, "/healthz"]) {
        note(path, "later", await page.firstByte(path));
      }
    }
    return times;
  });
}

/** A page of a process that has just started. */
function openPage(kv: Deno.Kv, readsAhead: boolean) {
  const store = new Store(kv);
  let now = NOW;
  const app = statusApp({
    store,
    now: () => now,
    ticketUrl: (id) => `https://acme.freshdesk.com/a/tickets/${id}`,
    budget: () => ({ total: 50, remaining: 40, ourLimit: 25, pausedUntil: 0 }),
    startedAt: NOW,
    mode: "open",
    production: true,
    readsAhead,
  });
  const server = Deno.serve({ port: 0, onListen() {} }, app.fetch);
  return {
    /** Milliseconds to the first byte of an answer. */
    firstByte: (path: string) =>
      timed(async () => {
        now += 60_000; // so that the board is read anew
        const url = `http://localhost:${server.addr.port}${path}`;
        const reader = (await fetch(url)).body!.getReader();
        await reader.read();
        await reader.cancel();
      }),
    /** Changes a ticket as people see it. */
    async change(run: number) {
      const entry = await store.getById(1);
      await store.update(entry!, { subject: `Lamp ${run}` });
    },
    async [Symbol.asyncDispose]() {
      await server.shutdown();
    },
  };
}

function ticket(i: number, stage: Stage): Ticket {
  const at = NOW - i * 1000;
  return makeTicket(`tw-${String(i).padStart(6, "0")}`, at, {
    id: i + 1,
    contact: { id: i, name: `Contact ${i}` },
    agent: { id: i % 7, name: `Agent ${i % 7}` },
    ...(isEnd(stage) ? { state: stage, completedAt: at } : { waitsFor: stage }),
  });
}
