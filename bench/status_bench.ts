/**
 * `deno task bench`: how long the first byte of every view takes, from a database
 * in a file, over HTTP.
 *
 * @module
 */
import { readArguments } from "../startup/arguments.ts";
import { statusApp } from "../status/app.ts";
import { ALL_STAGES, isEnd, type Stage } from "../status/queries.ts";
import { makeTicket, putTickets } from "../tests/helpers/tickets.ts";
import { Store } from "../workflow/store.ts";
import type { Ticket } from "../workflow/ticket.ts";

readArguments({
  name: "bench",
  summary: "Measures how soon the status page answers.",
});

const NOW = Date.UTC(2026, 10, 23, 12, 0);
const RUNS = 50;
const VIEWS = ["/", "/tickets?q=lamp", "/agents", "/tickets/1"];

const spread = (i: number) => ALL_STAGES[i % ALL_STAGES.length]!;
await measure("10 tickets", 10, spread);
await measure(
  "10 000 tickets, all but 100 closed",
  10_000,
  (i) => i < 100 ? spread(i) : "closed",
);
await measure("10 000 tickets, as many in every stage", 10_000, spread);

async function measure(
  name: string,
  tickets: number,
  stageOf: (i: number) => Stage,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const kv = await Deno.openKv(`${folder}/bench.db`);
  const store = new Store(kv);
  await putTickets(
    kv,
    Array.from({ length: tickets }, (_, i) => ticket(i, stageOf(i))),
  );
  let now = NOW;
  const app = statusApp({
    store,
    now: () => now,
    ticketUrl: (id) => `https://acme.freshdesk.com/a/tickets/${id}`,
    budget: () => ({ total: 50, remaining: 40, ourLimit: 25, pausedUntil: 0 }),
    startedAt: NOW,
    mode: "open",
    production: true,
  });
  const server = Deno.serve({ port: 0, onListen() {} }, app.fetch);

  console.log(name);
  for (const path of VIEWS) {
    const took: number[] = [];
    for (let i = 0; i < RUNS; i++) {
      now += 60_000; // so that the board is read anew
      const start = performance.now();
      const url = `http://localhost:${server.addr.port}${path}`;
      const { body } = await fetch(url);
      const reader = body!.getReader();
      await reader.read();
      took.push(performance.now() - start);
      await reader.cancel();
    }
    const [first = 0] = took;
    took.sort((a, b) => a - b);
    const at = (part: number) =>
      took[Math.floor(part * (RUNS - 1))]!.toFixed(1);
    console.log(
      `  ${path.padEnd(20)} first byte after ${
        at(0.5)
      } ms (median of ${RUNS}), ${at(0.95)} ms (95 %), ${
        first.toFixed(1)
      } ms (the very first)`,
    );
  }

  await server.shutdown();
  kv.close();
  await Deno.remove(folder, { recursive: true });
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
