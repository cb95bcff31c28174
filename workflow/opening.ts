/**
 * Decides which tickets are opened, when and for whom, and has them written.
 *
 * An hour is drafted once: by the hourly job, or by a tick of five minutes where that one did not.
 * Each draft says at which tick it is opened. In the pace `classic` that is the tick that drafts; in
 * the others the tickets of an hour arrive over its ticks, as {@linkcode Arrivals} draws them.
 *
 * @module
 */
import { NotSentError } from "../freshdesk/errors.ts";
import type { CallOptions } from "../freshdesk/http_client.ts";
import type { Freshdesk, TicketField } from "../freshdesk.ts";
import { failSafe } from "../lib/fail_safe.ts";
import { formatWeekdayTime, HOUR, MINUTE } from "../lib/time.ts";
import { Arrivals, type ArrivalShares } from "./arrivals.ts";
import type { DeskHours } from "./desk_hours.ts";
import type { Draft, OpeningStore } from "./draft.ts";
import {
  type AccountLists,
  offeredBy,
  type ParticipantCache,
} from "./participant_cache.ts";
import {
  NoParticipantError,
  type ParticipantOptions,
  realPeopleWarning,
  summarizeRealContacts,
} from "./participants.ts";
import type {
  ContactMemory,
  Pace,
  Person,
  Plan,
  TicketWriter,
} from "./plan.ts";
import { inWords } from "./report.ts";
import {
  type Fields,
  fillRequiredFields,
  RequiredFieldsError,
} from "./required_fields.ts";
import type { Calendars } from "./waits.ts";

/** A ticket that is still to be drafted. */
export interface Upcoming {
  /** When it is opened (ms since 1970). */
  at: number;
  /** What it will be about, as far as can be said now; null for a ticket far ahead. */
  plan: Pick<Plan, "subject" | "contact" | "agent"> | null;
}

/** What a {@linkcode TicketOpener} is made of. */
export interface TicketOpenerOptions<Stored> extends ParticipantOptions {
  /** The account. */
  freshdesk: Pick<Freshdesk, "budget">;
  /** The tickets. */
  store: OpeningStore<Stored>;
  /** The account's people and form. */
  cache: ParticipantCache;
  /** Writes the tickets. */
  writer: TicketWriter;
  /** How the desk spends its time. */
  pace: Pace;
  /** When it works. */
  hours: DeskHours;
  /** Everything random follows from it. */
  seed: string;
  /** `classic`: tickets an hour; else their mean over 9 to 17 of a working day. Default: 1. */
  ticketsPerHour?: number;
  /** When tickets arrive, where the desk has curves of its own. */
  arrivals?: ArrivalShares | undefined;
  /** Whether to say what would be opened, and store nothing. Default: false. */
  dryRun?: boolean;
  /** Milliseconds since 1970. Default: `Date.now`. */
  now?: () => number;
  /** Hears what was filled in, left out, or held back. */
  log: { info(message: string): unknown; warn(message: string): unknown };
}

/** Calls that a ticket needs, all in all. */
const CALLS: Readonly<Record<Pace, number>> = {
  classic: 6,
  natural: 11,
  fast: 9,
};
/** A desk that has had no ticket does not begin empty. */
const FIRST_TICKETS = 3;
/** Further ahead, tickets are counted and not written. */
const WRITTEN_AHEAD = 20;
/** Other processes may take the numbers so often. */
const ATTEMPTS = 5;

/** Opens the tickets of one account. */
export class TicketOpener<Stored> {
  readonly #options: TicketOpenerOptions<Stored>;
  readonly #log: TicketOpenerOptions<Stored>["log"];
  readonly #now: () => number;
  /** The last hour that is known to be drafted, or said. */
  #draftedHour: number | undefined;
  /** The hour that goes by unused because the contacts may be real people. */
  #heldHour: number | undefined;
  /** The last hour without room for all its tickets. */
  #fullHour: number | undefined;
  /** How many tickets a dry run has said. */
  #previewed = 0;
  /** What was said, and is not said again. */
  readonly #said = new Set<string>();

  /** Nothing is opened until it is asked for. */
  constructor(options: TicketOpenerOptions<Stored>) {
    this.#options = options;
    this.#log = failSafe(options.log);
    this.#now = options.now ?? Date.now;
  }

