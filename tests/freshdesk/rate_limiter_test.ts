import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import {
  NoApiAccessError,
  NotSentError,
  RateLimitError,
} from "../../freshdesk/errors.ts";
import { Freshdesk } from "../../freshdesk.ts";
import { RateLimiter } from "../../freshdesk/rate_limiter.ts";
import { Sandbox, type SandboxOptions } from "../../sandbox/sandbox.ts";
import { moment } from "../helpers/test_env.ts";

const MINUTE = 60_000;

/** What became of our calls, minute by minute of the account's clock. */
interface Outcome {
  /** Calls in each minute that were answered. */
  answered: number[];
  /** Calls that were answered 429. */
  refused: number;
  /** The most of our calls within any sixty seconds. */
  most: number;
}

/** Lets seconds pass one by one: a timer is set only once the promise before it has settled. */
async function pass(time: FakeTime, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) await time.tickAsync(1000);
}

/** Makes calls as fast as the rate limiter allows, four side by side, for some minutes. */
async function rush(
  options: SandboxOptions & { share: number; minutes: number; calls?: number },
  neighbour?: (sandbox: Sandbox, second: number) => void,
): Promise<Outcome> {
  using time = new FakeTime(moment("12:00:17"));
  const start = time.now;
  const sandbox = new Sandbox({ ...options, now: () => time.now });
  const stop = new AbortController();
  const freshdesk = new Freshdesk({
    url: "https://acme.freshdesk.com",
    apiKey: "sandbox",
    fetch: sandbox.fetch,
    share: options.share,
    now: () => time.now,
    signal: stop.signal,
  });
  let left = options.calls ?? 10_000;
  const caller = async () => {
    while (!stop.signal.aborted && left-- > 0) {
      await freshdesk.getMe().catch(() => {});
    }
  };
  const callers = [caller(), caller(), caller(), caller()];
  for (let second = 0; second < options.minutes * 60; second++) {
    neighbour?.(sandbox, second);
    await time.tickAsync(1000);
  }
  stop.abort();
  await time.tickAsync(1000);
  await Promise.all(callers);

  const good = sandbox.requests.filter(({ status }) => status === 200);
  const minutes = Map.groupBy(good, ({ at }) => Math.floor(at / MINUTE));
  const first = Math.floor(start / MINUTE);
  const times = sandbox.requests.map(({ at }) => at);
  return {
    answered: Array.from(
      { length: options.minutes },
      (_, i) => minutes.get(first + i)?.length ?? 0,
    ),
    refused: sandbox.requests.filter(({ status }) => status === 429).length,
    most: Math.max(
      ...times.map((from) =>
        times.filter((at) => at >= from && at < from + MINUTE).length
      ),
    ),
  };
}

function sum(numbers: number[]): number {
  return numbers.reduce((sum, n) => sum + n, 0);
}

Deno.test("rate limiter: uses 95 % of a trial's minutes for a backlog of 500 calls, without a 429", async () => {
  const minutes = 11;
  const { answered, refused } = await rush({
    limit: 50,
    share: 1,
    minutes,
    calls: 500,
  });
  assertEquals(refused, 0);
  const whole = answered.slice(1, 10); // the first minute began before, the last has no backlog left
  assert(
    whole.every((calls) => calls >= 0.95 * 50),
    `calls of the minutes: ${answered}`,
  );
});

const NEIGHBOURS: [string, (sandbox: Sandbox, second: number) => void][] = [
  ["every three seconds", (sandbox, s) => s % 3 === 0 && sandbox.spend(1)],
  ["in four bursts", (sandbox, s) => s % 15 === 0 && sandbox.spend(5)],
  [
    "at random",
    (() => {
      const times = [
        1,
        4,
        5,
        9,
        11,
        12,
        18,
        20,
        23,
        27,
        31,
        32,
        33,
        38,
        41,
        47,
        50,
        52,
        55,
        58,
      ];
      return (sandbox, s) => times.includes(s % 60) && sandbox.spend(1);
    })(),
  ],
];

for (const [how, neighbour] of NEIGHBOURS) {
  Deno.test(`rate limiter: uses the rest beside a neighbour who takes 40 % ${how}, with at most 1 % 429s`, async () => {
    const { answered, refused } = await rush(
      { limit: 50, share: 1, minutes: 20 },
      neighbour,
    );
    const made = sum(answered) + refused;
    assert(refused <= made / 100, `${refused} of ${made} were refused`);
    const whole = sum(answered.slice(2, -1));
    assert(whole >= 0.85 * 30 * 17, `calls of the minutes: ${answered}`);
  });
}

for (const share of [0.5, 0.25, 0.02]) {
  Deno.test(`rate limiter: never exceeds a share of ${share} in any sixty seconds`, async () => {
    const { answered, refused, most } = await rush({
      limit: 50,
      share,
      minutes: 6,
    });
    assertEquals(refused, 0);
    assert(most <= 50 * share, `${most} calls in a minute`);
    assert(
      sum(answered.slice(1, -1)) >= 0.95 * 50 * share * 4,
      `calls of the minutes: ${answered}`,
    );
  });
}

