import { assert, assertEquals, assertThrows } from "@std/assert";
import { BusinessHours } from "../../lib/business_hours.ts";
import { DAY, formatWeekdayTime, HOUR, MINUTE } from "../../lib/time.ts";
import { type ArrivalOptions, Arrivals } from "../../workflow/arrivals.ts";

const MONDAY = Date.parse("2026-01-05T00:00Z");
const OFFICE = "Mon-Fri 09:00-17:00";

function arrivals(
  { timeZone = "UTC", hours = OFFICE, ...options }:
    & Partial<ArrivalOptions>
    & { timeZone?: string; hours?: string } = {},
): Arrivals {
  return new Arrivals({
    seed: "seed",
    ticketsPerHour: 2,
    profile: "business",
    businessHours: BusinessHours.parse(hours, timeZone),
    ...options,
  });
}

/** All arrivals of some weeks from a Monday, or those of some hours of UTC. */
function weeksOf(
  source: Arrivals,
  weeks: number,
  { start = MONDAY, isWanted = () => true }: {
    start?: number;
    isWanted?: (hour: Date) => boolean;
  } = {},
): number[] {
  const all: number[] = [];
  for (let hour = start; hour < start + weeks * 7 * DAY; hour += HOUR) {
    if (isWanted(new Date(hour))) all.push(...source.inHour(hour));
  }
  return all;
}

/** The share of each key among the arrivals. */
function shares(all: number[], keyOf: (at: Date) => number): number[] {
  const result: number[] = [];
  for (const at of all) {
    const key = keyOf(new Date(at));
    result[key] = (result[key] ?? 0) + 1 / all.length;
  }
  return Array.from(result, (share) => share ?? 0);
}

const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);

function assertBetween(value: number, low: number, high: number): void {
  assert(value >= low && value <= high, `${value} is not in ${low}..${high}`);
}

/** Variance of the counts by day over their mean. */
function unevenness(all: number[], days: (day: number) => boolean): number {
  const counts = new Map<number, number>();
  const first = Math.floor((all[0] ?? 0) / DAY);
  const last = Math.floor((all.at(-1) ?? 0) / DAY);
  for (let day = first; day <= last; day++) if (days(day)) counts.set(day, 0);
  for (const at of all) {
    const day = Math.floor(at / DAY);
    if (days(day)) counts.set(day, (counts.get(day) ?? 0) + 1);
  }
  const values = [...counts.values()];
  const mean = sum(values) / values.length;
  return sum(values.map((n) => (n - mean) ** 2)) / values.length / mean;
}

Deno.test("arrivals: any process draws the same tickets for an hour", () => {
  const one = arrivals();
  const other = arrivals();
  other.inHour(MONDAY); // it has drawn other hours before
  const at = MONDAY + 10 * HOUR;
  const hours = Array.from({ length: 24 }, (_, i) => at + i * HOUR);
  assertEquals(
    hours.map((hour) => one.inHour(hour)),
    hours.toReversed().map((hour) => other.inHour(hour + 59 * MINUTE))
      .toReversed(),
  );
});

Deno.test("arrivals: another seed brings other tickets", () => {
  assert(
    weeksOf(arrivals(), 1).join() !==
      weeksOf(arrivals({ seed: "other" }), 1).join(),
  );
});

Deno.test("arrivals: tickets come in order, on all twelve ticks of their hour", () => {
  const source = arrivals({ ticketsPerHour: 20, profile: "constant" });
  const ticks = new Array<number>(12).fill(0);
  for (let hour = MONDAY; hour < MONDAY + 7 * DAY; hour += HOUR) {
    const all = source.inHour(hour);
    assertEquals(all, all.toSorted((a, b) => a - b));
    for (const at of all) {
      const tick = (at - hour) / (5 * MINUTE);
      assert(Number.isInteger(tick) && tick >= 0 && tick < 12);
      ticks[tick] = (ticks[tick] ?? 0) + 1;
    }
  }
  // 3 360 tickets: 280 a tick, give or take five standard deviations.
  for (const count of ticks) assertBetween(count, 200, 360);
});

