/**
 * The checks of the account, once Freshdesk answers.
 *
 * @module
 */
import { PermissionError } from "../../freshdesk/errors.ts";
import type { Freshdesk } from "../../freshdesk.ts";
import type { Config } from "../../startup/config.ts";
import { errorMessage } from "../../lib/error.ts";
import { expectedMails } from "../../workflow/expected_mails.ts";
import { classifyError } from "../../workflow/failures.ts";
import {
  contactFilter,
  filterAgents,
  NoParticipantError,
  summarizeRealContacts,
} from "../../workflow/participants.ts";
import type { Person } from "../../workflow/plan.ts";
import {
  fillRequiredFields,
  RequiredFieldsError,
} from "../../workflow/required_fields.ts";
import type { Store } from "../../workflow/store.ts";
import { loadDesk } from "../../writing/folder.ts";
import { mailsPerTicket } from "../../writing/mails.ts";
import {
  type Check,
  type CheckResult,
  explain,
  ok,
  problem,
  warning,
} from "./findings.ts";

/** What later checks use from earlier ones. */
export interface CheckContext {
  /** The settings. */
  config: Config;
  /** The account. */
  freshdesk: Freshdesk;
  /** Why the key may not list agents, if so. */
  agentWarning: string | undefined;
  /** The database; `undefined` if it cannot be opened. */
  store: Store | undefined;
  /** The agents who can reply. */
  agents: Person[];
  /** The contacts that can be used; `undefined` if there are none. */
  contacts: Person[] | undefined;
  /** Milliseconds since 1970. */
  now: number;
}

/** A classic ticket: one call for each step. */
const CALLS_PER_TICKET = 6;

/** The checks in order. */
export const ACCOUNT_CHECKS: [
  Check,
  (context: CheckContext) => AsyncGenerator<CheckResult, void>,
][] = [
  ["role", checkRole],
  ["limit", checkLimit],
  ["agents", checkAgents],
  ["contacts", checkContacts],
  ["required fields", checkFields],
  ["mail", checkMail],
];

async function* checkRole(
  context: CheckContext,
): AsyncGenerator<CheckResult, void> {
  context.agents = await context.freshdesk.getAgents();
  yield context.agentWarning === undefined
    ? ok("may list agents")
    : warning(context.agentWarning);
}

async function* checkLimit(
  { freshdesk, config }: CheckContext,
): AsyncGenerator<CheckResult, void> {
  const { total, ourLimit } = freshdesk.budget;
  const { share, ticketsPerHour } = config;
  if (total === undefined) {
    yield warning(
      "Freshdesk did not say how many calls a minute the account has. Check that no proxy drops its X-RateLimit headers",
    );
    return;
  }
  if (total === 0) {
    yield problem(
      "The plan's limit is 0 calls a minute. Take a trial or a paid plan",
    );
    return;
  }
  const room = Math.floor(ourLimit * 60 / CALLS_PER_TICKET);
  const busy = ourLimit < Math.floor(total * share)
    ? ` at the moment, because other programs use the account too`
    : "";
  const found =
    `${total} calls a minute, ${ourLimit} of them for this program${busy} (RATE_LIMIT_SHARE=${share}): enough for ${room} tickets an hour, and TICKETS_PER_HOUR is ${ticketsPerHour}`;
  yield room >= ticketsPerHour ? ok(found) : warning(
    `${found}. Set TICKETS_PER_HOUR=${room}, or raise RATE_LIMIT_SHARE, or take a larger plan`,
  );
}

async function* checkAgents(
  { agents, config, store }: CheckContext,
): AsyncGenerator<CheckResult, void> {
  const { agentEmails } = config;
  const used = filterAgents(agents, config);
  const unknown =
    agentEmails?.filter((address) =>
      !used.some(({ email }) => email.toLowerCase() === address)
    ) ?? [];
  if (used.length === 0) {
    yield problem(
      explain(new NoParticipantError("agent", agentEmails !== undefined)),
    );
    return;
  }
  if (unknown.length > 0) {
    yield warning(
      `No agent who can reply has the address ${
        unknown.join(", ")
      }. Correct AGENT_EMAILS, or make them active support agents`,
    );
  }
  const refused: string[] = [];
  for (const { id, name } of used) {
    if (await store?.canImpersonate(id) === false) refused.push(name);
  }
  yield refused.length > 0
    ? warning(
      `Using ${used.length}. The API key's owner may not write for ${
        refused.join(", ")
      }, so their replies come from the owner, signed with the agent's name. To avoid this, name other agents in AGENT_EMAILS`,
    )
    : ok(
      `Using ${used.length}. Whether the API key's owner may write for each shows only when it writes`,
    );
}

