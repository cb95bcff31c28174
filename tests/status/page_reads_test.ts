/** How much of the database a look at the page reads. */
import { assert, assertEquals } from "@std/assert";
import { MINUTE } from "../../lib/time.ts";
import { statusApp, type StatusOptions } from "../../status/app.ts";
import { Store } from "../../workflow/store.ts";
import { CountingKv } from "../helpers/counting_kv.ts";
import { makeTicket, putTickets } from "../helpers/tickets.ts";

const NOW = Date.UTC(2026, 10, 23, 12, 30);
const VIEWS = ["/", "/tickets", "/agents", "/tickets/1"];

/** A page on a database that counts, with 300 open tickets. */
async function openPage(options: Partial<StatusOptions> = {}) {
  const counting = new CountingKv();
  const store = new Store(counting.kv, { now: () => NOW });
  await putTickets(
    counting.kv,
    Array.from(
      { length: 300 },
      (_, i) =>
        makeTicket(`tw-${String(i).padStart(6, "0")}`, NOW + i, {
          id: i + 1,
          waitsFor: "customer reply",
          job: 10,
        }),
    ),
  );
  for (let hour = 0; hour < 14 * 24; hour++) {
    await store.sampleBacklog(NOW - hour * 60 * MINUTE);
  }
  let now = NOW;
  const app = statusApp({
    store,
    now: () => now,
    ticketUrl: (id) => `https://acme.freshdesk.com/a/tickets/${id}`,
    budget: () => ({ total: 50, remaining: 40, ourLimit: 25, pausedUntil: 0 }),
    startedAt: NOW,
    mode: "open",
    production: true,
    ...options,
  });
  /** Looks a minute later, and returns the units that were read. */
  const look = async (path: string) => {
    now += MINUTE;
    const before = counting.units.reads;
    const answer = await app.request(`http://localhost${path}`);
    await answer.text();
    assertEquals(answer.status, 200);
    return counting.units.reads - before;
  };
  return { store, look };
}

for (const path of VIEWS) {
  Deno.test(`page: a look at ${path} when nothing has changed reads next to nothing`, async () => {
    const { look } = await openPage();
    const first = await look(path);
    const second = await look(path);
    assert(second <= 10, `${second} units, ${first} at first`);
  });
}

Deno.test("page: a look after a ticket has changed reads the lists and that ticket", async () => {
  const { store, look } = await openPage();
  const first = await look("/agents");
  const entry = await store.getById(7);
  await store.update(entry!, { subject: "Another one" });
  const second = await look("/agents");
  assert(second < first / 2, `${second} units, ${first} at first`);
});

Deno.test("page: a page that reads ahead has the tickets when somebody looks first", async () => {
  const { store } = await openPage();
  const reading = Promise.withResolvers<void>();
  let reads = 0;
  const { tickets } = store;
  store.tickets = async (tags) => {
    const found = await tickets.call(store, tags);
    reads += tags.length;
    if (tags.length > 0) reading.resolve();
    return found;
  };
  const app = statusApp({
    store,
    now: () => NOW,
    ticketUrl: (id) => `https://acme.freshdesk.com/a/tickets/${id}`,
    budget: () => ({ total: 50, remaining: 40, ourLimit: 25, pausedUntil: 0 }),
    startedAt: NOW,
    mode: "open",
    production: true,
    readsAhead: true,
  });
  await reading.promise;
  await (await app.request("http://localhost/agents")).text();
  assertEquals(reads, 300);
});
