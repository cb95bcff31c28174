/**
 * A small Deno KV server for tests and benchmarks: KV Connect, protocol version 3, kept in memory.
 * It answers the metadata exchange, snapshot reads and atomic writes; it knows neither watching nor
 * queues, which the program does not use.
 *
 * `deno run -A tests/kv_connect.ts` starts one in a process of its own and prints its URL; its
 * token is {@linkcode TOKEN}, to be set as `DENO_KV_ACCESS_TOKEN`.
 *
 * The protocol: https://github.com/denoland/denokv/blob/main/proto/kv-connect.md
 *
 * @module
 */
import { type Field, read, write } from "./protobuf.ts";

/** What a client must have in `DENO_KV_ACCESS_TOKEN`. */
export const TOKEN = "kv-connect-test-token";

/** A value as it is stored. */
interface Stored {
  value: Uint8Array;
  encoding: number;
  versionstamp: Uint8Array;
  /** Gone from then on (ms since 1970); 0: never. */
  expiresAt: number;
}

/** How often what was asked for. */
export interface Counts {
  /** Snapshot reads. */
  reads: number;
  /** Ranges in them: a `get` is one. */
  ranges: number;
  /** Entries that they gave. */
  entries: number;
  /** Atomic writes. */
  writes: number;
  /** Those of them whose checks failed. */
  conflicts: number;
}

const VERSION = 3;
/** Little-endian 64-bit integers; the only values that can be summed. */
const LE64 = 2;
const READ_SUCCESS = 1;
const WRITE_SUCCESS = 1;
const CHECK_FAILURE = 2;
const [SET, DELETE, SUM, MAX, MIN] = [1, 2, 3, 4, 5];
const EMPTY = new Uint8Array();

/** A database in memory that is reached over HTTP. */
export class KvConnect {
  /** What was asked for so far. */
  readonly counts: Counts = {
    reads: 0,
    ranges: 0,
    entries: 0,
    writes: 0,
    conflicts: 0,
  };
  readonly #id = crypto.randomUUID();
  readonly #now: () => number;
  /** Keys as strings of bytes, so that strings sort as keys do. */
  readonly #entries = new Map<string, Stored>();
  /** The keys in order. */
  readonly #keys: string[] = [];
  #commits = 0n;

  /** Takes the clock, in ms since 1970, by which keys expire. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Listens on the loopback interface; port 0 takes any free one. */
  listen(port = 0): { url: string; close: () => Promise<void> } {
    const server = Deno.serve(
      {
        hostname: "127.0.0.1",
        port,
        onListen() {},
        // A client that is killed leaves half a request behind.
        onError: () => new Response(null, { status: 500 }),
      },
      this.fetch,
    );
    return {
      url: `http://127.0.0.1:${server.addr.port}/`,
      close: () => server.shutdown(),
    };
  }

  /** Answers one request. */
  readonly fetch = async (request: Request): Promise<Response> => {
    if (request.headers.get("authorization") !== `Bearer ${TOKEN}`) {
      return new Response("The access token is wrong", { status: 401 });
    }
    const { pathname } = new URL(request.url);
    const body = new Uint8Array(await request.arrayBuffer());
    if (pathname === "/") return this.#metadata(body);
    if (request.headers.get("x-denokv-database-id") !== this.#id) {
      return new Response("This is another database", { status: 400 });
    }
    if (pathname === "/v3/snapshot_read") return answer(this.#read(body));
    if (pathname === "/v3/atomic_write") return answer(this.#write(body));
    return new Response(`There is no ${pathname}`, { status: 404 });
  };

  #metadata(body: Uint8Array): Response {
    const { supportedVersions } = JSON.parse(new TextDecoder().decode(body));
    if (!supportedVersions.includes(VERSION)) {
      return new Response(`Only version ${VERSION} is known`, { status: 400 });
    }
    return Response.json({
      version: VERSION,
      databaseId: this.#id,
      endpoints: [{ url: "/v3", consistency: "strong" }],
      token: TOKEN,
      expiresAt: new Date(Date.now() + 24 * 3_600_000).toISOString(),
    });
  }

  #read(body: Uint8Array): Uint8Array {
    this.counts.reads++;
    const ranges = read(body).all(1).map((range) => {
      this.counts.ranges++;
      const [start, end] = [read(range).bytes(1), read(range).bytes(2)];
      const found = this.#range(text(start), text(end));
      if (read(range).number(4)) found.reverse();
      const values = found.slice(0, read(range).number(3)).map((key): Field => {
        const { value, encoding, versionstamp } = this.#entries.get(key)!;
        return [
          1,
          write([1, bytes(key)], [2, value], [3, encoding], [
            4,
            versionstamp,
          ]),
        ];
      });
      this.counts.entries += values.length;
      return write(...values);
    });
    return write(
      ...ranges.map((range): Field => [1, range]),
      [4, 1], // strongly consistent
      [8, READ_SUCCESS],
    );
  }