  /**
   * Drafts a tick's hour, unless it was drafted before; a dry run says it, once.
   *
   * @param tick the minute of the tick (ms since 1970)
   * @param deadline the lists of people and fields wait for a free call until then (ms since 1970)
   * @param madeUp whether this is a tick of five minutes, and not the hour's own
   * @returns the stored tickets of the hour, whenever they are due; none in a dry run
   */
  async openHour(
    tick: number,
    deadline: number,
    madeUp: boolean,
  ): Promise<Stored[]> {
    const { store, dryRun } = this.#options;
    const hour = startOfHour(tick);
    if (hour === this.#draftedHour) return [];
    // The tick on the hour leaves the opening to the hour's own job.
    if (madeUp && (tick === hour || hour === this.#heldHour)) return [];
    const isDone = await store.isHourOpened(hour) ||
      dryRun && await store.isHourPreviewed(hour);
    if (isDone) this.#draftedHour = hour;
    if (isDone) return [];
    try {
      return await this.#draftHour(tick, hour, deadline, madeUp);
    } catch (error) {
      if (!(error instanceof NotSentError)) throw error;
      this.#log.info(
        `This hour's tickets are not opened yet: ${error.message}. The next tick goes on`,
      );
      return [];
    }
  }

  /**
   * Opens tickets by hand, besides the hour's; a dry run says them.
   *
   * @param topic only about this topic of the desk
   * @param token opens nothing a second time
   * @returns the stored tickets, due at the tick; fewer than `count` where calls are scarce
   * @throws {TokenUsedError} If the token has opened tickets
   */
  async openNow(
    count: number,
    tick: number,
    deadline: number,
    topic?: string,
    token?: string,
  ): Promise<Stored[]> {
    const room = await this.#room(startOfHour(tick), count);
    const dueAt = Array.from({ length: room }, () => tick);
    return await this.#open(undefined, dueAt, tick, { deadline }, topic, token);
  }

  /**
   * Returns how many contacts may be real people, and where, if CONTACT_DOMAINS does not say that they
   * are meant; `undefined` if nothing needs to be asked.
   */
  async realPeople(deadline: number): Promise<string | undefined> {
    if (this.#options.contactDomains) return undefined;
    const { contacts } = await this.#lists({ deadline });
    const real = summarizeRealContacts(contacts);
    return real &&
      `${real.count} of ${contacts.length} contacts may be real people: ${real.where}`;
  }

  /**
   * Returns the tickets that are still to be drafted in the time to come; the first of them with what
   * they will be about. What is opened by hand meanwhile changes that.
   */
  async upcoming(
    from: number,
    until: number,
    deadline: number,
  ): Promise<Upcoming[]> {
    const { store, pace, ticketsPerHour = 1 } = this.#options;
    await this.calendars();
    const dueAt: number[] = [];
    for (let hour = startOfHour(from); hour < until; hour += HOUR) {
      if (await store.isHourOpened(hour)) continue;
      const first = hour > from ? hour : startOfTick(from) + TICK;
      dueAt.push(
        ...pace === "classic"
          ? Array.from({ length: ticketsPerHour }, () => first)
          : this.#arrivals().toOpen(hour, first).map((at) =>
            Math.max(at, first)
          ),
      );
    }
    const all = dueAt.filter((at) => at < until);
    const drafts = await this.#write(
      await store.nextNumber(),
      all.slice(0, WRITTEN_AHEAD),
      from,
      { deadline },
      undefined,
    );
    return all.map((at, i) => ({ at, plan: drafts[i]?.plan ?? null }));
  }

  /** Returns how many tickets of this hour a dry run has said in this process. */
  get previewed(): number {
    return this.#previewed;
  }

  /**
   * Warns, once, where the contacts may be real people and CONTACT_DOMAINS is not set.
   *
   * @returns whether the first tickets wait for the next full hour, so that there is time to read
   * it: true for a database without a ticket
   */
  async warnOfRealPeople(
    contacts: Person[],
    at = this.#now(),
  ): Promise<boolean> {
    if (this.#options.dryRun || this.#options.contactDomains) return false;
    const warning = realPeopleWarning(contacts);
    if (!warning) return false;
    const isNew = await this.#isNew();
    const first = new Date(startOfHour(at) + HOUR).toISOString().slice(11, 16);
    this.#sayOnce(
      "warn",
      isNew
        ? `${warning}. The first tickets are opened at ${first} UTC`
        : warning,
    );
    return isNew;
  }

  /**
   * Returns when the next ticket is expected, and how to say it ("about Mon 09:10"); `undefined` if
   * none is.
   */
  async nextExpected(
    now = this.#now(),
  ): Promise<{ at: number; text: string } | undefined> {
    const at = await this.#nextOpening(now);
    if (at === undefined) return undefined;
    const time = formatWeekdayTime(at, this.#options.hours.hours.timeZone);
    return { at, text: `about ${time}` };
  }

  /** Returns the hours in which the waits of plans pass; asks Freshdesk nothing. */
  async calendars(): Promise<Calendars> {
    const { hours, cache, pace } = this.#options;
    if (pace === "natural" && hours.needsAccount && !hours.hasAccount) {
      const account = await cache.storedBusinessHours();
      if (account !== undefined) hours.useAccount(account);
    }
    return hours.calendars;
  }

  /** Has the lists read again for the next tickets: Freshdesk refused what was picked from them. */
  async forgetLists(): Promise<void> {
    await this.#options.cache.clear();
  }

  async #nextOpening(now: number): Promise<number | undefined> {
    const { store, pace } = this.#options;
    const hour = startOfHour(now);
    const nextTick = startOfTick(now) + TICK;
    const isOpen = hour !== this.#draftedHour && hour !== this.#heldHour &&
      !await store.isHourOpened(hour);
    if (pace === "classic") {
      return isOpen && nextTick < hour + HOUR ? nextTick : hour + HOUR;
    }
    if (isOpen && await this.#isNew()) return nextTick;
    await this.calendars();
    return this.#arrivals().nextExpected(now);
  }

  async #draftHour(
    tick: number,
    hour: number,
    deadline: number,
    madeUp: boolean,
  ): Promise<Stored[]> {
    const { store, dryRun } = this.#options;
    const call = { deadline };
    const dueAt = await this.#dueTimes(tick, call);
    const room = await this.#room(hour, dueAt.length);
    if (room === 0 && dueAt.length > 0) return [];
    if (dueAt.length > 0) {
      const { contacts } = await this.#lists(call);
      if (madeUp && await this.warnOfRealPeople(contacts, tick)) {
        this.#heldHour = hour;
        return [];
      }
    }
    const tickets = await this.#open(hour, dueAt.slice(0, room), tick, call);
    if (dryRun) await store.markHourPreviewed(hour);
    if (this.#now() < hour + HOUR) this.#draftedHour = hour;
    return tickets;
  }

  /** The ticks at which the tickets of a tick's hour are opened, one entry a ticket. */
  async #dueTimes(tick: number, call: CallOptions): Promise<number[]> {
    const { pace, ticketsPerHour = 1, hours } = this.#options;
    if (pace === "classic") {
      return Array.from({ length: ticketsPerHour }, () => tick);
    }
    if (pace === "natural" && hours.needsAccount) await this.#lists(call);
    const first = await this.#isNew() ? FIRST_TICKETS : 0;
    return [
      ...Array.from({ length: first }, () => tick),
      ...this.#arrivals().toOpen(startOfHour(tick), tick),
    ].map((at) => Math.max(at, tick));
  }

  #arrivals(): Arrivals {
    const { seed, ticketsPerHour = 1, pace, hours, arrivals } = this.#options;
    return new Arrivals({
      seed,
      ticketsPerHour,
      profile: pace === "fast" ? "constant" : "business",
      businessHours: hours.hours,
      ...(arrivals && { shares: arrivals }),
    });
  }

