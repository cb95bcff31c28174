/**
 * The hours of a week in which people work, and how time passes within them.
 *
 * They are written as parts separated by `;`. A part is one or more days or ranges of days, then one
 * or more ranges of hours:
 *
 * ```txt
 * Mon-Fri 09:00-17:00
 * Mon-Thu 08:00-12:00, 13:00-17:30; Fri 08:00-14:00
 * Mon, Wed 10:00-16:00; Sat-Sun 00:00-24:00
 * ```
 *
 * @module
 */
import { findTimeZone, momentOfDay, toLocalTime, WEEKDAYS } from "./time.ts";

/** A range of hours within a day, in minutes after midnight; `end` is up to 1440. */
export interface HourRange {
  /** Open from this minute. */
  readonly start: number;
  /** Closed from this minute. */
  readonly end: number;
}

/** The hour ranges of each weekday, Monday first. */
export type Week = readonly (readonly HourRange[])[];

/** The business hours cannot be used. */
export class BusinessHoursError extends Error {
  /** Its class. */
  override readonly name = "BusinessHoursError";
  /** What is wrong. */
  readonly problem: string;
  /** Hours, or a zone, that work. */
  readonly example: string;

  /** Makes one message of both. */
  constructor(problem: string, example = "Mon-Fri 09:00-17:00") {
    super(`${problem}. Example: ${example}`);
    this.problem = problem;
    this.example = example;
  }
}

/** Weekly hours in a time zone. All moments are milliseconds since 1970. */
export class BusinessHours {
  /** The IANA name of the zone. */
  readonly timeZone: string;
  /** The sorted ranges of each weekday, Monday first. */
  readonly week: Week;

  /**
   * Takes the ranges of each weekday, Monday first.
   *
   * @throws {BusinessHoursError} if the zone is unknown, or if ranges are empty, overlap or are missing
   */
  constructor(week: Week, timeZone: string) {
    const zone = findTimeZone(timeZone);
    if (!zone) {
      throw new BusinessHoursError(
        `Unknown time zone '${timeZone}'`,
        "Europe/Berlin",
      );
    }
    this.timeZone = zone;
    this.week = week.map((ranges, i) => sortedRanges(ranges, weekday(i)));
    if (!this.week.some((ranges) => ranges.length > 0)) {
      throw new BusinessHoursError("The business hours name no day");
    }
  }

  /**
   * Reads hours such as `Mon-Thu 08:00-12:00, 13:00-17:30; Fri 08:00-14:00`.
   *
   * @throws {BusinessHoursError} with what is wrong and an example
   */
  static parse(text: string, timeZone: string): BusinessHours {
    const week: HourRange[][] = WEEKDAYS.map(() => []);
    for (const part of text.replaceAll(/[–—]/g, "-").split(";")) {
      if (!part.trim()) continue;
      const { days, ranges } = parsePart(part.trim());
      for (const day of days) week[day]?.push(...ranges);
    }
    return new BusinessHours(week, timeZone);
  }

  /** Returns the hours as {@linkcode BusinessHours.parse} reads them. */
  toString(): string {
    const days = this.week.map((ranges) => ranges.map(formatRange).join(", "));
    const parts: string[] = [];
    for (let first = 0; first < days.length;) {
      let last = first;
      while (days[last + 1] === days[first]) last++;
      const name = first === last
        ? weekday(first)
        : `${weekday(first)}-${weekday(last)}`;
      if (days[first]) parts.push(`${name} ${days[first]}`);
      first = last + 1;
    }
    return parts.join("; ");
  }

  /** Whether a weekday has hours; 1 is Monday, 7 is Sunday. */
  isWorkingDay(dayOfWeek: number): boolean {
    return (this.week[dayOfWeek - 1]?.length ?? 0) > 0;
  }

  /** Whether this moment is within the hours; the last moment of a range is not. */
  isOpen(at: number): boolean {
    return this.nextOpening(at) === at;
  }

  /** Returns this moment if it is within the hours, else when they begin next. */
  nextOpening(at: number): number {
    return this.addBusinessTime(at, 0);
  }

