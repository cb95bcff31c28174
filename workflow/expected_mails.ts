/**
 * How many e-mails the program makes Freshdesk send.
 *
 * @module
 */

/** Freshdesk mails the requester when a ticket is opened, first answered, resolved and closed. */
const MAILS_PER_TICKET = 4;

/** How many e-mails a day go to how many contacts, as far as Freshdesk's notifications are on. */
export function expectedMails(
  ticketsPerHour: number,
  contacts: number,
): string {
  const perDay = ticketsPerHour * 24 * MAILS_PER_TICKET;
  const people = contacts === 1 ? "1 contact" : `${contacts} contacts`;
  return `About ${perDay} e-mails a day to ${people}: Freshdesk mails the requester when a ticket is opened, first answered, resolved and closed`;
}
