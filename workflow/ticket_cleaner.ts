/**
 * Finds the tickets that this program opened in Freshdesk, and moves them to the trash.
 *
 * A ticket is read again right before it is moved, and left if it does not have both the program's tag
 * and its own, whatever search or store say. A ticket in progress is first taken out of the workflow,
 * so the program may go on running. Tickets that are gone from Freshdesk are removed from the store too.
 *
 * @module
 */
import {
  FreshdeskError,
  NotFoundError,
  PermissionError,
  TicketDeletedError,
} from "../freshdesk/errors.ts";
import type { Freshdesk } from "../freshdesk.ts";
import { errorMessage } from "../lib/error.ts";
import { shorten, textTable } from "../lib/text.ts";
import { findByTag, OWN_TAG, PROGRAM_TAG } from "./creation.ts";
import { classifyError } from "./failures.ts";
import { STATUSES } from "./steps.ts";
import type { Entry, Store } from "./store.ts";
import type { Ticket } from "./ticket.ts";

/** A ticket that this program probably opened. */
export interface Candidate {
  /** Freshdesk's id. */
  id: number;
  /** What it is about. */
  subject: string;
  /** Its status, or what it waits for if only the store knows it. */
  status: string;
  /** When it was created (ms since 1970). */
  createdAt: number;
  /** Where it was found. */
  from: "search" | "store" | "both";
  /** The key of its record in the store, if it has one. */
  record?: string;
}

/** What was done with the candidates. */
export interface Outcome {
  /** How many were moved to the trash. */
  deleted: number;
  /** How many were already gone: deleted, in the trash, or spam. */
  gone: number;
  /** Those that were left, why, and whether that is a problem. */
  left: { id: number; why: string; trouble: boolean }[];
}

/** Options of a {@linkcode TicketCleaner}. */
export interface CleaningOptions {
  /** The account. */
  freshdesk: Freshdesk;
  /** The tickets. */
  store: Store;
  /** Milliseconds since 1970. Default: `Date.now`. */
  now?: () => number;
  /** Stops before the next ticket once it is aborted. */
  signal?: AbortSignal;
}

/** How many records are read at once. */
const RECORDS_AT_ONCE = 500;
/** How often to try to change a record that others change too. */
const RECORD_ATTEMPTS = 10;

/** The last error of a ticket that is being moved to the trash. */
const MOVING_TO_TRASH = {
  message: "being moved to the trash by cleanup",
  hint: "If it is still in Freshdesk, run deno task cleanup again.",
};

/** Call {@linkcode find} and {@linkcode delete} in turn, until nothing new is found. */
export class TicketCleaner {
  /** What was done with the candidates so far. */
  readonly outcome: Outcome = { deleted: 0, gone: 0, left: [] };
  readonly #freshdesk: Freshdesk;
  readonly #store: Store;
  readonly #now: () => number;
  readonly #signal: AbortSignal | undefined;
  readonly #done = new Set<number>();

  /** Does nothing yet. */
  constructor(options: CleaningOptions) {
    this.#freshdesk = options.freshdesk;
    this.#store = options.store;
    this.#now = options.now ?? Date.now;
    this.#signal = options.signal;
  }

