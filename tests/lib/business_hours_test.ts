import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  BusinessHours,
  BusinessHoursError,
  daytime,
} from "../../lib/business_hours.ts";
import { stream } from "../../lib/random.ts";
import { DAY, HOUR, MINUTE } from "../../lib/time.ts";

const OFFICE = "Mon-Fri 09:00-17:00";
const utc = (text: string) => Date.parse(`${text}Z`);
const iso = (at: number) => new Date(at).toISOString().slice(0, 16);

/** What `ms` from `at` gives, in UTC. */
const add = (hours: BusinessHours, at: string, ms: number) =>
  iso(hours.addBusinessTime(utc(at), ms));

// Reading

Deno.test("BusinessHours.parse() reads days, ranges of days and lunch breaks", () => {
  const { week } = BusinessHours.parse(
    "Mon-Thu 08:00-12:00, 13:00-17:30; Fri 08:00-14:00",
    "UTC",
  );
  const long = [{ start: 480, end: 720 }, { start: 780, end: 1050 }];
  const short = [{ start: 480, end: 840 }];
  assertEquals(week, [long, long, long, long, short, [], []]);
});

Deno.test("BusinessHours.parse() takes what people write", () => {
  const same = [
    "Mon-Fri 09:00-17:00",
    "monday - friday 9:00 - 17:00;",
    "MON, Tue, Wed-Fri 09:00–17:00",
    "Mon-Wed 09:00-17:00; Thu,Fri 13:00-17:00, 09:00-13:00",
  ];
  for (const text of same) {
    const hours = BusinessHours.parse(text, "UTC");
    assert(hours.isWorkingDay(5) && !hours.isWorkingDay(6), text);
    assertEquals(
      add(hours, "2026-03-05T08:00", 7 * HOUR),
      "2026-03-05T16:00",
      text,
    );
  }
});

Deno.test("BusinessHours.parse() reads ranges of days over the weekend, and whole days", () => {
  const { week } = BusinessHours.parse("Sat-Mon 00:00-24:00", "UTC");
  const days = week.map((ranges) => ranges.length);
  assertEquals(days, [1, 0, 0, 0, 0, 1, 1]);
  assertEquals(week[6], [{ start: 0, end: 1440 }]);
});

Deno.test("BusinessHours.parse() says what is wrong, with an example that works", () => {
  const wrong: [text: string, problem: string, example: string][] = [
    ["", "The business hours name no day", OFFICE],
    [" ; ", "The business hours name no day", OFFICE],
    [
      "09:00-17:00",
      "Hours need a day: '09:00-17:00' names none",
      "Mon-Fri 09:00-17:00",
    ],
    ["Mon-Fri", "Days need hours: 'Mon-Fri' has none", OFFICE],
    [
      "Mon 17:00-09:00",
      "Hours must end after they begin: 'Mon 17:00-09:00' does not",
      "Mon 17:00-24:00; Tue 00:00-09:00",
    ],
    [
      "Sun 22:00-06:00",
      "Hours must end after they begin: 'Sun 22:00-06:00' does not",
      "Sun 22:00-24:00; Mon 00:00-06:00",
    ],
    [
      "Fri 09:00-09:00",
      "Hours must end after they begin: 'Fri 09:00-09:00' does not",
      "Fri 09:00-17:00",
    ],
    [
      "Mon-Fri 09:00-13:00, 12:00-17:00",
      "Hours of one day must not overlap: 'Mon 09:00-13:00' and '12:00-17:00' do",
      "Mon 08:00-12:00, 13:00-17:00",
    ],
    [
      "Mon-Fri 09:00-17:00; Wed 08:00-10:00",
      "Hours of one day must not overlap: 'Wed 08:00-10:00' and '09:00-17:00' do",
      "Wed 08:00-12:00, 13:00-17:00",
    ],
    [
      "Mo-Fr 09:00-17:00",
      "Unknown day 'Mo': days are Mon, Tue, Wed, Thu, Fri, Sat, Sun",
      OFFICE,
    ],
    ["Mon-Wed-Fri 09:00-17:00", "Cannot read the days 'Mon-Wed-Fri'", OFFICE],
    [
      "Mon-Fri 9-17",
      "Cannot read the hours '9-17': write them from 00:00 to 24:00",
      OFFICE,
    ],
    [
      "Mon 09:00-25:00",
      "Cannot read the hours '09:00-25:00': write them from 00:00 to 24:00",
      OFFICE,
    ],
    [
      "Mon 09:60-17:00",
      "Cannot read the hours '09:60-17:00': write them from 00:00 to 24:00",
      OFFICE,
    ],
  ];
  for (const [text, problem, example] of wrong) {
    const error = assertThrows(
      () => BusinessHours.parse(text, "UTC"),
      BusinessHoursError,
    );
    assertEquals([error.problem, error.example], [problem, example], text);
    assertEquals(error.message, `${problem}. Example: ${example}`);
    BusinessHours.parse(example, "UTC");
  }
});

