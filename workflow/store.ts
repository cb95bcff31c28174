/**
 * What is kept in Deno KV, and how it changes: every change is one atomic commit that checks the
 * versionstamp it rests on.
 *
 * ```
 * ["ticket", tag]                 the state of a ticket
 * ["plan", tag]                   its plan with all texts; expires some time after its end
 * ["message", tag, n]             that the message of step n is in Freshdesk; the text is the plan's
 * ["due", job, dueAt, tag]        which job takes its next step, and when
 * ["finished", state, at, tag]    that it has ended; closed and abandoned tickets expire
 * ["id", id]                      Freshdesk's id -> tag
 * ["number"]                      how many tickets were drafted
 * ["program", "seed"]             what everything random follows from
 * ["program", "account"]          whose tickets these are
 * ["hour", hour]                  the hour's tickets were drafted
 * ["preview", hour]               a dry run has said what it would open in that hour
 * ["contact", id]                 the topics that a contact has written about
 * ["agent", id]                   an agent in whose name the key's owner may not write
 * ["participants", ...]           the account's people and form: see participant_cache.ts
 * ["job", name]                   its last noted run
 * ["stats", hour, what]           how often something happened in an hour
 * ["backlog", hour]               how many tickets were open, pending and resolved in an hour
 * ["repaired"]                    when the due entries were checked
 * ["pause"]                       who wants nothing to be done, and until when; how far a clean-up is
 * ["token", token]                which tickets a press of "open now" has drafted
 * ["scratch", name]               written to see whether the database can be
 * ["version"]                     written with every change that people see
 * ```
 *
 * @module
 */
import { shorten } from "../lib/text.ts";
import { DAY, HOUR, MINUTE } from "../lib/time.ts";
import { dueValue, isOver, isSameDue, placeOf, type Waiting } from "./due.ts";
import type { KvOptions } from "./kv_records.ts";
import { newTag, newTicket } from "./new_ticket.ts";
import { type Draft, TokenUsedError } from "./draft.ts";
import type { ContactMemory } from "./plan.ts";
import { statsKey } from "./program_records.ts";
import { LONGEST_PLAN } from "./schedule.ts";
import { bounded, type StoredMessage } from "./stored_values.ts";
import type { StoredPlan, Ticket } from "./ticket.ts";
import { type Entry, TicketRecords } from "./ticket_records.ts";
import { validatePlan } from "./validate_plan.ts";

export {
  type Backlog,
  backlogOf,
  type DueEntry,
  dueValue,
  phaseOf,
  PHASES,
  type Place,
  type Waiting,
} from "./due.ts";
export { NoAnswerError } from "./kv_records.ts";
export { type HourlyStats, STATS } from "./program_records.ts";
export type { Cleanup, DueValue, JobRun, Pause } from "./stored_values.ts";
export type { Entry } from "./ticket_records.ts";

/** A ticket with its plan. */
export interface PlannedEntry extends Entry {
  /** All that happens in it. */
  plan: StoredPlan;
}

/** What is changed together with a ticket's record. */
export interface UpdateExtras {
  /** The message that its step has brought to Freshdesk. */
  message?: Pick<StoredMessage, "conversationId" | "name"> & { at: number };
  /** The plan, where the account or a person forced another one. */
  plan?: StoredPlan;
  /** Whether it counts among what happened in this hour. Default: true. */
  counts?: boolean;
}

/** What a store is made of. */
export interface StoreOptions extends KvOptions {
  /** How long finished tickets are kept, in milliseconds. Default: 30 days. */
  history?: number;
}

/** A step that fails is tried again within this time. */
export const LONGEST_RETRY = 4 * HOUR;

/** The status page shows the last 24 hours; a counter cannot expire by itself. */
const STATS_KEPT = 2 * DAY;

/** The chart shows this much; samples expire by themselves. */
export const BACKLOG_KEPT = 14 * DAY;

/** A sample counts no further. */
const BACKLOG_COUNTED = 10_000;

/** Texts outlive the longest plan, its history, and as long a time in which the program stands still. */
const SPARE = 60 * DAY;

/** Clocks of two processes may differ by this much. */
const SKEW = MINUTE;

/** A press of "open now" is remembered for a day. */
const TOKEN_EXPIRY = DAY;

/** What nobody sees: a change of these alone is no news. */
const UNSEEN: readonly string[] = ["claim", "outcomeUnknown", "tagSeenAt"];

