/**
 * How soon the status page answers, over HTTP, with its database in a file.
 *
 * @module
 */
import { statusApp } from "../status/app.ts";
import { ALL_STAGES, isEnd, type Stage } from "../status/ticket_view.ts";
import { makeTicket, putTickets } from "../tests/helpers/tickets.ts";
import { Store } from "../workflow/store.ts";
import type { Ticket } from "../workflow/ticket.ts";
import { compare, type Figure, type Scale } from "./figures.ts";
import { timed, withFolder } from "./setting.ts";

const NOW = Date.UTC(2026, 10, 23, 12, 0);
const VIEWS = ["/", "/tickets?q=lamp", "/agents", "/tickets/1"];
const PATHS = [...VIEWS, "/healthz"];

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
    for (const path of PATHS) {
      figures.push(
        compare(`first byte of ${path}, ${name}`, "with 10 tickets", {
          "ms": many.get(path)!,
          "ms with 10": few.get(path)!,
        }),
      );
    }
  }
  return figures;
}

/** Milliseconds to the first byte, of each path and request. */
async function answerTimes(
  tickets: number,
  stageOf: (i: number) => Stage,
  runs: number,
): Promise<Map<string, number[]>> {
  return await withFolder(async (folder) => {
    using kv = await Deno.openKv(`${folder}/bench.db`);
    await putTickets(
      kv,
      Array.from({ length: tickets }, (_, i) => ticket(i, stageOf(i))),
    );
    let now = NOW;
    const app = statusApp({
      store: new Store(kv),
      now: () => now,
      ticketUrl: (id) => `https://acme.freshdesk.com/a/tickets/${id}`,
      budget: () => ({
        total: 50,
        remaining: 40,
        ourLimit: 25,
        pausedUntil: 0,
      }),
      startedAt: NOW,
      mode: "open",
      production: true,
    });
    const server = Deno.serve({ port: 0, onListen() {} }, app.fetch);
    const firstByte = (path: string) =>
      timed(async () => {
        now += 60_000; // so that the board is read anew
        const url = `http://localhost:${server.addr.port}${path}`;
        const reader = (await fetch(url)).body!.getReader();
        await reader.read();
        await reader.cancel();
      });
    const times = new Map<string, number[]>(PATHS.map((path) => [path, []]));
    for (let i = 0; i < runs; i++) {
      for (const path of PATHS) times.get(path)!.push(await firstByte(path));
    }
    await server.shutdown();
    return times;
  });
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
