/**
 * Reads the tickets, their plans and messages, and the lists they stand in.
 *
 * @module
 */
import { type Backlog, backlogOf, type DueEntry, type Place } from "./due.ts";
import { KV_BATCH } from "./kv_records.ts";
import { ProgramRecords } from "./program_records.ts";
import { type Interval, INTERVALS, type Label, LABELS } from "./schedule.ts";
import {
  isDueValue,
  isInterval,
  isRecord,
  isStoredMessage,
  isStoredPlan,
  type StoredMessage,
  validationProblem,
} from "./stored_values.ts";
import type { FinalState, Message, StoredPlan, Ticket } from "./ticket.ts";

/** A ticket as it was read. */
export interface Entry {
  /** The ticket. */
  ticket: Ticket;
  /** What a change must find unchanged. */
  versionstamp: string;
}

/** More tickets than these are read as a range: one after the other each would cost a read of its own. */
const MANY = 50;

/** What can be read of the tickets. */
export class TicketRecords extends ProgramRecords {
  /** A ticket by its tag. */
  async get(tag: string): Promise<Entry | null> {
    return this.entryOf(tag, await this.read(["ticket", tag]));
  }

  /** A ticket by Freshdesk's id. */
  async getById(id: number): Promise<Entry | null> {
    const { value } = await this.read<string>(["id", id]);
    return typeof value === "string" ? await this.get(value) : null;
  }

  /** A ticket's plan: null where it is gone or damaged. */
  async plan(tag: string): Promise<StoredPlan | null> {
    return this.planOf(tag, (await this.read(["plan", tag])).value);
  }

