import { assertEquals } from "@std/assert";
import { RAILS_TIME_ZONES } from "../../lib/rails_time_zones.ts";
import {
  findTimeZone,
  formatWeekdayTime,
  HOUR,
  momentOfDay,
  toLocalTime,
} from "../../lib/time.ts";

const utc = (text: string) => Date.parse(`${text}Z`);
const day = (text: string) => Temporal.PlainDate.from(text);

Deno.test("findTimeZone() knows IANA names in any case", () => {
  assertEquals(findTimeZone("Europe/Berlin"), "Europe/Berlin");
  assertEquals(findTimeZone("asia/kolkata"), "Asia/Kolkata");
  assertEquals(findTimeZone("UTC"), "UTC");
});

Deno.test("findTimeZone() knows Rails' names", () => {
  assertEquals(
    findTimeZone("Eastern Time (US & Canada)"),
    "America/New_York",
  );
  assertEquals(findTimeZone("New Delhi"), "Asia/Kolkata");
  assertEquals(findTimeZone("Nuku'alofa"), "Pacific/Tongatapu");
});

Deno.test("findTimeZone() finds every zone that Rails names", () => {
  const unknown = Object.keys(RAILS_TIME_ZONES)
    .filter((name) => findTimeZone(name) === undefined);
  assertEquals(unknown, []);
});

Deno.test("findTimeZone() knows no other names", () => {
  const unknown = [
    "Mars/Phobos",
    "",
    "constructor",
    "Eastern Time",
    "2026-01-01T00:00[Europe/Berlin]",
  ];
  assertEquals(unknown.map(findTimeZone), unknown.map(() => undefined));
});

Deno.test("toLocalTime() follows daylight saving and half hours", () => {
  const hourIn = (timeZone: string, at: string) =>
    toLocalTime(utc(at), timeZone).toPlainTime().toString({
      smallestUnit: "minute",
    });
  assertEquals(hourIn("Europe/Berlin", "2026-01-15T12:00"), "13:00");
  assertEquals(hourIn("Europe/Berlin", "2026-07-15T12:00"), "14:00");
  assertEquals(hourIn("Asia/Kolkata", "2026-07-15T12:00"), "17:30");
});

Deno.test("momentOfDay() is the end of the gap for a time the clock skips", () => {
  assertEquals(
    momentOfDay(day("2026-03-08"), 2 * 60 + 30, "America/New_York"),
    utc("2026-03-08T07:00"), // 03:00, when the clock jumped from 02:00
  );
  assertEquals(
    momentOfDay(day("2026-03-29"), 2 * 60 + 15, "Europe/Berlin"),
    utc("2026-03-29T01:00"),
  );
  // Here the clock skips midnight.
  assertEquals(
    momentOfDay(day("2026-04-24"), 0, "Africa/Cairo"),
    utc("2026-04-23T22:00"),
  );
});

Deno.test("momentOfDay() is the first of two for a time the clock shows twice", () => {
  assertEquals(
    momentOfDay(day("2026-11-01"), 90, "America/New_York"),
    utc("2026-11-01T05:30"),
  );
  assertEquals(
    momentOfDay(day("2026-10-25"), 150, "Europe/Berlin"),
    utc("2026-10-25T00:30"),
  );
});

Deno.test("momentOfDay() of 24:00 is the next midnight, 23 to 25 hours on", () => {
  const lengthOf = (date: string, timeZone: string) =>
    (momentOfDay(day(date), 1440, timeZone) -
      momentOfDay(day(date), 0, timeZone)) / HOUR;
  assertEquals(lengthOf("2026-03-08", "America/New_York"), 23);
  assertEquals(lengthOf("2026-11-01", "America/New_York"), 25);
  assertEquals(lengthOf("2026-10-25", "Europe/Berlin"), 25);
  assertEquals(lengthOf("2026-12-31", "Europe/Berlin"), 24);
  assertEquals(lengthOf("2026-10-04", "Australia/Lord_Howe"), 23.5);
});

Deno.test("formatWeekdayTime() names the local day and minute", () => {
  assertEquals(
    formatWeekdayTime(utc("2026-03-09T08:10:59"), "Europe/Berlin"),
    "Mon 09:10",
  );
  assertEquals(
    formatWeekdayTime(utc("2026-03-09T03:05"), "America/New_York"),
    "Sun 23:05",
  );
});
