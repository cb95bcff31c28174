/**
 * When tickets arrive: how many an hour brings, and at which of its twelve five-minute ticks.
 *
 * The tickets of an hour follow a Poisson distribution. Its mean is the product of the mean of the
 * settings, a curve over the hours and days of the week, and a factor of the day: some days are busy
 * and others are quiet, so that counts vary more than Poisson alone. All of it is drawn from the seed
 * and the hour, so every process that drafts the hour gets the same tickets.
 *
 * @module
 */
import type { BusinessHours } from "../lib/business_hours.ts";
import { gamma, poisson, weightedIndex } from "../lib/distributions.ts";
import { stream } from "../lib/random.ts";
import { DAY, HOUR, MINUTE, toLocalTime } from "../lib/time.ts";

/**
 * Who writes: businesses (hardly ever on days without business hours), consumers (every day, also in
 * the evening), or `constant`: the same mean at any time, without busy and quiet days.
 */
export type ArrivalProfile = "business" | "consumer" | "constant";

/** What arrivals depend on. */
export interface ArrivalOptions {
  /** The seed of everything random. */
  seed: string;
  /** Mean tickets an hour over 9 to 17 of a working day; may be a fraction. With `constant`: of any hour. */
  ticketsPerHour: number;
  /** Who writes. */
  profile: ArrivalProfile;
  /** Give the working days and the time zone. */
  businessHours: BusinessHours;
  /** A desk's own curves, instead of the profile's. */
  shares?: ArrivalShares;
}

/** Shares of the hours and days, in any unit. */
export interface ArrivalShares {
  /** Of the hours from 00:00 on. */
  hours?: readonly number[] | undefined;
  /** Of the days from Monday on, with or without business hours. */
  weekdays?: readonly number[] | undefined;
}

/** Draws the arrivals of each hour. All moments are milliseconds since 1970. */
export class Arrivals {
  readonly #options: ArrivalOptions;
  /** The desk's own weights of the hours and days. */
  readonly #hours: number[] | undefined;
  readonly #days: number[] | undefined;