async function* checkContacts(
  context: CheckContext,
): AsyncGenerator<CheckResult, void> {
  const { freshdesk, config: { contactDomains } } = context;
  const filter = contactFilter({ contactDomains });
  const verified = await freshdesk.getVerifiedContacts({ filter });
  const contacts = verified.length > 0
    ? verified
    : await freshdesk.getContacts({ filter });
  const restricted = Array.isArray(contactDomains);
  if (contacts.length === 0) {
    yield problem(explain(new NoParticipantError("contact", restricted)));
    return;
  }
  context.contacts = contacts;
  const found = `Using ${contacts.length}, ${
    verified.length > 0 ? "all verified" : "none of them verified"
  }`;
  const people = summarizeRealContacts(contacts);
  const real = people &&
    `${people.count} of them may be real people, at ${people.where}`;
  if (!real) yield ok(`${found}; their addresses are all examples`);
  else if (contactDomains) yield ok(`${found}; ${real}`);
  else {
    yield warning(
      `${found}; ${real}. Freshdesk e-mails them: set CONTACT_DOMAINS=example.com to use only such contacts, or CONTACT_DOMAINS=* to use all`,
    );
  }
  for (const domain of restricted ? contactDomains : []) {
    if (contacts.some(contactFilter({ contactDomains: [domain] }))) continue;
    yield warning(
      `No contact has an address at ${domain}. Correct CONTACT_DOMAINS, or add such contacts to the account`,
    );
  }
}

async function* checkFields(
  { freshdesk, now }: CheckContext,
): AsyncGenerator<CheckResult, void> {
  let form;
  try {
    form = await freshdesk.getTicketFields();
  } catch (error) {
    if (!(error instanceof PermissionError) || concernsAll(error)) throw error;
    yield warning(
      "The API key may not read the ticket form, so required fields show only when Freshdesk rejects a ticket. Use an administrator's key",
    );
    return;
  }
  const today = new Date(now).toISOString().slice(0, 10);
  const { filled, unfillable } = fillRequiredFields(form, today);
  const toClose = fillRequiredFields(
    form.filter((field) =>
      field.required_for_closure && !field.required_for_agents &&
      field.type !== "default_agent" // every ticket is assigned by then
    ).map((field) => ({ ...field, default: false, required_for_agents: true })),
    today,
  ).unfillable;
  if (unfillable.length > 0) {
    yield problem(explain(new RequiredFieldsError(unfillable)));
  }
  if (toClose.length > 0) {
    yield problem(
      `No ticket can be closed because required fields cannot be filled in: ${
        toClose.join(", ")
      }. In Admin > Ticket Fields, do not require them for closing`,
    );
  }
  if (unfillable.length + toClose.length > 0) return;
  yield ok(
    filled.length > 0
      ? `filled in: ${filled.join(", ")}`
      : "only those that every ticket has",
  );
}

async function* checkMail(
  { contacts, config }: CheckContext,
): AsyncGenerator<CheckResult, void> {
  if (!contacts) return;
  const { desk: name, pace, ticketsPerHour } = config;
  let perTicket: number;
  try {
    const desk = await loadDesk(name);
    perTicket = mailsPerTicket(desk, pace ?? desk.file.pace ?? "natural");
  } catch (error) {
    yield problem(`Cannot use the desk '${name}': ${errorMessage(error)}`);
    return;
  }
  const mails = expectedMails(ticketsPerHour, perTicket, contacts.length);
  const off =
    "an administrator can turn that off in Admin > Email Notifications";
  yield !summarizeRealContacts(contacts)
    ? ok(
      `${mails}. All contacts have example addresses, so no real person gets e-mail. Bounces may still count against the account: ${off}`,
    )
    : warning(`${mails}. If you do not want that, ${off}`);
}

/** Whether an error makes further calls useless. */
export function concernsAll(error: unknown): boolean {
  return classifyError(error, { id: null }) === "stop";
}
