/**
 * The hours that a desk works: those of the settings, else the account's, else the desk's own.
 *
 * @module
 */
import {
  type BusinessHoursResponse,
  readBusinessHours,
} from "../freshdesk/business_hours.ts";
import { BusinessHours, type Week } from "../lib/business_hours.ts";
import { type Calendars, calendarsOf } from "./waits.ts";

/** What the hours come from. */
export interface DeskHoursOptions {
  /** BUSINESS_HOURS. */
  week?: Week | undefined;
  /** TIME_ZONE. */
  timeZone?: string | undefined;
  /** The hours of `desk.yaml`. */
  desk: BusinessHours;
  /** Told once which hours hold. */
  log?: { info(message: string): unknown };
}

/** Knows the hours; the account's are added once they were read. */
export class DeskHours {
  readonly #options: DeskHoursOptions;
  #account: string | undefined;
  #current: { hours: BusinessHours; calendars: Calendars };
  #said: string | undefined;

  /** Takes what is known without the account. */
  constructor(options: DeskHoursOptions) {
    this.#options = options;
    const hours = this.#choose(undefined);
    this.#current = { hours, calendars: calendarsOf(hours) };
  }

  /** Whether the account's hours matter: the settings leave something open. */
  get needsAccount(): boolean {
    return this.#options.week === undefined ||
      this.#options.timeZone === undefined;
  }

  /** Whether the account's hours were taken, if only to know that there are none. */
  get hasAccount(): boolean {
    return this.#account !== undefined;
  }

  /** When agents work. */
  get hours(): BusinessHours {
    return this.#current.hours;
  }

  /** When agents work and customers are awake. */
  get calendars(): Calendars {
    return this.#current.calendars;
  }

  /** Takes the account's hours; `null`: the key may not read them. */
  useAccount(calendars: readonly BusinessHoursResponse[] | null): void {
    if (!this.needsAccount) return;
    const text = JSON.stringify(calendars);
    if (text === this.#account) return;
    this.#account = text;
    const hours = this.#choose(
      readBusinessHours(calendars ?? [], this.#options.desk.timeZone),
    );
    this.#current = { hours, calendars: calendarsOf(hours) };
  }

  /** Says once which hours hold, and where they come from. */
  say(): void {
    const { week, timeZone, log } = this.#options;
    const rest = this.#account && this.#account !== "null" &&
        this.#account !== "[]"
      ? "of the account"
      : "of the desk";
    const source = (setting: unknown, name: string) => setting ? name : rest;
    const from = new Set([
      source(week, "BUSINESS_HOURS"),
      source(timeZone, "TIME_ZONE"),
    ]);
    const said = `Business hours: ${this.hours} ${this.hours.timeZone} (${
      [...from].join(", ")
    })`;
    if (said !== this.#said) log?.info(said);
    this.#said = said;
  }

  #choose(account: BusinessHours | undefined): BusinessHours {
    const { week, timeZone, desk } = this.#options;
    const base = account ?? desk;
    return new BusinessHours(week ?? base.week, timeZone ?? base.timeZone);
  }
}
