/**
 * Moves the tickets of this program to Freshdesk's trash, once a person has typed the account's name.
 *
 * @module
 */
import {
  type CleaningOptions,
  cleanUp,
  report,
  TicketCleaner,
} from "../../workflow/ticket_cleaner.ts";
import type { ActionContext, Actor } from "./context.ts";
import { ActionError, check } from "./errors.ts";
import type { CleanupPreview, CleanupResult, CleanupView } from "./results.ts";
import { iso, tickets } from "./words.ts";

/** Tickets in a list. */
const LISTED = 200;

/** What confirms it. */
export interface CleanupRequest extends Actor {
  /** The account's host, as a person has typed it. */
  confirm: string;
}

/** What a clean-up would move to the trash, or how far the one under way is. */
export async function cleanupPreview(
  context: ActionContext,
): Promise<CleanupPreview> {
  const last = await lastCleanup(context);
  const { account } = context.options;
  if (last?.isUnderWay) {
    return {
      message: `A clean-up is under way: ${last.done} of ${last.total}`,
      total: null,
      tickets: [],
      confirm: account,
      last,
    };
  }
  await context.options.prepare();
  const found = await new TicketCleaner(cleaningOf(context)).find();
  return {
    message: found.length === 0
      ? "No ticket of this program was found"
      : `${
        tickets(found.length)
      } of this program would be moved to Freshdesk's trash. To do it, type ${account}`,
    total: found.length,
    tickets: found.slice(0, LISTED),
    confirm: account,
    last,
  };
}

/** Cleans up. All else is paused meanwhile. */
export async function cleanup(
  context: ActionContext,
  { confirm, by }: CleanupRequest,
): Promise<CleanupResult> {
  const { store, account } = context.options;
  check(
    confirm.trim().toLowerCase() === account.toLowerCase(),
    `Nothing is moved to the trash: to confirm it, type ${account}`,
  );
  context.checkSending();
  context.checkCalls();
  await context.options.prepare();
  const id = crypto.randomUUID();
  if (!await store.beginCleanup(id, by, context.now())) {
    const last = await lastCleanup(context);
    throw new ActionError(
      409,
      `A clean-up by ${last?.by ?? "another process"} is under way: ${
        last?.done ?? 0
      } of ${last?.total ?? 0}`,
    );
  }
  const error = await context.wait(clean(context, id, by));
  if (error) throw error;
  const cleanup = (await lastCleanup(context))!;
  return {
    message: cleanup.isUnderWay
      ? "The clean-up has begun. All else is paused until it ends"
      : cleanup.said,
    cleanup,
  };
}

/** Moves to the trash what is found, and says how it ended. */
async function clean(
  context: ActionContext,
  id: string,
  by: string,
): Promise<void> {
  const cleaner = new TicketCleaner(cleaningOf(context));
  const { progress } = context.options;
  try {
    await cleanUp(cleaner, { ...cleaningOf(context), id, by, progress });
  } finally {
    context.log.info(`Clean-up by ${by}: ${report(cleaner.outcome)}`);
  }
}

function cleaningOf({ options, now }: ActionContext): CleaningOptions {
  const { freshdesk, store, signal } = options;
  return { freshdesk, store, now, ...(signal && { signal }) };
}

async function lastCleanup(
  context: ActionContext,
): Promise<CleanupView | null> {
  const last = await context.options.store.cleanup(context.now());
  if (!last) return null;
  const { by, since, isUnderWay, done, total, said } = last;
  return { by, since: iso(since), isUnderWay, done, total, said };
}
