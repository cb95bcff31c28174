/**
 * Time on the clock: units in milliseconds, and time zones. Moments are milliseconds since 1970.
 *
 * @module
 */
import { RAILS_TIME_ZONES } from "./rails_time_zones.ts";

/** A second in milliseconds. */
export const SECOND = 1000;
/** A minute in milliseconds. */
export const MINUTE = 60 * SECOND;
/** An hour in milliseconds. */
export const HOUR = 60 * MINUTE;
/** A day of 24 hours in milliseconds. */
export const DAY = 24 * HOUR;

/**
 * Returns the IANA name of a time zone, or `undefined` if it is unknown.
 *
 * @param name an IANA name (`Europe/Berlin`, in any case) or a Rails name (`Eastern Time (US & Canada)`)
 */
export function findTimeZone(name: string): string | undefined {
  const wanted = RAILS_TIME_ZONES[name.trim()] ?? name.trim();
  // Temporal also takes the zone out of a whole date.
  if (/[[\]]/.test(wanted)) return undefined;
  try {
    return Temporal.Now.zonedDateTimeISO(wanted).timeZoneId;
  } catch {
    return undefined;
  }
}

/** Returns a moment as a text in UTC: `2026-11-23T12:05:00.000Z`. */
export function toIso(at: number): string {
  return new Date(at).toISOString();
}

/** Returns a moment as people of a time zone read it. */
export function toLocalTime(
  at: number,
  timeZone: string,
): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(at))
    .toZonedDateTimeISO(timeZone);
}

/**
 * Returns the first moment of a day at which its clock shows `minutes` after midnight or later: the
 * end of the gap where the clock skips that time, and the earlier of the two where it shows it twice.
 *
 * @param minutes 0 to 1440; 1440 is the next midnight
 */
export function momentOfDay(
  date: Temporal.PlainDate,
  minutes: number,
  timeZone: string,
): number {
  if (minutes === 24 * 60) {
    return momentOfDay(date.add({ days: 1 }), 0, timeZone);
  }
  const plainTime = new Temporal.PlainTime(
    Math.floor(minutes / 60),
    minutes % 60,
  );
  const wall = date.toPlainDateTime(plainTime);
  const at = wall.toZonedDateTime(timeZone, { disambiguation: "earlier" });
  // In a gap, `at` is before it.
  const moment = at.toPlainDateTime().equals(wall)
    ? at
    : at.getTimeZoneTransition("next") ?? at;
  return moment.epochMilliseconds;
}

/** Formats a moment as `Mon 09:10`. */
export function formatWeekdayTime(at: number, timeZone: string): string {
  const local = toLocalTime(at, timeZone);
  const day = WEEKDAYS[local.dayOfWeek - 1];
  return `${day} ${local.toPlainTime().toString({ smallestUnit: "minute" })}`;
}

/** The days of the week as people write them, Monday first as in ISO 8601. */
export const WEEKDAYS = [
  "Mon",
  "Tue",
  "Wed",
  "Thu",
  "Fri",
  "Sat",
  "Sun",
] as const;
