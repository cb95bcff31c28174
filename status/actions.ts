/**
 * What a person can do: open tickets now, pause and resume, hurry a ticket, retry what failed, clean
 * up, and see what comes. The page, the JSON and the terminal all use these.
 *
 * Every action rests on the store's checks and claims, so it may run beside any other process, and
 * twice: the second one finds that it was done.
 *
 * @module
 */
import {
  FreshdeskError,
  NotSentError,
  RateLimitError,
} from "../freshdesk/errors.ts";
import type { Freshdesk } from "../freshdesk.ts";
import { errorMessage } from "../lib/error.ts";
import { failSafe } from "../lib/fail_safe.ts";
import { oneLine, shorten } from "../lib/text.ts";
import { DAY, HOUR, MINUTE } from "../lib/time.ts";
import type { Workflow } from "../workflow.ts";
import { hintFor } from "../workflow/failures.ts";
import type { TicketOpener } from "../workflow/opening.ts";
import { TokenUsedError } from "../workflow/draft.ts";
import type { Label } from "../workflow/schedule.ts";
import type { Entry, Store } from "../workflow/store.ts";
import {
  type Candidate,
  type CleaningOptions,
  cleanUp,
  report,
  TicketCleaner,
} from "../workflow/ticket_cleaner.ts";
import type { Ticket } from "../workflow/ticket.ts";

/** What every action answers. */
export interface ActionResult {
  /** What was done, in a sentence. */
  message: string;
}

/** A ticket that an action is about. */
export interface ActionTicket {
  /** Freshdesk's id; null until it is known. */
  id: number | null;
  /** Its own tag. */
  tag: string;
  /** Plain text. */
  subject: string;
  /** What it waits for now, or how it ended. */
  stage: Label | Ticket["state"];
}

/** Tickets were opened. */
export interface OpenResult extends ActionResult {
  /** The tickets; one without an id is opened within minutes. */
  tickets: ActionTicket[];
  /** Whether the same token had opened them before. */
  repeated: boolean;
}

/** The program is paused, or not. */
export interface PauseResult extends ActionResult {
  /** Who paused it, since when and until when (null: until it is resumed); null: it is not paused. */
  pause: { by: string; since: string; until: string | null } | null;
}

/** Tickets go on. */
export interface RetryResult extends ActionResult {
  /** The tickets that were put back. */
  tickets: ActionTicket[];
}

/** A ticket's step was taken. */
export interface HurryResult extends ActionResult {
  /** The ticket as it is now. */
  ticket: ActionTicket;
}

/** What a clean-up would move to the trash, and how far the one under way is. */
export interface CleanupPreview extends ActionResult {
  /** How many tickets there are; null while a clean-up is under way. */
  total: number | null;
  /** The first of them. */
  tickets: Candidate[];
  /** What a person types to confirm it: the account's host. */
  confirm: string;
  /** The clean-up under way, or the last one. */
  last: CleanupView | null;
}

/** A clean-up. */
export interface CleanupView {
  /** Who began it. */
  by: string;
  /** Since when. */
  since: string;
  /** Whether it is still under way. */
  isUnderWay: boolean;
  /** Tickets dealt with. */
  done: number;
  /** Tickets found so far. */
  total: number;
  /** How it ended. */
  said: string;
}

/** A clean-up has begun, or ended. */
export interface CleanupResult extends ActionResult {
  /** How far it is. */
  cleanup: CleanupView;
}

/** What the next hours bring. */
export interface PreviewResult extends ActionResult {
  /** Hours looked ahead. */
  hours: number;
  /** What is still to be opened; subject and people as far as they are known. */
  openings: {
    at: string;
    subject: string | null;
    contact: string | null;
    agent: string | null;
  }[];
  /** The next step of every ticket under way. */
  steps: (ActionTicket & { at: string; contact: string; agent: string })[];
  /** Whether there are more steps than are listed. */
  more: boolean;
}

/** The HTTP statuses of refused actions. */
export type ActionStatus = 400 | 403 | 404 | 409 | 429 | 503;

/** An action is refused, or has failed. Nothing is half done. */
export class ActionError extends Error {
  /** Its class. */
  override readonly name = "ActionError";

  /**
   * Takes the status of the answer, and what to say.
   *
   * @param needsConfirm whether the same with `confirm` would be done
   */
  constructor(
    readonly status: ActionStatus,
    message: string,
    readonly needsConfirm = false,
  ) {
    super(message);
  }
}

