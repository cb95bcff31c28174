/**
 * The life of a ticket: the steps of its plan, one after the other, each at its time.
 *
 * A step is due at a tick of its job strictly after the step before, so whatever jobs run in the same
 * minute, a ticket never goes two steps at once nor out of order; only steps that belong together
 * share a tick. Each step is *claim* (in the store) -> *act* (in Freshdesk) -> *commit* (in the store).
 * After a claim that ran out, or a call whose answer was lost, nobody knows whether the step was done:
 * it is looked up in Freshdesk before it is taken. Hence the promise: every ticket reaches its
 * end, and no message is posted twice.
 *
 * @module
 */
import { type Freshdesk, TicketStatus } from "./freshdesk.ts";
import { failSafe } from "./lib/fail_safe.ts";
import type { Random } from "./lib/random.ts";
import { HOUR, MINUTE } from "./lib/time.ts";
import { Claims, type OwnClaim } from "./workflow/claims.ts";
import { Diagnostician } from "./workflow/diagnosis.ts";
import { Dispatcher, PAUSE_CHECK } from "./workflow/dispatcher.ts";
import { type PreviewedTick, previewTick } from "./workflow/dry_run.ts";
import { failureOf } from "./workflow/failures.ts";
import type { TicketOpener } from "./workflow/opening.ts";
import {
  loadAgents,
  type ParticipantOptions,
} from "./workflow/participants.ts";
import type { PlanStep, TicketWriter } from "./workflow/plan.ts";
import { progressOf } from "./workflow/progress.ts";
import { type Interval, priorityOf } from "./workflow/schedule.ts";
import {
  addReports,
  describeFailure,
  describeStep,
  emptyReport,
  type Report,
  titleOf,
} from "./workflow/report.ts";
import {
  answer,
  assign,
  close,
  mustBeSeen,
  note,
  reply,
  see,
  setStatus,
} from "./workflow/steps.ts";
import { create, findCreated } from "./workflow/creation.ts";
import type {
  Log,
  StepContext,
  StepHandler,
  StepInput,
  StepResult,
} from "./workflow/step.ts";
import {
  type DueEntry,
  dueValue,
  type PlannedEntry,
  type Store,
  type Waiting,
} from "./workflow/store.ts";
import { stepOf, type Ticket } from "./workflow/ticket.ts";

export type { Report } from "./workflow/report.ts";

/** How each kind of step is taken; which job takes it, `workflow/schedule.ts` says. */
export const STEPS: Readonly<Record<PlanStep["kind"], StepHandler>> = {
  create: { run: create, findExisting: findCreated },
  assign: { run: assign },
  reply,
  answer,
  note,
  status: { run: setStatus },
  close: { run: close },
};

/** What the workflow is made of. */
export interface WorkflowOptions
  extends Pick<ParticipantOptions, "agentEmails"> {
  /** The account. */
  freshdesk: Freshdesk;
  /** The tickets. */
  store: Store;
  /**
   * Called before anything is done: what drafts tickets, and what rewrites a plan when another agent
   * takes over. Rejects where nothing may be done.
   */
  prepare: () => Promise<{
    opener: Pick<
      TicketOpener<Ticket>,
      "openHour" | "previewed" | "calendars" | "forgetLists"
    >;
    writer: Pick<TicketWriter, "rewriteForAgent">;
  }>;
  /** Whether to say what would be sent, and send nothing. Default: false. */
  dryRun?: boolean;
  /** Milliseconds since 1970. Default: `Date.now`. */
  now?: () => number;
  /** Milliseconds that only ever grow, whatever the clock is set to. Default: `performance.now`. */
  monotonic?: () => number;
  /** Between 0 and 1. Default: `Math.random`. */
  random?: Random;
  /** No further step is begun once it is aborted. */
  signal?: AbortSignal;
  /** One line per event of a ticket's life. */
  log: Log;
}

/** A ticket in our hands. */
interface Claimed extends PlannedEntry, Pick<OwnClaim, "latest"> {}

/** A tick sends no request after this time. Its last answers take 10 s at most, so the next tick can go on. */
const TICK_TIME = 4.8 * MINUTE;

