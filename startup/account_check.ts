/**
 * The first calls to the account, and what they say about the hours to come.
 *
 * @module
 */
import { NotFoundError, RedirectError } from "../freshdesk/errors.ts";
import { isAccountError } from "../freshdesk/http_client.ts";
import type { Freshdesk } from "../freshdesk.ts";
import { errorMessage } from "../lib/error.ts";
import { expectedMails } from "../workflow/expected_mails.ts";
import { hintFor } from "../workflow/failures.ts";
import type { TicketOpener } from "../workflow/opening.ts";
import type { ParticipantCache } from "../workflow/participant_cache.ts";
import { NoParticipantError } from "../workflow/participants.ts";
import { JOBS, nextTick } from "../workflow/schedule.ts";
import type { Log } from "../workflow/step.ts";
import type { Config } from "./config.ts";
import { NEEDS_A_PERSON } from "./exit.ts";

/** Options of {@linkcode checkAccount}. */
export interface AccountCheckOptions {
  /** The settings. */
  config: Config;
  /** The account. */
  freshdesk: Freshdesk;
  /** Whom tickets are opened for, and when. */
  opening: {
    opener: Pick<TicketOpener<unknown>, "warnOfRealPeople" | "nextExpected">;
    cache: ParticipantCache;
    mailsPerTicket: number;
  };
  /** Logs what was found. */
  log: Log & {
    /** Logs a line at level CRITICAL. */
    critical(message: string): unknown;
  };
  /** Ends the process if the account cannot be used. */
  exit: (code: number) => never;
}

/**
 * Logs who the program is in Freshdesk, whom it uses and what happens when. Exits if the account
 * cannot be used.
 *
 * @returns why no ticket can be opened, and what to do; `null` if all is well
 */
export async function checkAccount(
  { config, freshdesk, opening: { opener, cache, mailsPerTicket }, log, exit }:
    AccountCheckOptions,
): Promise<string | null> {
  try {
    const me = await freshdesk.getMe();
    log.info(`Connected to ${new URL(config.url).host} as ${me.name}`);
    const { contacts, agents } = await cache.read();
    log.info(`Using ${contacts.length} contacts and ${agents.length} agents`);
    const problems = noParticipants(contacts.length, agents.length, config);
    for (const problem of problems) {
      log.warn(`No ticket can be opened: ${problem}`);
    }
    if (problems.length === 0) {
      const mails = expectedMails(
        config.ticketsPerHour,
        mailsPerTicket,
        contacts.length,
      );
      log.info(config.dryRun ? `Without DRY_RUN: ${mails}` : mails);
    }
    await opener.warnOfRealPeople(contacts);
    const now = Date.now();
    const expected = await opener.nextExpected(now);
    log.info(`Next (UTC): ${nextTicks(now)}`);
    if (expected) log.info(`Next ticket: ${expected.text}`);
    return problems.join(" ") || null;
  } catch (error) {
    const problem = `${errorMessage(error)}. ${hintFor(error)}`;
    // These may pass: a proxy's page, an account that is being moved.
    const mayPass = error instanceof NotFoundError ||
      error instanceof RedirectError;
    if (mayPass || isAccountError(error)) {
      log.critical(problem);
      // More calls with a wrong key would lock its owner out.
      exit(mayPass ? 1 : NEEDS_A_PERSON);
    }
    log.error(problem);
    return problem;
  }
}

/** Why no ticket can be opened, and what to do, if there are no contacts or no agents. */
function noParticipants(
  contacts: number,
  agents: number,
  { contactDomains, agentEmails }: Config,
): string[] {
  const errors: NoParticipantError[] = [];
  if (contacts === 0) {
    errors.push(
      new NoParticipantError("contact", Array.isArray(contactDomains)),
    );
  }
  if (agents === 0) {
    errors.push(new NoParticipantError("agent", agentEmails !== undefined));
  }
  return errors.map(({ message, hint }) => `${message}. ${hint}`);
}

function nextTicks(now: number): string {
  return JOBS.map(({ name, every }) =>
    `${name} ${new Date(nextTick(every, now)).toISOString().slice(11, 16)}`
  ).join(", ");
}
