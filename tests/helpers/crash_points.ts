/**
 * Programs that can be struck at any await that leads outside: each call to the network or the
 * database is two moments, before it is done and after. A fuse counts the moments and strikes one.
 *
 * @module
 */
import type { Fetch } from "../../freshdesk/http_client.ts";

/** How a fuse strikes: the process dies, or one call throws and the process goes on. */
export type Strike = "dies" | "throws";

/** Counts the moments of a program's life, and strikes one of them. */
export class CrashPoint {
  /** A name for every moment so far. */
  readonly moments: string[] = [];
  #dead = false;

  /** @param at the moment that is struck, from 1; 0 strikes none */
  constructor(readonly strike: Strike, readonly at: number) {}

  /** One call: a moment before it and one after. */
  async around<T>(name: string, call: () => Promise<T>): Promise<T> {
    this.#pass(`before ${name}`);
    const result = await call();
    this.#pass(`after ${name}`);
    return result;
  }

  #pass(moment: string): void {
    this.moments.push(moment);
    const struck = this.moments.length === this.at;
    if (struck && this.strike === "dies") this.#dead = true;
    if (struck || this.#dead) throw new TypeError(`struck ${moment}`);
  }
}

/** A `fetch` that can be struck. */
export function mortalFetch(fuse: CrashPoint, fetch: Fetch): Fetch {
  return (request) => {
    const { pathname } = new URL(request.url);
    return fuse.around(`${request.method} ${pathname}`, () => fetch(request));
  };
}

/** A database that can be struck: at every read, write, commit and entry of a list. */
export function mortalKv(fuse: CrashPoint, kv: Deno.Kv): Deno.Kv {
  const mortal = {
    get: (key: Deno.KvKey) =>
      fuse.around(`get ${String(key[0])}`, () => kv.get(key)),
    getMany: (keys: readonly Deno.KvKey[]) =>
      fuse.around(
        `get ${String(keys[0]?.[0])}`,
        () => kv.getMany<unknown[]>([...keys]),
      ),
    delete: (key: Deno.KvKey) =>
      fuse.around(`delete ${String(key[0])}`, () => kv.delete(key)),
    set: (key: Deno.KvKey, value: unknown, options?: { expireIn?: number }) =>
      fuse.around(`set ${String(key[0])}`, () => kv.set(key, value, options)),
    async *list(selector: Deno.KvListSelector, options?: Deno.KvListOptions) {
      const entries = kv.list(selector, options);
      for (;;) {
        const next = await fuse.around("list", () => entries.next());
        if (next.done) return;
        yield next.value;
      }
    },
    atomic() {
      const atomic = kv.atomic();
      const commit = atomic.commit.bind(atomic);
      atomic.commit = () => fuse.around("commit", commit);
      return atomic;
    },
  };
  return mortal as unknown as Deno.Kv;
}
