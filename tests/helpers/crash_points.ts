/**
 * Crashes a program at any await that leads outside: each call to the network or the database has two
 * moments, before and after it.
 *
 * @module
 */
import type { Fetch } from "../../freshdesk/http_client.ts";

/** How a program crashes: the process dies, or one call throws and the process goes on. */
export type CrashMode = "dies" | "throws";

/** Counts the moments of a program's life, and crashes it at one of them. */
export class CrashPoint {
  /** The names of all moments so far. */
  readonly moments: string[] = [];
  #dead = false;

  /** @param at the moment to crash at, from 1; 0 never crashes */
  constructor(readonly mode: CrashMode, readonly at: number) {}

  /** Makes a call, with a moment before it and one after. */
  async around<T>(name: string, call: () => Promise<T>): Promise<T> {
    this.#pass(`before ${name}`);
    const result = await call();
    this.#pass(`after ${name}`);
    return result;
  }

  #pass(moment: string): void {
    this.moments.push(moment);
    const crashes = this.moments.length === this.at;
    if (crashes && this.mode === "dies") this.#dead = true;
    if (crashes || this.#dead) throw new TypeError(`crashed ${moment}`);
  }
}

/** Returns a `fetch` that crashes at a crash point. */
export function crashingFetch(crash: CrashPoint, fetch: Fetch): Fetch {
  return (request) => {
    const { pathname } = new URL(request.url);
    return crash.around(`${request.method} ${pathname}`, () => fetch(request));
  };
}

/** Returns a database that crashes at a crash point: a read, write, commit or entry of a list. */
export function crashingKv(crash: CrashPoint, kv: Deno.Kv): Deno.Kv {
  const crashing = {
    get: (key: Deno.KvKey) =>
      crash.around(`get ${String(key[0])}`, () => kv.get(key)),
    getMany: (keys: readonly Deno.KvKey[]) =>
      crash.around(
        `get ${String(keys[0]?.[0])}`,
        () => kv.getMany<unknown[]>([...keys]),
      ),
    delete: (key: Deno.KvKey) =>
      crash.around(`delete ${String(key[0])}`, () => kv.delete(key)),
    set: (key: Deno.KvKey, value: unknown, options?: { expireIn?: number }) =>
      crash.around(`set ${String(key[0])}`, () => kv.set(key, value, options)),
    async *list(selector: Deno.KvListSelector, options?: Deno.KvListOptions) {
      const entries = kv.list(selector, options);
      for (;;) {
        const next = await crash.around("list", () => entries.next());
        if (next.done) return;
        yield next.value;
      }
    },
    atomic() {
      const atomic = kv.atomic();
      const commit = atomic.commit.bind(atomic);
      atomic.commit = () => crash.around("commit", commit);
      return atomic;
    },
  };
  return crashing as unknown as Deno.Kv;
}
