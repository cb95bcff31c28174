/**
 * What all actions share: the parts that they are made of, what they check first, and the work that
 * goes on behind an answer.
 *
 * @module
 */
import type { Freshdesk } from "../../freshdesk.ts";
import { errorMessage } from "../../lib/error.ts";
import { failSafe } from "../../lib/fail_safe.ts";
import { DAY, MINUTE } from "../../lib/time.ts";
import type { Workflow } from "../../workflow.ts";
import type { TicketOpener } from "../../workflow/opening.ts";
import type { Entry, Store } from "../../workflow/store.ts";
import type { Ticket } from "../../workflow/ticket.ts";
import { ActionError, asActionError, check } from "./errors.ts";
import { iso } from "./words.ts";

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

/** No call of a hurried step waits longer for its turn. */
export const HURRY_TIME = MINUTE / 2;
/** Opening may take as long as a tick. */
export const OPEN_TIME = 4 * MINUTE;

/** What the actions of one account work with. */
export class ActionContext {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Never throws. */
  readonly log: ActionsOptions["log"];
  readonly #running = new Set<Promise<unknown>>();

  /** Takes the parts. */
  constructor(readonly options: ActionsOptions) {
    this.now = options.now ?? Date.now;
    this.log = failSafe(options.log);
  }

  /** Refuses what would send something, in a dry run. */
  checkSending(): void {
    if (!this.options.dryRun) return;
    throw new ActionError(
      409,
      "DRY_RUN is set: nothing is sent to Freshdesk",
    );
  }

  /** Refuses what a pause holds back. */
  async checkPause(): Promise<void> {
    const pause = await this.options.store.pause(this.now());
    if (!pause) return;
    throw new ActionError(
      409,
      pause.cleanup
        ? `A clean-up by ${pause.by} is under way: ${pause.cleanup.done} of ${pause.cleanup.total}`
        : `${pause.by} has paused the program ${
          pause.until === null ? "" : `until ${this.utc(pause.until)} `
        }(since ${this.utc(pause.since)}): resume it first`,
    );
  }

  /** Refuses what needs calls while Freshdesk takes none. */
  checkCalls(): void {
    const { pausedUntil } = this.options.freshdesk.budget;
    if (pausedUntil <= this.now()) return;
    throw new ActionError(
      429,
      `Freshdesk takes no more calls until ${
        this.utc(pausedUntil)
      }: try again then`,
    );
  }

  /** The ticket of a number in Freshdesk or of a tag. */
  async find(name: string): Promise<Entry> {
    const { store } = this.options;
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

  /** Takes the steps of tickets; trouble is kept with the tickets, and the next tick goes on. */
  async take(all: readonly Ticket[], deadline: number): Promise<void> {
    try {
      await this.options.workflow.takeNow(all, deadline);
    } catch (error) {
      throw asActionError(error);
    }
  }

  /** Tickets as they are stored now. */
  async reload(all: readonly Ticket[]): Promise<Ticket[]> {
    return await Promise.all(
      all.map(async (ticket) =>
        (await this.options.store.get(ticket.tag))?.ticket ?? ticket
      ),
    );
  }

  /**
   * Waits for work, as long as an answer may; then it goes on behind the answer.
   *
   * @returns what was thrown, if it was thrown in time and anything was
   */
  async wait(work: Promise<unknown>): Promise<unknown> {
    const ended = work.then(() => undefined, (error) => {
      this.log.warn(errorMessage(error));
      return error;
    });
    this.#running.add(ended);
    ended.finally(() => this.#running.delete(ended));
    const { patience } = this.options;
    if (patience === undefined) return await ended;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, patience);
    try {
      return await Promise.race([ended, promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** A moment for people; with its date unless it is within a day. */
  utc(at: number): string {
    const text = iso(at);
    const isNear = Math.abs(at - this.now()) < DAY;
    return `${
      isNear ? text.slice(11, 16) : text.slice(0, 16).replace("T", " ")
    } UTC`;
  }

  /** Resolves when nothing goes on behind an answer. */
  async finish(): Promise<void> {
    await Promise.all(this.#running);
  }
}
