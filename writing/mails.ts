/**
 * How many e-mails Freshdesk sends the requester of a desk's ticket.
 *
 * @module
 */
import { type Outcome, OUTCOMES, type Pace } from "../workflow/plan.ts";
import type { Desk } from "./desk.ts";
import { MESSAGES } from "./form.ts";
import { THREADS } from "./topic.ts";
import { RESOLVING } from "./write.ts";

/** A classic ticket: opened, first answered, resolved by an answer, and closed. */
const CLASSIC = 4;

/** E-mails of a desk's average ticket, as far as Freshdesk's notifications are on. */
export function mailsPerTicket({ file }: Desk, pace: Pace): number {
  if (pace === "classic") return CLASSIC;
  let [mails, shares] = [0, 0];
  for (const outcome of OUTCOMES) {
    const share = file.outcomes[outcome] ?? 0;
    mails += share * mailsOf(outcome);
    shares += share;
  }
  return mails / shares;
}

/** E-mails of a ticket with this outcome: when it is opened, answered, resolved and closed. */
export function mailsOf(outcome: Outcome): number {
  const answers = THREADS[outcome].filter((name) =>
    MESSAGES[name] === "agent" && name !== "handover"
  );
  const resolved = answers.filter((name) =>
    RESOLVING.includes(name) || name === "reminder"
  );
  return 1 + answers.length + resolved.length + 1;
}
