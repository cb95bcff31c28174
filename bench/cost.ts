/**
 * What a ticket's life, an idle hour and a month cost: units of Deno KV, and calls to Freshdesk.
 * Everything is counted, and nothing depends on the machine.
 *
 * @module
 */
import { Freshdesk } from "../freshdesk.ts";
import { seededRandom } from "../lib/random.ts";
import { DAY, HOUR, MINUTE } from "../lib/time.ts";
import { statusApp } from "../status/app.ts";
import { Sandbox } from "../sandbox/sandbox.ts";
import { makeOpener } from "../startup/opener.ts";
import { CountingKv } from "../tests/helpers/counting_kv.ts";
import type { Pace } from "../workflow/plan.ts";
import { INTERVALS, isHeartbeat } from "../workflow/schedule.ts";
import { Store } from "../workflow/store.ts";
import type { Ticket } from "../workflow/ticket.ts";
import { type Report, Workflow } from "../workflow.ts";
import { compare, type Figure, type Scale } from "./figures.ts";
import { SILENT } from "./setting.ts";

/** A Monday. */
const START = Date.UTC(2026, 10, 23);
const MONTH = 30;
/** How often a page asks in a minute whether something has changed: every 5 s, for 20 s after a change every 2 s. */
const ASKED_QUIET = 12;
const ASKED_AFTER_CHANGE = 18;
const PER_MONTH = { reads: 60_000, writes: 50_000 };

interface Cost {
  reads: number;
  writes: number;
  calls: number;
}

/** Counts lives one by one, by how they went, idle hours, and months. */
export async function measureCost({ quick }: Scale): Promise<Figure[]> {
  const [classic] = (await lives("classic", "classic", quick ? 1 : 10))
    .values();
  const base = average(classic!);
  const natural = await lives("shop", "natural", quick ? 2 : 300);
  const steps = 6;
  return [
    compare("a classic life", `its ${steps} steps`, {
      calls: [base.calls],
      steps: [steps],
      reads: [base.reads],
      writes: [base.writes],
    }, { atMost: 1.05 }),
    ...[...natural].sort(([a], [b]) => a.localeCompare(b)).map(
      ([outcome, costs]) => lifeFigure(outcome, costs, base),
    ),
    ...await months(quick ? 2 : 30, quick ? 1 : 14),
  ];
}

function lifeFigure(outcome: string, costs: Cost[], base: Cost): Figure {
  const of = (what: keyof Cost) => costs.map((cost) => cost[what]);
  return compare(`a natural life: ${outcome}`, "a classic life's calls", {
    calls: of("calls"),
    "classic calls": costs.map(() => base.calls),
    reads: of("reads"),
    writes: of("writes"),
  });
}

/** A month of idle hours, and of tickets: of natural ones the second half, when as many end as begin. */
async function months(days: number, settle: number): Promise<Figure[]> {
  const figures: Figure[] = [];
  const cases: [string, string, Pace, number][] = [
    ["no tickets", "classic", "classic", 0],
    ["1 classic ticket an hour", "classic", "classic", 1],
    ["5 classic tickets an hour", "classic", "classic", 5],
    ["shop, 1 ticket an hour", "shop", "natural", 1],
    ["shop, 5 tickets an hour", "shop", "natural", 5],
  ];
  for (const [name, desk, pace, ticketsPerHour] of cases) {
    const program = new Program(desk, pace, ticketsPerHour || 1);
    if (ticketsPerHour === 0) await program.openNone(days);
    const before = pace === "natural" ? settle : 0;
    const { reads, writes, calls } = await playMonth(program, before, days);
    figures.push(
      compare(
        `a month: ${name}`,
        "60 000 reads",
        {
          reads: [reads],
          "60 000": [PER_MONTH.reads],
          writes: [writes],
          calls: [calls],
        },
        ...ticketsPerHour === 1 && pace === "classic"
          ? [{ atMost: 1 }] as const
          : [],
      ),
    );
    if (pace === "natural") figures.push(await openPageFigure(name, program));
  }
  return figures;
}

/** What a page costs that is open for a day, while the jobs run. */
async function openPageFigure(name: string, program: Program): Promise<Figure> {
  const app = statusApp({
    store: program.store,
    now: () => program.now,
    ticketUrl: (id) => program.freshdesk.ticketUrl(id),
    budget: () => program.freshdesk.budget,
    startedAt: START,
    mode: "open",
    production: true,
  });
  const look = async () => {
    const before = program.spent;
    const answer = await app.request("http://localhost/");
    await answer.text();
    if (!answer.ok) throw new Error(`The page answered ${answer.status}`);
    return since(program.spent, before).reads;
  };
  const first = await look();
  const start = Math.ceil((program.now + 1) / MINUTE) * MINUTE;
  let [reads, version] = [0, await program.store.version()];
  for (let at = start; at < start + DAY; at += MINUTE) {
    program.now = at;
    if (at % (5 * MINUTE) === 0) await runJobs(program, at);
    const known = version;
    version = await program.store.version();
    reads += await look() +
      (version === known ? ASKED_QUIET : ASKED_AFTER_CHANGE);
  }
  return compare(`a page open for a month: ${name}`, "its first look", {
    "reads a month": [reads * MONTH],
    "reads of the first look": [first],
  });
}

