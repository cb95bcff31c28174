/**
 * How much of an account's calls a minute the engine uses when more is due than it can do, alone and
 * beside others. The clock is simulated: nothing here depends on the machine.
 *
 * @module
 */
import { MINUTE } from "../lib/time.ts";
import { MinuteBudget } from "../sandbox/limits.ts";
import { CountingKv } from "../tests/helpers/counting_kv.ts";
import { putTickets } from "../tests/helpers/tickets.ts";
import { compare, type Figure, type Scale } from "./figures.ts";
import { makeWorkflow, waitingTickets } from "./setting.ts";
import { SimulatedClock } from "./simulated_clock.ts";

const START = Date.UTC(2026, 10, 23, 12, 0);
/** Freshdesk usually takes this long to answer. */
const LATENCY = 300;
/** On a slow day it takes this long. */
const SLOW = 1000;
const TICKS = 3;
const TICK = 5 * MINUTE;

/** Others that use the same account. */
interface Neighbours {
  /** Which part of a minute's calls they take. */
  part: number;
  /** Whether they make them one by one, spread evenly, or all at once. */
  evenly: boolean;
}

interface Outcome {
  /** Calls that we made with success. */
  calls: number;
  /** Calls that were there for us. */
  free: number;
  /** The same while a tick was at work. */
  freeInTicks: number;
  /** Calls that were refused. */
  refused: number;
}

/** Who uses the account, and how fast it answers. */
interface Case {
  name: string;
  share?: number;
  others?: Neighbours;
  latency?: number;
}

const CASES: Case[] = [
  { name: "alone" },
  { name: "alone, RATE_LIMIT_SHARE=0.5", share: 0.5 },
  { name: "alone, answers take 1 s", latency: SLOW },
  { name: "beside 30 % spread evenly", others: { part: 0.3, evenly: true } },
  { name: "beside 30 % once a minute", others: { part: 0.3, evenly: false } },
];

/** Plays a quarter of an hour of each case with each plan. */
export async function measureBudget({ quick }: Scale): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const limit of quick ? [50] : [50, 200, 700]) {
    for (const one of CASES) {
      const { calls, free, freeInTicks, refused } = await play(limit, one);
      figures.push(
        compare(`${limit} a minute, ${one.name}`, "the calls that were free", {
          calls: [calls],
          free: [free],
          "free in ticks": [freeInTicks],
          "429s": [refused],
        }, { atLeast: 0.95 }),
      );
    }
  }
  return figures;
}

async function play(
  limit: number,
  { share = 1, others, latency = LATENCY }: Case,
): Promise<Outcome> {
  const clock = new SimulatedClock(START);
  const { now, sleep } = clock;
  const budget = new MinuteBudget(now, limit);
  let [calls, refused, taken, id] = [0, 0, 0, 0];
  const fetch = async (): Promise<Response> => {
    const isFree = budget.spend(1);
    const headers = {
      "x-ratelimit-total": `${limit}`,
      "x-ratelimit-remaining": `${budget.remaining}`,
      ...(!isFree && { "retry-after": `${budget.secondsLeft}` }),
    };
    await sleep(latency);
    if (isFree) calls++;
    else refused++;
    const status = isFree ? 201 : 429;
    return new Response(JSON.stringify({ id: ++id }), { status, headers });
  };
  const { kv } = new CountingKv();
  const enough = limit * share * (TICKS * TICK / MINUTE);
  await putTickets(kv, waitingTickets(enough, START, START));
  const url = "https://acme.freshdesk.com";
  const { workflow } = makeWorkflow(kv, { url, fetch, now, sleep, share });
  const end = START + TICKS * TICK;
  if (others) {
    const aMinute = limit * others.part;
    const wanted = others.evenly ? 1 : aMinute;
    (async () => {
      while (now() < end) {
        const some = Math.min(wanted, budget.remaining);
        budget.spend(some);
        taken += some;
        await sleep(MINUTE * wanted / aMinute);
      }
    })();
  }
  let worked = 0;
  for (let i = 0; i < TICKS; i++) {
    const tick = START + i * TICK;
    await clock.run(sleep(tick - now()));
    await clock.run(workflow.tick(5, tick));
    worked += now() - tick;
  }
  await clock.run(sleep(end - now()));
  const ours = Math.min(limit * share, limit - taken / (TICKS * TICK / MINUTE));
  return {
    calls,
    free: ours * TICKS * TICK / MINUTE,
    freeInTicks: ours * worked / MINUTE,
    refused,
  };
}
