/**
 * How many e-mails the program makes Freshdesk send.
 *
 * @module
 */

/** How many e-mails a day go to how many contacts, as far as Freshdesk's notifications are on. */
export function expectedMails(
  ticketsPerHour: number,
  mailsPerTicket: number,
  contacts: number,
): string {
  const perDay = Math.round(ticketsPerHour * 24 * mailsPerTicket);
  const people = contacts === 1 ? "1 contact" : `${contacts} contacts`;
  return `About ${perDay} e-mails a day to ${people}: Freshdesk mails the requester when a ticket is opened, answered, resolved and closed`;
}