  /**
   * Returns the tickets of this program that were not handled yet, by id. The search finds 300 at a
   * time, and none of the last minutes; the store knows those of this database.
   */
  async find(): Promise<Candidate[]> {
    const hits = (await this.#freshdesk.searchTickets(PROGRAM_TAG))
      .filter(({ tags }) => hasTags(tags));
    const found = new Map<number, Candidate>();
    const idByTag = new Map<string, number>();
    for (const { id, subject, status, created_at, tags } of hits) {
      for (const tag of tags) idByTag.set(tag, id);
      found.set(id, {
        id,
        subject: subject ?? "",
        status: statusName(status),
        createdAt: Date.parse(created_at),
        from: "search",
      });
    }
    for await (const ticket of this.#records()) {
      const { tag } = ticket;
      const id = ticket.id ?? idByTag.get(tag) ?? await this.#lookUp(ticket);
      if (id === undefined) continue;
      const hit = found.get(id);
      if (hit) Object.assign(hit, { from: "both", record: tag });
      else found.set(id, recorded(id, ticket));
    }
    return [...found.values()].filter(({ id }) => !this.#done.has(id))
      .sort((a, b) => a.id - b.id);
  }

  /**
   * Moves the candidates that have both tags to the trash. Stops when the signal is aborted; rejects if
   * an error concerns all tickets. It can be run again in both cases.
   *
   * @param progress called after each ticket with the number of handled ones
   */
  async delete(
    candidates: readonly Candidate[],
    progress: (done: number) => void = () => {},
  ): Promise<void> {
    for (const [i, candidate] of candidates.entries()) {
      if (this.#signal?.aborted) return;
      try {
        await this.#deleteOne(candidate);
      } catch (error) {
        if (this.#signal?.aborted) return;
        if (!(error instanceof FreshdeskError) || concernsAll(error)) {
          throw error;
        }
        this.#leave(candidate, error.message, true);
      }
      this.#done.add(candidate.id);
      progress(i + 1);
    }
  }

  /** All tickets in the store. */
  async *#records(): AsyncGenerator<Ticket> {
    let cursor = "";
    do {
      const page = await this.#store.list(undefined, RECORDS_AT_ONCE, cursor);
      yield* page.tickets;
      cursor = page.cursor;
    } while (cursor);
  }

  async #deleteOne(candidate: Candidate): Promise<void> {
    const { id, record } = candidate;
    const ticket = await ignoreNotFound(this.#freshdesk.getTicket(id));
    if (ticket && !hasTags(ticket.tags, record)) {
      const why = `it does not have both the tag ${PROGRAM_TAG} and its own`;
      this.#leave(candidate, why, false);
      return;
    }
    if (ticket && !ticket.deleted) {
      const takeOut = (entry: Entry) =>
        this.#store.update(
          entry,
          takenOut(entry, id, this.#now()),
          { counts: false },
        );
      if (!await this.#change(record, takeOut)) {
        this.#leave(candidate, "the program is busy with it", true);
        return;
      }
      const answer = this.#freshdesk.deleteTicket(id).then(() => true);
      if (await ignoreNotFound(answer)) this.outcome.deleted++;
      else this.outcome.gone++;
    } else {
      this.outcome.gone++;
    }
    await this.#change(record, (entry) => this.#store.remove(entry));
  }

  #leave({ id }: Candidate, why: string, trouble: boolean): void {
    this.outcome.left.push({ id, why, trouble });
  }

  /**
   * Changes a ticket's record, if it has one, even while the running program changes it too.
   * Returns false if the other was always first.
   */
  async #change(
    record: string | undefined,
    change: (entry: Entry) => Promise<unknown>,
  ): Promise<boolean> {
    for (let attempt = 1; attempt <= RECORD_ATTEMPTS; attempt++) {
      const entry = record === undefined ? null : await this.#store.get(record);
      if (!entry || await change(entry)) return true;
    }
    return false;
  }

  /** Finds the id of a ticket that may have been created although no response came. */
  async #lookUp(ticket: Ticket): Promise<number | undefined> {
    const { tag, state, outcomeUnknown, claim } = ticket;
    const mayBeThere = state === "active" || state === "failed";
    if (!mayBeThere || !outcomeUnknown && !claim) return;
    const plan = await this.#store.plan(tag);
    if (!plan) return;
    const contact = { id: ticket.contact.id, email: plan.contact.email };
    return (await findByTag(this.#freshdesk, { ...ticket, contact }))?.id;
  }
}

/** How a clean-up is gone through. */
export interface CleanUpOptions extends CleaningOptions {
  /** Who began it. */
  by: string;
  /** The name under which it was begun in the store. Default: it is begun once it is approved. */
  id?: string;
  /** Asked before each round. Default: yes. */
  approve?: (candidates: readonly Candidate[], round: number) => boolean;
  /** Told how many of all found so far are dealt with. */
  progress?: ((done: number, total: number) => unknown) | undefined;
}

/** How a clean-up ended. */
export type CleanUpEnd = "nothing new" | "kept" | "interrupted" | "busy";

/**
 * Finds and deletes, round by round, until nothing new is found; all else is held back from the first
 * deletion on. What it throws it has noted in the store before.
 */
export async function cleanUp(
  cleaner: TicketCleaner,
  options: CleanUpOptions,
): Promise<CleanUpEnd> {
  const { store, by, signal, approve, progress, now } = options;
  let { id } = options;
  const note = async (change: Parameters<Store["noteCleanup"]>[1]) => {
    if (id !== undefined) await store.noteCleanup(id, change, now?.());
  };
  let ending = " It was interrupted: clean up again.";
  try {
    let done = 0;
    for (let round = 1;; round++) {
      const found = await cleaner.find();
      if (signal?.aborted) return "interrupted";
      if (found.length === 0 || approve?.(found, round) === false) {
        ending = "";
        return found.length === 0 ? "nothing new" : "kept";
      }
      if (id === undefined) {
        id = crypto.randomUUID();
        if (!await store.beginCleanup(id, by, now?.())) return "busy";
      }
      const total = done + found.length;
      await note({ done, total });
      for (const candidate of found) {
        await cleaner.delete([candidate]);
        if (signal?.aborted) return "interrupted";
        await note({ done: ++done });
        progress?.(done, total);
      }
    }
  } catch (error) {
    ending = ` It stopped: ${
      errorMessage(error)
    }. Clean up again: nothing is lost by it.`;
    throw error;
  } finally {
    const said = report(cleaner.outcome) + ending;
    await note({ said, endedAt: now?.() ?? Date.now() });
  }
}

/** Formats the candidates as a table with headings. */
export function table(candidates: readonly Candidate[]): string {
  const rows = candidates.map(({ id, subject, status, createdAt, from }) => [
    `#${id}`,
    shorten(subject.replace(/\p{C}/gu, " "), 48),
    status,
    new Date(createdAt).toISOString().slice(0, 16).replace("T", " "),
    from === "both" ? "search, store" : from,
  ]);
  const head = ["Ticket", "Subject", "Status", "Created (UTC)", "Known from"];
  return textTable([head, ...rows]).join("\n");
}

/** Says how far a cleanup is, every 25 tickets and at the end. */
export function progressLine(done: number, total: number): string | undefined {
  return done % 25 === 0 || done === total
    ? `${done} of ${total} done`
    : undefined;
}

/** Reports what was done: how many were moved, gone, and left for which reason. */
export function report({ deleted, gone, left }: Outcome): string {
  const reasons = Map.groupBy(
    left,
    ({ why }) => why.replace(/\[request .*?\]|\d+/g, ""),
  );
  const lines = [...reasons.values()].map((all) => {
    const ids = all.slice(0, 10).map(({ id }) => `#${id}`);
    if (all.length > 10) ids.push("...");
    return `${all.length} left (${ids.join(", ")}): ${all[0]!.why}.`;
  });
  return [`${deleted} moved to trash, ${gone} already gone.`, ...lines].join(
    "\n",
  );
}

/** Takes a ticket out of the workflow; if it never reaches the trash, it can be retried by name. */
function takenOut({ ticket }: Entry, id: number, at: number): Partial<Ticket> {
  const { state } = ticket;
  const over = state === "closed" || state === "abandoned";
  return {
    id,
    claim: null,
    lastError: { at, ...MOVING_TO_TRASH },
    ...(!over && { state: "abandoned", completedAt: at, stepSince: at }),
  };
}

/** Whether tags are those of a ticket that this program opened: of this ticket, if its own tag is known. */
function hasTags(tags: readonly string[], own?: string): boolean {
  return tags.includes(PROGRAM_TAG) &&
    tags.some((tag) => own === undefined ? OWN_TAG.test(tag) : tag === own);
}

function recorded(id: number, ticket: Ticket): Candidate {
  const { state, waitsFor, createdAt, subject, tag } = ticket;
  return {
    id,
    subject,
    status: state === "active" ? `waits: ${waitsFor}` : state,
    createdAt,
    from: "store",
    record: tag,
  };
}

/** Returns the result of a call; `undefined` if its ticket does not exist or is in the trash. */
async function ignoreNotFound<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof NotFoundError || error instanceof TicketDeletedError) {
      return undefined;
    }
    throw error;
  }
}

/** Whether the next ticket would fail in the same way. */
function concernsAll(error: FreshdeskError): boolean {
  return classifyError(error, { id: null }) === "stop" ||
    error instanceof PermissionError && error.method === "DELETE";
}

function statusName(status: number): string {
  const found = Object.entries(STATUSES).find(([, number]) =>
    number === status
  );
  return found?.[0].replaceAll("_", " ") ?? `status ${status}`;
}
