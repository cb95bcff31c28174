/**
 * What a test of the opener needs: an account, a database, a clock, and a store of a few lines.
 *
 * @module
 */
import { Freshdesk } from "../../freshdesk.ts";
import { BusinessHours, type Week } from "../../lib/business_hours.ts";
import { MINUTE } from "../../lib/time.ts";
import { Sandbox, type SandboxOptions } from "../../sandbox/sandbox.ts";
import { DeskHours } from "../../workflow/desk_hours.ts";
import type { Draft, OpeningStore } from "../../workflow/draft.ts";
import { TicketOpener } from "../../workflow/opening.ts";
import { ParticipantCache } from "../../workflow/participant_cache.ts";
import type { ParticipantOptions } from "../../workflow/participants.ts";
import type { ContactMemory, Pace } from "../../workflow/plan.ts";
import { bindWaits } from "../../workflow/waits.ts";
import { loadDesk } from "../../writing/folder.ts";
import { businessHoursOf } from "../../writing/time.ts";
import { Writer } from "../../writing/writer.ts";

/** A stored draft, with its number. */
export interface Stored extends Draft {
  number: number;
}

/** Keeps drafts in memory. */
export class FakeStore implements OpeningStore<Stored> {
  readonly tickets: Stored[] = [];
  readonly hours = new Set<number>();
  readonly previews = new Set<number>();
  readonly memories = new Map<number, ContactMemory>();
  /** Agents who may not be written for. */
  readonly blocked = new Set<number>();
  /** Calls that are counted as waiting. */
  waiting = 0;
  /** Called before drafts are added. */
  beforeAdding: () => void = () => {};

  isHourOpened(hour: number) {
    return Promise.resolve(this.hours.has(hour));
  }

  isHourPreviewed(hour: number) {
    return Promise.resolve(this.previews.has(hour));
  }

  markHourPreviewed(hour: number) {
    this.previews.add(hour);
    return Promise.resolve();
  }

  nextNumber() {
    return Promise.resolve(this.tickets.length);
  }

  contactMemory(id: number) {
    return Promise.resolve(this.memories.get(id));
  }

  addDrafts(
    hour: number | undefined,
    firstNumber: number,
    drafts: readonly Draft[],
  ) {
    this.beforeAdding();
    const isTaken = hour !== undefined && this.hours.has(hour);
    if (isTaken || firstNumber !== this.tickets.length) {
      return Promise.resolve(undefined);
    }
    if (hour !== undefined) this.hours.add(hour);
    const added = drafts.map((draft, i) => ({
      ...draft,
      number: firstNumber + i,
    }));
    this.tickets.push(...added);
    for (const { plan, memory } of drafts) {
      this.memories.set(plan.contact.id, memory);
    }
    return Promise.resolve(added);
  }

  countWaitingCalls() {
    return Promise.resolve(this.waiting);
  }

  canImpersonate(id: number) {
    return Promise.resolve(!this.blocked.has(id));
  }
}

/** What a process is started with. */
export interface ProcessOptions extends ParticipantOptions {
  desk?: string;
  pace?: Pace;
  ticketsPerHour?: number;
  seed?: string;
  dryRun?: boolean;
  week?: Week;
  timeZone?: string;
}

/** An account, a database and a clock. */
export class OpeningEnv implements Disposable {
  now: number;
  readonly store = new FakeStore();
  readonly lines: string[] = [];
  readonly sandbox: Sandbox;

  private constructor(
    readonly kv: Deno.Kv,
    at: string,
    options: SandboxOptions,
  ) {
    this.now = Date.parse(at);
    this.sandbox = new Sandbox({ now: () => this.now, ...options });
  }

  static async at(
    time: string,
    options: SandboxOptions = {},
  ): Promise<OpeningEnv> {
    return new OpeningEnv(await Deno.openKv(":memory:"), time, options);
  }

  [Symbol.dispose](): void {
    this.kv.close();
  }

  /** Starts a process. */
  async process(
    options: ProcessOptions = {},
  ): Promise<{ opener: TicketOpener<Stored>; cache: ParticipantCache }> {
    const { desk: name = "shop", seed = "a", ...draw } = options;
    const desk = await loadDesk(name);
    const pace = options.pace ?? desk.file.pace ?? "natural";
    const now = () => this.now;
    const freshdesk = new Freshdesk({
      url: "https://acme.freshdesk.com",
      apiKey: "sandbox",
      fetch: this.sandbox.fetch,
      share: 1,
      now,
      sleep: (ms) => {
        this.now += ms;
        return Promise.resolve();
      },
    });
    const hours = new DeskHours({
      week: options.week,
      timeZone: options.timeZone,
      desk: businessHoursOf(desk.file),
      log: this.log,
    });
    const cache = new ParticipantCache({
      ...draw,
      kv: this.kv,
      freshdesk,
      groups: pace !== "classic",
      businessHours: pace === "natural" && hours.needsAccount,
      now,
    });
    const writer = new Writer({
      desk,
      seed,
      pace,
      waits: bindWaits({ pace, calendars: () => hours.calendars, maxDays: 30 }),
    });
    const opener = new TicketOpener<Stored>({
      ...options,
      freshdesk,
      store: this.store,
      cache,
      writer,
      pace,
      hours,
      seed,
      now,
      log: this.log,
    });
    return { opener, cache };
  }

  /** Runs the ticks of five minutes, the hour's own first, from now to a moment; the drafts of each. */
  async until(opener: TicketOpener<Stored>, time: string): Promise<void> {
    const end = Date.parse(time);
    const first = Math.ceil(this.now / (5 * MINUTE)) * 5 * MINUTE;
    for (let at = first; at <= end; at += 5 * MINUTE) {
      this.now = at;
      if (at % (60 * MINUTE) === 0) {
        await opener.openHour(at, at + 4 * MINUTE, false);
      }
      await opener.openHour(at, at + 4 * MINUTE, true);
    }
  }

  /** When the stored tickets are opened: `Mon 12:05`. */
  get dueTimes(): string[] {
    return this.store.tickets.map(({ dueAt }) =>
      new Date(dueAt).toISOString().slice(11, 16)
    );
  }

  /** What was asked of Freshdesk, without `/api/v2` and queries. */
  get calls(): string[] {
    return this.sandbox.requests.map(({ method, path }) =>
      `${method} ${path.replace("/api/v2", "").replace(/\?.*/, "")}`
    );
  }

  readonly log = {
    info: (message: string) => this.lines.push(`INFO ${message}`),
    warn: (message: string) => this.lines.push(`WARN ${message}`),
  };
}

/** The hours of a test. */
export function weekOf(text: string): Week {
  return BusinessHours.parse(text, "UTC").week;
}
