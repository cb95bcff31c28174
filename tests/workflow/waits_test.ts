import { assert, assertEquals } from "@std/assert";
import { BusinessHours } from "../../lib/business_hours.ts";
import { weightedChoice } from "../../lib/distributions.ts";
import { stream } from "../../lib/random.ts";
import { DAY, HOUR, MINUTE, toLocalTime } from "../../lib/time.ts";
import { Arrivals } from "../../workflow/arrivals.ts";
import {
  addWait,
  calendarsOf,
  drawWait,
  drawWaits,
  FIRST_REPLY_SLA,
} from "../../workflow/waits.ts";
import {
  PACES,
  type Priority,
  type Wait,
  type WaitKind,
} from "../../workflow/plan.ts";

const MONDAY = Date.parse("2026-01-05T00:00Z");
const OFFICE = BusinessHours.parse("Mon-Fri 09:00-17:00", "Europe/Berlin");
const CALENDARS = calendarsOf(OFFICE);
const PRIORITIES: readonly Priority[] = [1, 2, 3, 4];
const KINDS: readonly WaitKind[] = [
  "firstReply",
  "reply",
  "handOver",
  "answer",
  "withdrawal",
  "reopening",
  "reminder",
  "giveUp",
  "thirdParty",
  "resolve",
  "close",
];
const COUNT = 10_000;

function draw(
  kind: WaitKind,
  { priority = 2, pace = "natural" }: {
    priority?: Priority;
    pace?: typeof PACES[number];
  } = {},
): Wait[] {
  const random = stream("waits", kind, priority);
  return Array.from(
    { length: COUNT },
    () => drawWait(kind, { pace, priority }, random),
  );
}

/** A percentile of waits in hours. */
function hoursAt(waits: Wait[], p: number): number {
  return quantile(waits.map(({ minutes }) => minutes / 60), p);
}

function quantile(values: number[], p: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(p * values.length)] ?? NaN;
}

function shareOf<T>(items: T[], is: (item: T) => boolean): number {
  return items.filter(is).length / items.length;
}

function assertBetween(value: number, low: number, high: number): void {
  assert(value >= low && value <= high, `${value} is not in ${low}..${high}`);
}

/** Priorities in the shares of a real desk. */
function drawPriority(random: () => number): Priority {
  const name = weightedChoice({ 1: 20, 2: 65, 3: 12, 4: 3 }, random);
  return Number(name) as Priority;
}

// One wait

Deno.test("waits: classic has none", () => {
  for (const kind of KINDS) {
    assertEquals(draw(kind, { pace: "classic" })[0], {
      minutes: 0,
      hours: "clock",
    });
  }
});

Deno.test("waits: fast waits a tenth of natural, around the clock", () => {
  for (const kind of KINDS) {
    const natural = draw(kind);
    const fast = draw(kind, { pace: "fast" });
    assert(fast.every(({ hours }) => hours === "clock"));
    for (const [i, { minutes }] of natural.entries()) {
      const tenth = fast[i]?.minutes ?? NaN;
      assert(Math.abs(tenth - Math.max(1, minutes / 10)) <= 0.6, kind);
    }
  }
});

Deno.test("waits: are whole minutes, one or more", () => {
  for (const pace of ["natural", "fast"] as const) {
    for (const kind of KINDS) {
      const waits = draw(kind, { pace });
      assert(
        waits.every(({ minutes }) => Number.isInteger(minutes) && minutes >= 1),
      );
    }
  }
});

Deno.test("waits: agents' pass in business hours, closing around the clock", () => {
  const customers: WaitKind[] = ["answer", "withdrawal", "reopening"];
  for (const kind of KINDS.filter((kind) => !customers.includes(kind))) {
    const hours = kind === "close" ? "clock" : "business";
    assert(draw(kind).every((wait) => wait.hours === hours), kind);
  }
});

Deno.test("waits: one customer in ten answers around the clock, the others by day", () => {
  for (const kind of ["answer", "withdrawal", "reopening"] as const) {
    const waits = draw(kind);
    assertBetween(shareOf(waits, ({ hours }) => hours === "clock"), 0.09, 0.11);
    assert(waits.every(({ hours }) => hours === "clock" || hours === "day"));
  }
});

