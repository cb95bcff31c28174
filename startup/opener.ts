/**
 * Makes what opens tickets, from the settings: the desk, its writer, and the opener.
 *
 * @module
 */
import type { Freshdesk } from "../freshdesk.ts";
import { DeskHours } from "../workflow/desk_hours.ts";
import {
  type OpeningStore,
  TicketOpener,
  type TicketOpenerOptions,
} from "../workflow/opening.ts";
import { ParticipantCache } from "../workflow/participant_cache.ts";
import type { Pace, TicketWriter } from "../workflow/plan.ts";
import { bindWaits } from "../workflow/waits.ts";
import { checkDesk } from "../writing/check.ts";
import { type Desk, DeskError } from "../writing/desk.ts";
import { isBuiltIn, loadDesk } from "../writing/folder.ts";
import { businessHoursOf, waitShapesOf } from "../writing/time.ts";
import { rewriteForAgent } from "../writing/rewrite.ts";
import { Writer } from "../writing/writer.ts";
import { type Config, findPaceProblem } from "./config.ts";
import { exitWithError, NEEDS_A_PERSON } from "./startup.ts";

/** The settings that say whose tickets are opened, when and for whom. */
export type OpenerConfig = Pick<
  Config,
  | "seed"
  | "businessHours"
  | "timeZone"
  | "ticketsPerHour"
  | "contactDomains"
  | "agentEmails"
  | "dryRun"
  | "historyDays"
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
  /** Called once before anything is drafted; rejects where nothing may be. */
  check?: () => Promise<unknown>;
  /** Milliseconds since 1970. Default: `Date.now`. */
  now?: () => number;
  /** Told of what was filled in, left out, or held back. */
  log: TicketOpenerOptions<Stored>["log"];
}

/** What opens tickets, and what goes with it. */
export interface OpenerSet<Stored> {
  /** Opens tickets. */
  opener: TicketOpener<Stored>;
  /** Writes them. */
  writer: TicketWriter;
  /** The account's people and form. */
  cache: ParticipantCache;
  /** How the desk spends its time. */
  pace: Pace;
  /** Makes sure, once, that anything may be done. */
  ready: () => Promise<unknown>;
}

/** Makes the opener, its writer and its cache; reads nothing from the database yet. */
export function makeOpener<Stored>(
  config: OpenerConfig & { desk: Desk; pace: Pace },
  parts: OpenerParts<Stored>,
): OpenerSet<Stored> {
  const { kv, store, freshdesk, log, check, now } = parts;
  const { desk, pace } = config;
  const hours = hoursOf(desk, config, log);
  const waits = bindWaits({
    pace,
    calendars: () => hours.calendars,
    maxDays: config.historyDays,
    shapes: waitShapesOf(desk.file),
  });
  const seed = once(async () => {
    await check?.();
    return config.seed ?? await store.seed(() => crypto.randomUUID());
  });
  const full = once(async () =>
    new Writer({ desk, seed: await seed(), pace, waits })
  );
  const writer: TicketWriter = {
    write: async (order) => await (await full()).write(order),
    rewriteForAgent,
  };
  const clock = { ...(now && { now }) };
  const cache = new ParticipantCache({
    ...config,
    ...clock,
    kv,
    freshdesk,
    groups: pace !== "classic",
    businessHours: pace === "natural" && hours.needsAccount,
  });
  const opener = new TicketOpener<Stored>({
    ...config,
    ...clock,
    freshdesk,
    store,
    cache,
    writer,
    hours,
    seed,
    arrivals: desk.file.arrivals,
    log,
  });
  return { opener, writer, cache, pace, ready: seed };
}

/** Calls a function once; one that rejects is called again. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () =>
    made ??= make().catch((error) => {
      made = undefined;
      throw error;
    });
}

/** The desk of DESK, checked in full, and its pace. Exits when it cannot be used. */
export async function readDeskSetting(
  { desk: name, pace: wanted, ticketsPerHour }: Pick<
    Config,
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
  { businessHours, timeZone }: Pick<Config, "businessHours" | "timeZone">,
  log?: { info(message: string): unknown },
): DeskHours {
  return new DeskHours({
    week: businessHours,
    timeZone,
    desk: businessHoursOf(desk.file),
    ...(log && { log }),
  });
}