Deno.test("arrivals: ticketsPerHour is the mean over 9 to 17 of a working day", () => {
  const isWanted = (at: Date) =>
    at.getUTCHours() >= 9 && at.getUTCHours() < 17 &&
    at.getUTCDay() >= 1 && at.getUTCDay() <= 5;
  for (const profile of ["business", "consumer"] as const) {
    for (const ticketsPerHour of [0.3, 2, 25]) {
      const source = arrivals({ profile, ticketsPerHour });
      const mean = weeksOf(source, 250, { isWanted }).length / (250 * 40);
      assertBetween(mean / ticketsPerHour, 0.93, 1.07);
    }
  }
});

Deno.test("arrivals: businesses write on weekdays as the facts have it, hardly at weekends", () => {
  const all = weeksOf(arrivals({ ticketsPerHour: 10 }), 300);
  const days = shares(all, (at) => at.getUTCDay());
  const weekend = (days[0] ?? 0) + (days[6] ?? 0);
  assertBetween(weekend, 0.01, 0.03);
  const expected = [0, 0.187, 0.225, 0.214, 0.205, 0.169];
  for (let day = 1; day <= 5; day++) {
    assertBetween((days[day] ?? 0) / (expected[day] ?? 0), 0.88, 1.12);
  }
  assert((days[2] ?? 0) > (days[1] ?? 0) && (days[4] ?? 0) > (days[5] ?? 0));
});

Deno.test("arrivals: businesses' hours have two humps and a dip at lunch", () => {
  const all = weeksOf(arrivals({ ticketsPerHour: 10 }), 100);
  const hours = shares(all, (at) => at.getUTCHours());
  const hour = (h: number) => hours[h] ?? 0;
  assertBetween(sum(hours.slice(0, 8)), 0.01, 0.05);
  assertBetween(sum(hours.slice(19)), 0.005, 0.03);
  for (const hump of [10, 11, 14, 15]) assert(hour(hump) > 1.3 * hour(12));
  assert(hour(10) > hour(8) && hour(15) > hour(17) && hour(17) > hour(19));
});

Deno.test("arrivals: consumers write all week, a little more on Monday, and in the evening", () => {
  const all = weeksOf(
    arrivals({ ticketsPerHour: 10, profile: "consumer" }),
    150,
  );
  const days = shares(all, (at) => at.getUTCDay());
  for (const share of days) assertBetween(share, 0.125, 0.17);
  assert((days[1] ?? 0) > 1 / 7);
  const hours = shares(all, (at) => at.getUTCHours());
  assertBetween(sum(hours.slice(19)), 0.08, 0.16);
  assertBetween(sum(hours.slice(0, 7)), 0.01, 0.06);
});

Deno.test("arrivals: days differ more than Poisson alone", () => {
  // At the 12 tickets a day of the log the facts come from, its variance over mean is 2.5.
  const business = arrivals({ ticketsPerHour: 1.2 });
  // Tuesdays only: the weekday curve is no part of it. 1970 began on a Thursday.
  const tuesdays = (day: number) => (Math.floor(day) + 4) % 7 === 2;
  const isWanted = (at: Date) => tuesdays(at.getTime() / DAY);
  const all = weeksOf(business, 600, { isWanted });
  assertBetween(unevenness(all, tuesdays), 2, 5.5);
  const constant = arrivals({ ticketsPerHour: 1.2, profile: "constant" });
  assertBetween(unevenness(weeksOf(constant, 60), () => true), 0.8, 1.25);
});

Deno.test("arrivals: constant arrivals have the same mean in every hour", () => {
  const all = weeksOf(
    arrivals({ profile: "constant", ticketsPerHour: 3 }),
    100,
  );
  assertBetween(all.length / (100 * 7 * 24), 2.93, 3.07);
  for (const share of shares(all, (at) => at.getUTCHours())) {
    assertBetween(share * 24, 0.9, 1.1);
  }
  for (const share of shares(all, (at) => at.getUTCDay())) {
    assertBetween(share * 7, 0.95, 1.05);
  }
});