  /**
   * Returns when `ms` milliseconds of business hours have passed. The result is always within the
   * hours: eight hours from Monday 09:00 end on Tuesday 09:00 if Monday closes at 17:00.
   *
   * @throws {RangeError} if `ms` is negative or not finite
   */
  addBusinessTime(at: number, ms: number): number {
    if (!(ms >= 0 && ms < Infinity)) {
      throw new RangeError(
        `Cannot add business time: ms must be 0 or more: current value is ${ms}`,
      );
    }
    let left = ms;
    for (
      let date = toLocalTime(at, this.timeZone).toPlainDate();;
      date = date.add({ days: 1 })
    ) {
      for (const range of this.week[date.dayOfWeek - 1] ?? []) {
        const start = Math.max(
          at,
          momentOfDay(date, range.start, this.timeZone),
        );
        const end = momentOfDay(date, range.end, this.timeZone);
        if (start + left < end) return start + left;
        left -= Math.max(0, end - start);
      }
    }
  }
}

/** Returns the hours of people at home: every day from 07:00 to 22:00. */
export function daytime(timeZone: string): BusinessHours {
  return new BusinessHours(
    WEEKDAYS.map(() => [{ start: 7 * 60, end: 22 * 60 }]),
    timeZone,
  );
}

function sortedRanges(
  ranges: readonly HourRange[],
  day: string,
): readonly HourRange[] {
  const sorted = ranges.toSorted((a, b) => a.start - b.start);
  for (const [i, range] of sorted.entries()) {
    const { start, end } = range;
    if (!(start >= 0 && end <= 24 * 60 && start < end)) {
      throw new BusinessHoursError(
        `Hours must end after they begin: '${day} ${
          formatRange(range)
        }' does not`,
        start > end && end > 0
          // A night shift is two ranges.
          ? `${day} ${formatRange({ start, end: 24 * 60 })}; ${
            weekday((WEEKDAYS as readonly string[]).indexOf(day) + 1)
          } ${formatRange({ start: 0, end })}`
          : `${day} 09:00-17:00`,
      );
    }
    const next = sorted[i + 1];
    if (next && next.start < end) {
      throw new BusinessHoursError(
        `Hours of one day must not overlap: '${day} ${
          formatRange(range)
        }' and '${formatRange(next)}' do`,
        `${day} 08:00-12:00, 13:00-17:00`,
      );
    }
  }
  return sorted;
}

function parsePart(part: string): { days: number[]; ranges: HourRange[] } {
  const [, days = "", hours = ""] = /^([^\d]*)(.*)$/s.exec(part) ?? [];
  if (!days.trim()) {
    throw new BusinessHoursError(
      `Hours need a day: '${part}' names none`,
      `Mon-Fri ${part}`,
    );
  }
  if (!hours) {
    throw new BusinessHoursError(
      `Days need hours: '${part}' has none`,
      `${part} 09:00-17:00`,
    );
  }
  return {
    days: splitList(days).flatMap(parseDays),
    ranges: splitList(hours).map(parseRange),
  };
}

/** `Mon` or `Fri-Mon`, as indexes from Monday. */
function parseDays(text: string): number[] {
  const [first, last, ...more] = text.split("-").map(parseDay);
  if (first === undefined || more.length > 0) {
    throw new BusinessHoursError(`Cannot read the days '${text}'`);
  }
  const count = ((last ?? first) - first + 7) % 7 + 1;
  return Array.from({ length: count }, (_, i) => (first + i) % 7);
}

function parseDay(text: string): number {
  const name = text.trim().toLowerCase();
  const index = LONG_WEEKDAYS.findIndex((long) =>
    name.length >= 3 && long.startsWith(name)
  );
  if (index >= 0) return index;
  throw new BusinessHoursError(
    `Unknown day '${text.trim()}': days are ${WEEKDAYS.join(", ")}`,
  );
}

const LONG_WEEKDAYS = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
];

function parseRange(text: string): HourRange {
  const match = /^(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})$/.exec(text);
  const [startHour = 0, startMinute = 0, endHour = 0, endMinute = 0] =
    match?.slice(1).map(Number) ?? [];
  const start = startHour * 60 + startMinute;
  const end = endHour * 60 + endMinute;
  if (
    !match || Math.max(startMinute, endMinute) > 59 ||
    Math.max(start, end) > 24 * 60
  ) {
    throw new BusinessHoursError(
      `Cannot read the hours '${text}': write them from 00:00 to 24:00`,
    );
  }
  return { start, end };
}

function splitList(text: string): string[] {
  return text.split(",").map((item) => item.trim()).filter(Boolean);
}

function formatRange({ start, end }: HourRange): string {
  return `${formatMinutes(start)}-${formatMinutes(end)}`;
}

function formatMinutes(minutes: number): string {
  const [h, m] = [Math.floor(minutes / 60), minutes % 60];
  return `${String(h).padStart(2, "0")}:${String(m).padStart(2, "0")}`;
}

function weekday(index: number): string {
  return WEEKDAYS[index % 7] ?? "";
}
