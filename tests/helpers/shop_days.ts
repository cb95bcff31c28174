/**
 * A shop's help desk some days in: the real workflow at a natural pace, against the sandbox, on a
 * clock that does not wait.
 *
 * @module
 */
import { Freshdesk } from "../../freshdesk.ts";
import { Sandbox } from "../../sandbox/sandbox.ts";
import { makeOpener } from "../../startup/opener.ts";
import { Actions } from "../../status/actions.ts";
import { statusApp } from "../../status/app.ts";
import { Workflow } from "../../workflow.ts";
import { JOBS } from "../../workflow/schedule.ts";
import { Store } from "../../workflow/store.ts";

const MINUTE = 60_000;

/** The desk, its clock, and its page. */
export interface ShopDays extends Disposable {
  /** The moment that it is (ms since 1970). */
  now: number;
  readonly store: Store;
  readonly freshdesk: Freshdesk;
  readonly sandbox: Sandbox;
  readonly app: ReturnType<typeof statusApp>;
}

/** Lets a shop's desk work from one moment to another. */
export async function shopDays(
  { from, to, ticketsPerHour, signal }: {
    from: string;
    to: string;
    ticketsPerHour: number;
    signal: AbortSignal;
  },
): Promise<ShopDays> {
  let now = Date.parse(from);
  const clock = { now: () => now, random: () => 0.5 };
  const kv = await Deno.openKv(":memory:");
  const sandbox = new Sandbox({
    ...clock,
    sleep: () => Promise.resolve(),
  });
  for (const agent of sandbox.agents) agent.blocksImpersonation = false;
  const log = { info() {}, debug() {}, warn() {}, error() {} };
  const freshdesk = new Freshdesk({
    ...clock,
    url: "https://acme.freshdesk.com",
    apiKey: sandbox.apiKey,
    fetch: sandbox.fetch,
    share: 1,
    sleep: (ms) => {
      now += ms;
      return Promise.resolve();
    },
    log,
  });
  const store = new Store(kv, clock);
  const parts = await makeOpener({
    desk: "shop",
    seed: "shop",
    ticketsPerHour,
    historyDays: 30,
  }, { ...clock, kv, store, freshdesk, log });
  const workflow = new Workflow({
    ...clock,
    freshdesk,
    store,
    prepare: () => Promise.resolve(parts),
    log,
  });
  for (let at = now; at <= Date.parse(to); at += 5 * MINUTE) {
    for (const { name, every } of JOBS) {
      if ((at / MINUTE) % every !== 0) continue;
      now = Math.max(now, at);
      const before = freshdesk.requestCount;
      const report = every === 60
        ? await workflow.createAndHandleTicket(at)
        : await workflow.tick(every, at);
      const run = { at, took: 400 + 310 * report.done, report, error: null };
      const calls = freshdesk.requestCount - before;
      if (report.done > 0) await store.recordJobRun(name, run, calls);
    }
  }
  now = Date.parse(to);
  const actions = new Actions({
    ...clock,
    store,
    freshdesk,
    workflow,
    prepare: () => Promise.resolve(parts),
    account: "acme.freshdesk.com",
    production: true,
    log,
  });
  const app = statusApp({
    ...clock,
    store,
    ticketUrl: (id) => freshdesk.ticketUrl(id),
    budget: () => ({
      total: 50,
      remaining: 43,
      ourLimit: 25,
      pausedUntil: 0,
    }),
    startedAt: now,
    mode: "open",
    production: true,
    signal,
    actions,
    nextTicket: async () => (await parts.opener.nextExpected(now))?.at,
    calendars: () => parts.opener.calendars(),
  });
  return {
    get now() {
      return now;
    },
    set now(to) {
      now = to;
    },
    store,
    freshdesk,
    sandbox,
    app,
    [Symbol.dispose]: () => kv.close(),
  };
}
