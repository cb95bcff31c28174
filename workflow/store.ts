/**
 * What is kept in Deno KV, and how it changes: every change is one atomic commit that checks the
 * versionstamp it rests on.
 *
 * ```
 * ["ticket", tag]              the ticket
 * ["due", stage, dueAt, tag]   who waits for which stage; the finished, by when they finished
 * ["message", tag, n]          its history
 * ["id", id]                   Freshdesk's id -> tag
 * ["account"]                  whose tickets these are
 * ["hour", hour]               the hour's tickets were drafted
 * ["preview", hour]            a dry run has said what it would open in that hour
 * ["agent", id]                may not be written for
 * ["job", name]                its last run
 * ["tally", hour, what]        how often something happened in an hour
 * ["scratch", name]            whether it can be written to
 * ["changed"]                  written with every commit
 * ```
 *
 * @module
 */
import type { Fields } from "./required_fields.ts";
import { failSafe } from "../lib/fail_safe.ts";
import type { Script } from "../desks/scenarios.ts";
import { shorten } from "../lib/text.ts";

/** What a ticket can wait for, in this order. */
export const STAGES = [
  "create",
  "assign",
  "first_reply",
  "customer_reply",
  "resolution",
  "close",
] as const;

/** How a ticket's life can end; a failed one can be resumed. */
export const ENDS = ["closed", "abandoned", "failed"] as const;

/** What a ticket waits for. */
export type Stage = typeof STAGES[number];
/** How a ticket's life ended. */
export type FinalState = typeof ENDS[number];

/** A contact or an agent. */
export interface Person {
  /** Freshdesk's id. */
  id: number;
  /** Full name. */
  name: string;
  /** E-mail address. */
  email: string;
}

/** Whoever works on a ticket holds a claim; nobody else touches it meanwhile. */
export interface Claim {
  /** The process. */
  owner: string;
  /** Taken at (ms since 1970). */
  claimedAt: number;
  /** Void from then on (ms since 1970): its holder may have died half-way. */
  expiresAt: number;
}

/** A ticket, from before it exists in Freshdesk until after it is closed. */
export interface Ticket {
  /** The form of this record. */
  version: 1;
  /** Its own tag in Freshdesk, and its key here; sorts by age. */
  tag: string;
  /** Freshdesk's id, once it is known. */
  id: number | null;
  /** When an answer last showed its own tag on the ticket of this id (ms since 1970). */
  tagSeenAt?: number;
  /** What it waits for, or how it ended. */
  stage: Stage | FinalState;
  /** The tick it waits for, or when it ended (ms since 1970). */
  dueAt: number;
  /** When it was drafted (ms since 1970). */
  createdAt: number;
  /** Since when it waits for this stage (ms since 1970). */
  stageSince: number;
  /** When the stage was first tried in vain (ms since 1970). */
  firstFailedAt: number | null;
  /** Who works on it. */
  claim: Claim | null;
  /** Whether the stage's call may have been applied already: look before it is made again. */
  outcomeUnknown: boolean;
  /** How often the stage was tried in vain. */
  attempts: number;
  /** What went wrong last, and whether Freshdesk itself refused. */
  lastError:
    | { at: number; message: string; hint: string; refused?: boolean }
    | null;
  /** The stage it failed in, to be resumed. */
  failedStage: Stage | null;
  /** The requester. */
  contact: Person;
  /** The responder. */
  agent: Person;
  /** What they say. */
  script: Script;
  /** Values for the fields that the account demands. */
  fields: Fields;
  /** What the script was written from, besides scenario and people. */
  seed: number;
  /** When each stage was done (ms since 1970). */
  completedAt: Partial<Record<Stage, number>>;
}

/** One message of a ticket's history. */
export interface Message {
  /** Who. */
  from: "agent" | "contact";
  /** The author's name. */
  name: string;
  /** HTML. */
  body: string;
  /** When it was known to be in Freshdesk (ms since 1970). */
  at: number;
  /** Freshdesk's id of the conversation; null for the description. */
  conversationId: number | null;
}

