/**
 * A fortnight of a desk in seconds: the real workflow, with its real client and a database in memory,
 * against the sandbox. Minutes in which nothing is due are skipped.
 *
 * @module
 */
import { Freshdesk } from "../../freshdesk.ts";
import type { BusinessHours } from "../../lib/business_hours.ts";
import { seededRandom } from "../../lib/random.ts";
import { normalizeMessage } from "../../lib/text.ts";
import { DAY, HOUR, MINUTE } from "../../lib/time.ts";
import { Sandbox } from "../../sandbox/sandbox.ts";
import { makeOpener } from "../../startup/opener.ts";
import { Workflow } from "../../workflow.ts";
import type { Outcome, Plan, Priority } from "../../workflow/plan.ts";
import { INTERVALS } from "../../workflow/schedule.ts";
import { Store } from "../../workflow/store.ts";
import type { Ticket } from "../../workflow/ticket.ts";
import { loadDesk } from "../../writing/folder.ts";
import { businessHoursOf } from "../../writing/time.ts";

/** What is simulated. */
export interface FortnightOptions {
  /** Everything random follows from it. */
  seed: string;
  /** A built-in desk. Default: `shop`. */
  desk?: string;
  /** When it begins, such as `2026-10-19`: midnight in the desk's zone. Default: that Monday. */
  from?: string;
  /** Mean over 9 to 17 of a working day. Default: 2. */
  ticketsPerHour?: number;
}

/** What happened to a ticket in the account. */
export type TicketEvent =
  | { at: number; what: "reply" | "answer" | "note"; status: number }
  | { at: number; what: "created" | "updated"; status: number };

/** A ticket as the account saw it, from its opening to its closing. */
export interface TicketLife {
  /** It is the n-th ticket of the database, from 0. */
  number: number;
  /** How its conversation was planned. */
  outcome: Outcome;
  /** Who opened it. */
  contact: number;
  /** Freshdesk's scale. */
  priority: Priority;
  /** 1 e-mail, 2 portal, 3 phone, 9 widget. */
  source: number;
  /** How the workflow left it. */
  state: Ticket["state"];
  /** What was done to it, and the status it had then, in order. */
  events: TicketEvent[];
  /** Requests about this ticket alone. */
  calls: number;
  /** What the plan says, and what the account has: folded texts in order. */
  planned: string[];
  /** What the account has. */
  posted: string[];
}

/** A fortnight, and what became of its tickets later. */
export interface Fortnight {
  /** Its first moment (ms since 1970). */
  start: number;
  /** The first moment after it. */
  end: number;
  /** When agents work. */
  hours: BusinessHours;
  /** In the order in which they were drafted. */
  tickets: TicketLife[];
  /** All requests, those about no ticket in particular included. */
  calls: number;
  /** Warnings and errors of the log. */
  troubles: string[];
}

/** Statuses that every account has, and those of a default one. */
export const STATUS = {
  open: 2,
  pending: 3,
  resolved: 4,
  closed: 5,
  waitingOnCustomer: 6,
  waitingOnThirdParty: 7,
};