  /** Has tickets written and stores them; a dry run says them. */
  async #open(
    hour: number | undefined,
    dueAt: readonly number[],
    tick: number,
    call: CallOptions,
    topic?: string,
    token?: string,
  ): Promise<Stored[]> {
    const { store, dryRun } = this.#options;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const firstNumber = await store.nextNumber() +
        (dryRun ? this.#previewed : 0);
      const drafts = await this.#write(firstNumber, dueAt, tick, call, topic);
      if (dryRun) {
        for (const { plan } of drafts) {
          this.#log.info(`DRY_RUN: would open ${inWords(plan)}`);
        }
        this.#previewed += drafts.length;
        return [];
      }
      // The computer may have slept meanwhile.
      if (hour !== undefined && this.#now() >= hour + HOUR) return [];
      const tickets = await store.addDrafts(hour, firstNumber, drafts, token);
      if (tickets) return tickets;
      // Another process was first: with the hour, or with the numbers.
      if (hour !== undefined && await store.isHourOpened(hour)) return [];
    }
    throw new Error(
      "Cannot number the new tickets: other processes opened tickets at the same time. The next tick goes on",
    );
  }

  async #write(
    firstNumber: number,
    dueAt: readonly number[],
    tick: number,
    call: CallOptions,
    topic: string | undefined,
  ): Promise<Draft[]> {
    if (dueAt.length === 0) return [];
    const { store, writer, contactDomains, agentEmails, pace } = this.#options;
    const lists = await this.#lists(call);
    if (lists.contacts.length === 0) {
      throw new NoParticipantError("contact", Array.isArray(contactDomains));
    }
    if (lists.agents.length === 0) {
      throw new NoParticipantError("agent", agentEmails !== undefined);
    }
    const agents = await this.#authors(lists.agents, call);
    const fields = this.#fields(lists.form, tick);
    const offered = offeredBy(lists);
    const memories = new Map<number, ContactMemory>();
    const drafts: Draft[] = [];
    for (const [i, due] of dueAt.entries()) {
      const { plan, memory, fallbacks = [] } = await writer.write({
        n: firstNumber + i,
        at: due,
        contacts: lists.contacts,
        agents,
        recall: async (id) => memories.get(id) ?? await store.contactMemory(id),
        offered,
        ...(topic !== undefined && { topic }),
      });
      if (pace !== "classic") {
        for (const line of fallbacks) this.#sayOnce("info", line);
      }
      memories.set(plan.contact.id, memory);
      drafts.push({ plan, dueAt: due, fields, memory });
    }
    return drafts;
  }

  async #lists(call: CallOptions): Promise<AccountLists> {
    const { cache, hours, pace } = this.#options;
    const lists = await cache.read(call);
    if (pace === "natural") {
      if (lists.businessHours !== undefined) {
        hours.useAccount(lists.businessHours);
      }
      hours.say();
    }
    return lists;
  }

  /**
   * Who answers. In natural and fast pace a message is signed by its author: agents for whom the key
   * may not write are left out, and where nobody is left, tickets go to the key's owner.
   */
  async #authors(agents: Person[], call: CallOptions): Promise<Person[]> {
    const { store, cache, pace, agentEmails } = this.#options;
    if (pace === "classic") return agents;
    const may = await Promise.all(
      agents.map(({ id }) => store.canImpersonate(id)),
    );
    const able = agents.filter((_, i) => may[i]);
    if (able.length > 0) return able;
    const { canReply, ...owner } = await cache.owner(call);
    const isWanted = !agentEmails ||
      agentEmails.includes(owner.email.toLowerCase());
    if (!canReply || !isWanted) return agents;
    this.#sayOnce(
      "info",
      `The key may not write for other agents: tickets go to its owner, ${owner.name}`,
    );
    return [owner];
  }

  /** What the account demands of every ticket. */
  #fields(form: TicketField[] | null, tick: number): Fields {
    if (!form) return {}; // only this list is closed to the key; a refused ticket names its fields
    const today = new Date(tick).toISOString().slice(0, 10);
    const { fields, filled, unfillable } = fillRequiredFields(form, today);
    if (unfillable.length > 0) throw new RequiredFieldsError(unfillable);
    if (filled.length > 0) {
      this.#sayOnce(
        "info",
        `Required by the account, and filled in: ${filled.join(", ")}`,
      );
    }
    return fields;
  }

  /** How many of the wanted tickets the account's calls leave room for, with all that wait. */
  async #room(hour: number, wanted: number): Promise<number> {
    if (wanted === 0) return 0;
    const { freshdesk, store, pace } = this.#options;
    const calls = freshdesk.budget.ourLimit * 60;
    const waiting = await store.countWaitingCalls(hour + HOUR, calls);
    const room = Math.max(0, Math.floor((calls - waiting) / CALLS[pace]));
    if (room >= wanted) return wanted;
    if (hour === this.#fullHour) return room;
    this.#fullHour = hour;
    this.#log.warn(
      `${room} of this hour's ${wanted} tickets are opened: the tickets that wait need ${waiting} calls, and ${calls} are ours in an hour`,
    );
    return room;
  }

  async #isNew(): Promise<boolean> {
    return await this.#options.store.nextNumber() === 0 &&
      this.#previewed === 0;
  }

  #sayOnce(level: "info" | "warn", line: string): void {
    if (this.#said.has(line)) return;
    this.#said.add(line);
    this.#log[level](line);
  }
}

const TICK = 5 * MINUTE;

function startOfHour(at: number): number {
  return Math.floor(at / HOUR) * HOUR;
}

function startOfTick(at: number): number {
  return Math.floor(at / TICK) * TICK;
}
