/**
 * Opens tickets now, once for each token.
 *
 * @module
 */
import { errorMessage } from "../../lib/error.ts";
import { MINUTE } from "../../lib/time.ts";
import { TokenUsedError } from "../../workflow/draft.ts";
import type { Ticket } from "../../workflow/ticket.ts";
import { type ActionContext, type Actor, OPEN_TIME } from "./context.ts";
import { ActionError, check } from "./errors.ts";
import { asTicket, type OpenResult } from "./results.ts";
import { said, tickets } from "./words.ts";

/** Tickets that can be opened at once. */
export const MOST_AT_ONCE = 20;

/** What to open. */
export interface OpenRequest extends Actor {
  /** 1 to 20. */
  count: number;
  /** What they are about. Default: anything. */
  topic?: string | undefined;
  /** A one-time value: the same again opens nothing more. */
  token: string;
  /** Whether contacts who may be real people may be mailed. Default: false. */
  confirm?: boolean;
}

/** Opens tickets now, besides the hour's. */
export async function open(
  context: ActionContext,
  { count, topic, token, confirm = false }: OpenRequest,
): Promise<OpenResult> {
  check(
    Number.isInteger(count) && count >= 1 && count <= MOST_AT_ONCE,
    `Cannot open tickets as 'count' must be a whole number from 1 to ${MOST_AT_ONCE}: current value is '${
      said(count)
    }'`,
  );
  check(
    /^[\w-]{8,100}$/.test(token),
    "Cannot open tickets as 'token' must be a value made for this press alone, 8 to 100 letters and digits, such as a UUID",
  );
  const before = await openedBy(context, token);
  if (before) return before;
  context.checkSending();
  await context.checkPause();
  context.checkCalls();
  const { opener, writer } = await context.options.prepare();
  check(
    topic === undefined || writer.topics.includes(topic),
    `Unknown topic '${said(topic)}'; expected one of ${
      writer.topics.join(", ")
    }`,
  );
  const now = context.now();
  const tick = now - now % MINUTE;
  const deadline = now + OPEN_TIME;
  const real = confirm ? undefined : await opener.realPeople(deadline);
  if (real) {
    throw new ActionError(
      409,
      `${real}. Freshdesk e-mails them about their tickets. Confirm to open ${
        tickets(count)
      }`,
      true,
    );
  }
  let drafted: Ticket[];
  try {
    drafted = await opener.openNow(count, tick, deadline, topic, token);
  } catch (error) {
    if (!(error instanceof TokenUsedError)) throw error;
    return (await openedBy(context, token))!;
  }
  if (drafted.length === 0) {
    throw new ActionError(
      429,
      "Cannot open tickets now: this hour's calls are taken by the tickets that wait. Try again in the next hour, or raise RATE_LIMIT_SHARE",
    );
  }
  const trouble = await context.wait(context.take(drafted, deadline));
  const all = await context.reload(drafted);
  const opened = all.filter(({ id }) => id !== null).length;
  const [first] = all;
  const failed = all.find(({ id, lastError }) => id === null && lastError);
  const parts = [
    opened === 0
      ? `${tickets(drafted.length)} drafted; they follow within minutes`
      : opened === 1 && drafted.length === 1
      ? `Opened #${first!.id}: ${first!.subject}`
      : `Opened ${tickets(opened)}`,
    opened > 0 && opened < drafted.length &&
    `${drafted.length - opened} more follow within minutes`,
    drafted.length < count &&
    `this hour's calls leave no room for the other ${count - drafted.length}`,
    trouble ? errorMessage(trouble) : failed?.lastError?.message,
  ];
  return {
    message: parts.filter((part) => typeof part === "string").join("; "),
    tickets: all.map(asTicket),
    repeated: false,
  };
}

/** What a token has opened; `undefined` if it was not used. */
async function openedBy(
  context: ActionContext,
  token: string,
): Promise<OpenResult | undefined> {
  const { store } = context.options;
  const tags = await store.tokenTickets(token);
  if (!tags) return undefined;
  const entries = await Promise.all(tags.map((tag) => store.get(tag)));
  return {
    message: `${tickets(tags.length)} opened before; nothing more is opened`,
    tickets: entries.flatMap((entry) => entry ? asTicket(entry.ticket) : []),
    repeated: true,
  };
}