/** Simulates a fortnight. No ticket is opened after it, and those there are go on until they are closed. */
export async function simulateFortnight(
  options: FortnightOptions,
): Promise<Fortnight> {
  const { seed, desk = "shop", from = "2026-10-19", ticketsPerHour = 2 } =
    options;
  const hours = businessHoursOf((await loadDesk(desk)).file);
  const [start, end] = [0, 14].map((days) =>
    Temporal.PlainDate.from(from).add({ days })
      .toZonedDateTime(hours.timeZone).epochMilliseconds
  ) as [number, number];

  let now = start;
  const clock = {
    now: () => now,
    sleep: (ms: number) => {
      now += ms;
      return Promise.resolve();
    },
    random: seededRandom(1),
  };
  const sandbox = new Sandbox(clock);
  for (const agent of sandbox.agents) agent.blocksImpersonation = false;
  using kv = await Deno.openKv(":memory:");
  const troubles: string[] = [];
  const note = (message: string) => {
    troubles.push(message);
  };
  const log = { debug() {}, info() {}, warn: note, error: note };
  const observer = new Observer(sandbox);
  const freshdesk = new Freshdesk({
    ...clock,
    url: "https://sandbox.freshdesk.com",
    apiKey: sandbox.apiKey,
    fetch: observer.fetch,
    log,
  });
  const store = new Store(kv, { ...clock, history: 60 * DAY, log });
  const parts = await makeOpener<Ticket>({
    desk,
    pace: "natural",
    seed,
    businessHours: hours.week,
    timeZone: hours.timeZone,
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

  let at: number | undefined = start;
  while (at !== undefined) {
    const tick: number = at;
    now = Math.max(now, tick);
    const hour = tick - tick % HOUR;
    if (tick >= end) {
      await store.addDrafts(hour, await store.nextNumber(), []);
    } else if (tick === hour) await workflow.createAndHandleTicket(tick);
    await Promise.all(
      INTERVALS.filter((every) => tick / MINUTE % every === 0)
        .map((every) => workflow.tick(every, tick)),
    );
    const nextHour = hour + HOUR < end ? [hour + HOUR] : [];
    const nexts = [...nextHour, ...await nextDue(kv, tick)];
    at = nexts.length > 0 ? Math.min(...nexts) : undefined;
  }
  return {
    start,
    end,
    hours,
    tickets: await livesOf(kv, sandbox, observer),
    calls: sandbox.requests.length,
    troubles,
  };
}

/** The next tick of each job that has something to do. */
async function nextDue(kv: Deno.Kv, after: number): Promise<number[]> {
  const first = await Promise.all(INTERVALS.map(async (job) => {
    const due = kv.list({ prefix: ["due", job] }, { limit: 1 });
    const [entry] = await Array.fromAsync(due);
    // What is late is taken at the job's next tick.
    const next = (Math.floor(after / MINUTE / job) + 1) * job * MINUTE;
    return entry ? [Math.max(next, Number(entry.key[2]))] : [];
  }));
  return first.flat();
}

/** Notes what each call did to a ticket of the sandbox. */
class Observer {
  readonly events = new Map<number, TicketEvent[]>();
  readonly calls = new Map<number, number>();

  constructor(readonly sandbox: Sandbox) {}

  readonly fetch: Sandbox["fetch"] = async (input, init) => {
    const request = new Request(input, init);
    const answer = await this.sandbox.fetch(request);
    const [, path = ""] = new URL(request.url).pathname.split("/api/v2");
    if (!answer.ok) return answer;
    const [, rooms, number, what] = /^\/(tickets)(?:\/(\d+))?(?:\/(\w+))?$/
      .exec(path) ?? [];
    if (!rooms || !number && request.method !== "POST") return answer;
    const id = number ? Number(number) : (await answer.clone().json()).id;
    this.calls.set(id, (this.calls.get(id) ?? 0) + 1);
    if (request.method === "GET") return answer;
    const now = this.sandbox.now();
    const event: TicketEvent = {
      at: now - now % MINUTE, // of the tick: pacing costs some milliseconds
      what: !number
        ? "created"
        : what === "reply"
        ? "reply"
        : what === "notes"
        ? (await answer.clone().json()).incoming ? "answer" : "note"
        : "updated",
      status: this.sandbox.tickets.get(id)?.status ?? NaN,
    };
    this.events.set(id, [...this.events.get(id) ?? [], event]);
    return answer;
  };
}

async function livesOf(
  kv: Deno.Kv,
  { tickets: there, threads }: Sandbox,
  { events, calls }: Observer,
): Promise<TicketLife[]> {
  const lives: TicketLife[] = [];
  for await (const { value } of kv.list<Ticket>({ prefix: ["ticket"] })) {
    const { tag, id, number, priority, state } = value;
    const { value: plan } = await kv.get<Plan>(["plan", tag]);
    if (id === null || !plan) throw new Error(`#${number} was not opened`);
    lives.push({
      number,
      outcome: plan.outcome,
      contact: plan.contact.id,
      priority,
      source: plan.source,
      state,
      events: events.get(id) ?? [],
      calls: calls.get(id) ?? 0,
      planned: plan.steps.flatMap((step) =>
        "body" in step ? [normalizeMessage(step.body)] : []
      ),
      posted: [
        there.get(id)?.description ?? "",
        ...(threads.get(id) ?? []).map(({ body }) => body),
      ].map(normalizeMessage),
    });
  }
  return lives.sort((a, b) => a.number - b.number);
}