/** A job's last run. */
export interface JobRun {
  /** When it began (ms since 1970). */
  at: number;
  /** How long it took, in milliseconds. */
  took: number;
  /** Steps done, steps to be tried again, tickets that ended unclosed, in a dry run what would have been done, and why steps were refused; null if it crashed. */
  report:
    | {
      done: number;
      later: number;
      ended: number;
      planned?: number;
      refused?: string;
    }
    | null;
  /** Why it crashed, and what to do. */
  error: string | null;
}

/** What is counted, hour by hour. */
export const TALLIES = [
  "opened",
  "closed",
  "failed",
  "abandoned",
  "calls",
] as const;

/** What happened in an hour. */
export type HourlyStats = Record<typeof TALLIES[number], number>;

/** A ticket as it was read. */
export interface Entry {
  /** The ticket. */
  ticket: Ticket;
  /** What a change must find unchanged. */
  versionstamp: string;
}

/** What a store is made of. */
export interface StoreOptions {
  /** How long finished tickets are kept, in milliseconds. Default: 30 days. */
  history?: number;
  /** Between 0 and 1. Default: `Math.random`. */
  random?: () => number;
  /** Waits so many milliseconds. Default: a timer. */
  sleep?: (ms: number) => Promise<void>;
  /** Told of what had to be repaired or left alone. */
  log?: { warn(message: string): unknown };
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** The most that Deno KV reads of a list at once. */
const KV_BATCH = 1000;
/** No answer of the database takes longer; a tick that met none ends, and the next one asks again. */
const ANSWER_TIME = 60_000;
/** A step that fails is not tried again for so long at most; any other waits for an hour at most. */
export const LONGEST_WAIT = 4 * HOUR;
/** A locked database is asked again so often, for some seconds in all. */
const LOCKED_ATTEMPTS = 12;
/** The status page shows the last 24 hours; a counter cannot expire by itself. */
const TALLIES_KEPT = 2 * DAY;
/** Agents who may not be written for are tried again after a week: roles change. */
const AGENT_EXPIRY = 7 * DAY;

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
  readonly #random: () => number;
  readonly #sleep: (ms: number) => Promise<void>;
  readonly #log: StoreOptions["log"];
  readonly #unreadable = new Set<string>();

