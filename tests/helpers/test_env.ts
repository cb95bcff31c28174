/**
 * The environment of a test: a sandbox account, a database in memory, a clock that stands still until it
 * is set, and programs that run in it.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { HttpClientOptions } from "../../freshdesk/http_client.ts";
import { Freshdesk } from "../../freshdesk.ts";
import { once } from "../../lib/once.ts";
import { seededRandom } from "../../lib/random.ts";
import { HOUR, MINUTE } from "../../lib/time.ts";
import {
  type RecordedRequest,
  Sandbox,
  type SandboxOptions,
} from "../../sandbox/sandbox.ts";
import { DeskHours } from "../../workflow/desk_hours.ts";
import { TicketOpener } from "../../workflow/opening.ts";
import { ParticipantCache } from "../../workflow/participant_cache.ts";
import type { ParticipantOptions } from "../../workflow/participants.ts";
import type { Pace, Plan, PlanStep } from "../../workflow/plan.ts";
import {
  type Interval,
  INTERVALS,
  type Label,
} from "../../workflow/schedule.ts";
import { Store } from "../../workflow/store.ts";
import type { FinalState, StoredPlan, Ticket } from "../../workflow/ticket.ts";
import { bindWaits } from "../../workflow/waits.ts";
import { Workflow, type WorkflowOptions } from "../../workflow.ts";
import { loadDesk } from "../../writing/folder.ts";
import { businessHoursOf } from "../../writing/time.ts";
import { Writer } from "../../writing/writer.ts";

const DESK = await loadDesk("classic");
/** What the desk's tickets are about. */
export const TOPICS = DESK.topics.map(({ name }) => name);

/** Returns the moment of a time on the day of all tests; `24:00` and later is the next day. */
export function moment(time: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(":").map(Number);
  return Date.UTC(2026, 10, 23) + (hours * 60 + minutes) * MINUTE +
    seconds * 1000;
}

/** Formats a moment as a time of day. */
export function timeOf(at: number): string {
  return new Date(at).toISOString().slice(11, 16);
}

/** One process of the program. */
export interface Program {
  freshdesk: Freshdesk;
  store: Store;
  opener: TicketOpener<Ticket>;
  workflow: Workflow;
}

/** Options of a program. */
export type ProgramOptions =
  & Partial<Omit<WorkflowOptions, "freshdesk" | "store" | "prepare">>
  & ParticipantOptions
  & {
    ticketsPerHour?: number;
    /** What people, topics and texts follow from. Default: `test`. */
    seed?: string;
    pace?: Pace;
    /** The steps of every ticket, instead of those that the desk writes. */
    steps?: (plan: Plan) => PlanStep[];
  }
  & Pick<HttpClientOptions, "share" | "sleep" | "timeout">
  & { fetch?: HttpClientOptions["fetch"]; kv?: Deno.Kv };

/** Steps of every kind, with the people and the texts of a classic plan. */
export function everyKind({ steps, agent, contact }: Plan): PlanStep[] {
  const [create, assign, reply, answer, resolution, close] = steps;
  const colleague = { id: 502, name: "Bo Lindgren", email: "bo@acme.example" };
  const note = `<p>${contact.name} needs somebody who knows lamps.</p>`;
  const more = "<p>I have asked our supplier and will write again.</p>";
  return [
    create!,
    assign!,
    reply!,
    { kind: "status", status: "pending", sameTick: true },
    answer!,
    { kind: "status", status: "open", sameTick: true },
    { kind: "note", agent, body: note },
    { kind: "assign", agent: colleague, sameTick: true },
    { kind: "reply", agent: colleague, body: more },
    { kind: "status", status: "waiting_on_third_party", sameTick: true },
    resolution!,
    { kind: "status", status: "resolved", sameTick: true },
    close!,
  ];
}

/** An account, a database and a clock. */
export class TestEnv implements Disposable {
  /**
   * Whether five-minute ticks open the tickets of an hour that has had none. By default only
   * {@linkcode create} opens tickets.
   */
  makesUpHours = false;
  /** Milliseconds that have passed, even if the clock was set back. */
  elapsed = 0;
  #now = moment("12:00");
  /** The log, as `LEVEL message`. */
  readonly lines: string[] = [];
  readonly sandbox: Sandbox;
  readonly #random = seededRandom(1);

  private constructor(readonly kv: Deno.Kv, options: SandboxOptions) {
    this.sandbox = new Sandbox({
      now: () => this.now,
      random: this.#random,
      sleep: () => Promise.resolve(),
      ...options,
    });
  }

  get now(): number {
    return this.#now;
  }