/** Who acts. */
export interface Actor {
  /** A name, as it is logged and shown. */
  by: string;
}

/** What {@linkcode Actions} are made of. */
export interface ActionsOptions {
  /** The tickets. */
  store: Store;
  /** The account. */
  freshdesk: Freshdesk;
  /** Takes the steps. */
  workflow: Pick<Workflow, "handleTicketWorkflow" | "takeNow">;
  /** What opens tickets, once the database is known to be this account's. */
  prepare: () => Promise<{
    opener: Pick<TicketOpener<Ticket>, "openNow" | "realPeople" | "upcoming">;
    writer: { topics: readonly string[] };
  }>;
  /** The account's host. */
  account: string;
  /** Whether the program sends nothing. Default: false. */
  dryRun?: boolean;
  /** Whether jobs run here: a preview deployment acts on nothing. Default: true. */
  production?: boolean;
  /** How long an answer waits for the work (ms); the rest goes on behind it. Default: to the end. */
  patience?: number;
  /** Told how far a clean-up is. */
  progress?: (done: number, total: number) => unknown;
  /** Milliseconds since 1970. Default: `Date.now`. */
  now?: () => number;
  /** Nothing further is begun once it is aborted. */
  signal?: AbortSignal;
  /** One line per action. */
  log: { info(message: string): unknown; warn(message: string): unknown };
}

/** Tickets that can be opened at once. */
export const MOST_AT_ONCE = 20;
/** The longest pause, in minutes. */
export const LONGEST_PAUSE = 30 * 24 * 60;
/** Hours that can be looked ahead. */
export const MOST_HOURS = 48;
/** Steps and tickets in a list. */
const LISTED = 200;
/** No call of a hurried step waits longer for its turn. */
const HURRY_TIME = MINUTE / 2;
/** Opening may take as long as a tick. */
const OPEN_TIME = 4 * MINUTE;

/** The actions of one account. */
export class Actions {
  readonly #options: ActionsOptions;
  readonly #log: ActionsOptions["log"];
  readonly #now: () => number;
  readonly #running = new Set<Promise<unknown>>();

  /** Does nothing until it is asked for. */
  constructor(options: ActionsOptions) {
    this.#options = options;
    this.#log = failSafe(options.log);
    this.#now = options.now ?? Date.now;
  }

  /** What tickets can be opened about, by name. */
  async topics(): Promise<readonly string[]> {
    return (await this.#options.prepare()).writer.topics;
  }

  /**
   * Opens tickets now, besides the hour's.
   *
   * @param options.count 1 to 20
   * @param options.topic what they are about; one of {@linkcode topics}
   * @param options.token a one-time value: the same again opens nothing more
   * @param options.confirm whether contacts who may be real people may be mailed
   */
  async open(
    { count, topic, token, confirm = false, by }: Actor & {
      count: number;
      topic?: string | undefined;
      token: string;
      confirm?: boolean;
    },
  ): Promise<OpenResult> {
    return await this.#act("open", by, async () => {
      check(
        Number.isInteger(count) && count >= 1 && count <= MOST_AT_ONCE,
        `Cannot open tickets as 'count' must be a whole number from 1 to ${MOST_AT_ONCE}: current value is '${
          said(count)
        }'`,
      );
      check(
        /^[\w-]{8,100}$/.test(token),
        "Cannot open tickets as 'token' must be a value made for this press alone, 8 to 100 letters and digits, such as a UUID",
      );
      const before = await this.#openedBy(token);
      if (before) return before;
      this.#checkSending();
      await this.#checkPause();
      this.#checkCalls();
      const { opener, writer } = await this.#options.prepare();
      check(
        topic === undefined || writer.topics.includes(topic),
        `Unknown topic '${said(topic)}'; expected one of ${
          writer.topics.join(", ")
        }`,
      );
      const now = this.#now();
      const tick = now - now % MINUTE;
      const deadline = now + OPEN_TIME;
      const real = confirm ? undefined : await opener.realPeople(deadline);
      if (real) {
        throw new ActionError(
          409,
          `${real}. Freshdesk e-mails them about their tickets. Confirm to open ${
            tickets(count)
          }`,
          true,
        );
      }
      let drafted: Ticket[];
      try {
        drafted = await opener.openNow(count, tick, deadline, topic, token);
      } catch (error) {
        if (!(error instanceof TokenUsedError)) throw error;
        return (await this.#openedBy(token))!;
      }
      if (drafted.length === 0) {
        throw new ActionError(
          429,
          "Cannot open tickets now: this hour's calls are taken by the tickets that wait. Try again in the next hour, or raise RATE_LIMIT_SHARE",
        );
      }
      const trouble = await this.#wait(this.#take(drafted, deadline));
      const all = await this.#reload(drafted);
      const opened = all.filter(({ id }) => id !== null).length;
      const [first] = all;
      const failed = all.find(({ id, lastError }) => id === null && lastError);
      const parts = [
        opened === 0
          ? `${tickets(drafted.length)} drafted; they follow within minutes`
          : opened === 1 && drafted.length === 1
          ? `Opened #${first!.id}: ${first!.subject}`
          : `Opened ${tickets(opened)}`,
        opened > 0 && opened < drafted.length &&
        `${drafted.length - opened} more follow within minutes`,
        drafted.length < count &&
        `this hour's calls leave no room for the other ${
          count - drafted.length
        }`,
        trouble ? errorMessage(trouble) : failed?.lastError?.message,
      ];
      return {
        message: parts.filter((part) => typeof part === "string").join("; "),
        tickets: all.map(asTicket),
        repeated: false,
      };
    });
  }

