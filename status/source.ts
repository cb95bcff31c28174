/**
 * What the views are gathered from.
 *
 * @module
 */
import type { Store } from "../workflow/store.ts";
import type { Calendars } from "../workflow/waits.ts";
import type { TicketCache } from "./ticket_cache.ts";

/** What the views are gathered from. */
export interface Source {
  /** The tickets. */
  store: Store;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Where a person sees a ticket in Freshdesk, by its id. */
  ticketUrl: (id: number) => string;
  /** When the program began (ms since 1970): no job can be overdue since before. Default: not known. */
  startedAt?: number;
  /** When this process last ran a job (ms since 1970). Default: not known; see `JobRun`. */
  ranAt?: (job: string) => number | undefined;
  /** Whether jobs run here at all. Default: true. */
  production?: boolean;
  /** Whether the program sends nothing. Default: as the latest run of a job was. */
  dryRun?: boolean;
  /** What the program found wrong when it started; null: nothing. Default: not known. */
  startProblem?: () => string | null | undefined;
  /** When the next ticket that is not written yet is expected (ms since 1970). Default: at the full hour. */
  nextTicket?: () => Promise<number | undefined>;
  /** The hours in which waits pass. Default: they pass around the clock. */
  calendars?: () => Promise<Calendars | undefined>;
  /** Tickets that were read before. Default: all are read anew. */
  cache?: TicketCache;
}