  /**
   * Takes what arrivals depend on.
   *
   * @throws {RangeError} if `ticketsPerHour` is not above 0
   */
  constructor(options: ArrivalOptions) {
    if (!(options.ticketsPerHour > 0 && options.ticketsPerHour < Infinity)) {
      throw new RangeError(
        `Cannot draw arrivals: ticketsPerHour must be above 0: current value is ${options.ticketsPerHour}`,
      );
    }
    this.#options = options;
    const { shares: { hours, weekdays } = {}, businessHours } = options;
    this.#hours = hours && relativeTo(hours.slice(9, 17), hours);
    this.#days = weekdays && relativeTo(
      weekdays.filter((_, i) => businessHours.isWorkingDay(i + 1)),
      weekdays,
    );
  }

  /** Returns the ticks at which the tickets of an hour arrive, in order; one entry a ticket. */
  inHour(at: number): number[] {
    const hour = Math.floor(at / HOUR) * HOUR;
    const random = stream(this.#options.seed, "arrivals", hour);
    // By quarter, since the hours of some zones begin in the middle of an hour of UTC.
    const means = [0, 1, 2, 3].flatMap((quarter) => {
      const mean = this.#meanPerHour(hour + quarter * HOUR / 4) * TICK / HOUR;
      return [mean, mean, mean];
    });
    const mean = means.reduce((sum, value) => sum + value, 0);
    return Array.from(
      { length: poisson(mean, random) },
      () => hour + weightedIndex(means, random) * TICK,
    ).sort((a, b) => a - b);
  }

  /**
   * Returns the arrivals of an hour that are still worth opening: those ahead, and those of the last
   * 15 minutes. An hour that was missed does not arrive all at once.
   */
  toOpen(hour: number, now: number): number[] {
    return this.inHour(hour).filter((at) => at >= now - MAX_LATENESS);
  }

  /** Returns when the next ticket after `now` arrives; `undefined` if none does within 60 days. */
  nextExpected(now: number): number | undefined {
    for (let hour = now; hour < now + 60 * DAY; hour += HOUR) {
      const next = this.inHour(hour).find((at) => at > now);
      if (next !== undefined) return next;
    }
    return undefined;
  }

  #meanPerHour(at: number): number {
    const { seed, ticketsPerHour, profile, businessHours } = this.#options;
    if (profile === "constant") return ticketsPerHour;
    const local = toLocalTime(at, businessHours.timeZone);
    const { hours, days, closedDay } = CURVES[profile];
    const isWorkingDay = businessHours.isWorkingDay(local.dayOfWeek);
    const day = this.#days?.[local.dayOfWeek - 1] ??
      (isWorkingDay ? days[local.dayOfWeek - 1] ?? 1 : closedDay);
    const date = local.toPlainDate().toString();
    return ticketsPerHour * ((this.#hours ?? hours)[local.hour] ?? 0) * day *
      dayFactor(seed, date);
  }
}

/** Arrivals are spread over the five-minute ticks of an hour. */
const TICK = 5 * MINUTE;
/** Arrivals that were missed for longer than this are left out. */
const MAX_LATENESS = 15 * MINUTE;

/** How busy a date is: gamma of shape 3.5, kept between 0.4 and 2, with a mean of 1. */
function dayFactor(seed: string, date: string): number {
  const factor = gamma(
    DAY_SHAPE,
    DAY_MEAN / DAY_SHAPE,
    stream(seed, "day", date),
  );
  return Math.min(Math.max(factor, 0.4), 2);
}

const DAY_SHAPE = 3.5;
/** Makes up for what the bounds cut off, so that the mean within them is 1. */
const DAY_MEAN = 1.0111;

/** Weights of the hours and weekdays, relative to the mean over 9 to 17 of a working day. */
interface Curve {
  /** The 24 hours of a day. */
  hours: number[];
  /** The days, Monday first, if they are working days. */
  days: number[];
  /** A day without business hours. */
  closedDay: number;
}

const CURVES: Record<"business" | "consumer", Curve> = {
  business: {
    // Two humps and a dip at lunch; little before 8 and after 19.
    hours: relativeToWorkingHours([
      ...[0.1, 0.1, 0.1, 0.1, 0.1, 0.2, 0.6, 2], // 0 to 8
      ...[7.5, 10, 12.6, 12.4, 6.5, 8.5, 10.5, 11.2, 10.3], // 8 to 17
      ...[5.4, 3.2, 0.9, 0.5, 0.3, 0.2, 0.1], // 17 to 24
    ]),
    days: relativeToMean([18.7, 22.5, 21.4, 20.5, 16.9]).concat(1, 1),
    closedDay: 0.05, // two of them: 2 % of a week
  },
  consumer: {
    // People write in the evening, too.
    hours: relativeToWorkingHours([
      ...[0.5, 0.3, 0.2, 0.2, 0.2, 0.4, 1.2, 3], // 0 to 8
      ...[6, 8.5, 9.5, 9.2, 7, 7.6, 8.4, 8.8, 8.5], // 8 to 17
      ...[7, 5.5, 3.2, 2.6, 2.4, 1.6, 0.9], // 17 to 24
    ]),
    days: relativeToMean([21.2, 19.8, 19.6, 19.6, 19.8]).concat(1, 1),
    closedDay: 0.95,
  },
};

function relativeToWorkingHours(hours: number[]): number[] {
  return relativeTo(hours.slice(9, 17), hours);
}

function relativeToMean(weights: number[]): number[] {
  return relativeTo(weights, weights);
}

/** The weights with a mean of 1 over `some` of them; over all, where those weigh nothing. */
function relativeTo(
  some: readonly number[],
  weights: readonly number[],
): number[] {
  const mean = meanOf(some) || meanOf(weights) || 1;
  return weights.map((weight) => weight / mean);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