  /**
   * Lets all processes do nothing until a moment, or until it is resumed. Pausing again changes until
   * when.
   *
   * @param options.until ms since 1970; null: until it is resumed
   */
  async pause(
    { by, until }: Actor & { until: number | null },
  ): Promise<PauseResult> {
    return await this.#act("pause", by, async () => {
      const now = this.#now();
      check(
        until === null ||
          Number.isFinite(until) && until > now &&
            until <= now + LONGEST_PAUSE * MINUTE,
        `Cannot pause: it must end within 1 to ${LONGEST_PAUSE} minutes (${
          LONGEST_PAUSE / 24 / 60
        } days), or be left open`,
      );
      const pause = await this.#options.store.setPause(by, until, now);
      return {
        message: until === null
          ? "Paused until it is resumed"
          : `Paused until ${this.#utc(until)}`,
        pause: {
          by: pause.by,
          since: iso(pause.since),
          until: pause.until === null ? null : iso(pause.until),
        },
      };
    });
  }

  /** Ends a pause: what is due goes on at the next tick. */
  async resume({ by }: Actor): Promise<PauseResult> {
    return await this.#act("resume", by, async () => {
      const { store } = this.#options;
      const wasPaused = await store.endPause(this.#now());
      const rest = await store.pause(this.#now());
      return {
        message: rest?.cleanup
          ? "The clean-up under way still holds all else back; it ends by itself"
          : wasPaused
          ? "Resumed: what is due goes on within 5 minutes"
          : "It was not paused",
        pause: null,
      };
    });
  }

  /**
   * Puts a failed or abandoned ticket back before the step it ended in, or all failed ones, and takes
   * the step at once unless the program is paused.
   *
   * @param name Freshdesk's id or the ticket's tag; `undefined`: all failed ones
   */
  async retry(name: string | undefined, { by }: Actor): Promise<RetryResult> {
    return await this.#act("retry", by, async () => {
      const { store, dryRun } = this.#options;
      const entries = name === undefined
        ? await Array.fromAsync(store.finished("failed"))
        : [await this.#find(name)];
      const now = this.#now();
      const resumed: Ticket[] = [];
      for (const entry of entries) {
        const ticket = await store.resume(entry, now);
        if (ticket) resumed.push(ticket);
        else if (name !== undefined) {
          const { ticket: { tag } } = entry;
          const ticket = (await store.get(tag))?.ticket ?? entry.ticket;
          throw new ActionError(
            409,
            ticket.state === "active"
              ? `${
                title(ticket)
              } goes on already: it waits for ${ticket.waitsFor}`
              : `${
                title(ticket)
              } is ${ticket.state}: there is nothing to retry`,
          );
        }
      }
      if (resumed.length === 0) {
        return { message: "There are no failed tickets", tickets: [] };
      }
      const isHeld = dryRun || await store.pause(now) !== undefined;
      const trouble = !isHeld &&
        await this.#wait(this.#take(resumed, now + OPEN_TIME));
      const all = await this.#reload(resumed);
      const [first] = all;
      const what = all.length === 1 && first
        ? `${title(first)} goes on with ${stageOf(resumed[0]!)}`
        : `${tickets(all.length)} go on`;
      const again = all.find(({ lastError, attempts, state }) =>
        lastError && (attempts > 0 || state === "failed")
      );
      return {
        message: isHeld
          ? `${what} when ${dryRun ? "DRY_RUN is off" : "the pause ends"}`
          : trouble
          ? `${what} at the next tick: ${errorMessage(trouble)}`
          : again
          ? `${what}; ${title(again)} failed again: ${again.lastError?.message}`
          : what,
        tickets: all.map(asTicket),
      };
    });
  }

  /**
   * Takes a ticket's next step now.
   *
   * @param name Freshdesk's id or the ticket's tag
   * @param step which step is meant, by its number in the plan or by what the ticket waits for; a
   * ticket that has moved on is left alone
   */
  async hurry(
    name: string,
    step: number | string,
    { by }: Actor,
  ): Promise<HurryResult> {
    return await this.#act("hurry", by, async () => {
      const { ticket } = await this.#find(name);
      const number = Number(step);
      const isNumber = step !== "" && Number.isInteger(number) && number >= 0;
      check(
        isNumber || typeof step === "string" && /^[a-z ]{1,40}$/.test(step),
        `Cannot hurry ${
          title(ticket)
        } as 'step' must be the number of a step or what the ticket waits for: current value is '${
          said(step)
        }'`,
      );
      if (ticket.state !== "active") {
        throw new ActionError(
          409,
          `${title(ticket)} is ${ticket.state}: no step is left`,
        );
      }
      if (isNumber ? number !== ticket.step : step !== ticket.waitsFor) {
        throw new ActionError(
          409,
          `${title(ticket)} has moved on: it waits for ${ticket.waitsFor}`,
        );
      }
      this.#checkSending();
      await this.#checkPause();
      this.#checkCalls();
      const now = this.#now();
      const after = await this.#options.workflow.handleTicketWorkflow(
        ticket,
        now - now % MINUTE,
        now + HURRY_TIME,
      );
      if (!after) {
        throw new ActionError(
          409,
          `Another process is working on ${title(ticket)} right now`,
        );
      }
      const isFurther = after.step > ticket.step || after.state === "closed";
      if (!isFurther) {
        const { lastError } = after;
        throw new ActionError(
          after.state === "abandoned" ? 409 : 503,
          `${title(after)}: ${ticket.waitsFor} was not done: ${
            lastError ? `${lastError.message}. ${lastError.hint}` : after.state
          }`,
        );
      }
      return {
        message: `${title(after)}: ${ticket.waitsFor} is done; ${
          after.state === "active"
            ? `it waits for ${after.waitsFor}`
            : `it is ${after.state}`
        }`,
        ticket: asTicket(after),
      };
    });
  }

  /** What a clean-up would move to the trash, or how far the one under way is. */
  async cleanupPreview(): Promise<CleanupPreview> {
    return await this.#answer(async () => {
      const last = await this.#lastCleanup();
      const { account } = this.#options;
      if (last?.isUnderWay) {
        return {
          message: `A clean-up is under way: ${last.done} of ${last.total}`,
          total: null,
          tickets: [],
          confirm: account,
          last,
        };
      }
      await this.#options.prepare();
      const found = await new TicketCleaner(this.#cleaning).find();
      return {
        message: found.length === 0
          ? "No ticket of this program was found"
          : `${
            tickets(found.length)
          } of this program would be moved to Freshdesk's trash. To do it, type ${account}`,
        total: found.length,
        tickets: found.slice(0, LISTED),
        confirm: account,
        last,
      };
    });
  }

  /**
   * Moves the tickets of this program to Freshdesk's trash. All else is paused meanwhile.
   *
   * @param options.confirm the account's host, as a person has typed it
   */
  async cleanup(
    { confirm, by }: Actor & { confirm: string },
  ): Promise<CleanupResult> {
    return await this.#act("cleanup", by, async () => {
      const { store, account } = this.#options;
      check(
        confirm.trim().toLowerCase() === account.toLowerCase(),
        `Nothing is moved to the trash: to confirm it, type ${account}`,
      );
      this.#checkSending();
      this.#checkCalls();
      await this.#options.prepare();
      const id = crypto.randomUUID();
      if (!await store.beginCleanup(id, by, this.#now())) {
        const last = await this.#lastCleanup();
        throw new ActionError(
          409,
          `A clean-up by ${last?.by ?? "another process"} is under way: ${
            last?.done ?? 0
          } of ${last?.total ?? 0}`,
        );
      }
      const error = await this.#wait(this.#clean(id, by));
      if (error) throw error;
      const cleanup = (await this.#lastCleanup())!;
      return {
        message: cleanup.isUnderWay
          ? `The clean-up has begun: ${cleanup.done} of ${cleanup.total} so far. All else is paused until it ends`
          : cleanup.said,
        cleanup,
      };
    });
  }

  /**
   * What the next hours bring: the tickets to be opened, and the next step of those under way.
   *
   * @param hours 1 to 48
   */
  async preview(hours: number): Promise<PreviewResult> {
    return await this.#answer(async () => {
      check(
        Number.isInteger(hours) && hours >= 1 && hours <= MOST_HOURS,
        `Cannot look ahead as 'hours' must be a whole number from 1 to ${MOST_HOURS}: current value is '${
          said(hours)
        }'`,
      );
      const { store } = this.#options;
      const now = this.#now();
      const until = now + hours * HOUR;
      const due = await store.dueUntil(until, LISTED + 1);
      const { opener } = await this.#options.prepare();
      const openings = await opener.upcoming(now, until, now + HURRY_TIME);
      const shown = due.slice(0, LISTED);
      const entries = await Promise.all(shown.map(({ tag }) => store.get(tag)));
      const steps = entries.flatMap((entry) => entry ? [entry.ticket] : [])
        .filter(({ state }) => state === "active");
      const pause = await store.pause(now);
      return {
        message: `In the next ${hours === 1 ? "hour" : `${hours} hours`}: ${
          tickets(openings.length)
        } to open, ${
          due.length > LISTED ? `more than ${LISTED}` : steps.length
        } under way go on${pause ? "; paused" : ""}${
          this.#options.dryRun ? "; DRY_RUN sends nothing" : ""
        }`,
        hours,
        openings: openings.map(({ at, plan }) => ({
          at: iso(at),
          subject: plan?.subject ?? null,
          contact: plan?.contact.name ?? null,
          agent: plan?.agent.name ?? null,
        })),
        steps: steps.map((ticket) => ({
          ...asTicket(ticket),
          at: iso(ticket.dueAt),
          contact: ticket.contact.name,
          agent: ticket.agent.name,
        })),
        more: due.length > LISTED,
      };
    });
  }

  /** Resolves when nothing goes on behind an answer. */
  async finish(): Promise<void> {
    await Promise.all(this.#running);
  }

  /** Acts, logs it, and turns what went wrong into an {@linkcode ActionError}. */
  async #act<T extends ActionResult>(
    name: string,
    by: string,
    action: () => Promise<T>,
  ): Promise<T> {
    const who = shorten(oneLine(by), 60);
    try {
      if (this.#options.production === false) {
        throw new ActionError(
          403,
          "A preview deployment acts on nothing: use the production page",
        );
      }
      const result = await this.#answer(action);
      this.#log.info(`${who}: ${name}: ${result.message}`);
      return result;
    } catch (error) {
      this.#log.warn(`${who}: ${name} refused: ${errorMessage(error)}`);
      throw error;
    }
  }

  async #answer<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      throw asActionError(error);
    }
  }

  #checkSending(): void {
    if (!this.#options.dryRun) return;
    throw new ActionError(
      409,
      "DRY_RUN is set: nothing is sent to Freshdesk",
    );
  }

  async #checkPause(): Promise<void> {
    const pause = await this.#options.store.pause(this.#now());
    if (!pause) return;
    throw new ActionError(
      409,
      pause.cleanup
        ? `A clean-up by ${pause.by} is under way: ${pause.cleanup.done} of ${pause.cleanup.total}`
        : `${pause.by} has paused the program ${
          pause.until === null ? "" : `until ${this.#utc(pause.until)} `
        }(since ${this.#utc(pause.since)}): resume it first`,
    );
  }

  #checkCalls(): void {
    const { pausedUntil } = this.#options.freshdesk.budget;
    if (pausedUntil <= this.#now()) return;
    throw new ActionError(
      429,
      `Freshdesk takes no more calls until ${
        this.#utc(pausedUntil)
      }: try again then`,
    );
  }

  async #find(name: string): Promise<Entry> {
    const { store } = this.#options;
    check(
      /^#?[\w-]{1,64}$/.test(name),
      "Name a ticket by its number in Freshdesk or by its tag",
    );
    const id = /^#?(\d{1,15})$/.exec(name)?.[1];
    const entry = id ? await store.getById(Number(id)) : await store.get(name);
    if (entry) return entry;
    throw new ActionError(
      404,
      `There is no ticket ${name}: it is not this program's, or was forgotten (HISTORY_DAYS)`,
    );
  }

  /** What a token has opened; `undefined` if it was not used. */
  async #openedBy(token: string): Promise<OpenResult | undefined> {
    const { store } = this.#options;
    const tags = await store.tokenTickets(token);
    if (!tags) return undefined;
    const entries = await Promise.all(tags.map((tag) => store.get(tag)));
    return {
      message: `${tickets(tags.length)} opened before; nothing more is opened`,
      tickets: entries.flatMap((entry) => entry ? asTicket(entry.ticket) : []),
      repeated: true,
    };
  }

  /** Takes the steps of tickets; trouble is kept with the tickets, and the next tick goes on. */
  async #take(all: readonly Ticket[], deadline: number): Promise<void> {
    try {
      await this.#options.workflow.takeNow(all, deadline);
    } catch (error) {
      throw asActionError(error);
    }
  }

  async #reload(all: readonly Ticket[]): Promise<Ticket[]> {
    return await Promise.all(
      all.map(async (ticket) =>
        (await this.#options.store.get(ticket.tag))?.ticket ?? ticket
      ),
    );
  }

  /**
   * Waits for work, as long as an answer may; then it goes on behind the answer.
   *
   * @returns what was thrown, if it was thrown in time and anything was
   */
  async #wait(work: Promise<unknown>): Promise<unknown> {
    const ended = work.then(() => undefined, (error) => {
      this.#log.warn(errorMessage(error));
      return error;
    });
    this.#running.add(ended);
    ended.finally(() => this.#running.delete(ended));
    const { patience } = this.#options;
    if (patience === undefined) return await ended;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, patience);
    try {
      return await Promise.race([ended, promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  get #cleaning(): CleaningOptions {
    const { freshdesk, store, signal } = this.#options;
    return { freshdesk, store, now: this.#now, ...(signal && { signal }) };
  }

  /** Moves to the trash what is found, and says how it ended. */
  async #clean(id: string, by: string): Promise<void> {
    const cleaner = new TicketCleaner(this.#cleaning);
    const { progress } = this.#options;
    try {
      await cleanUp(cleaner, { ...this.#cleaning, id, by, progress });
    } finally {
      this.#log.info(`Clean-up by ${by}: ${report(cleaner.outcome)}`);
    }
  }

  /** A moment for people; with its date unless it is within a day. */
  #utc(at: number): string {
    const text = iso(at);
    const isNear = Math.abs(at - this.#now()) < DAY;
    return `${
      isNear ? text.slice(11, 16) : text.slice(0, 16).replace("T", " ")
    } UTC`;
  }

  async #lastCleanup(): Promise<CleanupView | null> {
    const last = await this.#options.store.cleanup(this.#now());
    if (!last) return null;
    const { by, since, isUnderWay, done, total, said } = last;
    return { by, since: iso(since), isUnderWay, done, total, said };
  }
}

function check(isRight: boolean, message: string): asserts isRight {
  if (!isRight) throw new ActionError(400, message);
}

/** What went wrong, in a sentence and with the status of the answer. */
function asActionError(error: unknown): ActionError {
  if (error instanceof ActionError) return error;
  if (error instanceof NotSentError || error instanceof RateLimitError) {
    return new ActionError(
      429,
      `No call to Freshdesk is free now: ${
        errorMessage(error)
      }. Try again in a minute`,
    );
  }
  const hint = hintFor(error);
  return error instanceof FreshdeskError || "hint" in Object(error)
    ? new ActionError(503, `${errorMessage(error)}. ${hint}`)
    : new ActionError(503, `It could not be done: ${errorMessage(error)}`);
}

function asTicket(ticket: Ticket): ActionTicket {
  const { id, tag, subject } = ticket;
  return { id, tag, subject, stage: stageOf(ticket) };
}

function stageOf({ state, waitsFor }: Ticket): ActionTicket["stage"] {
  return state === "active" ? waitsFor : state;
}

function title({ id, tag }: Pick<Ticket, "id" | "tag">): string {
  return id === null ? `The new ticket ${tag}` : `#${id}`;
}

function tickets(count: number): string {
  return count === 1 ? "1 ticket" : `${count} tickets`;
}

/** A value as it is quoted: short, and in one line. */
function said(value: unknown): string {
  return shorten(oneLine(String(value)), 60);
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