  /** Uses a KV that somebody else opens and closes. */
  constructor(kv: Deno.Kv, options: StoreOptions = {}) {
    this.#kv = kv;
    this.#history = options.history ?? 30 * DAY;
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
    const key = ["account"];
    const read = () => this.#withLockRetry(() => this.#kv.get<string>(key));
    const { value } = await read();
    if (value !== null) return value;
    await this.#commit(() =>
      this.#kv.atomic().check({ key, versionstamp: null }).set(key, account)
    );
    return (await read()).value ?? account;
  }

  /** Whether an hour has had its tickets. */
  async isHourOpened(hour: number): Promise<boolean> {
    const { versionstamp } = await this.#withLockRetry(() =>
      this.#kv.get(["hour", hour])
    );
    return versionstamp !== null;
  }

  /** Adds the drafts of an hour, all or none: false when that hour has had its tickets. */
  async addTicketsForHour(hour: number, drafts: Ticket[]): Promise<boolean> {
    const key = ["hour", hour];
    return await this.#commit(() => {
      const atomic = this.#kv.atomic()
        .check({ key, versionstamp: null })
        .set(key, drafts.length, { expireIn: 2 * DAY });
      for (const draft of drafts) {
        atomic.set(["ticket", draft.tag], draft).set(dueKey(draft), 0);
      }
      return atomic;
    }) !== null;
  }

  /** Whether a dry run has said what it would open in an hour. */
  async isHourPreviewed(hour: number): Promise<boolean> {
    const { versionstamp } = await this.#withLockRetry(() =>
      this.#kv.get(["preview", hour])
    );
    return versionstamp !== null;
  }

  /** Remembers that a dry run has said what it would open in an hour. */
  async markHourPreviewed(hour: number): Promise<void> {
    await this.#withLockRetry(() =>
      this.#kv.set(["preview", hour], 0, { expireIn: DAY })
    );
  }

  /** A ticket by its tag. */
  async get(tag: string): Promise<Entry | null> {
    return this.#entry(
      tag,
      await this.#withLockRetry(() => this.#kv.get(["ticket", tag])),
    );
  }

  #entry(
    tag: string,
    { value, versionstamp }: Deno.KvEntryMaybe<unknown>,
  ): Entry | null {
    if (versionstamp === null) return null;
    const problem = problemOf(value, tag);
    if (!problem) return { ticket: value as Ticket, versionstamp };
    this.#leaveAlone(
      tag,
      `The stored ticket ${tag} cannot be read: ${problem}`,
    );
    return null;
  }

  /** Names a record that cannot be read, once. */
  #leaveAlone(name: string, problem: string): void {
    if (this.#unreadable.has(name)) return;
    this.#unreadable.add(name);
    this.#log?.warn(`${problem}. It is left alone; the others go on.`);
  }

  /** A ticket by Freshdesk's id. */
  async getById(id: number): Promise<Entry | null> {
    const { value } = await this.#withLockRetry(() =>
      this.#kv.get<string>(["id", id])
    );
    return typeof value === "string" ? await this.get(value) : null;
  }

  /**
   * Changes a ticket, if it still is as it was read: null when somebody else was first.
   *
   * @param message the message that this change adds to the history
   * @param counts whether it counts among what happened in this hour
   */
  async update(
    { ticket: before, versionstamp }: Entry,
    change: Partial<Ticket>,
    message?: Message,
    counts = true,
  ): Promise<Entry | null> {
    const ticket = { ...before, ...change };
    const key = ["ticket", ticket.tag];
    const over = isOver(ticket.stage);
    const expiry = over ? { expireIn: this.#history } : {};
    const history = over ? await this.#messages(ticket.tag) : [];
    const n = STAGES.indexOf(before.stage as Stage);

    const committed = await this.#commit(() => {
      const atomic = this.#kv.atomic()
        .check({ key, versionstamp })
        .delete(dueKey(before))
        .set(key, ticket, expiry)
        .set(dueKey(ticket), 0, expiry);
      if (ticket.id !== null) atomic.set(["id", ticket.id], ticket.tag, expiry);
      for (const { key, value } of history) atomic.set(key, value, expiry);
      if (message) atomic.set(["message", ticket.tag, n], message, expiry);
      const event = before.stage === ticket.stage
        ? undefined
        : isEnd(ticket.stage)
        ? ticket.stage
        : before.stage === "create"
        ? "opened"
        : undefined;
      if (event && counts) atomic.sum(tallyKey(ticket.stageSince, event), 1n);
      return atomic;
    });
    return committed === null ? null : { ticket, versionstamp: committed };
  }

  /**
   * Forgets a ticket and its history, if it still is as it was read: false when somebody else was
   * first.
   */
  async remove({ ticket, versionstamp }: Entry): Promise<boolean> {
    const key = ["ticket", ticket.tag];
    const history = await this.#messages(ticket.tag);
    return await this.#commit(() => {
      const atomic = this.#kv.atomic()
        .check({ key, versionstamp })
        .delete(key)
        .delete(dueKey(ticket));
      if (ticket.id !== null) atomic.delete(["id", ticket.id]);
      for (const { key } of history) atomic.delete(key);
      return atomic;
    }) !== null;
  }

  /**
   * The tickets that wait for a stage and are due by then (ms since 1970), oldest first. Reads
   * only these, however many others wait. Entries that belong to no ticket are cleared away.
   */
  async *due(stage: Stage, until: number): AsyncGenerator<Ticket> {
    const range = { prefix: ["due", stage], end: ["due", stage, until + 1] };
    for await (const { key, versionstamp } of this.#list(range)) {
      const tag = String(key[3]);
      const entry = await this.get(tag);
      if (entry && same(dueKey(entry.ticket), key)) {
        yield entry.ticket;
      } else if (entry || !this.#unreadable.has(tag)) {
        const cleared = await this.#commit(() =>
          this.#kv.atomic().check({ key, versionstamp }).delete(key)
        );
        if (cleared) {
          this.#log?.warn(
            `A due entry (${stage}) of ticket ${tag} did not fit the ticket: it was cleared away.`,
          );
        }
      }
    }
  }

  /**
   * Tickets in a stage, or ended in that way, the latest first; without a stage all tickets, the
   * youngest first. The cursor is where the next page begins; empty when there is none.
   */
  async list(
    stage: Stage | FinalState | undefined,
    limit: number,
    cursor?: string,
  ): Promise<{ tickets: Ticket[]; cursor: string }> {
    const prefix = stage ? ["due", stage] : ["ticket"];
    const entries = this.#kv.list({ prefix }, {
      limit: limit + 1,
      batchSize: Math.min(limit + 1, KV_BATCH),
      reverse: true,
      ...(cursor && { cursor }),
    });
    const tags: string[] = [];
    let last = "";
    let next = "";
    for await (const { key } of this.#read(entries)) {
      if (tags.length === limit) {
        next = last;
        break;
      }
      tags.push(String(key.at(-1)));
      last = entries.cursor;
    }
    const found = await Promise.all(tags.map((tag) => this.get(tag)));
    const tickets = found.flatMap((entry) => entry?.ticket ?? [])
      .filter((ticket) => !stage || ticket.stage === stage);
    return { tickets, cursor: next };
  }

  /** The tickets that ended in this way, the first first. */
  async *ended(end: FinalState): AsyncGenerator<Entry> {
    for await (const { key } of this.#list({ prefix: ["due", end] })) {
      const entry = await this.get(String(key[3]));
      if (entry) yield entry;
    }
  }

  /**
   * Puts a failed or abandoned ticket back into the stage it ended in, due at once: null when it
   * has not ended so. What it tried last may have been applied, so that is looked up first.
   */
  async resume(entry: Entry, now: number): Promise<Ticket | null> {
    const { stage, failedStage } = entry.ticket;
    if (!failedStage || (stage !== "failed" && stage !== "abandoned")) {
      return null;
    }
    const resumed = await this.update(entry, {
      stage: failedStage,
      failedStage: null,
      dueAt: now,
      stageSince: now,
      attempts: 0,
      firstFailedAt: null,
      claim: null,
      outcomeUnknown: true,
    });
    return resumed && resumed.ticket;
  }

  /** How many tickets are in a stage; counts no further than the limit. */
  async count(stage: Stage | FinalState, limit: number): Promise<number> {
    let count = 0;
    const entries = this.#list({ prefix: ["due", stage] }, {
      limit,
      batchSize: Math.max(1, Math.min(limit, KV_BATCH)),
    });
    for await (const _ of entries) count++;
    return count;
  }

  /** What was said in a ticket, in order. */
  async messageHistory(tag: string): Promise<Message[]> {
    return (await this.#messages(tag)).map(({ value }) => value);
  }

  /** Remembers that the key's owner may not write for an agent. */
  async markNoImpersonation(id: number): Promise<void> {
    await this.#withLockRetry(() =>
      this.#kv.set(["agent", id], "may not be written for", {
        expireIn: AGENT_EXPIRY,
      })
    );
  }

  /** Whether the key's owner may write for an agent, as far as is known. */
  async canImpersonate(id: number): Promise<boolean> {
    const { versionstamp } = await this.#withLockRetry(() =>
      this.#kv.get(["agent", id])
    );
    return versionstamp === null;
  }

  /** Another text after every change, whichever process made it; cheap to ask for. */
  async version(): Promise<string> {
    const { versionstamp } = await this.#withLockRetry(() =>
      this.#kv.get(["changed"])
    );
    return versionstamp ?? "";
  }

  /** Takes note of a job's run, and of the calls it made. */
  async recordJobRun(name: string, run: JobRun, calls: number): Promise<void> {
    const error = run.error && shorten(run.error, 4000);
    await this.#commit(() =>
      this.#kv.atomic().set(["job", name], { ...run, error })
        .sum(tallyKey(run.at, "calls"), BigInt(calls))
    );
  }

  /** The last run of every job that has run, by its name. */
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
  async tallies(since: number): Promise<Map<number, HourlyStats>> {
    const hours = new Map<number, HourlyStats>();
    const range = {
      start: ["tally", since - since % HOUR],
      end: ["tally", Infinity],
    };
    for await (const { key, value } of this.#list(range)) {
      const hour = Number(key[1]);
      const tally = hours.get(hour) ??
        { opened: 0, closed: 0, failed: 0, abandoned: 0, calls: 0 };
      const what = TALLIES.find((what) => what === key[2]);
      if (!what || !(value instanceof Deno.KvU64)) continue;
      tally[what] = Number(value.value);
      hours.set(hour, tally);
    }
    return hours;
  }

  /**
   * Puts the due entries right from the ticket records, and tickets whose time is further off than
   * any stage's interval (the clock was set back) to `latest`. Says what it repaired. Tallies of
   * days ago go.
   *
   * @param latest the last moment a ticket can be waiting for now (ms since 1970)
   * @returns how many tickets were repaired
   */
  async repair(latest: number): Promise<number> {
    let repaired = 0;
    const old = { start: ["tally"], end: ["tally", latest - TALLIES_KEPT] };
    for await (const { key } of this.#list(old)) {
      await this.#withLockRetry(() => this.#kv.delete(key));
    }
    for await (const read of this.#list({ prefix: ["ticket"] })) {
      const entry = this.#entry(String(read.key[1]), read);
      if (!entry) continue;
      const { ticket } = entry;
      // Nothing waits for what is over, and there may be very many of it.
      if (isOver(ticket.stage)) continue;
      const longest = ticket.attempts > 0 ? latest + LONGEST_WAIT : latest;
      const late = !isEnd(ticket.stage) && ticket.dueAt > longest;
      const due = await this.#withLockRetry(() => this.#kv.get(dueKey(ticket)));
      if (!late && due.versionstamp !== null) continue;
      if (await this.update(entry, late ? { dueAt: latest } : {})) {
        repaired++;
        this.#log?.warn(
          `Ticket ${ticket.id ?? ticket.tag} (${ticket.stage}) ` +
            (late
              ? "waited for a time far off, as if the clock had been set back: it is due soon again."
              : "had lost its due entry: it was put back."),
        );
      }
    }
    return repaired;
  }

  /** Writes a key of no meaning and deletes it; rejects where the database cannot be written. */
  async checkWritable(): Promise<void> {
    const key = ["scratch", crypto.randomUUID()];
    await this.#withLockRetry(() => this.#kv.set(key, 0, { expireIn: HOUR }));
    await this.#withLockRetry(() => this.#kv.delete(key));
  }

  async #messages(tag: string): Promise<Deno.KvEntry<Message>[]> {
    const all = await Array.fromAsync(
      this.#list<Message>({ prefix: ["message", tag] }),
    );
    return all.filter(({ key, value }) => {
      if (isMessage(value)) return true;
      const name = `message ${String(key[2])} of the ticket ${tag}`;
      this.#leaveAlone(name, `The stored ${name} cannot be read`);
      return false;
    });
  }

  /** Commits, and gives the new versionstamp; null when a check failed. */
  async #commit(build: () => Deno.AtomicOperation): Promise<string | null> {
    const result = await this.#withLockRetry(() =>
      build().set(["changed"], 0).commit()
    );
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
        return await answered(ask());
      } catch (error) {
        const locked = error instanceof Error &&
          /database (table )?is locked|busy/i.test(error.message);
        if (!locked || attempt === LOCKED_ATTEMPTS) throw error;
        await this.#sleep(Math.min(10 * 2 ** attempt, 1000) * this.#random());
      }
    }
  }
}

