/**
 * The life of a ticket: the steps of its plan, one after the other, each at its time.
 *
 * A step is due at a tick of its job strictly after the step before, so whatever jobs run in the same
 * minute, a ticket never goes two steps at once nor out of order; only steps that belong together
 * share a tick. Each step is *claim* (in the store) -> *act* (in Freshdesk) -> *commit* (in the store).
 * Whoever finds a claim that ran out, or a call whose answer was lost, does not know whether the step
 * was done, and looks it up in Freshdesk before acting. Hence the promise: every ticket reaches its
 * end, and no message is posted twice.
 *
 * @module
 */
import { NotFoundError, NotSentError } from "./freshdesk/errors.ts";
import { type Freshdesk, TicketStatus } from "./freshdesk.ts";
import { failSafe } from "./lib/fail_safe.ts";
import { PrioritySemaphore } from "./lib/priority_semaphore.ts";
import type { Random } from "./lib/random.ts";
import { shorten } from "./lib/text.ts";
import { HOUR, MINUTE } from "./lib/time.ts";
import {
  backOff,
  classifyError,
  type Consequence,
  hintFor,
  isHopeless,
  isRefusal,
  mayBeItsOwn,
  mayHaveBeenApplied,
  stepErrorOf,
} from "./workflow/failures.ts";
import type { TicketOpener } from "./workflow/opening.ts";
import {
  loadAgents,
  type ParticipantOptions,
} from "./workflow/participants.ts";
import type { PlanStep, TicketWriter } from "./workflow/plan.ts";
import {
  dueTick,
  highestPriority,
  type Interval,
  jobOf,
  labelOf,
  nextTick,
  priorityOf,
} from "./workflow/schedule.ts";
import {
  answer,
  assign,
  close,
  create,
  findCreated,
  type Log,
  mustBeSeen,
  note,
  reply,
  see,
  setStatus,
  type StepContext,
  type StepHandler,
  type StepInput,
  type StepResult,
  TakenOverError,
} from "./workflow/steps.ts";
import {
  type DueEntry,
  dueValue,
  type PlannedEntry,
  type Store,
  type Waiting,
} from "./workflow/store.ts";
import { type Claim, stepOf, type Ticket } from "./workflow/ticket.ts";

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
   * Called once, before anything is done: what drafts tickets, and what rewrites a plan when another
   * agent takes over. Rejects where nothing may be done.
   */
  prepare: () => Promise<{
    opener: Pick<TicketOpener<Ticket>, "openHour" | "previewed" | "calendars">;
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

/** What a tick did. */
export interface Report {
  /** Tickets that went on. */
  done: number;
  /** Tickets that did not: their step failed and is tried again, or is in another's hands. */
  postponed: number;
  /** Tickets that ended without being closed. */
  gaveUp: number;
  /** In a dry run alone: what would have been done, tickets to open or steps to take. */
  planned?: number;
  /** Why Freshdesk did not let the key do a step (403), and what to do. */
  refused?: string;
}

/** A ticket in our hands. */
interface Claimed extends PlannedEntry {
  /** The last moment to send anything on the claim (ms since 1970). */
  latest: () => number;
}

/** A claim outlives a request (30 s) several times over. */
const CLAIM = 4 * MINUTE;
/** Clocks of two processes may differ by this much. */
const SKEW = MINUTE;
/** No request is sent in a claim's last moments: its own time, and what clocks differ. */
const CLAIM_MARGIN = MINUTE / 2 + SKEW;
/** A tick begins no step after this time; the next tick goes on. */
const TICK_TIME = 4 * MINUTE;
/** What may have been applied is looked up no sooner: Freshdesk may still be at it. */
const VERIFY_DELAY = MINUTE;
/** Steps of different tickets side by side. */
const LANES = 4;
/** Below the priorities of all steps: what has failed before comes after what has not. */
const TRIED = -10;
/** No more than this part of the calls goes to what Freshdesk has refused before. */
const REFUSED_SHARE = 1 / 8;

/** Runs the tickets of one account. */
export class Workflow {
  readonly #context: StepContext;
  readonly #prepare: WorkflowOptions["prepare"];
  #prepared: ReturnType<WorkflowOptions["prepare"]> | undefined;
  /** The last hour that is known to have had its tickets. */
  #openedHour: number | undefined;
  readonly #dryRun: boolean;
  readonly #signal: AbortSignal | undefined;
  readonly #lanes = new PrioritySemaphore(LANES);
  /** Names this process in its claims. */
  readonly #processId = crypto.randomUUID().slice(0, 8);
  /** When a claim of another clock was first seen, by the monotonic clock. */
  readonly #seen = new Map<string, number>();
  readonly #monotonic: () => number;
  /** The last check whether the account is fine, of the tick it was made in. */
  #checked: { tick: number; fine: Promise<unknown> } | undefined;
  /** Calls that Freshdesk refused, so far. */
  #refused = 0;

  /** Nothing runs until it is asked for. */
  constructor(options: WorkflowOptions) {
    const { freshdesk, store } = options;
    const { now = Date.now, random = Math.random } = options;
    const log = failSafe(options.log);
    const agents = () => loadAgents(freshdesk, options);
    this.#context = {
      freshdesk,
      agents,
      rewriteForAgent: async (...what) =>
        (await this.#parts()).writer.rewriteForAgent(...what),
      store,
      log,
      now,
      random,
      said: new Set(),
    };
    this.#prepare = options.prepare;
    this.#dryRun = options.dryRun ?? false;
    this.#signal = options.signal;
    this.#monotonic = options.monotonic ?? (() => performance.now());
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
    if (!this.#dryRun) await this.#context.store.repairDaily();
    const { opener } = await this.#parts();
    const before = opener.previewed;
    const tickets = await opener.openHour(tick, end, false);
    if (this.#dryRun) return nothing({ planned: opener.previewed - before });
    return await this.#run(dueBy(tickets, tick), tick, end);
  }

  /**
   * Takes the steps that are due in one job: everything due by the minute of the tick, what was
   * missed before included. Every five minutes it also drafts the hour's tickets, if the hour has
   * had none.
   *
   * Rejects when there is no going on for any ticket: the account, the network or the store is in
   * trouble. Nothing is lost by it; the next tick goes on.
   *
   * @param at the moment of the tick (ms since 1970); a timer some milliseconds early is forgiven
   */
  async tick(every: Interval, at = this.#context.now()): Promise<Report> {
    const tick = toMinute(at);
    const end = this.#context.now() + TICK_TIME;
    if (this.#dryRun) return await this.#preview(every, tick, end);
    // Lower steps of other jobs wait until it is known what is due here.
    const reserved = this.#lanes.reserve(highestPriority(every));
    const report = await this.#context.store.due(every, tick)
      .then((due) => this.#run(due, tick, end, reserved))
      .finally(() => reserved[Symbol.dispose]());
    if (every !== 5) return report;
    const tickets = await this.#makeUpHour(tick, end);
    return sum(report, await this.#run(dueBy(tickets, tick), tick, end));
  }

  /** The hour's tickets, where its own job drafted none. */
  async #makeUpHour(tick: number, end: number): Promise<Ticket[]> {
    const hour = tick - tick % HOUR;
    if (tick === hour || hour === this.#openedHour) return [];
    if (await this.#context.store.isHourOpened(hour)) {
      this.#openedHour = hour;
      return [];
    }
    const { opener } = await this.#parts();
    return await opener.openHour(tick, end, true);
  }

  async #parts(): ReturnType<WorkflowOptions["prepare"]> {
    try {
      return await (this.#prepared ??= this.#prepare());
    } catch (error) {
      this.#prepared = undefined;
      throw error;
    }
  }

  /** Says what a tick would do. */
  async #preview(every: Interval, tick: number, end: number): Promise<Report> {
    const { store, log } = this.#context;
    const { opener } = await this.#parts();
    const before = opener.previewed;
    if (every === 5) await opener.openHour(tick, end, true);
    const due = await store.due(every, tick);
    for (const { tag, waitsFor } of due) {
      const entry = await store.get(tag);
      if (!entry) continue;
      log.info(
        `DRY_RUN: ${title(entry.ticket)} would be taken to: ${waitsFor}`,
      );
    }
    return nothing({ planned: opener.previewed - before + due.length });
  }

  /**
   * Works on tickets, several side by side, until all are done or nothing goes on: first those not
   * tried yet, the most urgent step first, then those in passing trouble, last those that Freshdesk
   * refused.
   */
  async #run(
    tickets: readonly DueEntry[],
    tick: number,
    end: number,
    reserved?: Disposable,
  ): Promise<Report> {
    const report = nothing();
    if (tickets.length === 0) return report;
    await this.#parts();
    const running = new Set<Promise<void>>();
    let trouble: { error: unknown } | undefined;
    let refusedAgain = false;
    const { freshdesk } = this.#context;
    const ranked = tickets.map((due) => ({ due, rank: rankOf(due) }))
      .sort((a, b) => b.rank - a.rank || a.due.dueAt - b.due.dueAt);
    for (const { due, rank } of ranked) {
      if (due.tried === 2) {
        await Promise.all(running); // one at a time: the next may be spared
        const used = this.#refused / freshdesk.requestCount;
        if (refusedAgain && used >= REFUSED_SHARE) break;
      }
      const outer = reserved;
      reserved = due.tried === 0 ? this.#lanes.reserve(rank) : undefined;
      outer?.[Symbol.dispose]();
      const slot = await this.#lanes.acquire(rank);
      if (trouble || this.#signal?.aborted || this.#context.now() >= end) {
        slot[Symbol.dispose]();
        break;
      }
      const one = this.handleTicketWorkflow(due, tick, end).then(
        (after) => {
          const result = resultOf(due, after);
          report[result]++;
          if (!after || result !== "postponed") return;
          refusedAgain ||= due.tried === 2 && dueValue(after).tried === 2;
          const { lastError } = after;
          if (lastError && /: 403\b/.test(lastError.message)) {
            report.refused = `${lastError.message}. ${lastError.hint}`;
          }
        },
        (error) => {
          trouble ??= { error };
        },
      ).finally(() => {
        slot[Symbol.dispose]();
        running.delete(one);
      });
      running.add(one);
    }
    reserved?.[Symbol.dispose]();
    await Promise.all(running);
    if (trouble?.error instanceof NotSentError) {
      this.#context.log.info(`${trouble.error.message}. The next tick goes on`);
    } else if (trouble) throw trouble.error;
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
    if (held && this.#isClaimActive(held)) return null;
    const { claim, latest } = this.#newClaim();
    const outcomeUnknown = entry.ticket.outcomeUnknown || held !== null;
    const change = { claim, outcomeUnknown };
    const claimed = await this.#context.store.update(entry, change);
    return claimed && { ...claimed, plan: entry.plan, latest };
  }

  #newClaim(): { claim: Claim; latest: () => number } {
    const { now } = this.#context;
    const claimedAt = now();
    const expiresAt = claimedAt + CLAIM;
    const end = this.#monotonic() + CLAIM - CLAIM_MARGIN;
    return {
      claim: { owner: this.#processId, claimedAt, expiresAt },
      // By both clocks: one may be set back, and the other stands still while the machine sleeps.
      latest: () =>
        Math.min(expiresAt - CLAIM_MARGIN, now() + end - this.#monotonic()),
    };
  }

  /**
   * Whether a claim keeps this process off. One that ends later than a claim can shows that the
   * clocks disagree: it counts until this process has seen it for as long as a claim lasts.
   */
  #isClaimActive({ owner, claimedAt, expiresAt }: Claim): boolean {
    const left = expiresAt - this.#context.now();
    if (left <= CLAIM) return left > 0;
    const key = `${owner} ${claimedAt}`;
    const now = this.#monotonic();
    const seen = this.#seen.get(key) ?? now;
    if (this.#seen.size >= 1000) this.#seen.clear(); // what is forgotten only waits longer
    this.#seen.set(key, seen);
    return now - seen < CLAIM;
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
    const i = ticket.step + 1;
    const next = plan.steps[i];
    const claim = next?.sameTick && this.#newClaim();
    const calendars = next?.wait &&
      await (await this.#parts()).opener.calendars();
    const committed = await store.update(claimed, {
      ...change,
      ...(next
        ? {
          step: i,
          waitsFor: labelOf(next),
          job: jobOf(plan, i),
          ...(!claim && {
            dueAt: dueTick(plan, i, Math.max(tick, at), calendars),
          }),
        }
        : { state: "closed", completedAt: at }),
      stepSince: at,
      claim: claim ? claim.claim : null,
      outcomeUnknown: false,
      attempts: 0,
      firstFailedAt: null,
      lastError: null,
    }, {
      ...(message && { message: { ...message, at } }),
      ...(plan !== claimed.plan && { plan }),
    });
    if (!committed) {
      log.warn(
        `${
          title(ticket)
        }: ${ticket.waitsFor} was taken over by another process`,
      );
      return { ticket };
    }
    this.#logStep(committed.ticket, stepOf(plan, ticket), ticket.waitsFor);
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
    const judged = await this.#judge(error, ticket, tick);
    const { cause } = judged;
    let { consequence } = judged;
    const refused = isRefusal(cause);
    if (refused) this.#refused++;
    const now = this.#context.now();
    const outcomeUnknown = ticket.outcomeUnknown || mayHaveBeenApplied(error);
    const lastError = stepErrorOf(cause, now);
    const message = shorten(lastError.message);
    const released = { claim: null, outcomeUnknown, lastError };
    const said = `${title(ticket)}: ${ticket.waitsFor}: ${message}`;
    const data = { ticket: ticket.id, tag: ticket.tag, step: ticket.waitsFor };

    if (consequence === "stop") {
      await store.update(entry, released);
      throw cause;
    }
    const attempts = ticket.attempts + 1;
    const firstFailedAt = ticket.firstFailedAt ?? now;
    const failingFor = now - firstFailedAt;
    if (consequence === "later" && isHopeless(attempts, failingFor)) {
      consequence = "fail";
    }
    const isLookedUp = STEPS[stepOf(plan, ticket).kind].findExisting;
    const wait = Math.max(
      backOff(refused, failingFor, random()),
      outcomeUnknown && isLookedUp ? VERIFY_DELAY : 0,
    );
    const dueAt = nextTick(ticket.job, Math.max(tick, now) + wait);
    const ended = { stepSince: now, completedAt: now };
    const committed = await store.update(entry, {
      ...released,
      attempts,
      firstFailedAt,
      ...(consequence === "later"
        ? { dueAt }
        : consequence === "abandon"
        ? { state: "abandoned", ...ended }
        : { state: "failed", ...ended }),
    });
    if (consequence === "later") {
      const time = new Date(dueAt).toISOString().slice(11, 16);
      log.warn(`${said}. It is tried again at ${time} UTC`, {
        ...data,
        attempts,
      });
    } else if (consequence === "abandon") {
      log.warn(`${said}. The ticket is abandoned`, data);
    } else {
      const name = ticket.id ?? ticket.tag;
      const hint = shorten(hintFor(cause));
      log.error(
        `${said}. ${hint} Then resume it: deno task retry ${name}`,
        data,
      );
    }
    return committed?.ticket ?? ticket;
  }

  /**
   * What an error means for a ticket. One that would end the ticket, or stop all, is looked into
   * first: it may be this ticket's alone.
   *
   * @returns what follows, and the error that it is due to
   */
  async #judge(
    error: unknown,
    ticket: Pick<Ticket, "id">,
    tick: number,
  ): Promise<{ consequence: Consequence; cause: unknown }> {
    const consequence = classifyError(error, ticket);
    if (consequence === "abandon" && !(error instanceof TakenOverError)) {
      try {
        const isOver = await this.#isGone(ticket);
        return { consequence: isOver ? consequence : "later", cause: error };
      } catch (trouble) {
        return await this.#judge(trouble, { id: null }, tick);
      }
    }
    if (consequence === "stop" && mayBeItsOwn(error)) {
      try {
        await this.#checkAccount(tick);
        return { consequence: "later", cause: error };
      } catch (cause) {
        return { consequence: classifyError(cause, { id: null }), cause };
      }
    }
    return { consequence, cause: error };
  }

  /** Rejects when the account is in trouble; asks once a tick. */
  async #checkAccount(tick: number): Promise<void> {
    if (this.#checked?.tick !== tick) {
      this.#checked = { tick, fine: this.#context.freshdesk.getMe() };
    }
    await this.#checked.fine;
  }

  /**
   * Whether a ticket that was not found is really over. A wrong FRESHDESK_URL answers 404 to
   * everything, so the account itself must still be there.
   */
  async #isGone({ id }: Pick<Ticket, "id">): Promise<boolean> {
    const { freshdesk } = this.#context;
    try {
      const { deleted, spam } = await freshdesk.getTicket(id!);
      return deleted === true || spam === true;
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
      await freshdesk.getMe();
      return true;
    }
  }

  #logStep(ticket: Ticket, step: PlanStep, label: string): void {
    const { id, tag, contact, agent, subject } = ticket;
    const what = step.kind === "create"
      ? `opened by ${contact.name}: ${subject}`
      : step.kind === "assign"
      ? `assigned to ${agent.name}`
      : step.kind === "answer"
      ? `${label} by ${contact.name}`
      : step.kind === "status"
      ? `status ${step.status.replaceAll("_", " ")}`
      : step.kind === "close"
      ? "closed"
      : `${label} by ${step.agent.name}`;
    this.#context.log.info(`#${id} ${what}`, { ticket: id, tag, done: label });
  }
}

/** A step was not done; its cause says why. */
class StepFailure extends Error {
  constructor(override readonly cause: unknown) {
    super("The step failed");
  }
}

function nothing(more: Partial<Report> = {}): Report {
  return { done: 0, postponed: 0, gaveUp: 0, ...more };
}

function sum(a: Report, b: Report): Report {
  return {
    ...a,
    ...b,
    done: a.done + b.done,
    postponed: a.postponed + b.postponed,
    gaveUp: a.gaveUp + b.gaveUp,
  };
}

/** New tickets whose opening is due, as their entries among those that wait. */
function dueBy(tickets: readonly Ticket[], tick: number): DueEntry[] {
  return tickets.filter(({ dueAt }) => dueAt <= tick)
    .map((ticket) => ({ ...ticket, ...dueValue(ticket) }));
}

function rankOf({ waitsFor, tried }: DueEntry): number {
  return priorityOf(waitsFor) + TRIED * tried;
}

/** What became of a ticket that was due. */
function resultOf(
  due: DueEntry,
  after: Ticket | null,
): "done" | "postponed" | "gaveUp" {
  if (!after) return "postponed";
  const { state } = after;
  if (state === "abandoned" || state === "failed") return "gaveUp";
  const isFurther = dueValue(after).callsLeft < due.callsLeft;
  return state === "closed" || isFurther ? "done" : "postponed";
}

function toMinute(at: number): number {
  return Math.round(at / MINUTE) * MINUTE;
}

function title({ id, tag }: Ticket): string {
  return id === null ? `The new ticket ${tag}` : `#${id}`;
}
