/**
 * The life of a ticket: it is opened for a contact, assigned to an agent, answered, answered back,
 * resolved and closed.
 *
 * A ticket takes one step per tick of its stage's job, so whatever jobs run in the same minute, it
 * never goes two steps at once nor out of order. Each step is *claim* (in the store) -> *act* (in
 * Freshdesk) -> *commit* (in the store). Whoever finds a claim that ran out, or a call whose answer
 * was lost, does not know whether the step was done, and looks it up in Freshdesk before acting.
 * Hence the promise: every ticket reaches its end, and no message is posted twice.
 *
 * @module
 */
import { isAccountError, isPermissionDenied } from "./freshdesk/http_client.ts";
import {
  loadAgents,
  loadParticipants,
  NoParticipantError,
  type ParticipantOptions,
  type Participants,
  realPeopleWarning,
} from "./workflow/participants.ts";
import {
  BusyError,
  ConnectionError,
  FreshdeskError,
  NoResponseError,
  NotFoundError,
  NotSentError,
  PermissionError,
  RateLimitError,
  RedirectError,
  TicketDeletedError,
  ValidationError,
} from "./freshdesk/errors.ts";
import { type Fields, fillRequiredFields } from "./workflow/required_fields.ts";
import type { Freshdesk } from "./freshdesk.ts";
import { PrioritySemaphore } from "./lib/priority_semaphore.ts";
import { failSafe } from "./lib/fail_safe.ts";
import { pick, type Random, seededRandom } from "./lib/random.ts";
import { SCENARIOS, writeScript } from "./desks/scenarios.ts";
import {
  assign,
  close,
  create,
  findCreated,
  isAuthorRejected,
  type Log,
  messageStep,
  mustBeSeen,
  see,
  type StepContext,
  type StepHandler,
  type StepResult,
  TakenOverError,
} from "./workflow/steps.ts";
import {
  type Claim,
  type Entry,
  isEnd,
  LONGEST_WAIT,
  NoAnswerError,
  type Person,
  type Stage,
  STAGES,
  type Store,
  type Ticket,
} from "./workflow/store.ts";
import { plainText, shorten } from "./lib/text.ts";

/** Minutes between two ticks of a job: 5, 10, 15 or 20 past the hour, in UTC. */
export type Interval = 5 | 10 | 15 | 20;

/** One step in a ticket's life. */
export interface Step extends StepHandler {
  /** The job that takes it. */
  intervalMinutes: Interval;
  /** Whether it follows the step before in the same tick. */
  sameTick?: true;
}

/** The steps, by the stage in which a ticket waits for them. */
export const STEPS: Readonly<Record<Stage, Step>> = {
  create: { intervalMinutes: 5, run: create, findExisting: findCreated },
  assign: { intervalMinutes: 5, run: assign, sameTick: true },
  first_reply: { intervalMinutes: 5, ...messageStep("agent", "reply") },
  customer_reply: { intervalMinutes: 10, ...messageStep("contact", "answer") },
  resolution: { intervalMinutes: 15, ...messageStep("agent", "resolution") },
  close: { intervalMinutes: 20, run: close },
};

/** The jobs, by their names, and the minutes between two of their ticks. */
export const JOBS = [
  { name: "open tickets", every: 60 },
  { name: "first replies", every: 5 },
  { name: "customer replies", every: 10 },
  { name: "resolutions", every: 15 },
  { name: "closings", every: 20 },
] as const;