  #write(body: Uint8Array): Uint8Array {
    this.counts.writes++;
    const request = read(body);
    const failed = request.all(1).flatMap((check, index): Field[] => {
      const stored = this.#get(text(read(check).bytes(1)));
      const is = text(stored?.versionstamp ?? EMPTY);
      return is === text(read(check).bytes(2)) ? [] : [[4, index]];
    });
    if (failed.length > 0) {
      this.counts.conflicts++;
      return write([1, CHECK_FAILURE], ...failed);
    }
    const versionstamp = new Uint8Array(10);
    new DataView(versionstamp.buffer).setBigUint64(0, ++this.#commits);
    for (const mutation of request.all(2)) this.#mutate(mutation, versionstamp);
    return write([1, WRITE_SUCCESS], [2, versionstamp]);
  }

  #mutate(mutation: Uint8Array, versionstamp: Uint8Array): void {
    const fields = read(mutation);
    const key = text(fields.bytes(1));
    const type = fields.number(3);
    if (type === DELETE) return this.#delete(key);
    const value = read(fields.bytes(2));
    const [data, encoding] = [value.bytes(1), value.number(2)];
    const stored = this.#get(key);
    if (!stored) this.#keys.splice(this.#indexOf(key), 0, key);
    this.#entries.set(key, {
      value: type === SET || !stored ? data : combine(type, stored, data),
      encoding,
      versionstamp,
      expiresAt: fields.number(4),
    });
  }

  #get(key: string): Stored | undefined {
    const stored = this.#entries.get(key);
    if (!stored?.expiresAt || stored.expiresAt > this.#now()) return stored;
    this.#delete(key);
    return undefined;
  }

  #delete(key: string): void {
    if (this.#entries.delete(key)) this.#keys.splice(this.#indexOf(key), 1);
  }

  /** The keys from one on, up to another one. */
  #range(start: string, end: string): string[] {
    return this.#keys.slice(this.#indexOf(start), this.#indexOf(end))
      .filter((key) => this.#get(key));
  }

  /** Where a key is among the keys, or belongs. */
  #indexOf(key: string): number {
    let [low, high] = [0, this.#keys.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#keys[middle]! < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function combine(type: number, { value, encoding }: Stored, data: Uint8Array) {
  if (encoding !== LE64) throw new TypeError("Only 64-bit integers are summed");
  const [a, b] = [int64(value), int64(data)];
  const result = new Uint8Array(8);
  new DataView(result.buffer).setBigUint64(
    0,
    type === SUM
      ? BigInt.asUintN(64, a + b)
      : type === MAX
      ? a > b ? a : b
      : type === MIN
      ? a < b ? a : b
      : a,
    true,
  );
  return result;
}

function int64(data: Uint8Array): bigint {
  return new DataView(data.buffer, data.byteOffset).getBigUint64(0, true);
}

function answer(body: Uint8Array): Response {
  const headers = { "content-type": "application/x-protobuf" };
  return new Response(new Uint8Array(body), { headers });
}

/** Bytes as a string that sorts as they do. */
function text(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

if (import.meta.main) {
  console.log(new KvConnect().listen(Number(Deno.args[0] ?? 0)).url);
}
