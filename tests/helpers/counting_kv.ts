/**
 * A database in memory that counts what Deno Deploy would: reads in units of 4 KiB, writes in units
 * of 1 KiB. It keeps everything in one sorted list and copies nothing, so that a month of ticks takes
 * some seconds. It knows no expiry.
 *
 * @module
 */
import { serialize } from "node:v8";

/** Bytes that count as one unit. */
const READ_UNIT = 4096;
const WRITE_UNIT = 1024;

interface Item {
  key: Deno.KvKey;
  value: unknown;
  versionstamp: string;
  bytes: number;
}

/** What was read and written so far. */
export interface KvUnits {
  reads: number;
  writes: number;
}

/** Counts the units of a database. */
export class CountingKv {
  /** Units so far. */
  readonly units: KvUnits = { reads: 0, writes: 0 };
  readonly #items: Item[] = [];
  #version = 0;

  /** The database, as a `Deno.Kv`. */
  get kv(): Deno.Kv {
    const kv = {
      get: (key: Deno.KvKey) => Promise.resolve(this.#get(key)),
      getMany: (keys: readonly Deno.KvKey[]) =>
        Promise.resolve(keys.map((key) => this.#get(key))),
      set: (key: Deno.KvKey, value: unknown) => {
        this.#set(key, value);
        return Promise.resolve({ ok: true, versionstamp: this.#stamp() });
      },
      delete: (key: Deno.KvKey) => {
        this.#delete(key);
        return Promise.resolve();
      },
      list: (selector: Deno.KvListSelector, options: Deno.KvListOptions = {}) =>
        this.#list(selector, options),
      atomic: () => this.#atomic(),
      close: () => {},
    };
    return kv as unknown as Deno.Kv;
  }

  #get(key: Deno.KvKey): Deno.KvEntryMaybe<unknown> {
    const item = this.#items[this.#find(key)];
    if (!item || compare(item.key, key) !== 0) {
      this.units.reads++;
      return { key, value: null, versionstamp: null };
    }
    this.units.reads += Math.ceil(item.bytes / READ_UNIT);
    return item;
  }

  #list(
    selector: Deno.KvListSelector,
    { limit = Infinity, reverse = false }: Deno.KvListOptions,
  ): Deno.KvListIterator<unknown> {
    const prefix = "prefix" in selector ? selector.prefix : [];
    const from = "start" in selector ? selector.start : prefix;
    const first = this.#find(from);
    const end = "end" in selector ? this.#find(selector.end) : undefined;
    let last = first;
    while (
      last < (end ?? this.#items.length) &&
      isBelow(this.#items[last]!.key, prefix)
    ) last++;
    const found = this.#items.slice(first, last);
    if (reverse) found.reverse();
    const items = found.slice(0, limit);
    const bytes = items.reduce((sum, { bytes }) => sum + bytes, 0);
    this.units.reads += Math.max(1, Math.ceil(bytes / READ_UNIT));
    const iterator = items.values();
    return Object.assign(
      {
        next: () => Promise.resolve(iterator.next()),
        [Symbol.asyncIterator]() {
          return this;
        },
      },
      { cursor: "" },
    ) as unknown as Deno.KvListIterator<unknown>;
  }

  #atomic() {
    const checks: Deno.AtomicCheck[] = [];
    const changes: (() => void)[] = [];
    const atomic = {
      check(...some: Deno.AtomicCheck[]) {
        checks.push(...some);
        return atomic;
      },
      set: (key: Deno.KvKey, value: unknown) => {
        changes.push(() => this.#set(key, value));
        return atomic;
      },
      delete: (key: Deno.KvKey) => {
        changes.push(() => this.#delete(key));
        return atomic;
      },
      sum: (key: Deno.KvKey, n: bigint) => {
        changes.push(() => this.#sum(key, n));
        return atomic;
      },
      commit: () => {
        const isUnchanged = checks.every(({ key, versionstamp }) => {
          const item = this.#items[this.#find(key)];
          const found = item && compare(item.key, key) === 0
            ? item.versionstamp
            : null;
          return found === versionstamp;
        });
        if (!isUnchanged) return Promise.resolve({ ok: false });
        this.#version++;
        for (const change of changes) change();
        return Promise.resolve({ ok: true, versionstamp: this.#stamp() });
      },
    };
    return atomic;
  }

  #sum(key: Deno.KvKey, n: bigint): void {
    const item = this.#items[this.#find(key)];
    const before = item && compare(item.key, key) === 0 ? item.value : 0n;
    this.#set(key, (typeof before === "bigint" ? before : 0n) + n);
  }

  #set(key: Deno.KvKey, value: unknown): void {
    const bytes = size(key) + serialize(value).length;
    this.units.writes += Math.ceil(bytes / WRITE_UNIT);
    const item = { key, value, versionstamp: this.#stamp(), bytes };
    const i = this.#find(key);
    const found = this.#items[i];
    const isThere = found && compare(found.key, key) === 0;
    this.#items.splice(i, isThere ? 1 : 0, item);
  }

  #delete(key: Deno.KvKey): void {
    this.units.writes++;
    const i = this.#find(key);
    const found = this.#items[i];
    if (found && compare(found.key, key) === 0) this.#items.splice(i, 1);
  }

  #stamp(): string {
    return String(this.#version).padStart(20, "0");
  }

  /** Where a key stands, or would stand. */
  #find(key: Deno.KvKey): number {
    let [low, high] = [0, this.#items.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compare(this.#items[middle]!.key, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function size(key: Deno.KvKey): number {
  return key.reduce<number>(
    (sum, part) => sum + (typeof part === "string" ? part.length + 2 : 9),
    0,
  );
}

function isBelow(key: Deno.KvKey, prefix: Deno.KvKey): boolean {
  return prefix.every((part, i) => key[i] === part);
}

/** Texts come before numbers, as in Deno KV; other parts are not used here. */
function compare(a: Deno.KvKey, b: Deno.KvKey): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [one, other] = [a[i]!, b[i]!];
    if (one === other) continue;
    if (typeof one === "number" && typeof other === "number") {
      return one - other;
    }
    if (typeof one !== typeof other) return typeof one === "string" ? -1 : 1;
    return String(one) < String(other) ? -1 : 1;
  }
  return a.length - b.length;
}
