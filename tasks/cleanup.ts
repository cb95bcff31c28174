/**
 * `deno task cleanup [--yes]`: lists what this program made in Freshdesk and, once told so, moves it
 * to the trash. Interrupted, it can be run again.
 *
 * @module
 */
import { fail, openKv, readSettings } from "../entry.ts";
import { FreshdeskError, NotSentError } from "../errors.ts";
import { Freshdesk } from "../freshdesk.ts";
import { COMMON_TAG } from "../steps.ts";
import { Store } from "../store.ts";
import {
  bar,
  Cleaning,
  type CleaningOptions,
  report,
  table,
} from "./cleaning.ts";

/** How it is talked to while it cleans up. */
export interface CleanupOptions extends CleaningOptions {
  /** Whether it is only shown what would be deleted. */
  dryRun: boolean;
  /** Whether to delete without asking. */
  yes: boolean;
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
  const { store, say, signal } = options;
  const cleaning = new Cleaning(options);
  let code = 0;
  try {
    code = await rounds(cleaning, options);
  } catch (error) {
    if (!(error instanceof FreshdeskError)) throw error;
    const advice = error instanceof NotSentError ? "" : ` ${error.advice}`;
    say(`${error.message}.${advice}`);
    code = 1;
  }
  const { deleted, gone, left } = cleaning.outcome;
  if (deleted + gone + left.length > 0) say(report(cleaning.outcome));
  if (signal?.aborted || left.some(({ trouble }) => trouble)) code = 1;
  if (code !== 0) {
    if (deleted + gone + left.length > 0 || signal?.aborted) {
      say("The rest can be deleted by running deno task cleanup again.");
    }
    return code;
  }
  const drafts = await store.count("create", COUNT_LIMIT);
  if (drafts > 0) {
    say(
      `${drafts} not yet opened: the program will open them when it runs.`,
    );
  }
  return 0;
}

async function rounds(
  cleaning: Cleaning,
  options: CleanupOptions,
): Promise<number> {
  const { dryRun, yes, ask, say, signal, progress } = options;
  for (let round = 1;; round++) {
    const candidates = await cleaning.find();
    const total = candidates.length;
    if (signal?.aborted) return 1;
    if (total === 0) {
      if (round === 1) say("Nothing was found that this program made.");
      say(
        "Freshdesk's search lags some minutes behind: run it again then, to be sure that nothing is left.",
      );
      return 0;
    }
    say(table(candidates));
    say(
      `${total}${
        round > 1 ? " more" : ""
      } found by the tag ${COMMON_TAG} or in the database. Without that tag, a ticket is left as it is.`,
    );
    if (dryRun) {
      say("DRY_RUN: nothing is deleted.");
      return 0;
    }
    if (!yes) {
      if (!ask) {
        say(
          "Nothing is deleted, as there is no terminal to ask at. To delete them: deno task cleanup --yes",
        );
        return 1;
      }
      const question = `Move ${total} to Freshdesk's trash? Type yes:`;
      if (ask(question)?.trim().toLowerCase() !== "yes") {
        say(round > 1 ? "No more is deleted." : "Nothing is deleted.");
        return 0;
      }
    }
    await cleaning.delete(candidates, (done) => progress?.(done, total));
    if (signal?.aborted) {
      say("Interrupted.");
      return 1;
    }
  }
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
  const strange = Deno.args.find((arg) => arg !== "--yes");
  if (strange !== undefined) {
    fail(`${strange} is not known. Use: deno task cleanup [--yes]`);
  }
  const config = await readSettings();
  using kv = await openKv(config.kvPath);
  const stopping = new AbortController();
  Deno.addSignalListener("SIGINT", () => stopping.abort());
  const { signal } = stopping;
  return await cleanup({
    freshdesk: new Freshdesk({ ...config, signal }),
    store: new Store(kv, {
      history: config.historyDays * 86_400_000,
      log: console,
    }),
    dryRun: config.dryRun,
    yes: Deno.args.includes("--yes"),
    ask: Deno.stdin.isTerminal() ? prompt : undefined,
    ...screen(),
    signal,
  });
}

if (import.meta.main) Deno.exit(await main());
