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
 * ["seed"]                        what everything random follows from
 * ["account"]                     whose tickets these are
 * ["hour", hour]                  the hour's tickets were drafted
 * ["preview", hour]               a dry run has said what it would open in that hour
 * ["contact", id]                 what a contact has brought up
 * ["agent", id]                   may not be written for
 * ["job", name]                   its last noted run
 * ["stats", hour, what]           how often something happened in an hour
 * ["backlog", hour]               how many tickets were open, pending and resolved in an hour
 * ["repaired"]                    when the due entries were checked
 * ["pause"]                       who wants nothing to be done, and until when; how far a clean-up is
 * ["token", token]                which tickets a press of "open now" has drafted
 * ["scratch", name]               whether it can be written to
 * ["version"]                     written with every change that people see
 * ```
 *
 * @module
 */
import { failSafe } from "../lib/fail_safe.ts";
import { shorten } from "../lib/text.ts";
import { DAY, HOUR, MINUTE } from "../lib/time.ts";
import { type Draft, TokenUsedError } from "./opening.ts";
import type { ContactMemory } from "./plan.ts";
import {
  type Interval,
  INTERVALS,
  jobOf,
  type Label,
  labelOf,
  LABELS,
  LONGEST_PLAN,
} from "./schedule.ts";
import {
  bounded,
  type Cleanup,
  type DueValue,
  isBacklog,
  isCleanup,
  isDueValue,
  isInterval,
  isJobRun,
  isPause,
  isRecord,
  isStoredMessage,
  isStoredPlan,
  type JobRun,
  type Pause,
  type StoredMessage,
  validationProblem,
} from "./stored_values.ts";
import {
  type FinalState,
  type Message,
  stepOf,
  type StoredPlan,
  type Ticket,
} from "./ticket.ts";
import { validatePlan } from "./validate_plan.ts";

export type { Cleanup, DueValue, JobRun, Pause } from "./stored_values.ts";

/** What is counted, hour by hour. */
export const STATS = [
  "opened",
  "closed",
  "failed",
  "abandoned",
  "calls",
] as const;

/** What happened in an hour. */
export type HourlyStats = Record<typeof STATS[number], number>;

/** What tickets that have not ended are in Freshdesk. */
export const PHASES = ["open", "pending", "resolved"] as const;

/** How many tickets were in each phase. */
export type Backlog = Record<typeof PHASES[number], number>;

/** An entry of the lists that tickets stand in; another stamp where what people see has changed. */
export interface Place {
  /** The ticket's tag. */
  tag: string;
  /** The entry's versionstamp. */
  stamp: string;
}

/** A ticket as it was read. */
export interface Entry {
  /** The ticket. */
  ticket: Ticket;
  /** What a change must find unchanged. */
  versionstamp: string;
}

/** A ticket with its plan. */
export interface PlannedEntry extends Entry {
  /** All that happens in it. */
  plan: StoredPlan;
}

/** What was seen of a waiting ticket. */
export type Waiting = Pick<Ticket, "tag" | "job" | "dueAt">;

/** An entry of the tickets that wait. */
export interface DueEntry extends Waiting, DueValue {}

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
export interface StoreOptions {
  /** How long finished tickets are kept, in milliseconds. Default: 30 days. */
  history?: number;
  /** Milliseconds since 1970. Default: `Date.now`. */
  now?: () => number;
  /** Between 0 and 1. Default: `Math.random`. */
  random?: () => number;
  /** Waits so many milliseconds. Default: a timer. */
  sleep?: (ms: number) => Promise<void>;
  /** Hears what had to be repaired or left alone. */
  log?: { warn(message: string): unknown };
}

/** The most that Deno KV reads of a list at once. */
const KV_BATCH = 1000;
/** No answer of the database takes longer; the next tick asks again. */
const ANSWER_TIME = 60_000;
/** A step that fails is tried again within this time. */
export const LONGEST_RETRY = 4 * HOUR;
/** A locked database is asked again so often, for some seconds in all. */
const LOCKED_ATTEMPTS = 12;
/** The status page shows the last 24 hours; a counter cannot expire by itself. */
const STATS_KEPT = 2 * DAY;
/** The chart shows this much; samples expire by themselves. */
export const BACKLOG_KEPT = 14 * DAY;
/** A sample counts no further. */
const BACKLOG_COUNTED = 10_000;
/** Keys of one read. */
const KV_MANY = 10;
/** Agents who may not be written for are tried again after a week: roles change. */
const AGENT_EXPIRY = 7 * DAY;
/** Texts outlive the longest plan, its history, and as long a time in which the program stands still. */
const SPARE = 60 * DAY;
/** Clocks of two processes may differ by this much. */
const SKEW = MINUTE;
/** A press of "open now" is remembered for a day. */
const TOKEN_EXPIRY = DAY;
/** A clean-up that says nothing for this time has died, and holds nothing back any more. */
const CLEANUP_LEASE = 10 * MINUTE;
/** What nobody sees: a change of these alone is no news. */
const UNSEEN: readonly string[] = ["claim", "outcomeUnknown", "tagSeenAt"];

/** The database does not answer: nobody knows whether a change was made. */
export class NoAnswerError extends Error {
  /** Its class. */
  override readonly name = "NoAnswerError";
  /** What a person can do about it. */
  readonly hint =
    "Check that the database of KV_PATH can be reached; the next tick goes on.";
}

/** The tickets and their histories. */
export class Store {
  readonly #kv: Deno.Kv;
  readonly #history: number;
  readonly #now: () => number;
  readonly #random: () => number;
  readonly #sleep: (ms: number) => Promise<void>;
  readonly #log: StoreOptions["log"];
  readonly #unreadable = new Set<string>();
  /** Agents who may be written for, not to be read again; a change shows in one refused call. */
  readonly #mayBeWrittenFor = new Set<number>();

  /** Uses a KV that somebody else opens and closes. */
  constructor(kv: Deno.Kv, options: StoreOptions = {}) {
    this.#kv = kv;
    this.#history = options.history ?? 30 * DAY;
    this.#now = options.now ?? Date.now;
    this.#random = options.random ?? Math.random;
    this.#sleep = options.sleep ??
      ((ms) => new Promise((resolve) => setTimeout(resolve, ms)));
    this.#log = options.log && failSafe(options.log);
  }

  /**
   * Binds the database to an account, by its host, if it is not bound yet; ids mean nothing in
   * another one.
   *
   * @returns the account it is bound to
   */
  async bind(account: string): Promise<string> {
    return await this.#keepFirst(["account"], () => account);
  }

  /** The seed of everything random: the first that was made for this database. */
  async seed(make: () => string): Promise<string> {
    return await this.#keepFirst(["seed"], make);
  }

  async #keepFirst(key: Deno.KvKey, make: () => string): Promise<string> {
    const { value } = await this.#get<string>(key);
    if (value !== null) return value;
    const made = make();
    await this.#commit(() =>
      this.#kv.atomic().check({ key, versionstamp: null }).set(key, made)
    );
    return (await this.#get<string>(key)).value ?? made;
  }

  /** Whether an hour has had its tickets. */
  async isHourOpened(hour: number): Promise<boolean> {
    return (await this.#get(["hour", hour])).versionstamp !== null;
  }

  /** Whether a dry run has said what it would open in an hour. */
  async isHourPreviewed(hour: number): Promise<boolean> {
    return (await this.#get(["preview", hour])).versionstamp !== null;
  }

  /** Remembers that a dry run has said what it would open in an hour. */
  async markHourPreviewed(hour: number): Promise<void> {
    await this.#withLockRetry(() =>
      this.#kv.set(["preview", hour], 0, { expireIn: DAY })
    );
  }

  /** The number that the next ticket of this database gets, from 0. */
  async nextNumber(): Promise<number> {
    return (await this.#get<number>(["number"])).value ?? 0;
  }

  /** What a contact has brought up; `undefined` if nothing. */
  async contactMemory(contactId: number): Promise<ContactMemory | undefined> {
    const { value } = await this.#get<ContactMemory>(["contact", contactId]);
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
    const number = await this.#get<number>(["number"]);
    if (token !== undefined && await this.tokenTickets(token)) {
      throw new TokenUsedError();
    }
    if ((number.value ?? 0) !== firstNumber) return undefined;
    const now = this.#now();
    const tickets = drafts.map((draft, i) =>
      newTicket(draft, firstNumber + i, newTag(now, i), now)
    );
    const committed = await this.#commit(() => {
      const atomic = this.#kv.atomic().check(number);
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

  /** A ticket by its tag. */
  async get(tag: string): Promise<Entry | null> {
    return this.#entry(tag, await this.#get(["ticket", tag]));
  }

  /** A ticket by Freshdesk's id. */
  async getById(id: number): Promise<Entry | null> {
    const { value } = await this.#get<string>(["id", id]);
    return typeof value === "string" ? await this.get(value) : null;
  }

  /** A ticket's plan: null where it is gone or damaged. */
  async plan(tag: string): Promise<StoredPlan | null> {
    return this.#plan(tag, (await this.#get(["plan", tag])).value);
  }

  /**
   * A ticket that waits, with its plan: null when it does not wait any more as it was seen. An entry
   * of the waiting that fits no ticket is cleared away.
   */
  async load(seen: Waiting): Promise<PlannedEntry | null> {
    const { tag } = seen;
    const [record, texts] = await this.#withLockRetry(() =>
      this.#kv.getMany<[unknown, unknown]>([["ticket", tag], ["plan", tag]])
    );
    const entry = this.#entry(tag, record);
    if (!entry) {
      if (!this.#unreadable.has(tag)) await this.#clearDue(seen, record);
      return null;
    }
    const { state, dueAt, job } = entry.ticket;
    if (state !== "active" || dueAt !== seen.dueAt || job !== seen.job) {
      await this.#clearDue(seen, record);
      return null;
    }
    const plan = this.#plan(tag, texts.value);
    return plan && { ...entry, plan };
  }

  async #clearDue(
    { tag, job, dueAt }: Waiting,
    record: Deno.KvEntryMaybe<unknown>,
  ): Promise<void> {
    const due = await this.#get(["due", job, dueAt, tag]);
    if (due.versionstamp === null) return;
    const cleared = await this.#commit(() =>
      this.#kv.atomic().check(due).check(record).delete(due.key)
    );
    if (cleared) {
      this.#log?.warn(
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

    const committed = await this.#commit(() => {
      const atomic = this.#kv.atomic().check({ key, versionstamp })
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
      if (event && counts) atomic.sum(statsKey(this.#now(), event), 1n);
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
    const messages = await this.#messages(tag);
    return await this.#commit(() => {
      const atomic = this.#kv.atomic().check({ key, versionstamp })
        .delete(key).delete(["plan", tag]).delete(placeOf(ticket))
        .set(["version"], 0);
      if (id !== null) atomic.delete(["id", id]);
      for (const { key } of messages) atomic.delete(key);
      return atomic;
    }) !== null;
  }

  /** The tickets that wait, due by then (ms since 1970), the first due first; of each job no more than `limit`. */
  async dueUntil(until: number, limit: number): Promise<DueEntry[]> {
    const lists = await Promise.all(INTERVALS.map((job) => {
      const range = { prefix: ["due", job], end: ["due", job, until + 1] };
      return Array.fromAsync(this.#waiting(range, { limit }));
    }));
    return lists.flat().sort((a, b) => a.dueAt - b.dueAt);
  }

  /** The tickets whose next step one job takes, due by then (ms since 1970): one range read. */
  async due(job: Interval, until: number): Promise<DueEntry[]> {
    const range = { prefix: ["due", job], end: ["due", job, until + 1] };
    return await Array.fromAsync(this.#waiting(range));
  }

  /** All tickets that wait, whichever job takes them; no more than `limit`. */
  async waiting(limit: number): Promise<(DueEntry & Place)[]> {
    const options = { limit, batchSize: Math.min(limit, KV_BATCH) };
    return await Array.fromAsync(this.#waiting({ prefix: ["due"] }, options));
  }

  /** Where the tickets stand that ended in this way, the latest first. */
  async latestFinished(state: FinalState, limit: number): Promise<Place[]> {
    const places: Place[] = [];
    const options = {
      limit,
      batchSize: Math.min(limit, KV_BATCH),
      reverse: true,
    };
    const range = { prefix: ["finished", state] };
    for await (const { key, versionstamp } of this.#list(range, options)) {
      places.push({ tag: String(key[3]), stamp: versionstamp });
    }
    return places;
  }

  /** Tickets by their tags; those that cannot be read are left out. */
  async tickets(tags: readonly string[]): Promise<Ticket[]> {
    const read = await this.#many(tags.map((tag) => ["ticket", tag]));
    return read.flatMap((entry) =>
      this.#entry(String(entry.key[1]), entry)?.ticket ?? []
    );
  }

  /** Plans by their tickets' tags; those that cannot be read are left out. */
  async plans(tags: readonly string[]): Promise<Map<string, StoredPlan>> {
    const read = await this.#many(tags.map((tag) => ["plan", tag]));
    return new Map(read.flatMap(({ key, value }) => {
      const plan = this.#plan(String(key[1]), value);
      return plan ? [[String(key[1]), plan]] : [];
    }));
  }

  async #many(keys: Deno.KvKey[]): Promise<Deno.KvEntryMaybe<unknown>[]> {
    const reads = [];
    for (let i = 0; i < keys.length; i += KV_MANY) {
      const some = keys.slice(i, i + KV_MANY);
      reads.push(
        this.#withLockRetry(() => this.#kv.getMany<unknown[]>(some)),
      );
    }
    return (await Promise.all(reads)).flat();
  }

  /** Keeps how many tickets are open, pending and resolved, for the hour's point of the chart. */
  async sampleBacklog(at: number): Promise<void> {
    const backlog = backlogOf(await this.waiting(BACKLOG_COUNTED));
    await this.#withLockRetry(() =>
      this.#kv.set(["backlog", at - at % HOUR], backlog, {
        expireIn: BACKLOG_KEPT,
      })
    );
  }

  /** What {@linkcode sampleBacklog} kept since a moment, by the hour (ms since 1970). */
  async backlogs(since: number): Promise<Map<number, Backlog>> {
    const range = {
      start: ["backlog", since - since % HOUR],
      end: ["backlog", Infinity],
    };
    const hours = new Map<number, Backlog>();
    for await (const { key, value } of this.#list(range)) {
      if (isBacklog(value)) hours.set(Number(key[1]), value);
    }
    return hours;
  }

  /** How many tickets wait for what; looks at no more than `limit`. */
  async countWaiting(limit: number): Promise<Record<Label, number>> {
    const count = noTickets();
    const options = { limit, batchSize: Math.min(limit, KV_BATCH) };
    for await (const due of this.#waiting({ prefix: ["due"] }, options)) {
      count[due.waitsFor]++;
    }
    return count;
  }

  /**
   * How many calls the tickets that wait still need, counted up to `limit`: all their steps, of those
   * that are due before `until`.
   */
  async countWaitingCalls(until: number, limit: number): Promise<number> {
    let calls = 0;
    for (const job of INTERVALS) {
      const range = { prefix: ["due", job], end: ["due", job, until] };
      for await (const { callsLeft } of this.#waiting(range)) {
        calls += callsLeft;
        if (calls >= limit) return limit;
      }
    }
    return calls;
  }

  /** How many tickets ended in this way; counts no further than the limit. */
  async countFinished(state: FinalState, limit: number): Promise<number> {
    let count = 0;
    const prefix = ["finished", state];
    const options = { limit, batchSize: Math.min(limit, KV_BATCH) };
    for await (const _ of this.#list({ prefix }, options)) count++;
    return count;
  }

  async *#waiting(
    range: Deno.KvListSelector,
    options?: Deno.KvListOptions,
  ): AsyncGenerator<DueEntry & Place> {
    for await (const entry of this.#list(range, options)) {
      const { key, value, versionstamp: stamp } = entry;
      const [, job, dueAt, tag] = key;
      if (!isInterval(job)) continue;
      const known = isDueValue(value)
        ? value
        : { waitsFor: "opening" as const, tried: 0 as const, callsLeft: 0 };
      yield { ...known, job, dueAt: Number(dueAt), tag: String(tag), stamp };
    }
  }

  /**
   * Tickets that wait for something, or ended in some way, the latest first; without either all
   * tickets, the youngest first. The cursor is where the next page begins; empty when there is none.
   */
  async list(
    which: Label | FinalState | undefined,
    limit: number,
    cursor?: string,
  ): Promise<{ tickets: Ticket[]; cursor: string }> {
    const isWaiting = LABELS.some((label) => label === which);
    const prefix = !which
      ? ["ticket"]
      : isWaiting
      ? ["due"]
      : ["finished", which];
    const entries = this.#kv.list({ prefix }, {
      batchSize: isWaiting ? KV_BATCH : Math.min(limit + 1, KV_BATCH),
      reverse: true,
      ...(cursor && { cursor }),
    });
    const tags: string[] = [];
    let last = "";
    let next = "";
    for await (const { key, value } of this.#read<unknown>(entries)) {
      if (isWaiting && !(isRecord(value) && value.waitsFor === which)) continue;
      if (tags.length === limit) {
        next = last;
        break;
      }
      tags.push(String(key.at(-1)));
      last = entries.cursor;
    }
    const found = await Promise.all(tags.map((tag) => this.get(tag)));
    const tickets = found.flatMap((entry) => entry?.ticket ?? [])
      .filter(({ state, waitsFor }) =>
        !which || (state === "active" ? waitsFor : state) === which
      );
    return { tickets, cursor: next };
  }

  /** The tickets that ended in this way, the first first. */
  async *finished(state: FinalState): AsyncGenerator<Entry> {
    for await (const { key } of this.#list({ prefix: ["finished", state] })) {
      const entry = await this.get(String(key[3]));
      if (entry) yield entry;
    }
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

  /** What was said in a ticket, in order. */
  async messageHistory(tag: string): Promise<Message[]> {
    const [plan, messages] = await Promise.all([
      this.plan(tag),
      this.#messages(tag),
    ]);
    return messages.flatMap(({ key, value }) => {
      const step = plan?.steps[Number(key[2])];
      if (!step || !("body" in step)) return [];
      const { kind, body } = step;
      const { name, at, conversationId } = value;
      const from = kind === "create" || kind === "answer" ? "contact" : "agent";
      const isPrivate = kind === "note";
      return [{ from, name, body, private: isPrivate, at, conversationId }];
    });
  }

  /** The tags of the tickets that a one-time token has drafted; `undefined` if it was not used. */
  async tokenTickets(token: string): Promise<string[] | undefined> {
    const { value } = await this.#get<string[]>(["token", token]);
    return Array.isArray(value) ? value.map(String) : undefined;
  }

  /**
   * Who wants nothing to be done: a person who has paused the program, else a clean-up that is under
   * way; `undefined` if nobody does.
   */
  async pause(now = this.#now()): Promise<Pause | undefined> {
    const { person, cleanup } = await this.#holds();
    if (isHeld(person, now)) return person;
    if (!cleanup || !isUnderWay(cleanup, now)) return undefined;
    const { by, since, done, total } = cleanup;
    return { by, since, until: null, cleanup: { done, total } };
  }

  /**
   * Pauses the program, in all its processes; one who pauses again changes until when.
   *
   * @param until ms since 1970; null: until it is resumed
   */
  async setPause(
    by: string,
    until: number | null,
    now = this.#now(),
  ): Promise<Pause> {
    for (;;) {
      const before = await this.#holds();
      const since = isHeld(before.person, now) ? before.person.since : now;
      const person: Pause = { by: shorten(by, 60), since, until };
      if (await this.#hold(before, { person })) return person;
    }
  }

  /** Ends a person's pause: false if there was none. */
  async endPause(now = this.#now()): Promise<boolean> {
    for (;;) {
      const before = await this.#holds();
      if (!before.person) return false;
      if (await this.#hold(before, { person: null })) {
        return isHeld(before.person, now);
      }
    }
  }

  /** The clean-up that is under way, or the last one; `undefined` if there was none. */
  async cleanup(
    now = this.#now(),
  ): Promise<Cleanup & { isUnderWay: boolean } | undefined> {
    const { cleanup } = await this.#holds();
    return cleanup
      ? { ...cleanup, isUnderWay: isUnderWay(cleanup, now) }
      : undefined;
  }

  /** Begins a clean-up, which pauses all else: false while another one is under way. */
  async beginCleanup(
    id: string,
    by: string,
    now = this.#now(),
  ): Promise<boolean> {
    const cleanup: Cleanup = {
      id,
      by: shorten(by, 60),
      since: now,
      seen: now,
      endedAt: null,
      done: 0,
      total: 0,
      said: "",
    };
    for (;;) {
      const before = await this.#holds();
      if (before.cleanup && isUnderWay(before.cleanup, now)) return false;
      if (await this.#hold(before, { cleanup })) return true;
    }
  }

  /** Says how far a clean-up is, or how it ended; it holds all else back meanwhile. */
  async noteCleanup(
    id: string,
    change: Partial<Pick<Cleanup, "done" | "total" | "said" | "endedAt">>,
    now = this.#now(),
  ): Promise<void> {
    for (;;) {
      const before = await this.#holds();
      if (before.cleanup?.id !== id) return;
      const cleanup: Cleanup = { ...before.cleanup, ...change, seen: now };
      cleanup.said = shorten(cleanup.said, 1000);
      if (await this.#hold(before, { cleanup })) return;
    }
  }

  /** What holds the program back, or did. */
  async #holds(): Promise<Holds & { entry: Deno.KvEntryMaybe<unknown> }> {
    const entry = await this.#get<unknown>(["pause"]);
    const { person, cleanup } = isRecord(entry.value)
      ? entry.value
      : { person: null, cleanup: null };
    return {
      entry,
      person: isPause(person) ? person : null,
      cleanup: isCleanup(cleanup) ? cleanup : null,
    };
  }

  /** Changes what holds the program back: false when somebody else was first. */
  async #hold(
    { entry, person, cleanup }: Holds & { entry: Deno.KvEntryMaybe<unknown> },
    change: Partial<Holds>,
  ): Promise<boolean> {
    const holds: Holds = { person, cleanup, ...change };
    return await this.#commit(() =>
      this.#kv.atomic().check(entry).set(["pause"], holds).set(["version"], 0)
    ) !== null;
  }

  /** Remembers that the key's owner may not write for an agent. */
  async markNoImpersonation(id: number): Promise<void> {
    this.#mayBeWrittenFor.delete(id);
    await this.#withLockRetry(() =>
      this.#kv.set(["agent", id], "may not be written for", {
        expireIn: AGENT_EXPIRY,
      })
    );
  }

  /** Whether the key's owner may write for an agent, as far as is known. */
  async canImpersonate(id: number): Promise<boolean> {
    if (this.#mayBeWrittenFor.has(id)) return true;
    const { versionstamp } = await this.#get(["agent", id]);
    if (versionstamp === null) this.#mayBeWrittenFor.add(id);
    return versionstamp === null;
  }

  /** Another text after every change that people see, whichever process made it; cheap to ask for. */
  async version(): Promise<string> {
    return (await this.#get(["version"])).versionstamp ?? "";
  }

  /** Takes note of a job's run, and of the calls it made. */
  async recordJobRun(name: string, run: JobRun, calls: number): Promise<void> {
    const error = run.error && shorten(run.error, 4000);
    await this.#commit(() => {
      const atomic = this.#kv.atomic().set(["job", name], { ...run, error });
      if (calls > 0) atomic.sum(statsKey(run.at, "calls"), BigInt(calls));
      if (error) atomic.set(["version"], 0);
      return atomic;
    });
  }

  /** The last noted run of every job, by its name. */
  async jobs(): Promise<Map<string, JobRun>> {
    const runs = new Map<string, JobRun>();
    for await (const { key, value } of this.#list({ prefix: ["job"] })) {
      const name = String(key[1]);
      if (isJobRun(value)) runs.set(name, value);
      else {
        const problem = `The stored run of the job "${name}" cannot be read`;
        this.#leaveAlone(`job ${name}`, problem);
      }
    }
    return runs;
  }

  /** What happened in each hour since a moment; hours (ms since 1970) in which nothing did are left out. */
  async hourlyStats(since: number): Promise<Map<number, HourlyStats>> {
    const hours = new Map<number, HourlyStats>();
    const range = {
      start: ["stats", since - since % HOUR],
      end: ["stats", Infinity],
    };
    for await (const { key, value } of this.#list(range)) {
      const hour = Number(key[1]);
      const stats = hours.get(hour) ??
        { opened: 0, closed: 0, failed: 0, abandoned: 0, calls: 0 };
      const what = STATS.find((what) => what === key[2]);
      if (!what || !(value instanceof Deno.KvU64)) continue;
      stats[what] = Number(value.value);
      hours.set(hour, stats);
    }
    return hours;
  }

  /**
   * Does {@linkcode repair}, unless it was done within a day.
   *
   * @returns how many tickets were repaired; `undefined` where it was not done
   */
  async repairDaily(now = this.#now()): Promise<number | undefined> {
    const key = ["repaired"];
    const { value, versionstamp } = await this.#get<number>(key);
    if (value !== null && Math.abs(now - value) < DAY) return undefined;
    const isOurs = await this.#commit(() =>
      this.#kv.atomic().check({ key, versionstamp }).set(key, now)
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
  async repair(now = this.#now()): Promise<number> {
    let repaired = 0;
    const old = { start: ["stats"], end: ["stats", now - STATS_KEPT] };
    for await (const { key } of this.#list(old)) {
      await this.#withLockRetry(() => this.#kv.delete(key));
    }
    for await (const read of this.#list({ prefix: ["ticket"] })) {
      const entry = this.#entry(String(read.key[1]), read);
      if (!entry) continue;
      const { ticket } = entry;
      // Nothing waits for what is over, and there may be very much of it.
      if (isOver(ticket)) continue;
      if (now - ticket.createdAt > LONGEST_PLAN) await this.#keepTexts(ticket);
      const isLate = ticket.state === "active" && isFarOff(ticket, now);
      const place = await this.#get(placeOf(ticket));
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
        this.#log?.warn(
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
    return await this.#commit(() =>
      this.#kv.atomic().check({ key, versionstamp }).delete(placeOf(ticket))
        .set(key, after).set(placeOf(after), value).set(["version"], 0)
    ) !== null;
  }

  /** Writes again what would expire before the ticket is over. */
  async #keepTexts({ tag, id }: Ticket): Promise<void> {
    const keys: Deno.KvKey[] = [["plan", tag]];
    if (id !== null) keys.push(["id", id]);
    const messages = await this.#messages(tag);
    for (const key of [...keys, ...messages.map(({ key }) => key)]) {
      const entry = await this.#get(key);
      if (entry.versionstamp === null) continue;
      await this.#commit(() =>
        this.#kv.atomic().check(entry).set(key, entry.value, this.#textExpiry)
      );
    }
  }

  /** Writes a key of no meaning and deletes it; rejects where the database cannot be written. */
  async checkWritable(): Promise<void> {
    const key = ["scratch", crypto.randomUUID()];
    await this.#withLockRetry(() => this.#kv.set(key, 0, { expireIn: HOUR }));
    await this.#withLockRetry(() => this.#kv.delete(key));
  }

  get #textExpiry(): { expireIn: number } {
    return { expireIn: LONGEST_PLAN + this.#history + SPARE };
  }

  #entry(
    tag: string,
    { value, versionstamp }: Deno.KvEntryMaybe<unknown>,
  ): Entry | null {
    if (versionstamp === null) return null;
    const problem = validationProblem(value, tag);
    if (!problem) return { ticket: value as Ticket, versionstamp };
    this.#leaveAlone(
      tag,
      `The stored ticket ${tag} cannot be read: ${problem}`,
    );
    return null;
  }

  #plan(tag: string, value: unknown): StoredPlan | null {
    if (isStoredPlan(value)) return value;
    const problem = value === null ? "is gone" : "is damaged";
    this.#leaveAlone(`plan ${tag}`, `The plan of the ticket ${tag} ${problem}`);
    return null;
  }

  async #messages(tag: string): Promise<Deno.KvEntry<StoredMessage>[]> {
    const all = await Array.fromAsync(
      this.#list<StoredMessage>({ prefix: ["message", tag] }),
    );
    return all.filter(({ key, value }) => {
      if (isStoredMessage(value)) return true;
      const name = `message ${String(key[2])} of the ticket ${tag}`;
      this.#leaveAlone(name, `The stored ${name} cannot be read`);
      return false;
    });
  }

  /** Names a record that cannot be read, once. */
  #leaveAlone(name: string, problem: string): void {
    if (this.#unreadable.has(name)) return;
    this.#unreadable.add(name);
    this.#log?.warn(`${problem}. It is left alone; the others go on.`);
  }

  #get<T>(key: Deno.KvKey): Promise<Deno.KvEntryMaybe<T>> {
    return this.#withLockRetry(() => this.#kv.get<T>(key));
  }

  /** Commits, and returns the new versionstamp; null when a check failed. */
  async #commit(build: () => Deno.AtomicOperation): Promise<string | null> {
    const result = await this.#withLockRetry(() => build().commit());
    return result.ok ? result.versionstamp : null;
  }

  #list<T>(
    selector: Deno.KvListSelector,
    options?: Deno.KvListOptions,
  ): AsyncGenerator<Deno.KvEntry<T>> {
    return this.#read(this.#kv.list<T>(selector, options));
  }

  /** The entries of a list; ends with an error where the database does not answer. */
  async *#read<T>(
    entries: Deno.KvListIterator<T>,
  ): AsyncGenerator<Deno.KvEntry<T>> {
    for (;;) {
      const next = await this.#withLockRetry(() => entries.next());
      if (next.done) return;
      yield next.value;
    }
  }

  /** Two processes on one file get `database is locked` thrown at them: a conflict like any other. */
  async #withLockRetry<T>(ask: () => Promise<T>): Promise<T> {
    for (let attempt = 1;; attempt++) {
      try {
        return await withinAnswerTime(ask());
      } catch (error) {
        const locked = error instanceof Error &&
          /database (table )?is locked|busy/i.test(error.message);
        if (!locked || attempt === LOCKED_ATTEMPTS) throw error;
        await this.#sleep(Math.min(10 * 2 ** attempt, 1000) * this.#random());
      }
    }
  }
}

/** What holds the program back, or did: one record, as every tick with work to do reads it. */
interface Holds {
  person: Pause | null;
  cleanup: Cleanup | null;
}

function isHeld(pause: Pause | null, now: number): pause is Pause {
  return pause !== null && (pause.until === null || now < pause.until);
}

function isUnderWay({ endedAt, seen }: Cleanup, now: number): boolean {
  return endedAt === null && now - seen < CLEANUP_LEASE;
}

/** A draft as the ticket it becomes. */
function newTicket(
  { plan, dueAt }: Draft,
  number: number,
  tag: string,
  now: number,
): Ticket {
  const first = stepOf(plan, { step: 0 });
  return bounded({
    version: 2,
    tag,
    number,
    id: null,
    state: "active",
    step: 0,
    steps: plan.steps.length,
    waitsFor: labelOf(first),
    job: jobOf(plan, 0),
    dueAt,
    createdAt: now,
    stepSince: now,
    firstFailedAt: null,
    claim: null,
    outcomeUnknown: false,
    attempts: 0,
    lastError: null,
    contact: plan.contact,
    agent: plan.agent,
    subject: plan.subject,
    priority: plan.priority,
    outcome: plan.outcome,
    status: null,
    completedAt: null,
  });
}

/**
 * A tag no other ticket has, within Freshdesk's 32 characters: `tw-20261123120000-003j9x2a`. Those
 * drafted together sort by their place. Never from the seed: a database that was wiped must not meet
 * its old tags.
 */
function newTag(at: number, place: number): string {
  const time = new Date(at).toISOString().replace(/\D/g, "").slice(0, 14);
  const bytes = crypto.getRandomValues(new Uint8Array(6));
  const rest = Array.from(bytes, (byte) => (byte % 36).toString(36));
  const order = (place % 36 ** 2).toString(36).padStart(2, "0");
  return `tw-${time}-${order}${rest.join("")}`;
}

/** Where a ticket stands in the lists of those that wait, or have ended. */
function placeOf({ state, job, dueAt, completedAt, tag }: Ticket): Deno.KvKey {
  return state === "active"
    ? ["due", job, dueAt, tag]
    : ["finished", state, completedAt ?? 0, tag];
}

/** What a tick needs to know of a waiting ticket. */
export function dueValue(ticket: Ticket): DueValue {
  const { waitsFor, attempts, outcomeUnknown, lastError, step, steps, status } =
    ticket;
  const tried = attempts > 0 && lastError?.refused
    ? 2
    : attempts > 0 || outcomeUnknown
    ? 1
    : 0;
  return { waitsFor, tried, callsLeft: steps - step, status };
}

/**
 * What a ticket is in Freshdesk, by its status: undefined before it is opened. Whatever is neither
 * open nor resolved waits for somebody else.
 */
export function phaseOf(
  { waitsFor, status }: Pick<DueValue, "waitsFor" | "status">,
): keyof Backlog | undefined {
  if (waitsFor === "opening") return undefined;
  if (waitsFor === "closing" || status === 4) return "resolved";
  return status === 2 || typeof status !== "number" ? "open" : "pending";
}

/** How many of these tickets are in each phase. */
export function backlogOf(tickets: readonly DueValue[]): Backlog {
  const backlog = { open: 0, pending: 0, resolved: 0 };
  for (const ticket of tickets) {
    const phase = phaseOf(ticket);
    if (phase) backlog[phase]++;
  }
  return backlog;
}

function isSameDue(a: Ticket, b: Ticket): boolean {
  const [one, other] = [dueValue(a), dueValue(b)];
  return one.waitsFor === other.waitsFor && one.tried === other.tried &&
    one.callsLeft === other.callsLeft;
}

function isSameKey(a: Deno.KvKey, b: Deno.KvKey): boolean {
  return a.length === b.length && a.every((part, i) => part === b[i]);
}

function statsKey(at: number, what: keyof HourlyStats): Deno.KvKey {
  return ["stats", at - at % HOUR, what];
}

function noTickets(): Record<Label, number> {
  return Object.fromEntries(LABELS.map((label) => [label, 0])) as Record<
    Label,
    number
  >;
}

/** Whether nothing is to be done about a ticket any more, so that it can be forgotten in time. */
function isOver({ state }: Ticket): boolean {
  return state === "closed" || state === "abandoned";
}

/** Whether a ticket was last touched by a clock that has been set back since. */
function isFarOff(ticket: Ticket, now: number): boolean {
  const { attempts, dueAt, stepSince, lastError } = ticket;
  const touched = Math.max(stepSince, lastError?.at ?? 0);
  const longest = attempts > 0 ? LONGEST_RETRY + HOUR : LONGEST_PLAN;
  return touched > now + SKEW || dueAt > now + longest;
}

/** Rejects when an answer does not come in time. */
async function withinAnswerTime<T>(answer: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const seconds = ANSWER_TIME / 1000;
    reject(
      new NoAnswerError(`The database did not answer within ${seconds} s`),
    );
  }, ANSWER_TIME);
  try {
    return await Promise.race([answer, promise]);
  } finally {
    clearTimeout(timer);
  }
}
