import { assert, assertEquals } from "@std/assert";
import {
  arrivalsOfDay,
  hourly,
  outcomeProblem,
  table,
  threadOf,
} from "../../commands/preview.ts";
import { loadDesk } from "../../writing/folder.ts";
import { sampleOf } from "../../writing/sample.ts";
import { BusinessHours } from "../../lib/business_hours.ts";
import { Arrivals } from "../../workflow/arrivals.ts";
import { bindWaits, calendarsOf } from "../../workflow/waits.ts";

const classic = await loadDesk("classic");
const shop = await loadDesk("shop");
const hours = BusinessHours.parse("Mon-Fri 09:00-17:00", "UTC");

Deno.test("threadOf() gives a thread as plain text, with the minutes after the opening", async () => {
  const [plan] = await sampleOf(classic, "a", 1);
  assert(plan);
  const { messages, ...thread } = threadOf(plan);
  assertEquals(thread, {
    subject: plan.subject,
    topic: plan.topic,
    type: plan.type ?? null,
    priority: plan.priority,
    source: plan.source,
    outcome: "one_round",
    contact: plan.contact.name,
    agent: plan.agent.name,
  });
  assertEquals(
    messages.map(({ from, private: hidden, afterMinutes }) => [
      from,
      hidden,
      afterMinutes,
    ]),
    [
      ["contact", false, 0],
      ["agent", false, 5],
      ["contact", false, 10],
      ["agent", false, 15],
    ],
  );
  assert(messages.every(({ text }) => !/<\/?p>|&#?\w+;/.test(text)));
});

Deno.test("threadOf() marks a note as private", async () => {
  const plans = await sampleOf(shop, "a", 5, { outcome: "handed_over" });
  for (const plan of plans) {
    assertEquals(
      threadOf(plan).messages.map(({ private: hidden }) => hidden),
      [false, true, false, false, false],
    );
  }
});

Deno.test("preview: fast takes a tenth of natural's time", async () => {
  const minutes = async (pace: "natural" | "fast") => {
    const waits = bindWaits({
      pace,
      calendars: () => calendarsOf(hours),
      maxDays: 3650,
    });
    const plans = await sampleOf(shop, "a", 100, { pace, waits });
    return plans.flatMap(({ steps }) => steps)
      .reduce((sum, { wait }) => sum + (wait?.minutes ?? 0), 0);
  };
  const ratio = await minutes("natural") / await minutes("fast");
  assert(ratio > 9 && ratio < 11, `natural takes ${ratio} times as long`);
});

Deno.test("table() aligns columns, cuts long names, and leaves the last column whole", () => {
  const long = "x".repeat(60);
  assertEquals(
    table([["at", "who", "what"], ["10:00", "Jo", long], ["9:00", long, "y"]])
      .split("\n"),
    [
      `at     who${" ".repeat(27)}what`,
      `10:00  Jo${" ".repeat(28)}${long}`,
      `9:00   ${"x".repeat(27)}…  y`,
    ],
  );
});

Deno.test("preview: an outcome that no thread can have is told with those that can", () => {
  assertEquals(outcomeProblem(shop, undefined, "refused"), undefined);
  assertEquals(outcomeProblem(shop, "account-erasure", "no_answer"), undefined);
  assert(
    outcomeProblem(shop, "account-erasure", "refused")?.startsWith(
      "The topic 'account-erasure' does not have the outcome 'refused'; these do: ",
    ),
  );
  assertEquals(
    outcomeProblem(classic, undefined, "refused", "natural"),
    "No topic of this desk has the outcome 'refused'",
  );
  assertEquals(
    outcomeProblem(classic, undefined, "no_answer"),
    "With the pace classic every thread goes as one_round; add --pace natural",
  );
});

Deno.test("hourly() opens the tickets of the next 24 hours at full hours", () => {
  const times = hourly(Date.parse("2026-11-23T09:10Z"), 2);
  assertEquals(times.length, 48);
  assertEquals(times[1], Date.parse("2026-11-23T10:00Z"));
  assertEquals(times.at(-1), Date.parse("2026-11-24T09:00Z"));
});

Deno.test("arrivalsOfDay() gives the arrivals that the opener will open, of 24 hours", () => {
  const arrivals = new Arrivals({
    seed: "a",
    ticketsPerHour: 3,
    profile: "business",
    businessHours: hours,
  });
  const now = Date.parse("2026-11-23T09:10Z");
  const times = arrivalsOfDay(arrivals, now);
  assert(times.length > 10, `${times.length}`);
  assertEquals(times[0], arrivals.nextExpected(now));
  assert(times.every((at) => at > now && at <= now + 24 * 3_600_000));
  assertEquals(times, times.toSorted((a, b) => a - b));
});