/** Runs the tickets of one account. */
export class Workflow {
  readonly #context: StepContext;
  readonly #prepare: WorkflowOptions["prepare"];
  /** The last hour that is known to have had its tickets. */
  #openedHour: number | undefined;
  readonly #dryRun: boolean;
  readonly #dispatcher: Dispatcher;
  readonly #claims: Claims;
  readonly #diagnostician: Diagnostician;

  /** Nothing runs until it is asked for. */
  constructor(options: WorkflowOptions) {
    const { freshdesk, store, signal } = options;
    const { now = Date.now, random = Math.random } = options;
    const { monotonic = () => performance.now() } = options;
    const log = failSafe(options.log);
    this.#prepare = options.prepare;
    this.#context = {
      freshdesk,
      store,
      log,
      now,
      random,
      said: new Set(),
      agents: () => loadAgents(freshdesk, options),
      rewriteForAgent: async (...what) =>
        (await this.#prepare()).writer.rewriteForAgent(...what),
      forgetLists: async () =>
        await (await this.#prepare()).opener.forgetLists(),
    };
    this.#dryRun = options.dryRun ?? false;
    this.#claims = new Claims(now, monotonic);
    this.#diagnostician = new Diagnostician(freshdesk);
    const isPaused = () => this.#isPaused();
    const dispatching = { freshdesk, now, signal, isPaused, log };
    this.#dispatcher = new Dispatcher(dispatching);
  }

  /**
   * Drafts the hour's tickets, and opens those that are due now. An hour that has had its tickets,
   * from whatever process, gets no more. Where this fails, the next {@linkcode tick} of five minutes
   * in the same hour drafts them.
   *
   * @param at the moment of the tick (ms since 1970)
   */
  async createAndHandleTicket(at = this.#context.now()): Promise<Report> {
    const tick = toMinute(at);
    const end = this.#context.now() + TICK_TIME;
    if (this.#dryRun) return await this.#preview({ every: 60, tick, end });
    const askedAt = this.#context.now();
    if (await this.#isPaused()) return emptyReport();
    const { opener } = await this.#prepare();
    await this.#context.store.repairDaily();
    const tickets = await opener.openHour(tick, end, false);
    const due = dueBy(tickets, tick);
    const report = await this.#run(due, tick, end, { askedAt });
    await this.#context.store.sampleBacklog(tick);
    return report;
  }

  /**
   * Takes the steps that are due in one job: everything due by the minute of the tick, what was
   * missed before included. Every five minutes it also drafts the hour's tickets, if the hour has
   * had none.
   *
   * While the program is paused it does nothing. Rejects when there is no going on for any ticket: the
   * account, the network or the store is in trouble. Nothing is lost by it; the next tick goes on.
   *
   * @param every the job, by the minutes between its ticks
   * @param at the moment of the tick (ms since 1970); a timer some milliseconds early is forgiven
   */
  async tick(every: Interval, at = this.#context.now()): Promise<Report> {
    const tick = toMinute(at);
    const end = this.#context.now() + TICK_TIME;
    if (this.#dryRun) return await this.#preview({ every, tick, end });
    // Lower steps of other jobs wait until it is known what is due here.
    const reserved = this.#dispatcher.reserve(every);
    const report = await this.#context.store.due(every, tick)
      .then((due) => this.#run(due, tick, end, { reserved }))
      .finally(() => reserved[Symbol.dispose]());
    if (every !== 5) return report;
    const tickets = await this.#makeUpHour(tick, end);
    return addReports(report, await this.#run(dueBy(tickets, tick), tick, end));
  }

  /** The hour's tickets, where its own job drafted none. */
  async #makeUpHour(tick: number, end: number): Promise<Ticket[]> {
    const hour = tick - tick % HOUR;
    if (tick === hour || hour === this.#openedHour) return [];
    if (await this.#context.store.isHourOpened(hour)) {
      this.#openedHour = hour;
      return [];
    }
    if (await this.#isPaused()) return [];
    const { opener } = await this.#prepare();
    return await opener.openHour(tick, end, true);
  }

  /**
   * Takes the steps that tickets wait for, now: a person asked for it. Claims of others hold.
   *
   * @param deadline no request is sent after this moment (ms since 1970)
   */
  async takeNow(
    tickets: readonly Ticket[],
    deadline = this.#context.now() + TICK_TIME,
  ): Promise<Report> {
    const now = this.#context.now();
    return await this.#run(asDue(tickets), now - now % MINUTE, deadline);
  }

  async #isPaused(): Promise<boolean> {
    return await this.#context.store.pause() !== undefined;
  }

  /** Says what a tick would do. */
  async #preview(what: PreviewedTick): Promise<Report> {
    if (await this.#isPaused()) return emptyReport();
    const { opener } = await this.#prepare();
    return await previewTick(what, { ...this.#context, opener });
  }

  /**
   * Works on tickets, unless the program is paused.
   *
   * @param options.reserved what to release once the tickets have their places
   * @param options.askedAt when it was last asked whether the program is paused (ms since 1970)
   */
  async #run(
    tickets: readonly DueEntry[],
    tick: number,
    end: number,
    { reserved, askedAt = 0 }: { reserved?: Disposable; askedAt?: number } = {},
  ): Promise<Report> {
    if (tickets.length === 0) return emptyReport();
    const isFresh = this.#context.now() - askedAt < PAUSE_CHECK;
    if (!isFresh && await this.#isPaused()) return emptyReport();
    await this.#prepare();
    const handle = (due: DueEntry) => this.handleTicketWorkflow(due, tick, end);
    // Where steps of one kind find no free call, the others still look for one.
    const groups = Map.groupBy(tickets, ({ waitsFor }) => priorityOf(waitsFor));
    const runs = [...groups.values()].map((group) =>
      this.#dispatcher.run(group, end, handle)
    );
    reserved?.[Symbol.dispose]();
    let report = emptyReport();
    for (const run of await Promise.allSettled(runs)) {
      if (run.status === "rejected") throw run.reason;
      report = addReports(report, run.value);
    }
    return report;
  }

  /**
   * Takes the step that a ticket waits for, and those that share its tick, unless somebody else is
   * at it or was first.
   *
   * @param seen the ticket as it was seen; nothing is done if it has changed since
   * @param tick the minute this counts for: the next step is due strictly after it
   * @param deadline no request is sent after this moment (ms since 1970)
   * @returns the ticket as it is then; null when it was left alone
   */
  async handleTicketWorkflow(
    seen: Waiting,
    tick = toMinute(this.#context.now()),
    deadline = Infinity,
  ): Promise<Ticket | null> {
    const entry = await this.#context.store.load(seen);
    const claimed = entry && await this.#claim(entry);
    return claimed && await this.#takeStep(claimed, tick, deadline);
  }

  /** Claims a ticket, unless somebody else has. */
  async #claim(entry: PlannedEntry): Promise<Claimed | null> {
    const held = entry.ticket.claim;
    if (held && this.#claims.isActive(held)) return null;
    const { claim, latest } = this.#claims.make();
    const outcomeUnknown = entry.ticket.outcomeUnknown || held !== null;
    const change = { claim, outcomeUnknown };
    const claimed = await this.#context.store.update(entry, change);
    return claimed && { ...claimed, plan: entry.plan, latest };
  }

  /** Does a step of a claimed ticket, and those that share its tick. */
  async #takeStep(
    claimed: Claimed,
    tick: number,
    deadline: number,
  ): Promise<Ticket> {
    try {
      const latest = () => Math.min(deadline, claimed.latest());
      const result = await this.#act(claimed, latest);
      const next = await this.#commit(claimed, result, tick);
      if (!("latest" in next)) return next.ticket;
      claimed = next;
    } catch (error) {
      if (!(error instanceof StepFailure)) throw error;
      return await this.#recordFailure(claimed, error.cause, tick);
    }
    return await this.#takeStep(claimed, tick, deadline);
  }

  /** Makes the step's call to Freshdesk, unless it is found there already. */
  async #act(claimed: Claimed, latest: () => number): Promise<StepResult> {
    const { plan } = claimed;
    const input = (): StepInput => {
      const { ticket } = claimed;
      return { ticket, plan, step: stepOf(plan, ticket) };
    };
    const { kind } = input().step;
    const { run, findExisting } = STEPS[kind];
    const context = this.#context;
    try {
      if (claimed.ticket.outcomeUnknown) {
        const found = await findExisting?.(context, input(), latest);
        if (found) return found;
      }
      if (mustBeSeen(claimed.ticket, context.now())) {
        const status = await see(context, input(), latest);
        const tagSeenAt = context.now();
        claimed.ticket = { ...claimed.ticket, status, tagSeenAt };
        if (kind === "close" && status === TicketStatus.closed) return {};
      }
      return await run(context, input(), latest);
    } catch (cause) {
      throw new StepFailure(cause);
    }
  }

  /**
   * Commits a step that was done.
   *
   * @returns the ticket, claimed for its next step where that shares the tick
   */
  async #commit(
    claimed: Claimed,
    { change, plan = claimed.plan, message }: StepResult,
    tick: number,
  ): Promise<Claimed | { ticket: Ticket }> {
    const { store, log, now } = this.#context;
    const { ticket } = claimed;
    const at = now();
    const next = plan.steps[ticket.step + 1];
    const claim = next?.sameTick && this.#claims.make();
    const calendars = next?.wait &&
      await (await this.#prepare()).opener.calendars();
    const progress = progressOf(plan, ticket.step, {
      at,
      tick,
      claim: claim ? claim.claim : null,
      calendars,
    });
    const committed = await store.update(claimed, { ...change, ...progress }, {
      ...(message && { message: { ...message, at } }),
      ...(plan !== claimed.plan && { plan }),
    });
    if (!committed) {
      log.warn(
        `${
          titleOf(ticket)
        }: ${ticket.waitsFor} was taken over by another process`,
      );
      return { ticket };
    }
    const { id, tag } = committed.ticket;
    const what = describeStep(stepOf(plan, ticket), committed.ticket);
    log.info(`#${id} ${what}`, { ticket: id, tag, done: ticket.waitsFor });
    return claim ? { ...committed, plan, latest: claim.latest } : committed;
  }

  /**
   * Records a failed step and releases the claim, in the way its error asks for. Throws the error on
   * when it concerns all tickets.
   */
  async #recordFailure(
    entry: Claimed,
    error: unknown,
    tick: number,
  ): Promise<Ticket> {
    const { store, log, random } = this.#context;
    const { ticket, plan } = entry;
    const { consequence, cause } = await this.#diagnostician.diagnose(
      error,
      ticket,
      tick,
    );
    const now = this.#context.now();
    const canBeFound = STEPS[stepOf(plan, ticket).kind].findExisting;
    const { change, refused } = failureOf({
      ticket,
      error,
      consequence,
      cause,
      tick,
      now,
      random: random(),
      canBeFound: canBeFound !== undefined,
    });
    if (refused) this.#dispatcher.refused++;
    const committed = await store.update(entry, change);
    if (consequence === "stop") throw cause;

    const after = { ...ticket, ...change };
    const { level, text } = describeFailure(after);
    const { id, tag, waitsFor: step, attempts } = after;
    log[level](text, { ticket: id, tag, step, attempts });
    return committed?.ticket ?? ticket;
  }
}

/** A step was not done; its cause says why. */
class StepFailure extends Error {
  constructor(override readonly cause: unknown) {
    super("The step failed");
  }
}

/** New tickets whose opening is due, as their entries among those that wait. */
function dueBy(tickets: readonly Ticket[], tick: number): DueEntry[] {
  return asDue(tickets.filter(({ dueAt }) => dueAt <= tick));
}

function asDue(tickets: readonly Ticket[]): DueEntry[] {
  return tickets.map((ticket) => ({ ...ticket, ...dueValue(ticket) }));
}

function toMinute(at: number): number {
  return Math.round(at / MINUTE) * MINUTE;
}
