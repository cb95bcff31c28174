import { assertEquals } from "@std/assert";
import { PrioritySemaphore } from "../../lib/priority_semaphore.ts";

/** Lets everything happen that waits for nothing. */
async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await Promise.resolve();
}

/** Runs one task per priority and returns the priorities in the order in which the tasks began. */
function run(semaphore: PrioritySemaphore, priorities: number[]): number[] {
  const begun: number[] = [];
  for (const priority of priorities) {
    (async () => {
      using _slot = await semaphore.acquire(priority);
      begun.push(priority);
    })();
  }
  return begun;
}

Deno.test("semaphore: gives free slots to the highest priority first", async () => {
  const semaphore = new PrioritySemaphore(1);
  const slot = await semaphore.acquire(0);
  const begun = run(semaphore, [1, 3, 2]);
  await settle();
  assertEquals(begun, []);
  slot[Symbol.dispose]();
  await settle();
  await settle();
  assertEquals(begun, [3, 2, 1]);
});

Deno.test("semaphore: keeps lower priorities waiting while slots are reserved", async () => {
  const semaphore = new PrioritySemaphore(2);
  const reserved = semaphore.reserve(2);
  const begun = run(semaphore, [1, 2]);
  await settle();
  assertEquals(begun, [2]);
  reserved[Symbol.dispose]();
  await settle();
  assertEquals(begun, [2, 1]);
});

Deno.test("semaphore: releases a slot once, however often it is disposed", async () => {
  const semaphore = new PrioritySemaphore(1);
  const slot = await semaphore.acquire(0);
  slot[Symbol.dispose]();
  slot[Symbol.dispose]();
  using _held = await semaphore.acquire(0);
  const begun = run(semaphore, [0]);
  await settle();
  assertEquals(begun, []);
});