/** The tickets and their histories, and how they change. */
export class Store extends TicketRecords {
  readonly #history: number;

  /** Uses a KV that somebody else opens and closes. */
  constructor(kv: Deno.Kv, options: StoreOptions = {}) {
    super(kv, options);
    this.#history = options.history ?? 30 * DAY;
  }

  /** Whether an hour has had its tickets. */
  async isHourOpened(hour: number): Promise<boolean> {
    return (await this.read(["hour", hour])).versionstamp !== null;
  }

  /** Whether a dry run has said what it would open in an hour. */
  async isHourPreviewed(hour: number): Promise<boolean> {
    return (await this.read(["preview", hour])).versionstamp !== null;
  }

  /** Remembers that a dry run has said what it would open in an hour. */
  async markHourPreviewed(hour: number): Promise<void> {
    await this.withLockRetry(() =>
      this.kv.set(["preview", hour], 0, { expireIn: DAY })
    );
  }

  /** The number that the next ticket of this database gets, from 0. */
  async nextNumber(): Promise<number> {
    return (await this.read<number>(["number"])).value ?? 0;
  }

  /** What a contact has brought up; `undefined` if nothing. */
  async contactMemory(contactId: number): Promise<ContactMemory | undefined> {
    const { value } = await this.read<ContactMemory>(["contact", contactId]);
    return value ?? undefined;
  }

  /**
   * Adds drafts, all or none. Throws a `TypeError` if a plan cannot be carried out.
   *
   * @param hour the hour whose tickets they are; `undefined`: they are opened besides
   * @param firstNumber what {@linkcode nextNumber} was when they were written
   * @param token drafts nothing a second time
   * @returns the tickets; `undefined` when the hour has had its tickets, or the numbers were taken
   * @throws {TokenUsedError} If the token has drafted tickets
   */
  async addDrafts(
    hour: number | undefined,
    firstNumber: number,
    drafts: readonly Draft[],
    token?: string,
  ): Promise<Ticket[] | undefined> {
    for (const { plan } of drafts) {
      const problem = validatePlan(plan);
      if (!problem) continue;
      throw new TypeError(
        `Cannot carry out a plan about '${plan.topic}' of the desk '${plan.desk}': ${problem}`,
      );
    }
    const number = await this.read<number>(["number"]);
    if (token !== undefined && await this.tokenTickets(token)) {
      throw new TokenUsedError();
    }
    if ((number.value ?? 0) !== firstNumber) return undefined;
    const now = this.now();
    const tickets = drafts.map((draft, i) =>
      newTicket(draft, firstNumber + i, newTag(now, i), now)
    );
    const committed = await this.commit(() => {
      const atomic = this.kv.atomic().check(number);
      if (hour !== undefined) {
        const key = ["hour", hour];
        atomic.check({ key, versionstamp: null })
          .set(key, drafts.length, { expireIn: 2 * DAY });
      }
      if (drafts.length === 0) return atomic;
      if (token !== undefined) {
        const key = ["token", token];
        const tags = tickets.map(({ tag }) => tag);
        atomic.check({ key, versionstamp: null })
          .set(key, tags, { expireIn: TOKEN_EXPIRY });
      }
      atomic.set(["number"], firstNumber + drafts.length).set(["version"], 0);
      for (const [i, { plan, fields, memory }] of drafts.entries()) {
        const ticket = tickets[i]!;
        const stored: StoredPlan = { ...plan, fields };
        atomic.set(["ticket", ticket.tag], ticket)
          .set(["plan", ticket.tag], stored, this.#textExpiry)
          .set(placeOf(ticket), dueValue(ticket))
          .set(["contact", plan.contact.id], memory);
      }
      return atomic;
    });
    return committed === null ? undefined : tickets;
  }

  /** The tags of the tickets that a one-time token has drafted; `undefined` if it was not used. */
  async tokenTickets(token: string): Promise<string[] | undefined> {
    const { value } = await this.read<string[]>(["token", token]);
    return Array.isArray(value) ? value.map(String) : undefined;
  }

  /**
   * A ticket that waits, with its plan: null when it does not wait any more as it was seen. An entry
   * of the waiting that fits no ticket is cleared away.
   */
  async load(seen: Waiting): Promise<PlannedEntry | null> {
    const { tag } = seen;
    const [record, texts] = await this.withLockRetry(() =>
      this.kv.getMany<[unknown, unknown]>([["ticket", tag], ["plan", tag]])
    );
    const entry = this.entryOf(tag, record);
    if (!entry) {
      if (!this.isUnreadable(tag)) await this.#clearDue(seen, record);
      return null;
    }
    const { state, dueAt, job } = entry.ticket;
    if (state !== "active" || dueAt !== seen.dueAt || job !== seen.job) {
      await this.#clearDue(seen, record);
      return null;
    }
    const plan = this.planOf(tag, texts.value);
    return plan && { ...entry, plan };
  }

  async #clearDue(
    { tag, job, dueAt }: Waiting,
    record: Deno.KvEntryMaybe<unknown>,
  ): Promise<void> {
    const due = await this.read(["due", job, dueAt, tag]);
    if (due.versionstamp === null) return;
    const cleared = await this.commit(() =>
      this.kv.atomic().check(due).check(record).delete(due.key)
    );
    if (cleared) {
      this.log?.warn(
        `A due entry of ticket ${tag} (every ${job} minutes) did not fit the ticket: it was cleared away.`,
      );
    }
  }