Deno.test("arrivals: constant arrivals count as Poisson within an hour", () => {
  const source = arrivals({ profile: "constant", ticketsPerHour: 3 });
  const counts = Array.from(
    { length: 5000 },
    (_, i) => source.inHour(MONDAY + i * HOUR).length,
  );
  const mean = sum(counts) / counts.length;
  const variance = sum(counts.map((n) => (n - mean) ** 2)) / counts.length;
  assertBetween(variance / mean, 0.92, 1.08);
});

Deno.test("arrivals: the curve follows the zone, also after daylight saving and by half hours", () => {
  const localNoonDip = (timeZone: string, start: string) => {
    const all = weeksOf(
      arrivals({ timeZone, ticketsPerHour: 60 }),
      8,
      { start: Date.parse(start) },
    );
    const hours = shares(
      all,
      (at) =>
        Temporal.Instant.fromEpochMilliseconds(at.getTime())
          .toZonedDateTimeISO(timeZone).hour,
    );
    assert((hours[11] ?? 0) > 1.4 * (hours[12] ?? 0), timeZone);
    assertBetween(sum(hours.slice(0, 8)), 0.01, 0.05);
    assertBetween(sum(hours.slice(19)), 0.005, 0.03);
  };
  localNoonDip("America/New_York", "2026-01-05T00:00Z");
  localNoonDip("America/New_York", "2026-06-01T00:00Z");
  localNoonDip("Europe/Berlin", "2026-06-01T00:00Z");
  localNoonDip("Asia/Kolkata", "2026-06-01T00:00Z");
});

Deno.test("arrivals: working days are those with business hours", () => {
  const all = weeksOf(
    arrivals({ hours: "Sun-Thu 09:00-17:00", ticketsPerHour: 10 }),
    30,
  );
  const days = shares(all, (at) => at.getUTCDay());
  assertBetween((days[5] ?? 0) + (days[6] ?? 0), 0.01, 0.03);
  assert((days[0] ?? 0) > 0.15);
});

Deno.test("toOpen() leaves out what was missed for longer than 15 minutes", () => {
  const source = arrivals({ ticketsPerHour: 60, profile: "constant" });
  const minutes = (now: number) => [
    ...new Set(
      source.toOpen(MONDAY, MONDAY + now * MINUTE)
        .map((at) => (at - MONDAY) / MINUTE),
    ),
  ];
  const all = [0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55];
  assertEquals(minutes(0), all);
  assertEquals(minutes(15), all);
  assertEquals(minutes(20), all.slice(1));
  assertEquals(minutes(42), [30, 35, 40, 45, 50, 55]);
  assertEquals(minutes(71), []);
});

Deno.test("nextExpected() is the next ticket that arrives", () => {
  const source = arrivals();
  const all = weeksOf(source, 2);
  for (let now = MONDAY; now < MONDAY + 8 * DAY; now += 37 * MINUTE) {
    assertEquals(source.nextExpected(now), all.find((at) => at > now));
  }
});

Deno.test("nextExpected() looks over the weekend", () => {
  const source = arrivals({ ticketsPerHour: 0.5, timeZone: "Europe/Berlin" });
  const friday = Date.parse("2026-01-09T22:00Z");
  // Six in ten weekends bring nothing.
  const nexts = Array.from({ length: 200 }, (_, week) =>
    formatWeekdayTime(
      source.nextExpected(friday + week * 7 * DAY) ?? 0,
      "Europe/Berlin",
    ).replace(/:.*/, ""));
  const monday = nexts.filter((next) => /^Mon (0[789]|1\d)$/.test(next));
  assert(monday.length >= 75, `${monday.length} of 200`);
});

Deno.test("nextExpected() gives up after 60 days without a ticket", () => {
  assertEquals(
    arrivals({ ticketsPerHour: 1e-9 }).nextExpected(MONDAY),
    undefined,
  );
});

Deno.test("arrivals: a mean that is not above 0 is refused", () => {
  for (const ticketsPerHour of [0, -1, NaN, Infinity]) {
    assertThrows(() => arrivals({ ticketsPerHour }), RangeError);
  }
});