function dueKey({ stage, dueAt, tag }: Ticket): Deno.KvKey {
  return ["due", stage, dueAt, tag];
}

function same(a: Deno.KvKey, b: Deno.KvKey): boolean {
  return a.length === b.length && a.every((part, i) => part === b[i]);
}

function tallyKey(at: number, what: keyof HourlyStats): Deno.KvKey {
  return ["tally", at - at % HOUR, what];
}

/** Whether a ticket's life is over. */
export function isEnd(stage: Stage | FinalState): stage is FinalState {
  return (ENDS as readonly string[]).includes(stage);
}

/** Whether nothing is to be done about it any more, so that it can be forgotten in time. */
function isOver(stage: Stage | FinalState): boolean {
  return stage === "closed" || stage === "abandoned";
}

/** Rejects when an answer does not come in time. */
async function answered<T>(answer: Promise<T>): Promise<T> {
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

/** Whether a stored value is as it must be. */
type Check = (value: unknown) => boolean;

/** What every field of a stored ticket must be. */
const TICKET: Record<keyof Ticket, Check> = {
  version: (value) => value === 1,
  tag: isText,
  id: orNull(Number.isSafeInteger),
  stage: (value) => isStage(value) || isEnd(value as Stage | FinalState),
  dueAt: isMoment,
  createdAt: isMoment,
  stageSince: isMoment,
  tagSeenAt: optional(isMoment),
  firstFailedAt: orNull(isMoment),
  claim: orNull(record({
    owner: isText,
    claimedAt: isMoment,
    expiresAt: isMoment,
  })),
  outcomeUnknown: isBoolean,
  attempts: Number.isSafeInteger,
  lastError: orNull(
    record({
      at: isMoment,
      message: isText,
      hint: isText,
      refused: optional(isBoolean),
    }),
  ),
  failedStage: orNull(isStage),
  contact: isPerson,
  agent: isPerson,
  script: record<Script>({
    scenario: isText,
    priority: Number.isSafeInteger,
    subject: isText,
    description: isText,
    reply: isText,
    answer: isText,
    resolution: isText,
  }),
  fields: record<Fields>({
    type: optional(isText),
    agent: optional(isBoolean),
    custom: optional(isRecord),
  }),
  seed: Number.isFinite,
  completedAt: (value) =>
    isRecord(value) &&
    Object.entries(value).every(([stage, at]) =>
      isStage(stage) && isMoment(at)
    ),
};

const isMessage = record<Message>({
  from: (value) => value === "agent" || value === "contact",
  name: isText,
  body: isText,
  at: isMoment,
  conversationId: orNull(Number.isSafeInteger),
}) as (value: unknown) => value is Message;

const isJobRun = record<JobRun>({
  at: isMoment,
  took: Number.isFinite,
  report: orNull(isRecord),
  error: orNull(isText),
}) as (value: unknown) => value is JobRun;

/** What is wrong with a stored ticket; `undefined` when nothing is. */
function problemOf(value: unknown, tag: string): string | undefined {
  if (!isRecord(value)) return "it is not a record";
  const { version } = value;
  if (version !== 1) {
    return `it has version ${version} and this program knows version 1`;
  }
  if (value.tag !== tag) return "its tag is that of another ticket";
  const field = Object.entries(TICKET)
    .find(([field, check]) => !check(value[field]))?.[0];
  if (!field) return undefined;
  const found = value[field];
  if (found === undefined) return `it has no ${field}`;
  // A person or a text is nothing for the log.
  return typeof found === "object" && found !== null
    ? `its ${field} is damaged`
    : `its ${field} is ${String(found).slice(0, 100)}`;
}

/** A moment that a `Date` can be (ms since 1970). */
function isMoment(value: unknown): boolean {
  return Number.isFinite(value) && Number(value) >= 0 &&
    Number(value) <= 8.64e15;
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function isBoolean(value: unknown): boolean {
  return typeof value === "boolean";
}

function isStage(value: unknown): boolean {
  return (STAGES as readonly unknown[]).includes(value);
}

function isPerson(value: unknown): boolean {
  return record<Person>({
    id: Number.isSafeInteger,
    name: isText,
    email: isText,
  })(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function record<T>(checks: Record<keyof T, Check>): Check {
  return (value) =>
    isRecord(value) &&
    Object.entries<Check>(checks).every(([field, check]) =>
      check(value[field])
    );
}

function orNull(check: Check): Check {
  return (value) => value === null || check(value);
}

function optional(check: Check): Check {
  return (value) => value === undefined || check(value);
}
