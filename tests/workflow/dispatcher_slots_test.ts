import { assertEquals } from "@std/assert";
import { Dispatcher } from "../../workflow/dispatcher.ts";
import type { DueEntry } from "../../workflow/store.ts";

const SLOTS: [callsPerMinute: number, sideBySide: number][] = [
  [1, 4],
  [50, 4],
  [200, 7],
  [350, 12],
  [700, 24],
  [5000, 24],
];

for (const [ourLimit, most] of SLOTS) {
  Deno.test(`a dispatcher that may make ${ourLimit} calls a minute takes ${most} steps side by side`, async () => {
    const dispatcher = new Dispatcher({
      freshdesk: {
        requestCount: 1,
        budget: { ourLimit, total: 5000, remaining: 5000, pausedUntil: 0 },
      },
      now: () => 0,
      signal: undefined,
      isPaused: () => Promise.resolve(false),
      log: { info() {}, warn() {}, error() {} },
    });
    const tickets = Array.from({ length: 60 }, (_, i): DueEntry => ({
      tag: `tw-${i}`,
      job: 5,
      dueAt: i,
      waitsFor: "first reply",
      tried: 0,
      callsLeft: 1,
    }));
    let [running, seen] = [0, 0];
    await dispatcher.run(tickets, Infinity, async () => {
      seen = Math.max(seen, ++running);
      await new Promise((resolve) => setTimeout(resolve));
      running--;
      return null;
    });
    assertEquals(seen, most);
  });
}
