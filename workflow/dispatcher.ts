/**
 * The order in which due tickets get their turn, several side by side.
 *
 * First come those not tried yet, the most urgent step first, of all jobs that run in the same
 * minute; then those in passing trouble; last those that Freshdesk refused, one at a time.
 *
 * @module
 */
import { NotSentError } from "../freshdesk/errors.ts";
import type { Freshdesk } from "../freshdesk.ts";
import { PrioritySemaphore } from "../lib/priority_semaphore.ts";
import { MINUTE, SECOND } from "../lib/time.ts";
import { addResult, emptyReport, type Report } from "./report.ts";
import { highestPriority, type Interval, priorityOf } from "./schedule.ts";
import type { Log } from "./step.ts";
import { type DueEntry, dueValue } from "./store.ts";
import type { Ticket } from "./ticket.ts";

/** Steps of different tickets side by side: at least, and at most. */
export const SIDE_BY_SIDE = { least: 4, most: 24 };
/** Between these, as many as calls may begin while one waits so long for its answer (ms). */
const SLOW_ANSWER = 2 * SECOND;
/** Below the priorities of all steps: what has failed before comes after what has not. */
const TRIED = -10;
/** No more than this part of the calls goes to what Freshdesk has refused before. */
const REFUSED_SHARE = 1 / 8;

/** How often a long run checks whether the program was paused (ms). */
export const PAUSE_CHECK = 5000;

/** What a dispatcher is made of. */
export interface DispatcherOptions {
  /** Counts the calls, and knows how many are allowed. */
  freshdesk: Pick<Freshdesk, "requestCount" | "budget">;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Nothing further is begun once it is aborted. */
  signal: AbortSignal | undefined;
  /** Whether nothing is to be done for now. */
  isPaused: () => Promise<boolean>;
  /** One line per event. */
  log: Log;
}

/** Gives due tickets their turn. */
export class Dispatcher {
  /** Calls that Freshdesk refused, so far. */
  refused = 0;
  readonly #options: DispatcherOptions;
  readonly #slots = new PrioritySemaphore(SIDE_BY_SIDE.least);

  /** One for all jobs of a process. */
  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** Lets steps that are less urgent than a job's wait until the result is disposed. */
  reserve(job: Interval): Disposable {
    return this.#slots.reserve(highestPriority(job));
  }

  /**
   * Works on tickets until all are done, or nothing goes on: then it rejects.
   *
   * @param end nothing is begun after this moment (ms since 1970)
   * @param handle takes a ticket's step; rejects when there is no going on for any ticket
   */
  async run(
    tickets: readonly DueEntry[],
    end: number,
    handle: (due: DueEntry) => Promise<Ticket | null>,
  ): Promise<Report> {
    const { freshdesk, now, signal, isPaused, log } = this.#options;
    const report = emptyReport();
    const running = new Set<Promise<void>>();
    let trouble: { error: unknown } | undefined;
    let refusedAgain = false;
    const ranked = tickets.map((due) => ({ due, priority: turnOf(due) }))
      .sort((a, b) => b.priority - a.priority || a.due.dueAt - b.due.dueAt);
    let reservation: Disposable | undefined;
    let checkedAt = now();
    let paused = false;
    for (const { due, priority } of ranked) {
      if (due.tried === 2) {
        await Promise.all(running); // the next may be spared
        const used = this.refused / freshdesk.requestCount;
        if (refusedAgain && used >= REFUSED_SHARE) break;
      }
      const before = reservation;
      reservation = due.tried === 0 ? this.#slots.reserve(priority) : undefined;
      before?.[Symbol.dispose]();
      this.#slots.limit = slotsFor(freshdesk.budget.ourLimit);
      const slot = await this.#slots.acquire(priority);
      if (now() - checkedAt >= PAUSE_CHECK) {
        checkedAt = now();
        paused = await isPaused().catch((error) => {
          trouble ??= { error };
          return true;
        });
      }
      if (trouble || paused || signal?.aborted || now() >= end) {
        slot[Symbol.dispose]();
        break;
      }
      const one = handle(due).then(
        (after) => {
          addResult(report, due, after);
          refusedAgain ||= after !== null && due.tried === 2 &&
            dueValue(after).tried === 2;
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
    reservation?.[Symbol.dispose]();
    await Promise.all(running);
    if (trouble?.error instanceof NotSentError) {
      log.info(`${trouble.error.message}. The next tick goes on`);
    } else if (trouble) throw trouble.error;
    return report;
  }
}

/** How many steps side by side use up what is allowed, even when answers are slow. */
function slotsFor(callsPerMinute: number): number {
  const begun = Math.ceil(callsPerMinute * SLOW_ANSWER / MINUTE);
  return Math.min(Math.max(begun, SIDE_BY_SIDE.least), SIDE_BY_SIDE.most);
}

function turnOf({ waitsFor, tried }: DueEntry): number {
  return priorityOf(waitsFor) + TRIED * tried;
}
