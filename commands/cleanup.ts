/**
 * `deno task cleanup [--yes]`: lists the tickets that this program opened and, once told so, moves
 * them to Freshdesk's trash. It may run beside the program. Interrupted, it can be run again.
 *
 * @module
 */
import { readArguments } from "../startup/arguments.ts";
import { ensureSameAccount, openKv } from "../startup/database.ts";
import { readSettings } from "../startup/environment.ts";
import { userName } from "./act.ts";
import { FreshdeskError, NotSentError } from "../freshdesk/errors.ts";
import { Freshdesk } from "../freshdesk.ts";
import { PROGRAM_TAG } from "../workflow/steps.ts";
import { Store } from "../workflow/store.ts";
import {
  bar,
  type Candidate,
  type CleaningOptions,
  cleanUp,
  report,
  table,
  TicketCleaner,
} from "../workflow/ticket_cleaner.ts";

/** How it is talked to while it cleans up. */
export interface CleanupOptions extends CleaningOptions {
  /** Whether it is only shown what would be deleted. */
  dryRun: boolean;
  /** Whether to delete without asking. */
  yes: boolean;
  /** Who cleans up. Default: somebody at the terminal. */
  by?: string;
  /** Asks the person at the terminal; `undefined` where there is none. */
  ask?: ((question: string) => string | null) | undefined;
  /** Takes one or more lines. */
  say: (text: string) => unknown;
  /** Told how many of a round are dealt with. */
  progress?: (done: number, total: number) => unknown;
}

/** Drafts are counted no further. */
const COUNT_LIMIT = 1000;

/**
 * Shows, asks and deletes, round by round, until nothing new is found.
 *
 * @returns the exit code: 1 when something could not be done
 */
export async function cleanup(options: CleanupOptions): Promise<number> {
  const { store, say } = options;
  const cleaning = new TicketCleaner(options);
  const { outcome } = cleaning;
  let end: End;
  try {
    end = await rounds(cleaning, options);
  } catch (error) {
    if (!(error instanceof FreshdeskError)) throw error;
    const hint = error instanceof NotSentError ? "" : ` ${error.hint}`;
    say(`${error.message}.${hint}`);
    end = "stopped";
  }
  const { deleted, gone, left } = outcome;
  if (deleted + gone + left.length > 0) say(report(outcome));
  if (end === "stopped" || left.some(({ trouble }) => trouble)) {
    say("Nothing is lost by running deno task cleanup again.");
    return 1;
  }
  if (end === "unasked") return 1;
  if (end === "kept") return 0;
  const drafts = (await store.countWaiting(COUNT_LIMIT)).opening;
  if (drafts > 0) {
    say(`${drafts} not opened yet: the program will open them when it runs.`);
  }
  say(
    "Freshdesk's search lags some minutes behind: run it again then, to be sure that nothing is left.",
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
    } found by the tag ${PROGRAM_TAG} or in the database. A ticket without that tag and one of its own is left as it is.`,
  );
  if (dryRun) {
    say("DRY_RUN: nothing is moved to the trash.");
    return "kept";
  }
  if (!yes && !ask) {
    say(
      "Nothing is moved to the trash, as there is no terminal to ask at. To move them: deno task cleanup --yes",
    );
    return "unasked";
  }
  const question = `Move ${total} to Freshdesk's trash? Type yes:`;
  if (yes || ask?.(question)?.trim().toLowerCase() === "yes") return "yes";
  say(round > 1 ? "No more is moved." : "Nothing is moved to the trash.");
  return "kept";
}

/** Says lines, and shows a bar that fills on a terminal, a line now and then elsewhere. */
function screen(): Required<Pick<CleanupOptions, "say" | "progress">> {
  const terminal = Deno.stdout.isTerminal();
  const write = (text: string) =>
    Deno.stdout.writeSync(new TextEncoder().encode(text));
  let inBar = false;
  return {
    say(text) {
      if (inBar) write("\n");
      inBar = false;
      console.log(text);
    },
    progress(done, total) {
      const line = bar(done, total);
      if (terminal) write(`\r${line}`);
      else if (done % 25 === 0 || done === total) console.log(line);
      inBar = terminal;
    },
  };
}

async function main(): Promise<number> {
  const { values: { yes } } = readArguments({
    name: "cleanup",
    summary:
      `Lists the tickets that this program opened, and moves them to Freshdesk's trash
once you say yes. It may run beside the program, which does nothing meanwhile.`,
    options: { yes: { about: "move them without asking" } },
  });
  const config = await readSettings();
  using kv = await openKv(config.kvPath);
  const stopping = new AbortController();
  Deno.addSignalListener("SIGINT", () => stopping.abort());
  const { signal } = stopping;
  const store = new Store(kv, {
    history: config.historyDays * 86_400_000,
    log: console,
  });
  await ensureSameAccount(store, config.url);
  return await cleanup({
    freshdesk: new Freshdesk({ ...config, signal }),
    store,
    dryRun: config.dryRun,
    yes,
    by: userName(),
    ask: Deno.stdin.isTerminal() ? prompt : undefined,
    ...screen(),
    signal,
  });
}

if (import.meta.main) Deno.exit(await main());
