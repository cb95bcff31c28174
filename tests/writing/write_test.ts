import { assert, assertEquals } from "@std/assert";
import { normalizeMessage } from "../../lib/text.ts";
import { OUTCOMES } from "../../workflow/plan.ts";
import { loadDesk } from "../../writing/folder.ts";
import { type Order, writePlan } from "../../writing/write.ts";

const desk = await loadDesk("shop");
const NOW = Date.UTC(2026, 2, 10, 11);

function order(n: number, changes: Partial<Order> = {}): Order {
  return {
    desk,
    seed: "a",
    n,
    contact: { id: n % 40, name: "Jane Doe", email: "jane@example.com" },
    agent: { id: 101, name: "Sam Rivera", email: "sam@example.com" },
    colleague: { id: 102, name: "Kim Park", email: "kim@example.com" },
    now: NOW,
    pace: "natural",
    ...changes,
  };
}

Deno.test("writePlan() writes the same plan for the same order, another for another seed", () => {
  for (let n = 0; n < 50; n++) {
    assertEquals(writePlan(order(n)), writePlan(order(n)));
  }
  assert(
    JSON.stringify(writePlan(order(3))) !==
      JSON.stringify(writePlan(order(3, { seed: "b" }))),
  );
});

Deno.test("writePlan() gives the classic shape without waits and statuses", () => {
  for (let n = 0; n < 50; n++) {
    const { steps } = writePlan(order(n, { pace: "classic" }));
    assertEquals(
      steps.map(({ kind }) => kind),
      ["create", "assign", "reply", "answer", "reply", "close"],
    );
    assert(steps.every(({ wait }) => wait === undefined));
  }
});

Deno.test("writePlan() gives every outcome that a topic allows, and messages that differ", () => {
  for (const topic of desk.topics) {
    for (const outcome of OUTCOMES.filter((one) => topic.outcomes.has(one))) {
      for (let n = 0; n < 40; n++) {
        const plan = writePlan(order(n, { topic: topic.name, outcome }));
        assertEquals(plan.outcome, outcome);
        assert(plan.subject.length <= 120 && !plan.subject.includes("\n"));
        const texts = plan.steps.flatMap((step) =>
          "body" in step ? [normalizeMessage(step.body)] : []
        );
        assertEquals(new Set(texts).size, texts.length);
        assertEquals(plan.steps.at(-1)?.kind, "close");
      }
    }
  }
});

Deno.test("writePlan() escapes names, and copes with missing and endless ones", () => {
  for (
    const name of ["", "<b>Jo</b>", "李小龍", "x".repeat(255), "Jo\r\n\r\nDoe"]
  ) {
    for (let n = 0; n < 40; n++) {
      const person = { id: n, name, email: "jo@example.com" };
      const plan = writePlan(order(n, { contact: person, agent: person }));
      for (const step of plan.steps) {
        if (!("body" in step)) continue;
        assertEquals(step.body.replace(/<\/?p>|<br>/g, "").match(/[<>]/), null);
        assert(!/undefined|\{|\}/.test(step.body), step.body);
        assert(!/<p>((Hi|Hello|Dear) +,|Dear,)/.test(step.body), step.body);
      }
    }
  }
});

Deno.test("writePlan() writes no two threads alike once names and digits are masked", () => {
  const threads = Array.from(
    { length: 300 },
    (_, n) =>
      writePlan(order(n)).steps.flatMap((step) =>
        "body" in step ? [step.body.replace(/\d+/g, "0")] : []
      ).join("\n"),
  );
  assertEquals(new Set(threads).size, threads.length);
});

Deno.test("plan: amounts add up", () => {
  let seen = 0;
  for (let n = 0; n < 200; n++) {
    const { subject } = writePlan(order(n, { topic: "discount-missing" }));
    const match = /£([\d.,]+) instead of £([\d.,]+)/.exec(subject);
    if (!match) continue;
    seen++;
    const share = Number(match[2]) / Number(match[1]);
    assert([0.9, 0.85, 0.8].some((part) => Math.abs(share - part) < 0.001));
  }
  assert(seen > 0);
});