Deno.test("BusinessHours names an unknown zone", () => {
  const error = assertThrows(
    () => BusinessHours.parse(OFFICE, "Europe/Atlantis"),
    BusinessHoursError,
  );
  assertEquals(
    error.message,
    "Unknown time zone 'Europe/Atlantis'. Example: Europe/Berlin",
  );
});

Deno.test("BusinessHours takes Rails' zone names", () => {
  const hours = BusinessHours.parse(OFFICE, "Eastern Time (US & Canada)");
  assertEquals(hours.timeZone, "America/New_York");
});

// Open or closed

Deno.test("isOpen() includes the opening and not the closing", () => {
  const hours = BusinessHours.parse(OFFICE, "UTC");
  const states = ["08:59", "09:00", "16:59", "17:00"].map((time) =>
    hours.isOpen(utc(`2026-03-04T${time}`))
  );
  assertEquals(states, [false, true, true, false]);
  assert(!hours.isOpen(utc("2026-03-07T12:00"))); // a Saturday
});

Deno.test("nextOpening() is now when open, else the next start", () => {
  const hours = BusinessHours.parse(OFFICE, "UTC");
  const next = (at: string) => iso(hours.nextOpening(utc(at)));
  assertEquals(next("2026-03-06T12:34"), "2026-03-06T12:34");
  assertEquals(next("2026-03-06T05:00"), "2026-03-06T09:00");
  assertEquals(next("2026-03-06T17:00"), "2026-03-09T09:00"); // Friday, Monday
  assertEquals(next("2026-03-08T23:59"), "2026-03-09T09:00");
});

Deno.test("nextOpening() finds the one hour of a week", () => {
  const hours = BusinessHours.parse("Wed 10:00-11:00", "UTC");
  assertEquals(
    iso(hours.nextOpening(utc("2026-03-04T11:00"))),
    "2026-03-11T10:00",
  );
});

// Adding

Deno.test("addBusinessTime() skips nights, weekends and lunch", () => {
  const office = BusinessHours.parse(OFFICE, "UTC");
  assertEquals(
    add(office, "2026-03-04T16:00", 2 * HOUR), // Wednesday
    "2026-03-05T10:00",
  );
  assertEquals(
    add(office, "2026-03-06T16:30", HOUR), // Friday
    "2026-03-09T09:30",
  );
  assertEquals(add(office, "2026-03-07T12:00", HOUR), "2026-03-09T10:00");
  assertEquals(add(office, "2026-03-02T09:00", 40 * HOUR), "2026-03-09T09:00");

  const lunch = BusinessHours.parse("Mon-Fri 08:00-12:00, 13:00-17:30", "UTC");
  assertEquals(add(lunch, "2026-03-04T11:30", HOUR), "2026-03-04T13:30");
  assertEquals(add(lunch, "2026-03-04T12:20", 30 * MINUTE), "2026-03-04T13:30");
});

