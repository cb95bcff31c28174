import { assertEquals, assertRejects } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { NoAnswerError, Store } from "../../workflow/store.ts";

const NOW = Date.UTC(2026, 10, 23, 12, 0);
const SECOND = 1000;
const ENTRY = { key: ["due", 5, NOW, "tw-1"], value: 0, versionstamp: "1" };

/** A database that does not answer; its lists fall silent after some entries. */
function silentKv(entries: number): Deno.Kv {
  const never = () => new Promise<never>(() => {});
  let left = entries;
  const next = () =>
    left-- > 0 ? Promise.resolve({ done: false, value: ENTRY }) : never();
  const kv = { get: never, getMany: never, list: () => ({ next }) };
  return kv as unknown as Deno.Kv;
}

const READS: [string, (store: Store) => Promise<unknown>][] = [
  ["one entry", (store) => store.get("tw-1")],
  ["several entries", (store) => store.tickets(["tw-1", "tw-2"])],
  ["a list", (store) => store.due(5, NOW)],
];

for (const [what, read] of READS) {
  for (const entries of what === "a list" ? [0, 1, 1000] : [0]) {
    const after = entries > 0 ? ` after ${entries} entries` : "";
    Deno.test(`database: is given up after 60 s when it falls silent${after}: ${what}`, async () => {
      using time = new FakeTime(NOW);
      const reading = read(new Store(silentKv(entries)));
      let isOver = false;
      const over = reading.finally(() => isOver = true);
      const failure = assertRejects(
        () => over,
        NoAnswerError,
        "The database did not answer within 60 s",
      );
      for (let s = 0; s < 58; s++) await time.tickAsync(SECOND);
      assertEquals(isOver, false);
      for (let s = 0; s < 2; s++) await time.tickAsync(SECOND);
      await failure;
    });
  }
}

Deno.test("database: a list may take longer than 60 s, if every entry comes in time", async () => {
  using time = new FakeTime(NOW);
  let left = 3;
  const next = async () => {
    await new Promise((resolve) => setTimeout(resolve, 50 * SECOND));
    return left-- > 0 ? { done: false, value: ENTRY } : { done: true };
  };
  const kv = { list: () => ({ next }) } as unknown as Deno.Kv;
  const reading = new Store(kv).due(5, NOW);
  for (let s = 0; s < 4 * 50; s++) await time.tickAsync(SECOND);
  assertEquals((await reading).length, 3);
});
