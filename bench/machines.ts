/**
 * Several machines on one database, which is reached over KV Connect: how many steps a second they
 * take together, how often they get in each other's way, and that nothing is posted twice when one is
 * killed and the database stands still.
 *
 * @module
 */
import { putTickets } from "../tests/helpers/tickets.ts";
import { type Counts, TOKEN } from "../tests/helpers/kv_connect.ts";
import { compare, type Figure, type Scale } from "./figures.ts";
import {
  lastFullHour,
  type Process,
  startProcess,
  timed,
  waitingTickets,
} from "./setting.ts";

/** How long the database stands still. */
const FROZEN = 3000;
/** By then the claims of a dead process have expired. */
const LATER = 6;

interface Run {
  /** Steps a second. */
  rate: number;
  /** Atomic writes that came too late, for each step. */
  conflicts: number;
}

/** Compares 2 and 4 machines with one. */
export async function measureMachines({ quick }: Scale): Promise<Figure[]> {
  const [count, runs] = quick ? [20, 1] : [1500, 3];
  Deno.env.set("DENO_KV_ACCESS_TOKEN", TOKEN);
  const found = new Map<number, Run[]>([[1, []], [2, []], [4, []]]);
  for (let run = 0; run < runs; run++) {
    for (const [machines, all] of found) all.push(await race(machines, count));
  }
  const alone = found.get(1)!.map(({ rate }) => rate);
  const figures = [...found].map(([machines, all]) =>
    compare(`machines: ${machines}`, "one machine", {
      "steps/s": all.map(({ rate }) => rate),
      "alone": alone,
      "conflicts a step": all.map(({ conflicts }) => conflicts),
    })
  );
  const outcomes: Outcome[] = [];
  for (let run = 0; run < runs; run++) outcomes.push(await disturb(count));
  const of = (what: keyof Outcome) => outcomes.map((one) => one[what]);
  return [
    ...figures,
    compare(
      `4 machines, one killed, the database frozen for ${FROZEN / 1000} s`,
      "replies due",
      {
        "replies": of("messages"),
        "due": of("due"),
        "done when they ended": of("before"),
        "doubled": of("doubled"),
      },
    ),
  ];
}

interface Outcome {
  messages: number;
  due: number;
  before: number;
  doubled: number;
}

interface Scene extends AsyncDisposable {
  server: Process;
  peer: Process;
  tick: number;
  start(ahead?: number): Promise<Process>;
}

async function openScene(count: number): Promise<Scene> {
  const stack = new AsyncDisposableStack();
  const server = stack.use(await startProcess("kv_server.ts"));
  const peer = stack.use(await startProcess("peer.ts"));
  const tick = lastFullHour();
  using kv = await Deno.openKv(server.line);
  await putTickets(kv, waitingTickets(count, tick));
  return {
    server,
    peer,
    tick,
    start: async (ahead = 0) => {
      const args = [server.line, peer.line, `${tick}`, `${ahead}`];
      return stack.use(await startProcess("machine.ts", args));
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

async function race(machines: number, count: number): Promise<Run> {
  await using scene = await openScene(count);
  const all = await Promise.all(
    Array.from({ length: machines }, () => scene.start()),
  );
  const before = await countsOf(scene.server);
  const ms = await timed(() => Promise.all(all.map(runOnce)));
  const after = await countsOf(scene.server);
  const { messages } = await statsOf(scene.peer);
  if (messages !== count) throw new Error(`${messages} of ${count} replies`);
  const conflicts = (after.conflicts - before.conflicts) / count;
  return { rate: count / ms * 1000, conflicts };
}

/** Kills one of four, and freezes the database; a later tick settles what is left. */
async function disturb(count: number): Promise<Outcome> {
  await using scene = await openScene(count);
  const all = await Promise.all([1, 2, 3, 4].map(() => scene.start()));
  const [victim, ...rest] = all as [Process, ...Process[]];
  const ended = Promise.all(rest.map(runOnce));
  await victim.send("go");
  await reached(scene.peer, count / 4);
  victim.child.kill("SIGKILL");
  await reached(scene.peer, count / 2);
  scene.server.child.kill("SIGSTOP");
  await new Promise((resolve) => setTimeout(resolve, FROZEN));
  scene.server.child.kill("SIGCONT");
  await ended;
  const { tickets: before } = await statsOf(scene.peer);
  await runOnce(await scene.start(LATER));
  const { messages, doubled } = await statsOf(scene.peer);
  return { messages, doubled, before, due: count };
}

async function runOnce(machine: Process): Promise<void> {
  await machine.send("go");
  await machine.next();
}

async function reached(peer: Process, tickets: number): Promise<void> {
  while ((await statsOf(peer)).tickets < tickets) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function countsOf(server: Process): Promise<Counts> {
  await server.send("counts");
  return JSON.parse(await server.next());
}

async function statsOf(
  peer: Process,
): Promise<{ tickets: number; messages: number; doubled: number }> {
  return await (await fetch(`${peer.line}/stats`)).json();
}