Deno.test("waits: a third of first replies come within minutes, the others take hours", () => {
  const waits = draw("firstReply");
  // 35 % around 15 minutes, 65 % around 4 hours: the parts overlap a little.
  assertBetween(hoursAt(waits, 0.175), 0.2, 0.32);
  assertBetween(shareOf(waits, ({ minutes }) => minutes <= 30), 0.3, 0.4);
  assertBetween(shareOf(waits, ({ minutes }) => minutes <= 240), 0.62, 0.74);
  assertBetween(shareOf(waits, ({ minutes }) => minutes > 1800), 0.03, 0.06);
});

Deno.test("waits: about 15 % of first replies are later than the SLA", () => {
  const random = stream("waits", "sla");
  let late = 0;
  for (let i = 0; i < 40_000; i++) {
    const priority = drawPriority(random);
    const { minutes } = drawWait(
      "firstReply",
      { pace: "natural", priority },
      random,
    );
    if (minutes > FIRST_REPLY_SLA[priority]) late++;
  }
  assertBetween(late / 40_000, 0.135, 0.165);
});

Deno.test("waits: urgent tickets get their first reply sooner", () => {
  const medians = PRIORITIES.map((priority) =>
    hoursAt(draw("firstReply", { priority }), 0.5)
  );
  assertEquals(medians, medians.toSorted((a, b) => b - a));
  assert((medians[0] ?? 0) > 3 * (medians[3] ?? 0));
});

Deno.test("waits: later replies, reminders and third parties take their time", () => {
  const expected: [WaitKind, median: number, p90: number][] = [
    ["reply", 1.5, 10],
    ["handOver", 0.5, 3],
    ["answer", 2, 15],
    ["withdrawal", 1, 6],
    ["reopening", 18, 45],
    ["reminder", 16, 32],
    ["giveUp", 16, 32],
    ["thirdParty", 20, 40],
  ];
  for (const [kind, median, p90] of expected) {
    const waits = draw(kind);
    assertBetween(hoursAt(waits, 0.5) / median, 0.92, 1.08);
    assertBetween(hoursAt(waits, 0.9) / p90, 0.87, 1.13);
  }
});

Deno.test("waits: a resolved ticket is closed after 1 to 4 days", () => {
  const days = draw("close").map(({ minutes }) => minutes * MINUTE / DAY);
  assertBetween(Math.min(...days), 1, 1.05);
  assertBetween(Math.max(...days), 3.95, 4);
  assertBetween(quantile(days, 0.5), 2.4, 2.6);
});

// On the clock

Deno.test("addWait() passes agents' waits in business hours only", () => {
  const friday = Date.parse("2026-01-09T15:30Z"); // 16:30
  const end = addWait(friday, { minutes: 60, hours: "business" }, CALENDARS);
  assertEquals(end, Date.parse("2026-01-12T08:30Z"));
});

Deno.test("addWait() passes customers' waits by day, and others around the clock", () => {
  const evening = Date.parse("2026-01-09T20:30Z"); // 21:30
  const end = (hours: Wait["hours"]) =>
    addWait(evening, { minutes: 60, hours }, CALENDARS);
  assertEquals(end("day"), Date.parse("2026-01-10T06:30Z"));
  assertEquals(end("clock"), Date.parse("2026-01-09T21:30Z"));
});

Deno.test("addWait() of no wait around the clock is now, whatever the hour", () => {
  const night = Date.parse("2026-01-10T02:00Z");
  assertEquals(
    addWait(night, { minutes: 0, hours: "clock" }, CALENDARS),
    night,
  );
});

Deno.test("waits: customers answer after 2 hours, 90 % within about a day, few at night", () => {
  const random = stream("waits", "answers on the clock");
  const took: number[] = [];
  let atNight = 0;
  for (let i = 0; i < 5000; i++) {
    // Any moment at which an agent may have written.
    const at = OFFICE.addBusinessTime(MONDAY, random() * 40 * HOUR);
    const wait = drawWait("answer", { pace: "natural", priority: 2 }, random);
    const end = addWait(at, wait, CALENDARS);
    const { hour } = toLocalTime(end, OFFICE.timeZone);
    if (hour < 7 || hour >= 22) atNight++;
    took.push((end - at) / HOUR);
  }
  assertBetween(quantile(took, 0.5), 1.7, 2.4);
  assertBetween(quantile(took, 0.9), 18, 27);
  assertBetween(atNight / took.length, 0.003, 0.04);
});

