/** Waits that people would notice if they were wrong. */
import { assert, assertEquals } from "@std/assert";
import { stream } from "../../lib/random.ts";
import type { Priority, WaitKind } from "../../workflow/plan.ts";
import { drawWait } from "../../workflow/waits.ts";
import { loadDesk } from "../../writing/folder.ts";
import { waitShapesOf } from "../../writing/time.ts";
import { writePlan } from "../../writing/write.ts";

const COUNT = 10_000;
/** Hours of a working day, and of a waking one. */
const [WORKING, WAKING] = [8, 15];

/** Sorted waits in hours. */
function hoursOf(kind: WaitKind, priority: Priority = 2): number[] {
  const random = stream("pace", kind, priority);
  return Array.from(
    { length: COUNT },
    () => drawWait(kind, { pace: "natural", priority }, random).minutes / 60,
  ).sort((a, b) => a - b);
}

function quantile(sorted: number[], part: number): number {
  return sorted[Math.floor(part * sorted.length)] ?? NaN;
}

function assertBetween(value: number, low: number, high: number): void {
  assert(value >= low && value <= high, `${value} is not in ${low}..${high}`);
}

Deno.test("waits: a third party takes two to three working days, and hardly ever less than one", () => {
  const hours = hoursOf("thirdParty");
  assertBetween(quantile(hours, 0.5) / WORKING, 2.2, 2.8);
  assertBetween(quantile(hours, 0.9) / WORKING, 4, 6);
  assertBetween(quantile(hours, 0.03) / WORKING, 0.75, 1.25);
});

Deno.test("waits: customers come back to a resolved ticket after a day or more", () => {
  const hours = hoursOf("reopening");
  assertBetween(quantile(hours, 0.5) / WAKING, 1, 1.5);
  assertBetween(quantile(hours, 0.9) / WAKING, 2.5, 3.5);
  assertBetween(quantile(hours, 0.1), 6, 12);
});

Deno.test("waits: no urgent ticket waits a working day for its first reply", () => {
  const hours = hoursOf("firstReply", 4);
  assertBetween(quantile(hours, 0.9), 1, 2);
  assertBetween(hours.at(-1) ?? NaN, 2, WORKING);
});

Deno.test("waits: no ticket waits longer than ten working days for its first reply", () => {
  for (const priority of [1, 2, 3, 4] as const) {
    const longest = hoursOf("firstReply", priority).at(-1) ?? NaN;
    assert(longest <= 10 * WORKING, `${longest}`);
  }
});

Deno.test("waits: who withdraws a ticket does so within the day", () => {
  const hours = hoursOf("withdrawal");
  assertBetween(quantile(hours, 0.5), 0.8, 1.2);
  assertBetween(quantile(hours, 0.95), 5, WAKING);
});

Deno.test("waits: a withdrawn ticket waits for a reply, not for a first answer", async () => {
  const asked: (readonly WaitKind[])[] = [];
  const { steps } = writePlan({
    desk: await loadDesk("shop"),
    seed: "a",
    n: 0,
    contact: { id: 1, name: "Ada Lovelace", email: "ada@example.com" },
    agent: { id: 2, name: "Sam Rivera", email: "sam@example.com" },
    now: Date.parse("2026-10-19T09:00Z"),
    pace: "natural",
    outcome: "withdrawn",
    waits: (kinds) => {
      asked.push(kinds);
      return kinds.map(() => ({ minutes: 1, hours: "clock" }));
    },
  });
  assertEquals(asked, [["withdrawal", "reply", "resolve", "close"]]);
  const replies = steps.filter((step) => step.kind === "reply");
  assertEquals(replies.map(({ first }) => first), [true]);
});

Deno.test("waits: a desk's own answers do not bring customers back any sooner", async () => {
  const { file } = await loadDesk("shop");
  const answer = { median: 5, p90: 30 };
  assertEquals(waitShapesOf({ ...file, waits: { answer } }), { answer });
});

Deno.test("waits: agents pass a ticket on within two days, and answer within two weeks", () => {
  assert(hoursOf("handOver").at(-1)! <= 2 * WORKING);
  assert(hoursOf("reply").at(-1)! <= 10 * WORKING);
});