Deno.test("addBusinessTime() ends within the hours, never at closing time", () => {
  const office = BusinessHours.parse(OFFICE, "UTC");
  assertEquals(add(office, "2026-03-04T09:00", 8 * HOUR), "2026-03-05T09:00");
  assertEquals(add(office, "2026-03-04T20:00", 0), "2026-03-05T09:00");
});

Deno.test("addBusinessTime() counts real time over both changes of New York's clock", () => {
  const hours = BusinessHours.parse("Mon-Sun 00:00-24:00", "America/New_York");
  assertEquals(add(hours, "2026-03-08T00:00", DAY), "2026-03-09T00:00");
  assertEquals(add(hours, "2026-11-01T00:00", DAY), "2026-11-02T00:00");

  const office = BusinessHours.parse(OFFICE, "America/New_York");
  // Friday 16:00 EST is 21:00 UTC; Monday 10:00 EDT is 14:00 UTC.
  assertEquals(add(office, "2026-03-06T21:00", 2 * HOUR), "2026-03-09T14:00");
  assertEquals(add(office, "2026-10-30T20:00", 2 * HOUR), "2026-11-02T15:00");
});

Deno.test("addBusinessTime() counts real time over both changes of Berlin's clock", () => {
  const office = BusinessHours.parse(OFFICE, "Europe/Berlin");
  assertEquals(add(office, "2026-03-27T15:00", 2 * HOUR), "2026-03-30T08:00");
  assertEquals(add(office, "2026-10-23T14:00", 2 * HOUR), "2026-10-26T09:00");

  // The night has one hour less in spring, and one more in autumn.
  const night = BusinessHours.parse("Sun 01:00-04:00", "Europe/Berlin");
  assertEquals(
    add(night, "2026-03-29T00:00", 119 * MINUTE),
    "2026-03-29T01:59",
  );
  assertEquals(
    add(night, "2026-03-29T00:00", 120 * MINUTE),
    "2026-04-04T23:00",
  );
  assertEquals(
    add(night, "2026-10-24T23:00", 239 * MINUTE),
    "2026-10-25T02:59",
  );
  assertEquals(
    add(night, "2026-10-24T23:00", 240 * MINUTE),
    "2026-11-01T00:00",
  );
});

Deno.test("addBusinessTime() leaves out hours that the clock skips", () => {
  const hours = BusinessHours.parse(
    "Sun 01:00-02:30, 02:45-03:15",
    "America/New_York",
  );
  // 01:00 to 02:00 EST, then 03:00 to 03:15 EDT.
  assertEquals(add(hours, "2026-03-08T06:00", 60 * MINUTE), "2026-03-08T07:00");
  assertEquals(add(hours, "2026-03-08T06:00", 74 * MINUTE), "2026-03-08T07:14");
  assertEquals(add(hours, "2026-03-08T06:00", 75 * MINUTE), "2026-03-15T05:00");
});

Deno.test("addBusinessTime() knows zones of half an hour", () => {
  const office = BusinessHours.parse(OFFICE, "Asia/Kolkata");
  assertEquals(
    iso(office.nextOpening(utc("2026-03-04T00:00"))),
    "2026-03-04T03:30",
  );
  assertEquals(add(office, "2026-03-04T11:00", HOUR), "2026-03-05T04:00");
});

Deno.test("addBusinessTime() refuses to go back", () => {
  const office = BusinessHours.parse(OFFICE, "UTC");
  for (const ms of [-1, NaN, Infinity]) {
    assertThrows(() => office.addBusinessTime(0, ms), RangeError);
  }
});

