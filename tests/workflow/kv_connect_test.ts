/**
 * Programs that share a database over KV Connect, as on several machines.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { audit } from "../chaos/audit.ts";
import { acceleratedClock } from "../chaos/accelerated_clock.ts";
import { pick, seededRandom } from "../../lib/random.ts";
import { Sandbox } from "../../sandbox/sandbox.ts";
import { listen } from "../../sandbox/server.ts";
import { Store } from "../../workflow/store.ts";
import { KvConnect, TOKEN } from "../helpers/kv_connect.ts";
import { moment, TestEnv } from "../helpers/test_env.ts";

// These need a port, and the token is read from the environment.
const may = (["run", "net", "read", "write", "env"] as const).every((name) =>
  Deno.permissions.querySync({ name }).state === "granted"
);

function overTheNet(
  name: string,
  run: (
    server: KvConnect,
    open: () => Promise<Deno.Kv>,
    url: string,
  ) => Promise<void>,
): void {
  Deno.test({
    name: `KV Connect: ${name}${may ? "" : " (left out: needs -A)"}`,
    ignore: !may,
    async fn() {
      Deno.env.set("DENO_KV_ACCESS_TOKEN", TOKEN);
      const server = new KvConnect();
      const { url, close } = server.listen();
      const opened: Deno.Kv[] = [];
      try {
        await run(server, async () => {
          const kv = await Deno.openKv(url);
          opened.push(kv);
          return kv;
        }, url);
      } finally {
        for (const kv of opened) kv.close();
        await close();
        Deno.env.delete("DENO_KV_ACCESS_TOKEN");
      }
    },
  });
}

overTheNet("keeps what Deno's own database keeps", async (_, open) => {
  using own = await Deno.openKv(":memory:");
  const remote = await open();
  const random = seededRandom(7);
  const parts = [1, 2, 300, -5, "a", "ab", "", true, false, 1n << 70n];
  const key =
    (): Deno.KvKey => [pick(["x", "y"], random)!, pick(parts, random)!];
  for (let n = 0; n < 150; n++) {
    const [one, other] = [key(), key()];
    const fresh = random() < 0.3;
    const deletes = random() < 0.2;
    const results = [];
    for (const kv of [own, remote]) {
      const atomic = kv.atomic().sum(["sum", n % 5], BigInt(n));
      if (fresh) atomic.check({ key: one, versionstamp: null });
      if (deletes) atomic.delete(other);
      else atomic.set(other, { n, text: "ä".repeat(n) });
      results.push((await atomic.commit()).ok);
    }
    assertEquals(results[1], results[0], `commit ${n}`);
  }
  for (
    const [selector, options] of [
      [{ prefix: [] }, {}],
      [{ prefix: [] }, { reverse: true }],
      [{ prefix: ["x"] }, { limit: 3 }],
      [{ prefix: ["x"] }, { limit: 3, reverse: true, batchSize: 2 }],
      [{ prefix: ["x"], start: ["x", 2] }, {}],
      [{ prefix: ["x"], end: ["x", "ab"] }, { batchSize: 1 }],
      [{ start: ["sum", 1], end: ["sum", Infinity] }, {}],
    ] as [Deno.KvListSelector, Deno.KvListOptions][]
  ) {
    const [ours, theirs] = await Promise.all(
      [own, remote].map(async (kv) =>
        (await Array.fromAsync(kv.list(selector, options)))
          .map(({ key, value }) => ({ key, value }))
      ),
    );
    assertEquals(theirs, ours);
  }
  assert((await Array.fromAsync(remote.list({ prefix: [] }))).length > 10);
});

overTheNet("refuses a wrong token", async (_, __, url) => {
  Deno.env.set("DENO_KV_ACCESS_TOKEN", "wrong");
  await assertRejects(() => Deno.openKv(url), TypeError, "401");
});

overTheNet(
  "two stores never change a ticket at once, and open an hour once",
  async (server, open) => {
    using world = await TestEnv.open();
    const programs = [];
    for (let n = 0; n < 2; n++) {
      programs.push(world.program({ kv: await open(), ticketsPerHour: 4 }));
    }
    world.now = moment("12:00");
    await Promise.all(
      programs.map(({ workflow }) => workflow.createAndHandleTicket()),
    );
    for (const time of ["12:05", "12:10", "12:15", "12:20"]) {
      world.now = moment(time);
      await Promise.all(
        programs.flatMap(({ workflow }) =>
          ([5, 10, 15, 20] as const).map((every) => workflow.tick(every))
        ),
      );
    }
    assertEquals(world.sandbox.tickets.size, 4);
    for (const [id, { status }] of world.sandbox.tickets) {
      assertEquals([status, world.said(id).length], [5, 3]);
    }
    assert(server.counts.conflicts > 0, "they never met");
  },
);

overTheNet(
  "of three processes one is killed at a creation and one at a reply: nothing is doubled, lost, or opened twice",
  async (_, open, url) => {
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    await using running = await startPrograms(url, 3, (path, kill) => {
      if (path === "POST /api/v2/tickets") kill(0);
      if (/^POST .*reply$/.test(path)) kill(1);
      const all = [...running.sandbox.tickets.values()];
      if (all.length > 0 && all.every(({ status }) => status === 5)) resolve();
    });
    await closed;
    assertEquals(await running.stop(), ["SIGKILL", "SIGKILL", null]);
    const kv = await open();
    const { problems } = await audit(kv, new Store(kv), running.sandbox);
    assertEquals(problems, []);
    const hours = await Array.fromAsync(kv.list<number>({ prefix: ["hour"] }));
    assertEquals(
      hours.reduce((sum, { value }) => sum + value, 0),
      running.sandbox.tickets.size,
    );
  },
);

/** Some of the real program on one database, a hundred times as fast, until they are stopped. */
async function startPrograms(
  kv: string,
  count: number,
  onRequest: (path: string, kill: (program: number) => void) => void,
) {
  const speed = 100;
  const epoch = Date.now();
  const now = acceleratedClock(epoch, speed);
  const sandbox = new Sandbox({ now, random: seededRandom(3) });
  const fetch = sandbox.fetch;
  const watched = Object.assign(Object.create(sandbox) as Sandbox, {
    fetch: async (request: Request) => {
      const answer = await fetch(request);
      onRequest(`${request.method} ${new URL(request.url).pathname}`, kill);
      return answer;
    },
  });
  const server = await listen(watched, 0);
  const folder = await Deno.makeTempDir();
  const path = (name: string) => new URL(name, import.meta.url).pathname;
  const programs = Array.from(
    { length: count },
    () =>
      new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "-A",
          ...(import.meta.resolve("@std/log").startsWith("jsr:") ? [] : [
            "--no-lock",
            `--import-map=${path("../../std/import_map.json")}`,
          ]),
          `--preload=${path("../chaos/accelerate.ts")}`,
          path("../../main.ts"),
        ],
        cwd: folder,
        stdin: "null",
        stdout: "null",
        stderr: "null",
        env: {
          FRESHDESK_URL: server.url,
          FRESHDESK_API_KEY: sandbox.apiKey,
          TICKETS_PER_HOUR: "4",
          RATE_LIMIT_SHARE: "1",
          CONTACT_DOMAINS: "*",
          KV_PATH: kv,
          DENO_KV_ACCESS_TOKEN: TOKEN,
          LOG_FILE: "",
          PORT: "0",
          HOST: "127.0.0.1",
          CHAOS_SPEED: String(speed),
          CHAOS_EPOCH: String(epoch),
        },
      }).spawn(),
  );
  const killed = new Set<number>();
  function kill(program: number): void {
    if (!killed.has(program)) programs[program]!.kill("SIGKILL");
    killed.add(program);
  }
  /** Lets the others finish their steps; gives the signals that ended them all. */
  async function stop() {
    for (const [i, program] of programs.entries()) {
      if (!killed.has(i)) program.kill("SIGTERM");
      killed.add(i);
    }
    const ends = await Promise.all(programs.map(({ status }) => status));
    return ends.map(({ signal }) => signal);
  }
  return {
    sandbox,
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      await server.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}