Deno.test("rate limiter: uses the limit of a large plan", async () => {
  const { answered } = await rush({ limit: 700, share: 0.5, minutes: 4 });
  assert(answered[2]! >= 0.95 * 350, `calls of the minutes: ${answered}`);
});

Deno.test("rate limiter: stops all calls for the Retry-After of one endpoint", async () => {
  using time = new FakeTime(moment("12:00:30"));
  const sandbox = new Sandbox({
    now: () => time.now,
    limit: 400,
    subLimits: { ticketCreate: 2 },
  });
  const freshdesk = new Freshdesk({
    url: "https://acme.freshdesk.com",
    apiKey: "sandbox",
    fetch: sandbox.fetch,
    now: () => time.now,
    random: () => 0,
  });
  const open = () =>
    freshdesk.createTicket("s", "<p>d</p>", "amina.diallo@example.com");
  await open();
  await open();
  const third = open();
  await time.tickAsync(1000);
  const other = freshdesk.getMe();
  await pass(time, 10);
  assertEquals(sandbox.requests.map(({ status }) => status), [201, 201, 429]);
  await pass(time, 30);
  await Promise.all([third, other]);
  assertEquals(sandbox.requests.length, 5);
  const late = sandbox.requests.slice(3).every(({ at }) =>
    at >= moment("12:01")
  );
  assert(late, "both waited for the next minute");
});

Deno.test("rate limiter: does not begin a wait beyond the deadline", async () => {
  const sandbox = new Sandbox({ now: () => moment("12:00"), limit: 50 });
  sandbox.fault({ kind: "status", status: 429, retryAfter: 900 });
  const freshdesk = new Freshdesk({
    url: "https://acme.freshdesk.com",
    apiKey: "sandbox",
    fetch: sandbox.fetch,
    now: () => moment("12:00"),
  });
  const first = await freshdesk.getMe().catch((error) => error);
  assertInstanceOf(first, RateLimitError);
  const second = await freshdesk.getMe().catch((error) => error);
  assertInstanceOf(second, NotSentError);
  assertEquals(sandbox.requests.length, 1);
});

Deno.test("rate limiter: reports a plan with a limit of 0", async () => {
  const headers = { "x-ratelimit-total": "0", "x-ratelimit-remaining": "0" };
  const freshdesk = new Freshdesk({
    url: "https://acme.freshdesk.com",
    apiKey: "k",
    fetch: () => Promise.resolve(new Response("", { status: 429, headers })),
  });
  const error = await freshdesk.getMe().catch((error) => error);
  assertInstanceOf(error, NoApiAccessError);
  assertEquals(error.hint.includes("plan allows no API calls"), true);
});

Deno.test("rate limiter: assumes the smallest plan before the first response", () => {
  const pace = new RateLimiter({ share: 0.5, now: () => 0 });
  assertEquals(pace.budget, {
    total: undefined,
    remaining: undefined,
    ourLimit: 25,
    pausedUntil: 0,
  });
});

Deno.test("rate limiter: leaves to others what they used in the last minute", () => {
  let now = moment("12:00");
  const pace = new RateLimiter({ share: 1, now: () => now });
  const answer = (remaining: number) =>
    pace.onResponse(
      new Headers({
        "x-ratelimit-total": "50",
        "x-ratelimit-remaining": `${remaining}`,
      }),
    );
  pace.tryAcquire();
  answer(49);
  assertEquals(pace.budget.ourLimit, 50);
  now += 30_000;
  pace.tryAcquire();
  answer(28); // of 22 used, two are ours
  assertEquals(pace.budget.ourLimit, 30);
  now += 45_000;
  pace.tryAcquire();
  answer(49);
  assertEquals(pace.budget.ourLimit, 30);
  now += 61_000;
  pace.tryAcquire();
  answer(49);
  assertEquals(pace.budget.ourLimit, 50);
});

Deno.test("rate limiter: leaves the last calls of a minute to others, who go on while a response is under way", () => {
  let now = moment("12:00");
  const pace = new RateLimiter({ share: 1, now: () => now });
  const call = (remaining: number) => {
    assertEquals(pace.tryAcquire(), 0);
    pace.onResponse(
      new Headers({
        "x-ratelimit-total": "700",
        "x-ratelimit-remaining": `${remaining}`,
      }),
    );
  };
  call(699);
  now += 30_000;
  call(8); // others made 690 calls, and may have made these 8 by now
  assertEquals(pace.tryAcquire(), 30_000);
  now += 30_000;
  call(699);
});

Deno.test("rate limiter: reads numbers with a decimal point", () => {
  const pace = new RateLimiter({ share: 1, now: () => 0 });
  pace.tryAcquire();
  pace.onResponse(
    new Headers({
      "x-ratelimit-total": "400.0",
      "x-ratelimit-remaining": "399.0",
    }),
  );
  assertEquals(pace.budget.total, 400);
});
