/**
 * The jobs, when they ran last, and whether one is overdue.
 *
 * @module
 */
import { MINUTE, toIso } from "../lib/time.ts";
import { HEARTBEAT, JOBS, nextTick } from "../workflow/schedule.ts";
import type { JobRun } from "../workflow/store.ts";
import type { Source } from "./source.ts";

/** A job and its last run. */
export interface JobView {
  /** Its name in Deno. */
  name: string;
  /** Minutes between two ticks. */
  every: number;
  /** Its last run; null if it has not run yet. `took` is in milliseconds. */
  lastRun: (Omit<JobRun, "at"> & { at: string }) | null;
  /** The tick to come. */
  nextTick: string;
  /** Whether it should have run by now. */
  overdue: boolean;
}

/** The longest run of a job, and what is forgiven. */
const GRACE = (4 + 2) * MINUTE;

/** The five jobs, in the order of a ticket's life. */
export async function jobList(source: Source): Promise<JobView[]> {
  const { store, startedAt, ranAt, production = true } = source;
  const now = source.now();
  const runs = await store.jobs();
  return JOBS.map(({ name, every }) => {
    const run = runs.get(name);
    const latest = Math.max(run?.at ?? 0, ranAt?.(name) ?? 0, startedAt ?? 0) ||
      now;
    // Runs that found nothing to do are noted by the clock alone; a process knows its own.
    const pause = every * MINUTE + (ranAt ? 0 : HEARTBEAT) + GRACE;
    return {
      name,
      every,
      lastRun: run ? { ...run, at: toIso(run.at) } : null,
      nextTick: toIso(nextTick(every, now)),
      overdue: production && now - latest > pause,
    };
  });
}
