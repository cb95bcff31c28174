/**
 * Opens a ticket in Freshdesk, and finds one that may have been opened.
 *
 * @module
 */
import { NotFoundError } from "../freshdesk/errors.ts";
import {
  type CallOptions,
  type Deadline,
  isPermissionDenied,
} from "../freshdesk/http_client.ts";
import type { Freshdesk, FreshdeskTicket } from "../freshdesk.ts";
import { DAY } from "../lib/time.ts";
import type { Person } from "./plan.ts";
import { refillRejectedFields, rejectsField } from "./rejected_fields.ts";
import type { Fields } from "./required_fields.ts";
import {
  bodyOf,
  sayOnce,
  seen,
  type StepContext,
  type StepInput,
  type StepResult,
} from "./step.ts";
import type { Ticket } from "./ticket.ts";

/** Every ticket bears this tag, besides one of its own. */
export const PROGRAM_TAG = "ticket-workflow";

/** The form of a ticket's own tag. */
export const OWN_TAG = /^tw-\d{14}-[a-z\d]{8}$/;

/** Opens the ticket in Freshdesk. */
export async function create(
  context: StepContext,
  input: StepInput,
  deadline: Deadline,
): Promise<StepResult> {
  const { freshdesk } = context;
  const { ticket, plan, step } = input;
  const { subject, contact, priority, source, agent, group, fields } = plan;
  const open = (
    { type, agent: isAgentRequired, custom }: Fields,
    { hasGroup, hasType }: { hasGroup: boolean; hasType: boolean },
  ) => {
    const chosen = hasType ? plan.type ?? type : type;
    return freshdesk.createTicket(subject, bodyOf(step), contact.email, {
      tags: [PROGRAM_TAG, ticket.tag, ...plan.tags],
      priority,
      source,
      ...(chosen && { type: chosen }),
      ...(isAgentRequired && { responderId: agent.id }),
      ...(hasGroup && group !== undefined && { groupId: group }),
      ...(custom && { customFields: custom }),
      deadline,
    });
  };
  try {
    const there = await open(fields, { hasGroup: true, hasType: true });
    return created(context, input, there);
  } catch (error) {
    // What the account does not have (any more) is left out.
    const hasGroup = !rejectsField(error, "group_id");
    const hasType = plan.type === undefined || !rejectsField(error, "type");
    const isLackOnly = !hasGroup || !hasType && fields.type === undefined;
    const refilled = isLackOnly
      ? fields
      : await refillRejectedFields(context, error, fields);
    const there = await open(refilled, { hasGroup, hasType });
    if (!hasGroup) {
      sayOnce(
        context,
        `The account has no group ${group} (any more): tickets are opened without a group.`,
      );
    }
    if (!hasType) {
      sayOnce(
        context,
        `The account has no ticket type "${plan.type}": tickets are opened without it.`,
      );
    }
    return created(context, input, there);
  }
}

/** Finds the ticket in Freshdesk, if it was created. */
export async function findCreated(
  context: StepContext,
  input: StepInput,
  deadline: Deadline,
): Promise<StepResult | undefined> {
  const { ticket, plan } = input;
  const contact = { ...ticket.contact, email: plan.contact.email };
  const { freshdesk } = context;
  const there = await findByTag(freshdesk, { ...ticket, contact }, {
    deadline,
  });
  return there && created(context, input, there);
}

/**
 * Finds a ticket by its own tag among the requester's newest. Where the contact was merged,
 * deleted or given another address, Freshdesk may have put the ticket under another contact: then
 * it is looked for among all.
 */
export async function findByTag(
  freshdesk: Freshdesk,
  { contact, tag, createdAt }: Pick<Ticket, "tag" | "createdAt"> & {
    contact: Pick<Person, "id" | "email">;
  },
  options?: CallOptions,
): Promise<FreshdeskTicket | undefined> {
  const requester = await isUnchanged(freshdesk, contact, options)
    ? contact.id
    : undefined;
  // By Freshdesk's clock; a day more, for our own may have been set since the draft.
  const since = createdAt + (freshdesk.clockSkew ?? 0) - DAY;
  return await freshdesk.findTicket(requester, tag, since, options);
}

async function isUnchanged(
  freshdesk: Freshdesk,
  { id, email }: Pick<Person, "id" | "email">,
  options?: CallOptions,
): Promise<boolean> {
  try {
    const contact = await freshdesk.getContact(id, options);
    return !contact.deleted &&
      contact.email?.toLowerCase() === email.toLowerCase();
  } catch (error) {
    if (error instanceof NotFoundError || isPermissionDenied(error)) {
      return false;
    }
    throw error;
  }
}

function created(
  { now }: StepContext,
  { ticket, plan }: StepInput,
  there: FreshdeskTicket,
): StepResult {
  const { contact } = ticket;
  const { id, requester_id, status } = there;
  return {
    change: {
      id,
      contact: { ...contact, id: requester_id },
      status,
      ...seen(ticket, there, now()),
    },
    message: { name: plan.contact.name, conversationId: null },
  };
}
