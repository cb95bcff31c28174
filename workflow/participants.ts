/**
 * Whom a ticket can be opened for, and who can answer it.
 *
 * @module
 */
import type { CallOptions } from "../freshdesk/http_client.ts";
import type { Freshdesk } from "../freshdesk.ts";
import type { Person } from "./plan.ts";

/** Restrictions of the draw. */
export interface ParticipantOptions {
  /** Only contacts of these domains; `*` or nothing: all. */
  contactDomains?: "*" | string[] | undefined;
  /** Only these agents, by e-mail addresses in small letters; nothing: all. */
  agentEmails?: string[] | undefined;
}

/** Who can be drawn. */
export interface Participants {
  /** Possible requesters. */
  contacts: Person[];
  /** Possible responders. */
  agents: Person[];
}

/** Nobody of one kind can be drawn. */
export class NoParticipantError extends Error {
  /** Its class. */
  override readonly name = "NoParticipantError";
  /** What a person can do about it. */
  readonly hint: string;

  /** Whom nobody found, and whether our own settings restrict the draw. */
  constructor(who: "contact" | "agent", restricted: boolean) {
    super(`There is no ${who} to draw`);
    this.hint = who === "contact"
      ? restricted
        ? "CONTACT_DOMAINS leaves nobody: add contacts of these domains to the account, or name others."
        : "Add contacts whose mail reaches you, such as you+anna@your-domain, under Contacts > New contact. Freshworks' sample contacts are never used. Do not invent addresses: mail to them bounces, and may get the account's mail blocked."
      : restricted
      ? "AGENT_EMAILS leaves nobody: name active support agents of the account."
      : "Only active support agents can reply: activate one, or use an administrator's key.";
  }
}

/** More contacts than these make no draw more random, only more expensive: a page of 100 is a call. */
const CONTACT_LIMIT = 500;

/** Who can be drawn in an account; may be nobody. */
export async function loadParticipants(
  freshdesk: Pick<Freshdesk, "getContacts" | "getAgents">,
  options: ParticipantOptions,
  call: CallOptions = {},
): Promise<Participants> {
  const wanted = contactFilter(options);
  const contacts = await freshdesk.getContacts({
    ...call,
    limit: CONTACT_LIMIT,
    filter: wanted,
  });
  return { contacts, agents: await loadAgents(freshdesk, options, call) };
}

/** Whether a contact may be drawn. */
export function contactFilter(
  { contactDomains }: ParticipantOptions,
): (contact: Person) => boolean {
  return ({ email }) =>
    !Array.isArray(contactDomains) || contactDomains.includes(domainOf(email));
}

/** The agents who can be drawn; may be nobody. */
export async function loadAgents(
  freshdesk: Pick<Freshdesk, "getAgents">,
  { agentEmails }: ParticipantOptions,
  call?: CallOptions,
): Promise<Person[]> {
  return filterAgents(await freshdesk.getAgents(call), { agentEmails });
}

/** Those of the agents who may be drawn. */
export function filterAgents<T extends Person>(
  agents: T[],
  { agentEmails }: ParticipantOptions,
): T[] {
  return agentEmails
    ? agents.filter(({ email }) => agentEmails.includes(email.toLowerCase()))
    : agents;
}

/**
 * The domains that may belong to real people, each with the number of its contacts, the largest
 * first: all but those reserved for examples (RFC 2606, RFC 6761).
 */
export function realDomains(
  contacts: Person[],
): [domain: string, count: number][] {
  const counts = new Map<string, number>();
  for (const { email } of contacts) {
    const domain = domainOf(email);
    if (RESERVED.test(domain)) continue;
    counts.set(domain, (counts.get(domain) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a);
}

/** How many contacts may be real people, and at which domains; `undefined` when none. */
export function summarizeRealContacts(
  contacts: Person[],
): { count: number; where: string } | undefined {
  const domains = realDomains(contacts);
  if (domains.length === 0) return undefined;
  const count = domains.reduce((sum, [, n]) => sum + n, 0);
  const shown = domains.slice(0, 5).map(([domain, n]) => `${domain} (${n})`);
  if (domains.length > 5) shown.push("...");
  return { count, where: shown.join(", ") };
}

/** What to say where the contacts may be real people and nobody has said which are meant. */
export function realPeopleWarning(contacts: Person[]): string | undefined {
  const real = summarizeRealContacts(contacts);
  return real &&
    `REAL PEOPLE? ${real.count} of ${contacts.length} contacts have addresses that may be real: ${real.where}. Freshdesk e-mails them about their tickets. Set CONTACT_DOMAINS to the domains you mean, or CONTACT_DOMAINS=* to use all, or DRY_RUN=true to look first`;
}

const RESERVED =
  /(^|\.)(example\.(com|net|org)|example|test|invalid|localhost)$/;

function domainOf(email: string): string {
  return email.slice(email.lastIndexOf("@") + 1).toLowerCase();
}
