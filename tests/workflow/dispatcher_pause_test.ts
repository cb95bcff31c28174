import { assertEquals, assertRejects } from "@std/assert";
import { Dispatcher } from "../../workflow/dispatcher.ts";
import type { DueEntry } from "../../workflow/store.ts";

Deno.test("dispatcher: stops when it cannot ask whether it is paused, and gives its slots back", async () => {
  let now = 0;
  let works = false;
  const dispatcher = new Dispatcher({
    freshdesk: {
      requestCount: 1,
      budget: { ourLimit: 25, total: 50, remaining: 50, pausedUntil: 0 },
    },
    now: () => now,
    signal: undefined,
    isPaused: () =>
      works
        ? Promise.resolve(false)
        : Promise.reject(new TypeError("no database")),
    log: { info() {}, warn() {}, error() {} },
  });
  const tickets = Array.from({ length: 8 }, (_, i): DueEntry => ({
    tag: `tw-${i}`,
    job: 5,
    dueAt: i,
    waitsFor: "first reply",
    tried: 0,
    callsLeft: 1,
  }));
  let handled = 0;
  const handle = () => {
    handled++;
    now += 6000;
    return Promise.resolve(null);
  };
  for (let tick = 0; tick < 5; tick++) {
    await assertRejects(
      () => dispatcher.run(tickets, Infinity, handle),
      TypeError,
      "no database",
    );
  }
  assertEquals(handled, 5, "one each, before it asks");
  works = true;
  const { postponed } = await dispatcher.run(tickets, Infinity, handle);
  assertEquals(postponed, 8);
});