  /** Setting it forward lets time pass. */
  set now(to: number) {
    this.elapsed += Math.max(0, to - this.#now);
    this.#now = to;
  }

  static async open(options: SandboxOptions = {}): Promise<TestEnv> {
    const env = new TestEnv(await Deno.openKv(":memory:"), options);
    for (const agent of env.sandbox.agents) agent.blocksImpersonation = false;
    return env;
  }

  [Symbol.dispose](): void {
    this.kv.close();
  }

  /** Starts a process. */
  program(options: ProgramOptions = {}): Program {
    const { fetch = this.sandbox.fetch, kv = this.kv, share = 1 } = options;
    const clock = {
      now: options.now ?? (() => this.now),
      monotonic: () => this.elapsed,
      random: this.#random,
    };
    const log = this.log;
    const freshdesk = new Freshdesk({
      url: "https://acme.freshdesk.com",
      apiKey: "sandbox",
      fetch,
      share,
      log: { debug() {}, warn: log.warn },
      sleep: options.sleep ?? ((ms) => {
        this.now += ms;
        return Promise.resolve();
      }),
      ...clock,
      ...(options.timeout && { timeout: options.timeout }),
      ...(options.dryRun && { dryRun: true }),
    });
    const store = new Store(kv, {
      log,
      now: clock.now,
      random: clock.random,
      sleep: () => Promise.resolve(),
    });
    const { pace = "classic", seed = "test", steps } = options;
    const writer = new Writer({
      desk: DESK,
      seed,
      pace,
      waits: bindWaits({ pace, calendars: () => hours.calendars, maxDays: 30 }),
    });
    const write: Writer["write"] = async (order) => {
      const written = await writer.write(order);
      const { plan } = written;
      return {
        ...written,
        plan: { ...plan, ...(steps && { steps: steps(plan) }) },
      };
    };
    const hours = new DeskHours({
      week: undefined,
      timeZone: undefined,
      desk: businessHoursOf(DESK.file),
      log,
    });
    const { now } = clock;
    const opener = new TicketOpener<Ticket>({
      ...options,
      freshdesk,
      store,
      cache: new ParticipantCache({
        ...options,
        kv,
        freshdesk,
        groups: pace !== "classic",
        businessHours: false,
        now,
      }),
      writer: {
        write,
        rewriteForAgent: (...what) => writer.rewriteForAgent(...what),
      },
      pace,
      hours,
      seed,
      now,
      log,
    });
    const workflow = new Workflow({
      freshdesk,
      store,
      prepare: once(async () => {
        await store.bind("acme.freshdesk.com");
        await store.seed(() => seed);
        return { opener, writer };
      }),
      log,
      ...clock,
      ...options,
    });
    return { freshdesk, store, opener, workflow };
  }

  readonly log = {
    info: (message: string) => this.lines.push(`INFO ${message}`),
    warn: (message: string) => this.lines.push(`WARN ${message}`),
    error: (message: string) => this.lines.push(`ERROR ${message}`),
  };

  /** Opens the hour's tickets at this time. */
  async create({ workflow }: Program, time: string): Promise<void> {
    this.now = moment(time);
    await workflow.createAndHandleTicket();
  }

  /** Runs the jobs of a minute, one after the other; their failures are logged, as in `main.ts`. */
  async minute(
    { workflow }: Program,
    at: number,
    order: readonly Interval[] = INTERVALS,
  ): Promise<void> {
    const hour = at - at % HOUR;
    if (!this.makesUpHours && at !== hour) {
      const store = new Store(this.kv, { now: () => this.now });
      await store.addDrafts(hour, await store.nextNumber(), []);
    }
    for (const every of order) {
      if ((at / MINUTE) % every !== 0) continue;
      this.now = Math.max(this.now, at);
      await workflow.tick(every, at).catch((error) =>
        this.log.error(String(error))
      );
    }
  }

  /** Runs all jobs minute by minute, from the next minute to this time. */
  async until(
    program: Program,
    time: string,
    order?: readonly Interval[],
  ): Promise<void> {
    const end = moment(time);
    const next = (Math.floor(this.now / MINUTE) + 1) * MINUTE;
    for (let at = next; at <= end; at += MINUTE) {
      this.now = at;
      await this.minute(program, at, order);
    }
  }

  /** All requests that change something, as `12:05 POST /tickets/1/reply`. */
  get writes(): string[] {
    return this.sandbox.requests.filter(({ method }) => method !== "GET")
      .map(formatRequest);
  }

  /** All requests, in the same form. */
  get requests(): string[] {
    return this.sandbox.requests.map(formatRequest);
  }

  /** Returns the only ticket in the store. */
  async theTicket(): Promise<Ticket> {
    const all = await this.tickets();
    assertEquals(all.length, 1, "tickets in the store");
    return all[0]!;
  }

  /** How many tickets wait for something, or ended in some way. */
  async count(stage: Label | FinalState): Promise<number> {
    const tickets = await this.tickets();
    return tickets.filter(({ state, waitsFor }) =>
      (state === "active" ? waitsFor : state) === stage
    ).length;
  }

  /** All tickets as they are stored. */
  async tickets(): Promise<Ticket[]> {
    const all = this.kv.list<Ticket>({ prefix: ["ticket"] });
    return (await Array.fromAsync(all)).map(({ value }) => value);
  }

  /** The plan of the only ticket there is. */
  async thePlan(): Promise<StoredPlan> {
    const { tag } = await this.theTicket();
    const { value } = await this.kv.get<StoredPlan>(["plan", tag]);
    return value!;
  }

  /** Returns the messages of a ticket in Freshdesk, without its description. */
  said(id = 1): string[] {
    return this.sandbox.threads.get(id)?.map(({ body }) => body) ?? [];
  }
}

function formatRequest({ at, method, path }: RecordedRequest): string {
  return `${timeOf(at)} ${method} ${path.replace("/api/v2", "")}`;
}
