import { assertEquals } from "@std/assert";
import {
  type BusinessHoursResponse,
  readBusinessHours,
} from "../../freshdesk/business_hours.ts";

const OFFICE = { start_time: "08:00:00 am", end_time: "05:00:00 pm" };

function calendar(more: BusinessHoursResponse = {}): BusinessHoursResponse {
  return {
    time_zone: "Eastern Time (US & Canada)",
    is_default: true,
    business_hours: { monday: OFFICE, friday: OFFICE },
    ...more,
  };
}

Deno.test("readBusinessHours() reads Freshdesk's days, times and zone", () => {
  const hours = readBusinessHours([calendar()], "UTC");
  const range = [{ start: 480, end: 1020 }];
  assertEquals(hours?.week, [range, [], [], [], range, [], []]);
  assertEquals(hours?.timeZone, "America/New_York");
});

Deno.test("readBusinessHours() takes the default calendar, else the first", () => {
  const other = calendar({ is_default: false, time_zone: "Berlin" });
  assertEquals(
    readBusinessHours([other, calendar()], "UTC")?.timeZone,
    "America/New_York",
  );
  assertEquals(readBusinessHours([other], "UTC")?.timeZone, "Europe/Berlin");
});

Deno.test("readBusinessHours() falls back to the zone it is given", () => {
  const answers = [calendar({ time_zone: "Mars" }), {
    business_hours: { monday: OFFICE },
  }];
  assertEquals(
    answers.map((answer) => readBusinessHours([answer], "UTC")?.timeZone),
    ["UTC", "UTC"],
  );
});

Deno.test("readBusinessHours() reads noon, midnight and whole days", () => {
  const ranges = [
    ["12:00:00 pm", "11:30:00 pm"],
    ["12:00:00 am", "12:00:00 pm"],
    ["12:00:00 am", "12:00:00 am"],
    ["12:00:00 am", "11:59:59 pm"],
  ].map(([start_time = "", end_time = ""]) =>
    readBusinessHours(
      [calendar({ business_hours: { monday: { start_time, end_time } } })],
      "UTC",
    )?.week[0]
  );
  assertEquals(ranges, [
    [{ start: 720, end: 1410 }],
    [{ start: 0, end: 720 }],
    [{ start: 0, end: 1440 }],
    [{ start: 0, end: 1440 }],
  ]);
});

Deno.test("readBusinessHours() gives nothing for calendars it cannot use", () => {
  const unusable: BusinessHoursResponse[][] = [
    [],
    [{}],
    [calendar({ business_hours: {} })],
    [calendar({ business_hours: { monday: {} } })],
    [calendar({ business_hours: { monday: { ...OFFICE, start_time: "8" } } })],
    [calendar({
      business_hours: {
        monday: { start_time: "05:00:00 pm", end_time: "08:00:00 am" },
      },
    })],
  ];
  assertEquals(
    unusable.map((calendars) => readBusinessHours(calendars, "UTC")),
    unusable.map(() => undefined),
  );
});