  /**
   * Changes a ticket, if it still is as it was read: null when somebody else was first.
   *
   * @returns the ticket as it is then
   */
  async update(
    { ticket: before, versionstamp }: Entry,
    change: Partial<Ticket>,
    { message, plan, counts = true }: UpdateExtras = {},
  ): Promise<Entry | null> {
    const ticket = bounded({ ...before, ...change });
    const key = ["ticket", ticket.tag];
    const expiry = isOver(ticket) ? { expireIn: this.#history } : {};
    const [from, to] = [placeOf(before), placeOf(ticket)];
    const moved = !isSameKey(from, to);
    const news = Object.keys(change).some((name) => !UNSEEN.includes(name));
    const isOpening = before.id === null && ticket.id !== null;
    const event = before.state !== ticket.state && ticket.state !== "active"
      ? ticket.state
      : isOpening && ticket.state === "active"
      ? "opened"
      : undefined;

    const committed = await this.commit(() => {
      const atomic = this.kv.atomic().check({ key, versionstamp })
        .set(key, ticket, expiry);
      if (moved) atomic.delete(from);
      if (ticket.state !== "active") {
        if (moved || news) atomic.set(to, 0, expiry);
      } else if (moved || news || !isSameDue(before, ticket)) {
        atomic.set(to, dueValue(ticket));
      }
      if (isOpening) {
        atomic.set(["id", ticket.id!], ticket.tag, this.#textExpiry);
      }
      if (plan) atomic.set(["plan", ticket.tag], plan, this.#textExpiry);
      if (message) {
        const { at, conversationId, name } = message;
        const stored: StoredMessage = {
          at,
          conversationId,
          name: shorten(name, 200),
        };
        const place = ["message", ticket.tag, before.step];
        atomic.set(place, stored, this.#textExpiry);
      }
      if (event && counts) atomic.sum(statsKey(this.now(), event), 1n);
      if (news) atomic.set(["version"], 0);
      return atomic;
    });
    return committed === null ? null : { ticket, versionstamp: committed };
  }

  /**
   * Forgets a ticket and its history, if it still is as it was read: false when somebody else was
   * first.
   */
  async remove({ ticket, versionstamp }: Entry): Promise<boolean> {
    const { tag, id } = ticket;
    const key = ["ticket", tag];
    const messages = await this.messagesOf(tag);
    return await this.commit(() => {
      const atomic = this.kv.atomic().check({ key, versionstamp })
        .delete(key).delete(["plan", tag]).delete(placeOf(ticket))
        .set(["version"], 0);
      if (id !== null) atomic.delete(["id", id]);
      for (const { key } of messages) atomic.delete(key);
      return atomic;
    }) !== null;
  }

  /**
   * Puts a failed or abandoned ticket back before the step it ended in, due at once: null when it
   * has not ended so. What it tried last may have been applied, so that is looked up first.
   */
  async resume(entry: Entry, now: number): Promise<Ticket | null> {
    const { state } = entry.ticket;
    if (state !== "failed" && state !== "abandoned") return null;
    const resumed = await this.update(entry, {
      state: "active",
      dueAt: now,
      stepSince: now,
      attempts: 0,
      firstFailedAt: null,
      claim: null,
      outcomeUnknown: true,
      completedAt: null,
    });
    return resumed && resumed.ticket;
  }

  /** Keeps how many tickets are open, pending and resolved, for the hour's point of the chart. */
  async sampleBacklog(at: number): Promise<void> {
    const backlog = await this.countBacklog(BACKLOG_COUNTED);
    const key = ["backlog", at - at % HOUR];
    await this.commit(() =>
      this.kv.atomic().set(key, backlog, { expireIn: BACKLOG_KEPT })
        .set(["version"], 0)
    );
  }

  /**
   * Does {@linkcode repair}, unless it was done within a day.
   *
   * @returns how many tickets were repaired; `undefined` where it was not done
   */
  async repairDaily(now = this.now()): Promise<number | undefined> {
    const key = ["repaired"];
    const { value, versionstamp } = await this.read<number>(key);
    if (value !== null && Math.abs(now - value) < DAY) return undefined;
    const isOurs = await this.commit(() =>
      this.kv.atomic().check({ key, versionstamp }).set(key, now)
    );
    return isOurs ? await this.repair(now) : undefined;
  }

  /**
   * Puts the due entries right from the ticket records; makes tickets due soon that wait for a time
   * far off because the clock has been set back; and keeps the texts of tickets that are older than
   * any plan. Says what it repaired. Stats of days ago go.
   *
   * @returns how many tickets were repaired
   */
  async repair(now = this.now()): Promise<number> {
    let repaired = 0;
    const old = { start: ["stats"], end: ["stats", now - STATS_KEPT] };
    for await (const { key } of this.entries(old)) {
      await this.withLockRetry(() => this.kv.delete(key));
    }
    for await (const read of this.entries({ prefix: ["ticket"] })) {
      const entry = this.entryOf(String(read.key[1]), read);
      if (!entry) continue;
      const { ticket } = entry;
      // Nothing waits for what is over, and there may be very much of it.
      if (isOver(ticket)) continue;
      if (now - ticket.createdAt > LONGEST_PLAN) await this.#keepTexts(ticket);
      const isLate = ticket.state === "active" && isFarOff(ticket, now);
      const place = await this.read(placeOf(ticket));
      if (!isLate && place.versionstamp !== null) continue;
      const { tag, id, waitsFor, lastError } = ticket;
      const change = isLate
        ? {
          dueAt: now,
          stepSince: now,
          lastError: lastError && { ...lastError, at: now },
        }
        : {};
      if (await this.#replace(entry, change)) {
        repaired++;
        this.log?.warn(
          `Ticket ${id ?? tag} (${waitsFor}) ` +
            (isLate
              ? "waited for a time far off, as if the clock had been set back: it is due soon again."
              : "had lost its due entry: it was put back."),
        );
      }
    }
    return repaired;
  }

  /** Writes a ticket and its entry in the lists, whether or not that entry is there. */
  async #replace(
    { ticket, versionstamp }: Entry,
    change: Partial<Ticket>,
  ): Promise<boolean> {
    const key = ["ticket", ticket.tag];
    const after = { ...ticket, ...change };
    const value = after.state === "active" ? dueValue(after) : 0;
    return await this.commit(() =>
      this.kv.atomic().check({ key, versionstamp }).delete(placeOf(ticket))
        .set(key, after).set(placeOf(after), value).set(["version"], 0)
    ) !== null;
  }

  /** Writes again what would expire before the ticket is over. */
  async #keepTexts({ tag, id }: Ticket): Promise<void> {
    const keys: Deno.KvKey[] = [["plan", tag]];
    if (id !== null) keys.push(["id", id]);
    const messages = await this.messagesOf(tag);
    for (const key of [...keys, ...messages.map(({ key }) => key)]) {
      const entry = await this.read(key);
      if (entry.versionstamp === null) continue;
      await this.commit(() =>
        this.kv.atomic().check(entry).set(key, entry.value, this.#textExpiry)
      );
    }
  }

  get #textExpiry(): { expireIn: number } {
    return { expireIn: LONGEST_PLAN + this.#history + SPARE };
  }
}

function isSameKey(a: Deno.KvKey, b: Deno.KvKey): boolean {
  return a.length === b.length && a.every((part, i) => part === b[i]);
}

/** Whether a ticket was last touched by a clock that has been set back since. */
function isFarOff(ticket: Ticket, now: number): boolean {
  const { attempts, dueAt, stepSince, lastError } = ticket;
  const touched = Math.max(stepSince, lastError?.at ?? 0);
  const longest = attempts > 0 ? LONGEST_RETRY + HOUR : LONGEST_PLAN;
  return touched > now + SKEW || dueAt > now + longest;
}
