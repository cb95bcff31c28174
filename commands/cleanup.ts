/**
 * `deno task cleanup [--yes]`: lists the tickets that this program opened and, after you confirm, moves
 * them to Freshdesk's trash. It may run beside the program. If it is interrupted, run it again.
 *
 * @module
 */
import { readArguments } from "../startup/arguments.ts";
import { ensureSameAccount, openKv } from "../startup/database.ts";
import { readSettings } from "../startup/environment.ts";
import { userName } from "./act.ts";
import { FreshdeskError, NotSentError } from "../freshdesk/errors.ts";
import { Freshdesk } from "../freshdesk.ts";
import { DAY } from "../lib/time.ts";
import { PROGRAM_TAG } from "../workflow/creation.ts";
import { clearParticipants } from "../workflow/participant_cache.ts";
import { Store } from "../workflow/store.ts";
import {
  type Candidate,
  type CleaningOptions,
  cleanUp,
  progressLine,
  report,
  table,
  TicketCleaner,
} from "../workflow/ticket_cleaner.ts";

/** Options of {@linkcode cleanup}. */
export interface CleanupOptions extends CleaningOptions {
  /** Whether to only show what would be deleted. */
  dryRun: boolean;
  /** Whether to delete without asking. */
  yes: boolean;
  /** Who cleans up. Default: somebody at the terminal. */
  by?: string;
  /** Asks the person at the terminal; `undefined` if there is no terminal. */
  ask?: ((question: string) => string | null) | undefined;
  /** Prints one or more lines. */
  say: (text: string) => unknown;
  /** Called after each ticket of a round. */
  progress?: (done: number, total: number) => unknown;
}

/** Counts drafts up to this. */
const COUNT_LIMIT = 1000;

/**
 * Lists, asks and deletes, round by round, until nothing new is found.
 *
 * @returns the exit code: 1 if something could not be done
 */
export async function cleanup(options: CleanupOptions): Promise<number> {
  const { store, say } = options;
  const cleaner = new TicketCleaner(options);
  const { outcome } = cleaner;
  let end: End;
  try {
    end = await rounds(cleaner, options);
  } catch (error) {
    if (!(error instanceof FreshdeskError)) throw error;
    const hint = error instanceof NotSentError ? "" : ` ${error.hint}`;
    say(`${error.message}.${hint}`);
    end = "stopped";
  }
  const { deleted, gone, left } = outcome;
  if (deleted + gone + left.length > 0) say(report(outcome));
  if (end === "stopped" || left.some(({ trouble }) => trouble)) {
    say("You can safely run deno task cleanup again.");
    return 1;
  }
  if (end === "unasked") return 1;
  if (end === "kept") return 0;
  const drafts = (await store.countWaiting(COUNT_LIMIT)).opening;
  if (drafts > 0) {
    say(`${drafts} not opened yet: the program opens them when it runs.`);
  }
  say(
    "Freshdesk's search lags some minutes behind: run this again later to make sure that nothing is left.",
  );
  return 0;
}

/** How the rounds ended. */
type End = "nothing new" | "kept" | "unasked" | "stopped";

async function rounds(
  cleaning: TicketCleaner,
  options: CleanupOptions,
): Promise<End> {
  const { store, say, progress, by = "somebody at the terminal" } = options;
  let kept: End = "kept";
  let isEmpty = true;
  let before = 0;
  let size = 0;
  const end = await cleanUp(cleaning, {
    ...options,
    by,
    approve(candidates, round) {
      isEmpty = false;
      before += size;
      size = candidates.length;
      const answer = approval(candidates, round, options);
      if (answer !== "yes") kept = answer;
      return answer === "yes";
    },
    progress: (done) => progress?.(done - before, size),
  });
  if (end === "nothing new") {
    if (isEmpty) say("No ticket of this program was found.");
    return end;
  }
  if (end === "kept") return kept;
  if (end === "busy") {
    const other = await store.cleanup();
    say(
      `A clean-up by ${
        other?.by ?? "another process"
      } is under way: wait until it ends.`,
    );
  } else if (!isEmpty) {
    say("Interrupted.");
  }
  return "stopped";
}

/** Shows what would be moved, and asks. */
function approval(
  candidates: readonly Candidate[],
  round: number,
  { dryRun, yes, ask, say }: CleanupOptions,
): "yes" | "kept" | "unasked" {
  const total = candidates.length;
  say(table(candidates));
  say(
    `${total}${
      round > 1 ? " more" : ""
    } found by the tag ${PROGRAM_TAG} or in the database. Tickets without that tag and a tag of their own are not touched.`,
  );
  if (dryRun) {
    say("DRY_RUN: nothing is moved to the trash.");
    return "kept";
  }
  if (!yes && !ask) {
    say(
      "Nothing is moved to the trash because there is no terminal to confirm at. To move them: deno task cleanup --yes",
    );
    return "unasked";
  }
  const question = `Move ${total} to Freshdesk's trash? Type yes:`;
  if (yes || ask?.(question)?.trim().toLowerCase() === "yes") return "yes";
  say(round > 1 ? "No more is moved." : "Nothing is moved to the trash.");
  return "kept";
}

async function main(): Promise<number> {
  const { values: { yes } } = readArguments({
    name: "cleanup",
    summary:
      `Lists the tickets that this program opened, and moves them to Freshdesk's trash
after you confirm. It may run beside the program, which does nothing meanwhile.`,
    options: { yes: { about: "move them without asking" } },
  });
  const config = await readSettings();
  using kv = await openKv(config.kvPath);
  const stopping = new AbortController();
  Deno.addSignalListener("SIGINT", () => stopping.abort());
  const { signal } = stopping;
  const store = new Store(kv, {
    history: config.historyDays * DAY,
    log: console,
  });
  await ensureSameAccount(store, config.url);
  // The people may have been changed before a clean-up.
  await clearParticipants(kv);
  return await cleanup({
    freshdesk: new Freshdesk({ ...config, signal }),
    store,
    dryRun: config.dryRun,
    yes,
    by: userName(),
    ask: Deno.stdin.isTerminal() ? prompt : undefined,
    say: console.log,
    progress(done, total) {
      const line = progressLine(done, total);
      if (line) console.log(line);
    },
    signal,
  });
}

if (import.meta.main) Deno.exit(await main());