/** What the workflow is made of. */
export interface WorkflowOptions extends ParticipantOptions {
  /** The account. */
  freshdesk: Freshdesk;
  /** The tickets. */
  store: Store;
  /** Tickets opened every hour. Default: 1. */
  ticketsPerHour?: number;
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
  /** Steps done. */
  done: number;
  /** Steps that were not done: tried in vain, to be tried again, or in another's hands. */
  later: number;
  /** Tickets that ended without being closed. */
  ended: number;
  /** In a dry run alone: what would have been done, tickets to open or steps to take. */
  planned?: number;
  /** Why Freshdesk did not let the key do a step (403), and what to do. */
  refused?: string;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** A claim outlives a request (30 s) several times over. */
const CLAIM = 4 * MINUTE;
/** Clocks of two processes may differ by so much. */
const SKEW = MINUTE;
/** No request is sent in a claim's last moments: its own time, and what clocks differ. */
const CLAIM_MARGIN = MINUTE / 2 + SKEW;
/** A tick begins no step after so long; the next tick goes on. */
const TICK_TIME = 4 * MINUTE;
/** What may have been applied is looked up no sooner: Freshdesk may still be at it. */
const VERIFY_DELAY = MINUTE;
/** Steps of different tickets side by side. */
const LANES = 4;
/** No more than this part of the calls goes to what Freshdesk has refused before. */
const REFUSED_SHARE = 1 / 8;
/** A step that Freshdesk refuses is not tried again before. */
const REFUSED_WAIT = 20 * MINUTE;
/** A ticket is given up when it was tried at least so often, for at least so long. */
const GIVE_UP = { attempts: 10, after: 24 * HOUR };

/** The account demands fields that cannot be filled. */
export class RequiredFieldsError extends Error {
  /** Its class. */
  override readonly name = "RequiredFieldsError";
  /** What a person can do about it. */
  readonly hint =
    "In Admin > Ticket Fields, make them optional for agents, or give them a default.";

  /** Names the fields as agents see them. */
  constructor(labels: readonly string[]) {
    super(
      `The account demands of every ticket what cannot be filled in: ${
        labels.join(", ")
      }`,
    );
  }
}

/** Runs the tickets of one account. */
export class Workflow {
  readonly #context: StepContext;
  readonly #ticketsPerHour: number;
  readonly #dryRun: boolean;
  readonly #draw: ParticipantOptions;
  readonly #signal: AbortSignal | undefined;
  readonly #lanes = new PrioritySemaphore(LANES);
  /** Names this process in its claims. */
  readonly #processId = crypto.randomUUID();
  /** When a claim of another clock was first seen, by the monotonic clock. */
  readonly #seen = new Map<string, number>();
  readonly #monotonic: () => number;
  /** What was said last about required fields. */
  #said = "";
  /** The hour of which it was said last that it has no room for all its tickets. */
  #fullHour: number | undefined;
  /** What was said last about real people. */
  #warning = "";
  /** The hour that goes by unused because the contacts may be real people. */
  #waitedHour: number | undefined;
  /** The last check whether the account is fine, of the tick it was made in. */
  #checked: { tick: number; fine: Promise<unknown> } | undefined;
  /** Calls that Freshdesk refused, so far. */
  #refused = 0;

  /** Nothing runs until it is told to. */
  constructor(options: WorkflowOptions) {
    const { freshdesk, store, now = Date.now, random = Math.random } = options;
    const log = failSafe(options.log);
    const agents = () => loadAgents(freshdesk, options);
    this.#context = { freshdesk, agents, store, log, now, random };
    this.#ticketsPerHour = options.ticketsPerHour ?? 1;
    this.#dryRun = options.dryRun ?? false;
    this.#draw = options;
    this.#signal = options.signal;
    this.#monotonic = options.monotonic ?? (() => performance.now());
  }