// Plans

/** Plans in the shares of outcomes of a real desk, for tickets as they arrive. */
function* plans(count: number, maxDays: number, seed = "plans") {
  const kinds: Record<string, WaitKind[]> = {
    firstReply: ["firstReply"],
    oneRound: ["firstReply", "answer", "reply"],
    twoRounds: ["firstReply", "answer", "reply", "answer", "reply"],
    noAnswer: ["firstReply", "reminder", "giveUp"],
    thirdParty: ["firstReply", "answer", "reply", "thirdParty"],
    reopened: ["firstReply", "answer", "reply", "reopening", "reply"],
    handedOver: ["handOver", "firstReply", "answer", "reply"],
  };
  const arrivals = new Arrivals({
    seed,
    ticketsPerHour: 2,
    profile: "business",
    businessHours: OFFICE,
  });
  let begin = MONDAY;
  for (let i = 0; i < count; i++) {
    begin = arrivals.nextExpected(begin) ?? begin;
    const random = stream(seed, i);
    const priority = drawPriority(random);
    const outcome = weightedChoice({
      firstReply: 47,
      oneRound: 25,
      twoRounds: 10,
      noAnswer: 8,
      thirdParty: 4,
      reopened: 3,
      handedOver: 3,
    }, random);
    const steps: WaitKind[] = [...kinds[outcome] ?? [], "close"];
    const waits = drawWaits(steps, {
      pace: "natural",
      priority,
      at: begin,
      calendars: CALENDARS,
      maxDays,
    }, random);
    let time = begin;
    const ends = waits.map((wait) => time = addWait(time, wait, CALENDARS));
    yield { priority, waits, begin, ends };
  }
}

Deno.test("drawWaits() lets no plan take longer than maxDays", () => {
  for (const maxDays of [1, 3, 7, 30]) {
    for (const { ends, begin } of plans(400, maxDays)) {
      assert((ends.at(-1) ?? Infinity) <= begin + maxDays * DAY);
    }
  }
});

Deno.test("drawWaits() keeps agents to their hours wherever the plan has the time", () => {
  for (const { waits } of plans(400, 14)) {
    assert(waits[0]?.hours === "business");
  }
});

Deno.test("drawWaits() leaves the waits of short plans as they are drawn", () => {
  const kinds: WaitKind[] = ["firstReply", "answer", "reply"];
  for (let i = 0; i < 200; i++) {
    const options = { pace: "natural", priority: 2 } as const;
    const random = stream("short", i);
    assertEquals(
      drawWaits(kinds, {
        ...options,
        at: MONDAY,
        calendars: CALENDARS,
        maxDays: 3650,
      }, stream("short", i)),
      kinds.map((kind) => drawWait(kind, options, random)),
    );
  }
});

Deno.test("drawWaits() passes around the clock where the hours leave no other way", () => {
  const mondays = BusinessHours.parse("Mon 09:00-10:00", "UTC");
  const waits = drawWaits(["firstReply", "reminder", "giveUp", "close"], {
    pace: "natural",
    priority: 2,
    at: MONDAY + 2 * DAY,
    calendars: calendarsOf(mondays),
    maxDays: 1,
  }, stream("mondays"));
  assert(waits.every(({ hours }) => hours === "clock"));
  const minutes = waits.reduce((sum, wait) => sum + wait.minutes, 0);
  assertBetween(minutes, 0.9 * DAY / MINUTE, DAY / MINUTE);
});

Deno.test("drawWaits() of a plan without waits is empty", () => {
  assertEquals(
    drawWaits([], {
      pace: "natural",
      priority: 2,
      at: MONDAY,
      calendars: CALENDARS,
      maxDays: 1,
    }, stream("none")),
    [],
  );
});