const SAMPLES = [
  BusinessHours.parse(OFFICE, "Europe/Berlin"),
  BusinessHours.parse(
    "Mon-Thu 08:00-12:00, 13:00-17:30; Fri 08:00-14:00",
    "America/New_York",
  ),
  BusinessHours.parse("Sat-Sun 00:00-03:00, 22:00-24:00", "America/New_York"),
  BusinessHours.parse("Sun-Thu 10:15-18:45", "Asia/Kolkata"),
  BusinessHours.parse("Mon-Sun 00:00-24:00", "Australia/Lord_Howe"),
  BusinessHours.parse("Sun 01:30-02:30, 02:30-04:00", "Europe/Berlin"),
  daytime("Africa/Cairo"),
];

/** Calls back with random moments of 2026 near and far from changes of the clock. */
function forRandomMoments(
  name: string,
  check: (hours: BusinessHours, at: number, x: number, y: number) => void,
): void {
  const random = stream("business hours", name);
  const year = utc("2026-01-01T00:00");
  const changes = [
    "2026-03-08",
    "2026-03-29",
    "2026-10-25",
    "2026-11-01",
    "2026-04-05",
    "2026-10-04",
    "2026-04-24",
  ].map((date) => utc(`${date}T00:00`));
  for (let i = 0; i < 700; i++) {
    const hours = SAMPLES[i % SAMPLES.length];
    const near = changes[Math.floor(random() * changes.length)];
    if (!hours || near === undefined) return;
    const at = random() < 0.5
      ? year + Math.floor(random() * 365 * DAY)
      : near + Math.floor((random() * 4 - 2) * DAY);
    check(
      hours,
      at,
      Math.floor(random() * 20 * HOUR),
      Math.floor(random() * 20 * HOUR),
    );
  }
}

Deno.test("addBusinessTime() of a sum is the same as one after the other", () => {
  forRandomMoments("sum", (hours, at, x, y) => {
    assertEquals(
      hours.addBusinessTime(at, x + y),
      hours.addBusinessTime(hours.addBusinessTime(at, x), y),
      `${iso(at)} + ${x} + ${y} in ${hours.timeZone}`,
    );
  });
});

Deno.test("addBusinessTime() is later for a later start or a longer time", () => {
  forRandomMoments("order", (hours, at, x, y) => {
    const end = hours.addBusinessTime(at, x);
    assert(end >= at + x);
    assert(hours.addBusinessTime(at, x + 1) > end);
    assert(hours.addBusinessTime(at + y, x) >= end);
    assert(hours.isOpen(end));
  });
});

Deno.test("addBusinessTime() agrees with a walk by the minute on the wall clock", () => {
  const open = (hours: BusinessHours, at: number) => {
    const local = Temporal.Instant.fromEpochMilliseconds(at)
      .toZonedDateTimeISO(hours.timeZone);
    const minutes = local.hour * 60 + local.minute;
    return hours.week[local.dayOfWeek - 1]?.some(({ start, end }) =>
      start <= minutes && minutes < end
    );
  };
  const office = SAMPLES.slice(0, 5);
  const random = stream("business hours", "walk");
  for (
    const [i, date] of [
      "2026-03-06T12:00",
      "2026-03-28T12:00",
      "2026-10-03T12:00",
      "2026-10-24T12:00",
      "2026-10-31T12:00",
    ].entries()
  ) {
    for (const hours of office) {
      const at = utc(date) + i * MINUTE;
      const minutes = Math.floor(random() * 600);
      let walked = at;
      for (let left = minutes; left > 0 || !open(hours, walked);) {
        if (open(hours, walked)) left--;
        walked += MINUTE;
      }
      assertEquals(
        iso(hours.addBusinessTime(at, minutes * MINUTE)),
        iso(walked),
        `${date} + ${minutes} min in ${hours.timeZone}`,
      );
    }
  }
});

Deno.test("daytime() is every day from 07:00 to 22:00", () => {
  const day = daytime("America/New_York");
  assertEquals(add(day, "2026-07-04T20:00", 7 * HOUR), "2026-07-05T12:00");
});
