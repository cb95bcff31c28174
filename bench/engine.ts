/**
 * The engine on a server without limit, with its database in a file: how many steps a second it
 * takes, and where the time goes.
 *
 * @module
 */
import { putTickets } from "../tests/helpers/tickets.ts";
import { SIDE_BY_SIDE } from "../workflow/dispatcher.ts";
import { compare, type Figure, type Scale } from "./figures.ts";
import {
  lastFullHour,
  makeWorkflow,
  type Process,
  sideBySide,
  startProcess,
  timed,
  waitingTickets,
  withFolder,
} from "./setting.ts";

/** As many as the engine has side by side where it may make many calls. */
const SLOTS = SIDE_BY_SIDE.most;
const BODY = "<p>What is?</p>";

/** Takes 5 000 first replies, beside loops that do less. */
export async function measureEngine({ quick }: Scale): Promise<Figure[]> {
  const [count, runs] = quick ? [20, 1] : [5000, 3];
  await using peer = await startProcess("peer.ts");
  const rates = {
    engine: [] as number[],
    recording: [] as number[],
    ownConnection: [] as number[],
    bare: [] as number[],
  };
  for (let run = 0; run < runs; run++) {
    for (const what of ["bare", "recording", "ownConnection"] as const) {
      const ms = await loop(peer, count, what);
      rates[what].push(count / ms * 1000);
    }
    rates.engine.push(count / await engine(peer, count) * 1000);
  }
  const shares = await profile(peer, count);
  const { engine: ours, recording, ownConnection, bare } = rates;
  return [
    compare("replies", "a loop that records each with one commit", {
      "engine/s": ours,
      "loop/s": recording,
    }),
    compare("replies", "the same, a connection for each POST", {
      "engine/s": ours,
      "loop/s": ownConnection,
    }),
    compare("replies", "a loop that keeps nothing", {
      "engine/s": ours,
      "loop/s": bare,
    }),
    ...shares,
  ];
}

/** Posts, as many side by side as the engine; records each reply unless `what` is bare. */
async function loop(
  peer: Process,
  count: number,
  what: "bare" | "recording" | "ownConnection",
): Promise<number> {
  await fetch(`${peer.line}/forget`).then((answer) => answer.text());
  const tickets = waitingTickets(count, 0);
  return await withFolder(async (folder) => {
    using kv = await Deno.openKv(`${folder}/bench.db`);
    return await timed(() =>
      sideBySide(tickets, async (ticket) => {
        using client = what === "ownConnection"
          ? Deno.createHttpClient({ poolMaxIdlePerHost: 0 })
          : undefined;
        const url = `${peer.line}/api/v2/tickets/${ticket.id}/reply`;
        const answer = await fetch(url, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ body: BODY }),
          ...(client && { client }),
        });
        await answer.text();
        if (what === "bare") return;
        await kv.atomic().set(["ticket", ticket.tag], ticket).commit();
      }, SLOTS)
    );
  });
}

/** Milliseconds of one tick of the engine; the clock may time its waits. */
async function engine(
  peer: Process,
  count: number,
  clock?: Clock,
): Promise<number> {
  await fetch(`${peer.line}/forget`).then((answer) => answer.text());
  const tick = lastFullHour();
  return await withFolder(async (folder) => {
    using kv = await Deno.openKv(`${folder}/bench.db`);
    await putTickets(kv, waitingTickets(count, tick));
    const { workflow } = makeWorkflow(clock ? clock.kv(kv) : kv, {
      url: peer.line,
      ...(clock && { fetch: clock.fetch }),
    });
    return await timed(async () => {
      const { done } = await workflow.tick(5, tick);
      if (done !== count) throw new Error(`${done} of ${count} were done`);
    });
  });
}

/** Which part of the slots' time each kind of wait takes. */
async function profile(peer: Process, count: number): Promise<Figure[]> {
  const clock = new Clock();
  const ms = await engine(peer, count, clock);
  const slots = SLOTS * ms / count;
  const parts: [string, number][] = [...clock.took].map(
    ([what, took]) => [what, took / count],
  );
  const known = parts.reduce((sum, [, took]) => sum + took, 0);
  return [...parts, ["all else", slots - known] as const].map(
    ([what, took]) =>
      compare(`waiting for: ${what}`, "a slot's time for a reply", {
        "ms a reply": [took],
        "ms in all": [slots],
      }),
  );
}

/** Adds up how long the engine waits for what. */
class Clock {
  readonly took = new Map<string, number>();

  async #time<T>(what: string, wait: Promise<T>): Promise<T> {
    const start = performance.now();
    const result = await wait;
    const before = this.took.get(what) ?? 0;
    this.took.set(what, before + performance.now() - start);
    return result;
  }

  readonly fetch = (
    request: Request,
    init?: RequestInit & { client?: Deno.HttpClient },
  ): Promise<Response> => this.#time("the POST", fetch(request, init));

  kv(kv: Deno.Kv): Deno.Kv {
    const timed = {
      get: (key: Deno.KvKey) =>
        this.#time(`get ${String(key[0])}`, kv.get(key)),
      getMany: (keys: readonly Deno.KvKey[]) =>
        this.#time("record and plan", kv.getMany<unknown[]>([...keys])),
      list: (selector: Deno.KvListSelector, options?: Deno.KvListOptions) =>
        kv.list(selector, options),
      atomic: () => {
        const atomic = kv.atomic();
        const [set, commit] = [atomic.set, atomic.commit];
        let sets = 0;
        atomic.set = (...what) => {
          sets++;
          return set.apply(atomic, what);
        };
        atomic.commit = () =>
          this.#time(
            sets === 1 ? "the claim" : "the commit",
            commit.call(atomic),
          );
        return atomic;
      },
    };
    return timed as unknown as Deno.Kv;
  }
}