  /**
   * Opens the hour's tickets, each for a random contact, and assigns each to a random agent. An
   * hour that has had its tickets, from whatever process, gets no more. Where this fails, the next
   * {@linkcode tick} of five minutes in the same hour opens them.
   *
   * @param at the moment of the tick (ms since 1970)
   */
  async createAndHandleTicket(at = this.#context.now()): Promise<Report> {
    const tick = toMinute(at);
    const end = this.#context.now() + TICK_TIME;
    if (!this.#dryRun) await this.#context.store.repair(tick + HOUR);
    const drafts = await this.#draftHour(tick, end)
      .catch((error) => this.#noneYet(error));
    if (this.#dryRun) {
      return { done: 0, later: 0, ended: 0, planned: drafts.length };
    }
    return await this.#runStage("create", drafts, tick, end);
  }

  /**
   * Takes the steps that are due in one job: everything due by the minute of the tick, what was
   * missed before included. Every five minutes it also opens the hour's tickets, if the hour has
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
    const sum: Report = { done: 0, later: 0, ended: 0 };
    const stages = STAGES.filter((stage) =>
      STEPS[stage].intervalMinutes === every
    );
    if (this.#dryRun) {
      sum.planned = every === STEPS.create.intervalMinutes
        ? (await this.#makeUpHour(tick, end)).length
        : 0;
      for (const stage of stages) {
        for await (const ticket of this.#context.store.due(stage, tick)) {
          this.#context.log.info(
            `DRY_RUN: ${title(ticket)} would be taken to: ${stage}`,
          );
          sum.planned = (sum.planned ?? 0) + 1;
        }
      }
      return sum;
    }
    // The tickets that wait go on even where no new ones can be drafted.
    let failure: { error: unknown } | undefined;
    const makeUp = () =>
      this.#makeUpHour(tick, end).catch((error) => {
        failure = { error };
        return [];
      });
    // All at once: the lanes let the latest stage go first, and what failed before go last.
    const reports = await Promise.allSettled(
      stages.toReversed().map((stage) => {
        const due = this.#context.store.due(stage, tick);
        const tickets = stage === "create" ? chain(due, makeUp) : due;
        return this.#runStage(stage, tickets, tick, end);
      }),
    );
    for (const report of reports) {
      if (report.status === "rejected") throw report.reason;
      sum.done += report.value.done;
      sum.later += report.value.later;
      sum.ended += report.value.ended;
      if (report.value.refused) sum.refused = report.value.refused;
    }
    if (failure) throw failure.error;
    return sum;
  }

  /**
   * Warns, once, where the contacts may be real people and CONTACT_DOMAINS is not set.
   *
   * @returns whether the first tickets wait for the next full hour, so that there is time to read
   * it: true for a database without a ticket
   */
  async warnOfRealPeople(
    contacts: Person[],
    at = this.#context.now(),
  ): Promise<boolean> {
    if (this.#dryRun || this.#draw.contactDomains) return false;
    const warning = realPeopleWarning(contacts);
    if (!warning) return false;
    const { store, log } = this.#context;
    const isNew = (await store.list(undefined, 1)).tickets.length === 0;
    const first = new Date(nextTick(60, at)).toISOString().slice(11, 16);
    const said = isNew
      ? `${warning}. The first tickets are opened at ${first} UTC`
      : warning;
    if (said !== this.#warning) log.warn(said);
    this.#warning = said;
    return isNew;
  }

  /**
   * Takes the step that a ticket waits for, unless somebody else is at it or was first.
   *
   * @param ticket as it was read; nothing is done if it has changed since
   * @param tick the minute this counts for: the next step is due strictly after it
   * @param deadline no request is sent after this moment (ms since 1970)
   * @returns the ticket as it is then
   */
  async handleTicketWorkflow(
    ticket: Ticket,
    tick = toMinute(this.#context.now()),
    deadline = Infinity,
  ): Promise<Ticket> {
    const claimed = await this.#claim(ticket);
    if (!claimed) return ticket;
    const stage = ticket.stage as Stage;
    const step = STEPS[stage];
    const latest = () => Math.min(deadline, claimed.latest());
    let done: StepResult | undefined;
    try {
      if (claimed.ticket.outcomeUnknown) {
        done = await step.findExisting?.(this.#context, claimed.ticket, latest);
      }
      if (!done && mustBeSeen(claimed.ticket, this.#context.now())) {
        const closed = await see(this.#context, claimed.ticket, latest);
        claimed.ticket = { ...claimed.ticket, tagSeenAt: this.#context.now() };
        if (closed) done = {};
      }
      done ??= await step.run(this.#context, claimed.ticket, latest);
    } catch (error) {
      if (error instanceof TakenOverError) {
        return await this.#abandon(claimed, error);
      }
      return await this.#recordFailure(claimed, error, tick);
    }

    const now = this.#context.now();
    const next = STAGES[STAGES.indexOf(stage) + 1] ?? "closed";
    const committed = await this.#context.store.update(claimed, {
      ...done.change,
      stage: next,
      dueAt: next === "closed"
        ? now
        : nextTick(STEPS[next].intervalMinutes, Math.max(tick, now)),
      stageSince: now,
      claim: null,
      outcomeUnknown: false,
      attempts: 0,
      firstFailedAt: null,
      lastError: null,
      completedAt: { ...ticket.completedAt, [stage]: now },
    }, done.message);
    if (!committed) {
      this.#context.log.warn(
        `${title(ticket)}: ${stage} was taken over by another process`,
      );
      return ticket;
    }
    this.#logStep(committed.ticket, stage);
    return next !== "closed" && STEPS[next].sameTick
      ? await this.handleTicketWorkflow(committed.ticket, tick, deadline)
      : committed.ticket;
  }

  /**
   * Works on tickets of one stage, several side by side, until all are done or nothing goes on:
   * first those not tried yet, then those in passing trouble, last those that Freshdesk refused.
   */
  async #runStage(
    stage: Stage,
    tickets: AsyncIterable<Ticket> | Iterable<Ticket>,
    tick: number,
    end: number,
  ): Promise<Report> {
    const report: Report = { done: 0, later: 0, ended: 0 };
    const running = new Set<Promise<void>>();
    const rank = STAGES.indexOf(stage);
    const begun = this.#lanes.reserve(rank);
    let trouble: { error: unknown } | undefined;
    let refusedAgain = false;
    const { freshdesk } = this.#context;
    try {
      for await (
        const ticket of untriedFirst(tickets, () => begun[Symbol.dispose]())
      ) {
        if (wasRefused(ticket)) {
          await Promise.all(running); // one at a time: the next may be spared
          const used = this.#refused / freshdesk.requestCount;
          if (refusedAgain && used >= REFUSED_SHARE) break;
        }
        const slot = await this.#lanes.acquire(
          wasTried(ticket) ? rank - STAGES.length : rank,
        );
        if (trouble || this.#signal?.aborted || this.#context.now() >= end) {
          slot[Symbol.dispose]();
          break;
        }
        const one = this.handleTicketWorkflow(ticket, tick, end).then(
          (after) => {
            const { stage, lastError } = after;
            refusedAgain ||= after !== ticket && wasRefused(ticket) &&
              wasRefused(after);
            if (stage === ticket.stage) {
              report.later++;
              if (lastError && /: 403\b/.test(lastError.message)) {
                report.refused = `${lastError.message}. ${lastError.hint}`;
              }
            } else if (isEnd(stage) && stage !== "closed") report.ended++;
            else report.done++;
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
    } finally {
      await Promise.all(running);
    }
    if (trouble?.error instanceof NotSentError) {
      this.#context.log.info(`${trouble.error.message}. The next tick goes on`);
    } else if (trouble) throw trouble.error;
    return report;
  }

  /** Claims a ticket; `latest` is the last moment to send anything on that claim. */
  async #claim(
    ticket: Ticket,
  ): Promise<Entry & { latest: () => number } | undefined> {
    const { store, now } = this.#context;
    const entry = await store.get(ticket.tag);
    if (
      !entry || entry.ticket.stage !== ticket.stage ||
      entry.ticket.dueAt !== ticket.dueAt || isEnd(ticket.stage)
    ) {
      return undefined;
    }
    const held = entry.ticket.claim;
    if (held && this.#holds(held)) return undefined;
    const at = now();
    const end = this.#monotonic() + CLAIM - CLAIM_MARGIN;
    const claim = {
      owner: this.#processId,
      claimedAt: at,
      expiresAt: at + CLAIM,
    };
    const outcomeUnknown = entry.ticket.outcomeUnknown || held !== null;
    const claimed = await store.update(entry, { claim, outcomeUnknown });
    if (!claimed) return undefined;
    // By both clocks: one may be set back, and the other stands still while the machine sleeps.
    const latest = () =>
      Math.min(claim.expiresAt - CLAIM_MARGIN, now() + end - this.#monotonic());
    return { ...claimed, latest };
  }

  /**
   * Whether a claim keeps this process off. One that ends later than a claim can shows that the
   * clocks disagree: it counts until this process has seen it for as long as a claim lasts.
   */
  #holds({ owner, claimedAt, expiresAt }: Claim): boolean {
    const left = expiresAt - this.#context.now();
    if (left <= CLAIM) return left > 0;
    const key = `${owner} ${claimedAt}`;
    const now = this.#monotonic();
    const seen = this.#seen.get(key) ?? now;
    if (this.#seen.size >= 1000) this.#seen.clear(); // what is forgotten only waits longer
    this.#seen.set(key, seen);
    return now - seen < CLAIM;
  }

  /** Ends a ticket that this program must not write to any more. */
  async #abandon(entry: Entry, error: TakenOverError): Promise<Ticket> {
    const { store, log } = this.#context;
    const { ticket } = entry;
    const { message, hint } = error;
    const now = this.#context.now();
    const committed = await store.update(entry, {
      stage: "abandoned",
      failedStage: ticket.stage as Stage,
      dueAt: now,
      stageSince: now,
      claim: null,
      lastError: { at: now, message, hint },
    });
    log.warn(`${title(ticket)}: ${message}. The ticket is abandoned`, {
      ticket: ticket.id,
      tag: ticket.tag,
      stage: ticket.stage,
    });
    return committed?.ticket ?? ticket;
  }

  /**
   * Gives a ticket back whose step did not succeed, in the way its error asks for. Throws the
   * error on when it concerns all tickets.
   */
  async #recordFailure(
    entry: Entry,
    error: unknown,
    tick: number,
  ): Promise<Ticket> {
    const { store, log, random } = this.#context;
    const { ticket } = entry;
    let { way, why } = await this.#judge(error, ticket, tick);
    const refused = isRefusal(why);
    if (refused) this.#refused++;
    const now = this.#context.now();
    const doubt = ticket.outcomeUnknown ||
      !(error instanceof FreshdeskError && !error.mayHaveBeenApplied);
    const message = shorten(why instanceof Error ? why.message : String(why));
    const hint = shorten(hintFor(why));
    const lastError = {
      at: now,
      message,
      hint,
      ...(refused && { refused }),
    };
    const free = { claim: null, outcomeUnknown: doubt, lastError };
    const said = `${title(ticket)}: ${ticket.stage}: ${message}`;
    const data = { ticket: ticket.id, tag: ticket.tag, stage: ticket.stage };

    if (way === "stop") {
      await store.update(entry, free);
      throw why;
    }
    const stage = ticket.stage as Stage;
    const attempts = ticket.attempts + 1;
    const failing = ticket.firstFailedAt ?? now;
    if (
      way === "later" && attempts >= GIVE_UP.attempts &&
      now - failing >= GIVE_UP.after
    ) {
      way = "fail";
    }
    const wait = Math.max(
      backOff(refused, now - failing, random()),
      doubt && STEPS[stage].findExisting ? VERIFY_DELAY : 0,
    );
    const dueAt = nextTick(
      STEPS[stage].intervalMinutes,
      Math.max(tick, now) + wait,
    );
    const change: Partial<Ticket> = way === "later"
      ? { dueAt }
      : way === "abandon"
      ? { stage: "abandoned", failedStage: stage, dueAt: now, stageSince: now }
      : { stage: "failed", failedStage: stage, dueAt: now, stageSince: now };
    const committed = await store.update(entry, {
      ...free,
      attempts,
      firstFailedAt: failing,
      ...change,
    });
    if (way === "later") {
      const time = new Date(dueAt).toISOString().slice(11, 16);
      log.warn(`${said}. It is tried again at ${time} UTC`, {
        ...data,
        attempts,
      });
    } else if (way === "abandon") {
      log.warn(`${said}. The ticket is abandoned`, data);
    } else {
      log.error(
        `${said}. ${hint} Then resume it: deno task retry ${
          ticket.id ?? ticket.tag
        }`,
        data,
      );
    }
    return committed?.ticket ?? ticket;
  }

  /**
   * What an error means for a ticket. One that would end the ticket, or stop all, is looked into
   * first: it may be this ticket's alone.
   *
   * @returns the way on, and the error that it is due to
   */
  async #judge(
    error: unknown,
    ticket: Pick<Ticket, "id">,
    tick: number,
  ): Promise<{ way: Way; why: unknown }> {
    const way = classifyError(error, ticket);
    if (way === "abandon") {
      try {
        return { way: await this.#isGone(ticket) ? way : "later", why: error };
      } catch (trouble) {
        return await this.#judge(trouble, { id: null }, tick);
      }
    }
    if (way === "stop" && mayBeItsOwn(error)) {
      try {
        await this.#checkAccount(tick);
        return { way: "later", why: error };
      } catch (trouble) {
        return { way: classifyError(trouble, { id: null }), why: trouble };
      }
    }
    return { way, why: error };
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

  /** The hour's tickets where its own tick opened none; that tick itself is left to do so. */
  async #makeUpHour(tick: number, end: number): Promise<Ticket[]> {
    const hour = tick - tick % HOUR;
    if (tick === hour || hour === this.#waitedHour) return [];
    return await this.#draftHour(tick, end, async ({ contacts }) => {
      const waits = await this.warnOfRealPeople(contacts, tick);
      if (waits) this.#waitedHour = hour;
      return !waits;
    }).catch((error) => this.#noneYet(error));
  }

  /** No drafts where no call was free for the lists; throws any other error on. */
  #noneYet(error: unknown): Ticket[] {
    if (!(error instanceof NotSentError)) throw error;
    this.#context.log.info(
      `This hour's tickets are not opened yet: ${error.message}. The next tick goes on`,
    );
    return [];
  }

  /**
   * Drafts the tickets of a tick's hour, once; a dry run says them, once.
   *
   * @param end the lists of people and fields wait for a free call until then (ms since 1970)
   * @param may whether tickets may be opened now for these people
   * @returns the tickets to be created now; in a dry run those that would be
   */
  async #draftHour(
    tick: number,
    end: number,
    may: (people: Participants) => Promise<boolean> = () =>
      Promise.resolve(true),
  ): Promise<Ticket[]> {
    const { freshdesk, store, log, now } = this.#context;
    const hour = tick - tick % HOUR;
    if (await store.isHourOpened(hour)) return [];
    if (this.#dryRun && await store.isHourPreviewed(hour)) return [];
    const count = await this.#ticketsToOpen(hour);
    if (count === 0) return [];
    const people = await loadParticipants(freshdesk, this.#draw, {
      deadline: end,
    });
    if (!await may(people)) return [];
    const fields = await this.#fields(tick, end);
    const drafts = Array.from(
      { length: count },
      () => this.#draft(people, fields, tick),
    );
    if (this.#dryRun) {
      for (const draft of drafts) {
        log.info(`DRY_RUN: would open ${script(draft)}`);
      }
      await store.markHourPreviewed(hour);
      return drafts;
    }
    // The computer may have slept meanwhile, and another process may have been first.
    const isOver = now() >= hour + HOUR;
    return !isOver && await store.addTicketsForHour(hour, drafts) ? drafts : [];
  }

  /** How many tickets the account's calls leave room for in this hour, with all that wait. */
  async #ticketsToOpen(hour: number): Promise<number> {
    const { freshdesk, store, log } = this.#context;
    const calls = freshdesk.budget.ourLimit * 60;
    let backlog = 0;
    for (const [done, stage] of STAGES.entries()) {
      const steps = STAGES.length - done;
      backlog += steps * await store.count(stage, Math.ceil(calls / steps));
    }
    const room = Math.max(0, Math.floor((calls - backlog) / STAGES.length));
    if (room >= this.#ticketsPerHour) return this.#ticketsPerHour;
    if (hour === this.#fullHour) return room;
    this.#fullHour = hour;
    log.warn(
      `${room} of this hour's ${this.#ticketsPerHour} tickets are opened: the tickets that wait need ${backlog} calls, and ${calls} are ours in an hour`,
    );
    return room;
  }

  /** What the account demands of every ticket. */
  async #fields(tick: number, deadline: number): Promise<Fields> {
    const { freshdesk, log } = this.#context;
    try {
      const form = await freshdesk.getTicketFields({ deadline });
      const today = new Date(tick).toISOString().slice(0, 10);
      const { fields, filled, unfillable } = fillRequiredFields(form, today);
      if (unfillable.length > 0) throw new RequiredFieldsError(unfillable);
      const said = filled.join(", ");
      if (said && said !== this.#said) {
        log.info(`Required by the account, and filled in: ${said}`);
      }
      this.#said = said;
      return fields;
    } catch (error) {
      if (!isPermissionDenied(error)) throw error;
      return {}; // only this list is closed to the key; a refused ticket names its fields
    }
  }

  #draft(
    { contacts, agents }: Participants,
    fields: Fields,
    tick: number,
  ): Ticket {
    const { now, random } = this.#context;
    const contact = pick(contacts, random);
    const agent = pick(agents, random);
    const { contactDomains, agentEmails } = this.#draw;
    if (!contact) {
      throw new NoParticipantError("contact", Array.isArray(contactDomains));
    }
    if (!agent) {
      throw new NoParticipantError("agent", agentEmails !== undefined);
    }
    const seed = Math.floor(random() * 2 ** 32);
    const scenario = pick(SCENARIOS, random)!;
    return {
      version: 1,
      tag: newTag(tick, random),
      id: null,
      stage: "create",
      dueAt: nextTick(STEPS.create.intervalMinutes, tick),
      createdAt: now(),
      stageSince: now(),
      firstFailedAt: null,
      claim: null,
      outcomeUnknown: false,
      attempts: 0,
      lastError: null,
      failedStage: null,
      contact,
      agent,
      script: writeScript(
        scenario,
        { contact: contact.name, agent: agent.name },
        seededRandom(seed),
      ),
      fields,
      seed,
      completedAt: {},
    };
  }

  #logStep(ticket: Ticket, done: Stage): void {
    const { contact, agent, script } = ticket;
    const what = {
      create: `opened by ${contact.name}: ${script.subject}`,
      assign: `assigned to ${agent.name}`,
      first_reply: `first reply by ${agent.name}`,
      customer_reply: `customer reply by ${contact.name}`,
      resolution: `resolution by ${agent.name}`,
      close: "closed",
    }[done];
    const { id, tag } = ticket;
    this.#context.log.info(`#${id} ${what}`, { ticket: id, tag, done });
  }
}

/** The first tick of a job strictly after a moment (both in ms since 1970). */
export function nextTick(every: Interval | 60, after: number): number {
  const period = every * MINUTE;
  return (Math.floor(after / period) + 1) * period;
}

/**
 * How long a step that failed waits besides for its next tick (ms).
 *
 * What Freshdesk refuses waits twice as long as it has been failing, from 20 minutes to 4 hours.
 * Passing trouble is met again at every tick of its first hour; after that the step waits a quarter
 * of the time, an hour at most.
 *
 * @param refused whether Freshdesk itself refused
 * @param failingFor since the step first failed (ms)
 * @param random from 0 to 1, so that tickets that failed together do not come back together
 */
export function backOff(
  refused: boolean,
  failingFor: number,
  random: number,
): number {
  const wait = refused
    ? Math.min(Math.max(2 * failingFor, REFUSED_WAIT), LONGEST_WAIT)
    : failingFor < HOUR
    ? 0
    : Math.min(failingFor / 4, HOUR);
  return wait * (1 - random / 4);
}

/** Tickets not tried yet, then those in passing trouble, then those that Freshdesk refused. */
async function* untriedFirst(
  tickets: AsyncIterable<Ticket> | Iterable<Ticket>,
  triedOnly: () => void,
): AsyncGenerator<Ticket> {
  const tried: Ticket[] = [];
  try {
    for await (const ticket of tickets) {
      if (wasTried(ticket)) tried.push(ticket);
      else yield ticket;
    }
  } finally {
    triedOnly();
  }
  yield* tried.filter((ticket) => !wasRefused(ticket));
  yield* tried.filter(wasRefused);
}

function wasTried({ attempts, outcomeUnknown, claim }: Ticket): boolean {
  return attempts > 0 || outcomeUnknown || claim !== null;
}

function wasRefused({ attempts, lastError }: Ticket): boolean {
  return attempts > 0 && lastError?.refused === true;
}

/** Whether Freshdesk said no, and will say so again until a person has changed something. */
function isRefusal(error: unknown): boolean {
  const passing = error instanceof RateLimitError ||
    error instanceof NoResponseError || error instanceof BusyError;
  return error instanceof FreshdeskError && !passing &&
    (error instanceof RedirectError ||
      error.status !== undefined && error.status >= 400 && error.status < 500);
}

/** Whether an error that could concern all tickets may be about what one of them asked for. */
function mayBeItsOwn(error: unknown): boolean {
  return error instanceof PermissionError || error instanceof RedirectError ||
    error instanceof NotFoundError || error instanceof TicketDeletedError;
}

/** What follows from an error. */
export type Way = "stop" | "later" | "abandon" | "fail";

/**
 * What an error means for a ticket's step: `stop` the tick (it would be the same for all; no
 * attempt is counted), try `later`, `abandon` the ticket, or `fail` and ask a person.
 */
export function classifyError(error: unknown, { id }: Pick<Ticket, "id">): Way {
  if (
    isAccountError(error) || error instanceof NotSentError ||
    error instanceof ConnectionError || error instanceof RateLimitError
  ) return "stop";
  if (error instanceof NotFoundError || error instanceof TicketDeletedError) {
    return id === null ? "stop" : "abandon";
  }
  const look = error instanceof FreshdeskError && error.method === "GET";
  if (!look && (error instanceof ValidationError || isAuthorRejected(error))) {
    return "fail";
  }
  return "later";
}

/** What a person can do about an error. */
export function hintFor(error: unknown): string {
  return error instanceof FreshdeskError ||
      error instanceof NoParticipantError ||
      error instanceof RequiredFieldsError || error instanceof NoAnswerError
    ? error.hint
    : "This is not Freshdesk's doing: see the message, and report it if it stays.";
}

/** All of one, then all of the other, which is made only then. */
async function* chain<T>(
  first: AsyncIterable<T>,
  second: () => Promise<T[]>,
): AsyncGenerator<T> {
  yield* first;
  yield* await second();
}

function toMinute(at: number): number {
  return Math.round(at / MINUTE) * MINUTE;
}

function title({ id, tag }: Ticket): string {
  return id === null ? `The new ticket ${tag}` : `#${id}`;
}

/** A ticket with all that would be said in it, for a dry run. */
function script({ contact, agent, script }: Ticket): string {
  const { subject, description, reply, answer, resolution } = script;
  return [
    `"${subject}" for ${contact.name}, assigned to ${agent.name}`,
    `${contact.name}: ${plainText(description)}`,
    `${agent.name}: ${plainText(reply)}`,
    `${contact.name}: ${plainText(answer)}`,
    `${agent.name}: ${plainText(resolution)}`,
  ].join("\n---\n");
}

/** A tag no other ticket has, within Freshdesk's 32 characters: `tw-20261123120000-k3j9x2ab`. */
function newTag(at: number, random: Random): string {
  const time = new Date(at).toISOString().replace(/\D/g, "").slice(0, 14);
  const rest = Array.from(
    { length: 8 },
    () => Math.floor(random() * 36).toString(36),
  );
  return `tw-${time}-${rest.join("")}`;
}
