/**
 * Reads and writes Deno KV: a locked database is asked again, and one that does not answer is given
 * up.
 *
 * @module
 */
import { failSafe } from "../lib/fail_safe.ts";

/** What reads and writes the records. */
export interface KvOptions {
  /** Milliseconds since 1970. Default: `Date.now`. */
  now?: () => number;
  /** Between 0 and 1. Default: `Math.random`. */
  random?: () => number;
  /** Waits for some milliseconds. Default: a timer. */
  sleep?: (ms: number) => Promise<void>;
  /** Hears what had to be repaired or left alone. */
  log?: { warn(message: string): unknown };
}

/** The most that Deno KV reads of a list at once. */
export const KV_BATCH = 1000;

/** Keys of one read. */
const KV_MANY = 10;

/** No answer of the database takes longer, in seconds; the next tick asks again. */
const ANSWER_TIME = 60;

/** A locked database is asked again so often, for some seconds in all. */
const LOCKED_ATTEMPTS = 12;

/** The database does not answer: nobody knows whether a change was made. */
export class NoAnswerError extends Error {
  /** Its class. */
  override readonly name = "NoAnswerError";
  /** What a person can do about it. */
  readonly hint =
    "Check that the database of KV_PATH can be reached; the next tick goes on.";
}

/** What all records have in common. */
export class KvRecords {
  /** The database. */
  protected readonly kv: Deno.Kv;
  /** Milliseconds since 1970. */
  protected readonly now: () => number;
  /** Hears what had to be repaired or left alone. */
  protected readonly log: KvOptions["log"];
  readonly #random: () => number;
  readonly #sleep: (ms: number) => Promise<void>;
  readonly #unreadable = new Set<string>();

  /** Uses a KV that somebody else opens and closes. */
  constructor(kv: Deno.Kv, options: KvOptions = {}) {
    this.kv = kv;
    this.now = options.now ?? Date.now;
    this.log = options.log && failSafe(options.log);
    this.#random = options.random ?? Math.random;
    this.#sleep = options.sleep ??
      ((ms) => new Promise((resolve) => setTimeout(resolve, ms)));
  }

  /** One entry. */
  protected read<T>(key: Deno.KvKey): Promise<Deno.KvEntryMaybe<T>> {
    return this.withLockRetry(() => this.kv.get<T>(key));
  }

  /** Entries by their keys. */
  protected async readMany(
    keys: Deno.KvKey[],
  ): Promise<Deno.KvEntryMaybe<unknown>[]> {
    const reads = [];
    for (let i = 0; i < keys.length; i += KV_MANY) {
      const some = keys.slice(i, i + KV_MANY);
      reads.push(
        this.withLockRetry(() => this.kv.getMany<unknown[]>(some)),
      );
    }
    return (await Promise.all(reads)).flat();
  }

  /** Commits, and returns the new versionstamp; null when a check failed. */
  protected async commit(
    build: () => Deno.AtomicOperation,
  ): Promise<string | null> {
    const result = await this.withLockRetry(() => build().commit());
    return result.ok ? result.versionstamp : null;
  }

  /** The entries of a list. */
  protected entries<T>(
    selector: Deno.KvListSelector,
    options?: Deno.KvListOptions,
  ): AsyncGenerator<Deno.KvEntry<T>> {
    return this.entriesOf(this.kv.list<T>(selector, options));
  }

  /** The entries of a list; ends with an error where the database does not answer. */
  protected async *entriesOf<T>(
    entries: Deno.KvListIterator<T>,
  ): AsyncGenerator<Deno.KvEntry<T>> {
    using watchdog = new Watchdog();
    for (;;) {
      const next = await this.#askAgain(() => watchdog.guard(entries.next()));
      if (next.done) return;
      yield next.value;
    }
  }

  /** Names a record that cannot be read, once. */
  protected leaveAlone(name: string, problem: string): void {
    if (this.#unreadable.has(name)) return;
    this.#unreadable.add(name);
    this.log?.warn(`${problem}. It is left alone; the others go on.`);
  }

  /** Whether a record of this name was found unreadable. */
  protected isUnreadable(name: string): boolean {
    return this.#unreadable.has(name);
  }

  /** Two processes on one file get `database is locked` thrown at them: a conflict like any other. */
  protected async withLockRetry<T>(ask: () => Promise<T>): Promise<T> {
    using watchdog = new Watchdog();
    return await this.#askAgain(() => watchdog.guard(ask()));
  }

  async #askAgain<T>(ask: () => Promise<T>): Promise<T> {
    for (let attempt = 1;; attempt++) {
      try {
        return await ask();
      } catch (error) {
        const locked = error instanceof Error &&
          /database (table )?is locked|busy/i.test(error.message);
        if (!locked || attempt === LOCKED_ATTEMPTS) throw error;
        await this.#sleep(Math.min(10 * 2 ** attempt, 1000) * this.#random());
      }
    }
  }
}

/** Gives up answers that do not come in time, one after the other: a timer for each would cost more than most answers. */
class Watchdog implements Disposable {
  #seconds = 0;
  #giveUp: (error: Error) => void = () => {};
  readonly #timer = setInterval(() => {
    if (++this.#seconds < ANSWER_TIME) return;
    this.#giveUp(
      new NoAnswerError(`The database did not answer within ${ANSWER_TIME} s`),
    );
  }, 1000);

  /** Rejects when the answer does not come in time. */
  guard<T>(answer: Promise<T>): Promise<T> {
    this.#seconds = 0;
    return new Promise((resolve, reject) => {
      this.#giveUp = reject;
      answer.then(resolve, reject);
    });
  }

  /** Watches no longer. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
