/**
 * What a tick would do, said and not done.
 *
 * @module
 */
import type { TicketOpener } from "./opening.ts";
import { emptyReport, type Report, titleOf } from "./report.ts";
import type { Interval } from "./schedule.ts";
import type { Log } from "./step.ts";
import type { Store } from "./store.ts";
import type { Ticket } from "./ticket.ts";

/** A tick that is previewed. */
export interface PreviewedTick {
  /** The job's minutes; 60 is the job that opens tickets. */
  every: Interval | 60;
  /** Its minute (ms since 1970). */
  tick: number;
  /** No request is sent after this moment (ms since 1970). */
  end: number;
}

/** Logs what a tick would do, and counts it. */
export async function previewTick(
  { every, tick, end }: PreviewedTick,
  { opener, store, log }: {
    opener: Pick<TicketOpener<Ticket>, "openHour" | "previewed">;
    store: Pick<Store, "due" | "get">;
    log: Pick<Log, "info">;
  },
): Promise<Report> {
  const before = opener.previewed;
  if (every === 60 || every === 5) {
    await opener.openHour(tick, end, every === 5);
  }
  const due = every === 60 ? [] : await store.due(every, tick);
  for (const { tag, waitsFor } of due) {
    const entry = await store.get(tag);
    if (!entry) continue;
    log.info(
      `DRY_RUN: ${titleOf(entry.ticket)} would be taken to: ${waitsFor}`,
    );
  }
  const planned = opener.previewed - before + due.length;
  return { ...emptyReport(), planned };
}
