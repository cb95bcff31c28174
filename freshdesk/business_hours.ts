/**
 * Reads the business hours of a Freshdesk account (`GET /business_hours`).
 *
 * @module
 */
import {
  BusinessHours,
  BusinessHoursError,
  type HourRange,
} from "../lib/business_hours.ts";
import { findTimeZone } from "../lib/time.ts";

/** The part of a response of `GET /business_hours` that is used. */
export interface BusinessHoursResponse {
  /** Rails' name of the zone: `Eastern Time (US & Canada)`. */
  time_zone?: string;
  /** Whether these are the account's own hours. */
  is_default?: boolean;
  /** Hours by day, `monday` to `sunday`; days without hours are missing. */
  business_hours?: Record<string, { start_time?: string; end_time?: string }>;
}

/**
 * Returns the account's default hours, or `undefined` if none of the calendars can be used.
 *
 * @param fallbackZone the zone if the account's is unknown
 */
export function readBusinessHours(
  calendars: readonly BusinessHoursResponse[],
  fallbackZone: string,
): BusinessHours | undefined {
  const calendar = calendars.find(({ is_default }) => is_default) ??
    calendars[0];
  if (!calendar?.business_hours) return undefined;
  const hours = calendar.business_hours;
  const week = DAYS.map((day) => readRange(hours[day] ?? {}));
  try {
    return new BusinessHours(
      week,
      findTimeZone(calendar.time_zone ?? "") ?? fallbackZone,
    );
  } catch (error) {
    if (error instanceof BusinessHoursError) return undefined;
    throw error;
  }
}

const DAYS = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
];

function readRange(
  { start_time, end_time }: { start_time?: string; end_time?: string },
): HourRange[] {
  const start = readTime(start_time);
  const end = readTime(end_time);
  if (start === undefined || end === undefined) return [];
  // A whole day ends at 12:00:00 am or 11:59:59 pm.
  return [{ start, end: end === 0 || end === 24 * 60 - 1 ? 24 * 60 : end }];
}

/** Reads `05:00:00 pm` as minutes after midnight. */
function readTime(text = ""): number | undefined {
  const match = /^(\d{1,2}):(\d{2})(?::\d{2})? *([ap])m$/i.exec(text.trim());
  if (!match) return undefined;
  const hour = Number(match[1]) % 12 + (/p/i.test(match[3] ?? "") ? 12 : 0);
  return hour * 60 + Number(match[2]);
}
