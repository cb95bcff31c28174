/**
 * What is said above everything else: a pause, a dry run, the next ticket, what is wrong.
 *
 * @module
 */
import { MINUTE, toIso } from "../lib/time.ts";
import { nextTick } from "../workflow/schedule.ts";
import type { DueEntry } from "../workflow/store.ts";
import type { JobView } from "./job_list.ts";
import { type Problem, problemsOf } from "./problems.ts";
import type { Source } from "./source.ts";
import { TicketCache } from "./ticket_cache.ts";

/** What is said above everything else. */
export interface Notices {
  /** Whether nothing is sent to Freshdesk (`DRY_RUN`). */
  dryRun: boolean;
  /** Who has paused the program, since when and until when; null if nobody has. */
  paused: PauseView | null;
  /** When the next ticket is expected, and whether it is the first; null if none is. */
  nextTicket: { at: string; isFirst: boolean } | null;
  /** What is wrong, and what to do. */
  problems: Problem[];
}

/** That nothing is done for now. */
export interface PauseView {
  /** Who wants it. */
  by: string;
  /** Since when. */
  since: string;
  /** Until when; null: until it is resumed. */
  until: string | null;
  /** How far the clean-up is that holds all else back; null where it is a person. */
  cleanup: { done: number; total: number } | null;
}

/** What is to be said above everything else. */
export async function noticesOf(
  source: Source,
  jobs: JobView[],
  waiting?: readonly DueEntry[],
): Promise<Notices> {
  const latest = jobs.map(({ lastRun }) => lastRun)
    .reduce((a, b) => (b?.at ?? "") > (a?.at ?? "") ? b : a, null);
  const { store, cache = new TicketCache(store) } = source;
  const pause = await store.pause(source.now());
  return {
    dryRun: source.dryRun ?? latest?.report?.planned !== undefined,
    paused: pause
      ? {
        by: pause.by,
        since: toIso(pause.since),
        until: pause.until === null ? null : toIso(pause.until),
        cleanup: pause.cleanup ?? null,
      }
      : null,
    nextTicket: await nextTicketOf(
      source,
      waiting ?? await cache.waiting(),
    ),
    problems: problemsOf(source, jobs),
  };
}

async function nextTicketOf(
  source: Source,
  waiting: readonly DueEntry[],
): Promise<Notices["nextTicket"]> {
  if (source.production === false) return null;
  const now = source.now();
  const openings = waiting.filter(({ waitsFor }) => waitsFor === "opening")
    .map(({ dueAt }) => Math.max(dueAt, nextTick(5, now) - 5 * MINUTE));
  const expected = source.nextTicket
    ? await source.nextTicket().catch(() => undefined)
    : nextTick(60, now);
  const at = Math.min(...openings, expected ?? Infinity);
  if (!Number.isFinite(at)) return null;
  const isFirst = await source.store.nextNumber() - openings.length <= 0;
  return { at: toIso(at), isFirst };
}