function average(costs: readonly Cost[]): Cost {
  const mean = (what: keyof Cost) =>
    costs.reduce((sum, cost) => sum + cost[what], 0) / costs.length;
  return { reads: mean("reads"), writes: mean("writes"), calls: mean("calls") };
}

/** The program on a sandbox, with a clock that is set and everything counted. */
class Program {
  now = START;
  readonly counting = new CountingKv();
  readonly sandbox = new Sandbox({
    now: () => this.now,
    random: seededRandom(1),
  });
  readonly store: Store;
  readonly workflow: Workflow;
  readonly freshdesk: Freshdesk;
  readonly opener: ReturnType<typeof makeOpener<Ticket>>;
  #recordedCalls = 0;

  constructor(desk: string, pace: Pace, ticketsPerHour: number) {
    const { kv } = this.counting;
    const now = () => this.now;
    for (const agent of this.sandbox.agents) agent.blocksImpersonation = false;
    const freshdesk = this.freshdesk = new Freshdesk({
      url: "https://acme.freshdesk.com",
      apiKey: "sandbox",
      fetch: this.sandbox.fetch,
      share: 1,
      now,
      sleep: (ms) => {
        this.now += ms;
        return Promise.resolve();
      },
    });
    const store = this.store = new Store(kv, { now });
    const config = {
      desk,
      pace,
      ticketsPerHour,
      seed: "bench",
      businessHours: undefined,
      timeZone: undefined,
      contactDomains: undefined,
      agentEmails: undefined,
      dryRun: false,
      historyDays: 30,
    };
    const parts = { kv, store, freshdesk, now, log: SILENT };
    this.opener = makeOpener<Ticket>(config, parts);
    const prepare = () => this.opener;
    this.workflow = new Workflow({
      freshdesk,
      store,
      prepare,
      now,
      monotonic: now,
      random: seededRandom(1),
      log: SILENT,
    });
  }

  /** What was spent so far. */
  get spent(): Cost {
    return { ...this.counting.units, calls: this.freshdesk.requestCount };
  }

  /** Lets some days have had their tickets. */
  async openNone(days: number): Promise<void> {
    for (let hour = START; hour < START + days * DAY; hour += HOUR) {
      await this.store.addDrafts(hour, 0, []);
    }
  }

  /** Records a job's run as the program does. */
  async record(name: string, report: Report): Promise<void> {
    const isIdle = Object.values(report).every((value) => !value);
    if (isIdle && !isHeartbeat(this.now)) return;
    const calls = this.freshdesk.requestCount - this.#recordedCalls;
    this.#recordedCalls += calls;
    const run = { at: this.now, took: 1, report, error: null };
    await this.store.recordJobRun(name, run, calls);
  }
}

function since({ reads, writes, calls }: Cost, before: Cost): Cost {
  return {
    reads: reads - before.reads,
    writes: writes - before.writes,
    calls: calls - before.calls,
  };
}

/** Plays tickets one after the other, each from its opening to its end, without the ticks around it. */
async function lives(
  desk: string,
  pace: Pace,
  count: number,
): Promise<Map<string, Cost[]>> {
  const program = new Program(desk, pace, 1);
  const { opener } = await program.opener;
  const found = new Map<string, Cost[]>();
  for (let i = 0; i < count; i++) {
    const start = program.now = Math.ceil((program.now + 1) / HOUR) * HOUR;
    const [opened] = await opener.openNow(1, start, Infinity);
    let ticket = opened!;
    const before = program.spent;
    while (ticket.state === "active") {
      program.now = Math.max(program.now, ticket.dueAt);
      await program.workflow.handleTicketWorkflow(ticket, ticket.dueAt);
      ticket = (await program.store.get(ticket.tag))!.ticket;
    }
    const all = found.get(ticket.outcome) ?? [];
    found.set(ticket.outcome, [...all, since(program.spent, before)]);
  }
  return found;
}

/** Runs every job at its minutes, as the crons do; what some days cost, as much as a month. */
async function playMonth(
  program: Program,
  settle: number,
  days: number,
): Promise<Cost> {
  let before = program.spent;
  for (let at = START; at < START + (settle + days) * DAY; at += 5 * MINUTE) {
    if (at === START + settle * DAY) before = program.spent;
    await runJobs(program, at);
  }
  const { reads, writes, calls } = since(program.spent, before);
  const whole = (units: number) => Math.round(units * MONTH / days);
  return { reads: whole(reads), writes: whole(writes), calls: whole(calls) };
}

/** Runs the jobs whose minute it is. */
async function runJobs(program: Program, at: number): Promise<void> {
  const { workflow, sandbox } = program;
  program.now = at;
  if (at % HOUR === 0) {
    await program.record(
      "open tickets",
      await workflow.createAndHandleTicket(at),
    );
  }
  for (const every of INTERVALS) {
    if (at / MINUTE % every !== 0) continue;
    await program.record(`every ${every}`, await workflow.tick(every, at));
  }
  sandbox.requests.length = 0;
}
