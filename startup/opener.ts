/**
 * Makes what opens tickets, from the settings: the desk, its writer, and the opener.
 *
 * @module
 */
import type { Freshdesk } from "../freshdesk.ts";
import { DeskHours } from "../workflow/desk_hours.ts";
import type { OpeningStore } from "../workflow/draft.ts";
import { TicketOpener, type TicketOpenerOptions } from "../workflow/opening.ts";
import { ParticipantCache } from "../workflow/participant_cache.ts";
import type { Pace } from "../workflow/plan.ts";
import { bindWaits } from "../workflow/waits.ts";
import { checkDesk } from "../writing/check.ts";
import { type Desk, DeskError } from "../writing/desk.ts";
import { isBuiltIn, loadDesk } from "../writing/folder.ts";
import { mailsPerTicket } from "../writing/mails.ts";
import { businessHoursOf, waitShapesOf } from "../writing/time.ts";
import { Writer } from "../writing/writer.ts";
import { type Config, findPaceProblem } from "./config.ts";
import { exitWithError, NEEDS_A_PERSON } from "./exit.ts";

/** The settings that say whose tickets are opened, when and for whom. */
export type OpenerConfig =
  & Pick<Config, "desk" | "ticketsPerHour" | "historyDays">
  & Partial<
    Pick<
      Config,
      | "pace"
      | "seed"
      | "businessHours"
      | "timeZone"
      | "contactDomains"
      | "agentEmails"
      | "dryRun"
    >
  >;

/** What an opener works with, besides the settings. */
export interface OpenerParts<Stored> {
  /** The database. */
  kv: Deno.Kv;
  /** The tickets, and the kept SEED. */
  store: OpeningStore<Stored> & {
    seed(make: () => string): Promise<string>;
  };
  /** The account. */
  freshdesk: Freshdesk;
  /** Milliseconds since 1970. Default: `Date.now`. */
  now?: () => number;
  /** Logs what was filled in, left out, or held back. */
  log: TicketOpenerOptions<Stored>["log"];
}

/** An opener, and what it works with. */
export interface Opening<Stored> {
  /** Opens tickets. */
  opener: TicketOpener<Stored>;
  /** Writes their plans. */
  writer: Writer;
  /** Knows contacts, agents and fields. */
  cache: ParticipantCache;
  /** How fast tickets go. */
  pace: Pace;
  /** E-mails that Freshdesk sends for an average ticket. */
  mailsPerTicket: number;
}

/** Makes the opener, its writer and its cache. Exits when the desk cannot be used. */
export async function makeOpener<Stored>(
  config: OpenerConfig,
  { kv, store, freshdesk, now = Date.now, log }: OpenerParts<Stored>,
): Promise<Opening<Stored>> {
  const { desk, pace } = await readDeskSetting(config);
  const seed = config.seed ?? await store.seed(() => crypto.randomUUID());
  const hours = hoursOf(desk, config, log);
  const writer = new Writer({
    desk,
    seed,
    pace,
    waits: bindWaits({
      pace,
      calendars: () => hours.calendars,
      maxDays: config.historyDays,
      shapes: waitShapesOf(desk.file),
    }),
  });
  const cache = new ParticipantCache({
    ...config,
    kv,
    freshdesk,
    groups: pace !== "classic",
    businessHours: pace === "natural" && hours.needsAccount,
    now,
  });
  const opener = new TicketOpener<Stored>({
    ...config,
    freshdesk,
    store,
    cache,
    writer,
    pace,
    hours,
    seed,
    arrivals: desk.file.arrivals,
    now,
    log,
  });
  const mails = mailsPerTicket(desk, pace);
  return { opener, writer, cache, pace, mailsPerTicket: mails };
}

/** The desk of DESK, checked in full, and its pace. Exits when it cannot be used. */
export async function readDeskSetting(
  { desk: name, pace: wanted, ticketsPerHour }: Pick<
    OpenerConfig,
    "desk" | "pace" | "ticketsPerHour"
  >,
): Promise<{ desk: Desk; pace: Pace }> {
  try {
    const desk = await loadDesk(name);
    const mistakes = isBuiltIn(name) ? [] : checkDesk(desk);
    if (mistakes.length > 0) throw new DeskError(mistakes);
    const pace = wanted ?? desk.file.pace ?? "natural";
    const problem = findPaceProblem(ticketsPerHour, pace);
    if (problem) exitWithError(problem, NEEDS_A_PERSON);
    return { desk, pace };
  } catch (error) {
    if (error instanceof DeskError) {
      exitWithError(
        `Cannot use the desk '${name}'. Example: DESK=shop\n${error.message}`,
        NEEDS_A_PERSON,
      );
    }
    if (error instanceof Deno.errors.NotCapable) {
      exitWithError(
        `Cannot read the desk '${name}': ${error.message}. Put the folder beside deno.json, such as DESK=./my-desk, or name it in --allow-read.`,
        NEEDS_A_PERSON,
      );
    }
    throw error;
  }
}

/** The hours of a desk with these settings. */
export function hoursOf(
  desk: Desk,
  { businessHours, timeZone }: Pick<
    OpenerConfig,
    "businessHours" | "timeZone"
  >,
  log?: { info(message: string): unknown },
): DeskHours {
  return new DeskHours({
    week: businessHours,
    timeZone,
    desk: businessHoursOf(desk.file),
    ...(log && { log }),
  });
}
