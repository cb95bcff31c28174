import { assertEquals } from "@std/assert";
import { Store } from "../../workflow/store.ts";
import { CountingKv } from "../helpers/counting_kv.ts";
import { makeTicket, putTickets } from "../helpers/tickets.ts";

const NOW = Date.UTC(2026, 10, 23, 12, 0);

function tagOf(n: number): string {
  return `tw-${String(n).padStart(6, "0")}`;
}

Deno.test("store: the tickets that wait are the first due of all jobs, however many one job has", async () => {
  using kv = await Deno.openKv(":memory:");
  await putTickets(kv, [
    ...[1, 2, 3, 4].map((n) => makeTicket(tagOf(n), NOW + n)),
    makeTicket(tagOf(5), NOW, { waitsFor: "closing", job: 20 }),
  ]);
  const waiting = await new Store(kv).waiting(3);
  assertEquals(waiting.map(({ tag }) => tag), [5, 1, 2, 3].map(tagOf));
});

Deno.test("store: what no job takes hides no ticket that waits", async () => {
  for (const foreign of [7, "later"]) {
    using kv = await Deno.openKv(":memory:");
    await putTickets(kv, [
      ...[1, 2].map((n) => makeTicket(tagOf(n), NOW + n)),
      makeTicket(tagOf(5), NOW, { waitsFor: "closing", job: 20 }),
    ]);
    for (const n of [8, 9]) await kv.set(["due", foreign, NOW, tagOf(n)], 0);
    const waiting = await new Store(kv).waiting(2);
    assertEquals(waiting[0]?.tag, tagOf(5));
  }
});

Deno.test("store: many tickets are read in one range, and those far off from them too", async () => {
  const counting = new CountingKv();
  const { kv } = counting;
  const all = Array.from({ length: 2000 }, (_, i) => makeTicket(tagOf(i), NOW));
  await putTickets(kv, all);
  const wanted = [3, 7, ...Array.from({ length: 400 }, (_, i) => 1400 + i)]
    .map(tagOf);
  const before = counting.units.reads;
  const found = await new Store(kv).tickets([...wanted, "tw-gone"]);
  assertEquals(found.map(({ tag }) => tag), wanted);
  // One for each would be more than 400; the range is some 800 tickets of a third of a kilobyte.
  assertEquals(counting.units.reads - before < 150, true);
});