  /** The tickets that wait, due by then (ms since 1970), the first due first; of each job no more than `limit`. */
  async dueUntil(until: number, limit: number): Promise<DueEntry[]> {
    const lists = await Promise.all(INTERVALS.map((job) => {
      const range = { prefix: ["due", job], end: ["due", job, until + 1] };
      return Array.fromAsync(this.#waitingIn(range, { limit }));
    }));
    return firstDueFirst(lists);
  }

  /** The tickets whose next step one job takes, due by then (ms since 1970): one range read. */
  async due(job: Interval, until: number): Promise<DueEntry[]> {
    const range = { prefix: ["due", job], end: ["due", job, until + 1] };
    return await Array.fromAsync(this.#waitingIn(range));
  }

  /** The tickets that wait, the first due first; of each job no more than `limit`. */
  async waiting(limit: number): Promise<(DueEntry & Place)[]> {
    const options = { limit, batchSize: Math.min(limit, KV_BATCH) };
    const read = (prefix: Deno.KvKey) =>
      Array.fromAsync(this.entries({ prefix }, options));
    const all = await read(["due"]);
    // A full list holds nothing of the jobs after its last one.
    const last = all.length < limit ? Infinity : Number(all.at(-1)!.key[1]);
    const later = INTERVALS.filter((job) => !(job <= last));
    const lists = [
      all,
      ...await Promise.all(later.map((job) => read(["due", job]))),
    ];
    return firstDueFirst(
      lists.map((list) => list.flatMap((entry) => waitingOf(entry) ?? [])),
    );
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
    for await (const { key, versionstamp } of this.entries(range, options)) {
      places.push({ tag: String(key[3]), stamp: versionstamp });
    }
    return places;
  }

  /** Tickets by their tags; those that cannot be read are left out. */
  async tickets(tags: readonly string[]): Promise<Ticket[]> {
    const near = tags.length > MANY ? await this.#neighbours(tags) : new Map();
    const rest = tags.filter((tag) => !near.has(tag));
    for (
      const read of await this.readMany(rest.map((tag) => ["ticket", tag]))
    ) {
      near.set(String(read.key[1]), read);
    }
    return tags.flatMap((tag) =>
      this.entryOf(tag, near.get(tag)!)?.ticket ?? []
    );
  }

  /**
   * The records from the last of these tags backwards, by their tags. Tags follow the time at which
   * tickets were written, so most that are looked at together are neighbours. It reads at most
   * twice as many, so that a few that are far off do not cost all in between.
   */
  async #neighbours(
    tags: readonly string[],
  ): Promise<Map<string, Deno.KvEntry<unknown>>> {
    const sorted = tags.toSorted();
    const start = ["ticket", sorted[0]!];
    const end = ["ticket", `${sorted.at(-1)!}\0`];
    const entries = this.entries<unknown>({ start, end }, {
      limit: 2 * tags.length,
      batchSize: KV_BATCH,
      reverse: true,
    });
    const wanted = new Set(tags);
    const found = new Map<string, Deno.KvEntry<unknown>>();
    for (const entry of await Array.fromAsync(entries)) {
      const tag = String(entry.key[1]);
      if (wanted.has(tag)) found.set(tag, entry);
    }
    return found;
  }

  /** Plans by their tickets' tags; those that cannot be read are left out. */
  async plans(tags: readonly string[]): Promise<Map<string, StoredPlan>> {
    const read = await this.readMany(tags.map((tag) => ["plan", tag]));
    return new Map(read.flatMap(({ key, value }) => {
      const plan = this.planOf(String(key[1]), value);
      return plan ? [[String(key[1]), plan]] : [];
    }));
  }

  /** How many tickets are open, pending and resolved, in one read; looks at no more than `limit`. */
  async countBacklog(limit: number): Promise<Backlog> {
    const options = { limit, batchSize: Math.min(limit, KV_BATCH) };
    const waiting = this.#waitingIn({ prefix: ["due"] }, options);
    return backlogOf(await Array.fromAsync(waiting));
  }

  /** How many tickets wait for what; looks at no more than `limit`. */
  async countWaiting(limit: number): Promise<Record<Label, number>> {
    const count = noTickets();
    const options = { limit, batchSize: Math.min(limit, KV_BATCH) };
    for await (const due of this.#waitingIn({ prefix: ["due"] }, options)) {
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
      for await (const { callsLeft } of this.#waitingIn(range)) {
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
    for await (const _ of this.entries({ prefix }, options)) count++;
    return count;
  }

  async *#waitingIn(
    range: Deno.KvListSelector,
    options?: Deno.KvListOptions,
  ): AsyncGenerator<DueEntry & Place> {
    for await (const entry of this.entries(range, options)) {
      const waiting = waitingOf(entry);
      if (waiting) yield waiting;
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
    const entries = this.kv.list({ prefix }, {
      batchSize: isWaiting ? KV_BATCH : Math.min(limit + 1, KV_BATCH),
      reverse: true,
      ...(cursor && { cursor }),
    });
    const tags: string[] = [];
    let last = "";
    let next = "";
    for await (const { key, value } of this.entriesOf<unknown>(entries)) {
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
    for await (const { key } of this.entries({ prefix: ["finished", state] })) {
      const entry = await this.get(String(key[3]));
      if (entry) yield entry;
    }
  }

  /** What was said in a ticket, in order. */
  async messageHistory(tag: string): Promise<Message[]> {
    const [plan, messages] = await Promise.all([
      this.plan(tag),
      this.messagesOf(tag),
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

  /** A record as a ticket; null if there is none, or it cannot be read. */
  protected entryOf(
    tag: string,
    { value, versionstamp }: Deno.KvEntryMaybe<unknown>,
  ): Entry | null {
    if (versionstamp === null) return null;
    const problem = validationProblem(value, tag);
    if (!problem) return { ticket: value as Ticket, versionstamp };
    this.leaveAlone(
      tag,
      `The stored ticket ${tag} cannot be read: ${problem}`,
    );
    return null;
  }

  /** A record as a plan; null if it is gone or damaged. */
  protected planOf(tag: string, value: unknown): StoredPlan | null {
    if (isStoredPlan(value)) return value;
    const problem = value === null ? "is gone" : "is damaged";
    this.leaveAlone(`plan ${tag}`, `The plan of the ticket ${tag} ${problem}`);
    return null;
  }

  /** The records of a ticket's messages. */
  protected async messagesOf(
    tag: string,
  ): Promise<Deno.KvEntry<StoredMessage>[]> {
    const all = await Array.fromAsync(
      this.entries<StoredMessage>({ prefix: ["message", tag] }),
    );
    return all.filter(({ key, value }) => {
      if (isStoredMessage(value)) return true;
      const name = `message ${String(key[2])} of the ticket ${tag}`;
      this.leaveAlone(name, `The stored ${name} cannot be read`);
      return false;
    });
  }
}

/** What an entry of the tickets that wait says; `undefined` where no job takes it. */
function waitingOf(
  { key, value, versionstamp: stamp }: Deno.KvEntry<unknown>,
): DueEntry & Place | undefined {
  const [, job, dueAt, tag] = key;
  if (!isInterval(job)) return undefined;
  const known = isDueValue(value)
    ? value
    : { waitsFor: "opening" as const, tried: 0 as const, callsLeft: 0 };
  return { ...known, job, dueAt: Number(dueAt), tag: String(tag), stamp };
}

function firstDueFirst<T extends DueEntry>(lists: T[][]): T[] {
  return lists.flat().sort((a, b) => a.dueAt - b.dueAt);
}

function noTickets(): Record<Label, number> {
  return Object.fromEntries(LABELS.map((label) => [label, 0])) as Record<
    Label,
    number
  >;
}
