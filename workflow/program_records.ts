/**
 * What is stored of the program and its account, besides the tickets.
 *
 * @module
 */
import { once } from "../lib/once.ts";
import { shorten } from "../lib/text.ts";
import { DAY, HOUR, MINUTE } from "../lib/time.ts";
import type { Backlog } from "./due.ts";
import { KvRecords } from "./kv_records.ts";
import {
  type Cleanup,
  isBacklog,
  isCleanup,
  isJobRun,
  isPause,
  isRecord,
  type JobRun,
  type Pause,
} from "./stored_values.ts";

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

/** Agents who may not be written for are tried again after a week: roles change. */
const AGENT_EXPIRY = 7 * DAY;

/** A clean-up that says nothing for this time has died, and holds nothing back any more. */
const CLEANUP_LEASE = 10 * MINUTE;

/** The account, the jobs and what a person wants of them. */
export class ProgramRecords extends KvRecords {
  /** Agents who may be written for, not to be read again; a change shows in one refused call. */
  readonly #mayBeWrittenFor = new Set<number>();
  /** What was kept at the first start and never changes: one read for all of it. */
  readonly #kept = once(() =>
    Array.fromAsync(this.entries<string>({ prefix: ["program"] }))
  );

  /**
   * Binds the database to an account, by its host, if it is not bound yet; ids mean nothing in
   * another one.
   *
   * @returns the account it is bound to
   */
  async bind(account: string): Promise<string> {
    return await this.#keepFirst("account", () => account);
  }

  /** The seed of everything random: the first that was made for this database. */
  async seed(make: () => string): Promise<string> {
    return await this.#keepFirst("seed", make);
  }

  async #keepFirst(name: string, make: () => string): Promise<string> {
    const known = (await this.#kept()).find(({ key }) => key[1] === name);
    if (known) return known.value;
    const key = ["program", name];
    const made = make();
    await this.commit(() =>
      this.kv.atomic().check({ key, versionstamp: null }).set(key, made)
    );
    return (await this.read<string>(key)).value ?? made;
  }

  /**
   * Who wants nothing to be done: a person who has paused the program, else a clean-up that is under
   * way; `undefined` if nobody does.
   */
  async pause(now = this.now()): Promise<Pause | undefined> {
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
    now = this.now(),
  ): Promise<Pause> {
    for (;;) {
      const before = await this.#holds();
      const since = isHeld(before.person, now) ? before.person.since : now;
      const person: Pause = { by: shorten(by, 60), since, until };
      if (await this.#hold(before, { person })) return person;
    }
  }

  /** Ends a person's pause: false if there was none. */
  async endPause(now = this.now()): Promise<boolean> {
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
    now = this.now(),
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
    now = this.now(),
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
    now = this.now(),
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
    const entry = await this.read<unknown>(["pause"]);
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
    return await this.commit(() =>
      this.kv.atomic().check(entry).set(["pause"], holds).set(["version"], 0)
    ) !== null;
  }

  /** Remembers that the key's owner may not write for an agent. */
  async markNoImpersonation(id: number): Promise<void> {
    this.#mayBeWrittenFor.delete(id);
    await this.withLockRetry(() =>
      this.kv.set(["agent", id], "may not be written for", {
        expireIn: AGENT_EXPIRY,
      })
    );
  }

  /** Whether the key's owner may write for an agent, as far as is known. */
  async canImpersonate(id: number): Promise<boolean> {
    if (this.#mayBeWrittenFor.has(id)) return true;
    const { versionstamp } = await this.read(["agent", id]);
    if (versionstamp === null) this.#mayBeWrittenFor.add(id);
    return versionstamp === null;
  }

  /** Another text after every change that people see, whichever process made it; cheap to ask for. */
  async version(): Promise<string> {
    return (await this.read(["version"])).versionstamp ?? "";
  }

  /** Takes note of a job's run, and of the calls it made. */
  async recordJobRun(name: string, run: JobRun, calls: number): Promise<void> {
    const error = run.error && shorten(run.error, 4000);
    await this.commit(() => {
      const atomic = this.kv.atomic().set(["job", name], { ...run, error });
      if (calls > 0) atomic.sum(statsKey(run.at, "calls"), BigInt(calls));
      if (error) atomic.set(["version"], 0);
      return atomic;
    });
  }

  /** The last noted run of every job, by its name. */
  async jobs(): Promise<Map<string, JobRun>> {
    const runs = new Map<string, JobRun>();
    for await (const { key, value } of this.entries({ prefix: ["job"] })) {
      const name = String(key[1]);
      if (isJobRun(value)) runs.set(name, value);
      else {
        const problem = `The stored run of the job "${name}" cannot be read`;
        this.leaveAlone(`job ${name}`, problem);
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
    for await (const { key, value } of this.entries(range)) {
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

  /** What `sampleBacklog()` kept since a moment, by the hour (ms since 1970). */
  async backlogs(since: number): Promise<Map<number, Backlog>> {
    const range = {
      start: ["backlog", since - since % HOUR],
      end: ["backlog", Infinity],
    };
    const hours = new Map<number, Backlog>();
    for await (const { key, value } of this.entries(range)) {
      if (isBacklog(value)) hours.set(Number(key[1]), value);
    }
    return hours;
  }

  /** Writes a key of no meaning and deletes it; rejects where the database cannot be written. */
  async checkWritable(): Promise<void> {
    const key = ["scratch", crypto.randomUUID()];
    await this.withLockRetry(() => this.kv.set(key, 0, { expireIn: HOUR }));
    await this.withLockRetry(() => this.kv.delete(key));
  }
}

/** Where it is counted how often something happened in an hour. */
export function statsKey(at: number, what: keyof HourlyStats): Deno.KvKey {
  return ["stats", at - at % HOUR, what];
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
