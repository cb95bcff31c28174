/**
 * What each step of a ticket's life does in Freshdesk, and how it is found out whether it was done.
 * When which step is taken is told in `workflow.ts`.
 *
 * @module
 */
import {
  type CallOptions,
  type Deadline,
  isPermissionDenied,
} from "../freshdesk/http_client.ts";
import {
  NotAppliedError,
  NotFoundError,
  PermissionError,
  ValidationError,
} from "../freshdesk/errors.ts";
import { type Fields, fillRequiredFields } from "./required_fields.ts";
import {
  type Freshdesk,
  type FreshdeskTicket,
  TicketStatus,
} from "../freshdesk.ts";
import { pick, type Random } from "../lib/random.ts";
import { normalizeMessage } from "../lib/text.ts";
import { DAY, HOUR } from "../lib/time.ts";
import type { Person, Plan, PlanStep } from "./plan.ts";
import type { Store } from "./store.ts";
import type {
  OpenedTicket,
  Participant,
  StoredPlan,
  Ticket,
} from "./ticket.ts";

/** What a step did: what has become known of the ticket, and what was said. */
export interface StepResult {
  /** To be changed in its record. */
  change?: Partial<Ticket>;
  /** What comes of its plan, where the account forced another one. */
  plan?: StoredPlan;
  /** The message that is in Freshdesk now. */
  message?: { conversationId: number | null; name: string };
}

/** What the steps work with. */
export interface StepContext {
  /** The account. */
  freshdesk: Freshdesk;
  /** The agents who can be picked. */
  agents: () => Promise<Person[]>;
  /** The plan with another agent from step `from` on; what was said before stays. */
  rewriteForAgent: (plan: Plan, agent: Person, from: number) => Promise<Plan>;
  /** Has the account's people and form read again for the next tickets. */
  forgetLists: () => Promise<void>;
  /** The tickets. */
  store: Store;
  /** One line per event. */
  log: Log;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Between 0 and 1. */
  random: Random;
  /** What was said once and need not be said again. */
  said: Set<string>;
}

/** Takes what happens, a line each, and the same as data. */
export interface Log {
  /** An event of a ticket's life. */
  info(message: string, data?: unknown): unknown;
  /** Something to look at. */
  warn(message: string, data?: unknown): unknown;
  /** Something went wrong for good. */
  error(message: string, data?: unknown): unknown;
}

/** A step of a ticket. */
export interface StepInput {
  /** Whose step it is. */
  ticket: Ticket;
  /** What it is a step of. */
  plan: StoredPlan;
  /** What is to happen. */
  step: PlanStep;
}

/** How a step is taken. */
export interface StepHandler {
  /** Does it: one call to Freshdesk, if all goes well. */
  run: (
    context: StepContext,
    input: StepInput,
    deadline: Deadline,
  ) => Promise<StepResult>;
  /** Whether it was done, for steps that must not be done twice. */
  findExisting?: (
    context: StepContext,
    input: StepInput,
    deadline: Deadline,
  ) => Promise<StepResult | undefined>;
}

/** Every ticket bears this tag, besides one of its own. */
export const PROGRAM_TAG = "ticket-workflow";
/** The form of a ticket's own tag. */
export const OWN_TAG = /^tw-\d{14}-[a-z\d]{8}$/;

/** A ticket that this program must not write to any more. */
export class TakenOverError extends Error {
  /** Its class. */
  override readonly name = "TakenOverError";
  /** What a person can do about it. */
  readonly hint =
    "Nothing to do. To let this program go on with it, open the ticket again in Freshdesk and run: deno task retry";
}

/** Whether a ticket must be read before it is written to: ids begin again when an account is reset. */
export function mustBeSeen({ id, tagSeenAt }: Ticket, now: number): boolean {
  return id !== null && !(Math.abs(now - (tagSeenAt ?? -Infinity)) <= HOUR);
}

/**
 * Reads a ticket before it is written to. Throws a `TakenOverError` when it is somebody else's, or
 * when a person has ended it; a merge closes the ticket that was merged.
 *
 * @returns its status
 */
export async function see(
  { freshdesk }: StepContext,
  { ticket, step }: StepInput,
  deadline: Deadline,
): Promise<number> {
  const { id, tag } = opened(ticket);
  const { tags, deleted, spam, status } = await freshdesk.getTicket(id, {
    deadline,
  });
  if (!tags?.includes(tag)) {
    throw new TakenOverError(
      `It is another ticket now: it does not have the tag ${tag}`,
    );
  }
  const how = deleted
    ? "deleted"
    : spam
    ? "marked as spam"
    : status === TicketStatus.closed && step.kind !== "close"
    ? "closed"
    : undefined;
  if (how) throw new TakenOverError(`Taken over by a person, who ${how} it`);
  return status;
}

/** The ticket, which every step but the first finds opened. */
function opened(ticket: Ticket): OpenedTicket {
  const { id } = ticket;
  if (id === null) throw new TypeError("The ticket has not been opened");
  return { ...ticket, id };
}

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

function sayOnce({ log, said }: StepContext, message: string): void {
  if (!said.has(message)) log.warn(message);
  said.add(message);
}

/**
 * The fields as the account demands them now; throws the error on that is not about fields.
 *
 * @param sent what a new ticket was refused with
 */
async function refillRejectedFields(
  { freshdesk, now, forgetLists }: StepContext,
  error: unknown,
  sent?: Fields,
): Promise<Fields> {
  if (!(error instanceof ValidationError) || error.fields.length === 0) {
    throw error;
  }
  const form = await freshdesk.getTicketFields().catch((trouble) => {
    throw isPermissionDenied(trouble)
      ? error // the list is closed to the key: what was refused says more
      : trouble;
  });
  if (sent) await forgetLists();
  const { fields } = fillRequiredFields(
    form,
    new Date(now()).toISOString().slice(0, 10),
  );
  // A refusal says more than the form: an agent is demanded, or that one will not do.
  const agentRefused = sent !== undefined &&
    rejectsField(error, "responder_id");
  if (agentRefused) fields.agent = !sent.agent;
  const helps = agentRefused || fields.type && rejectsField(error, "type") ||
    Object.keys(fields.custom ?? {}).some((name) =>
      rejectsCustomField(error, name)
    );
  if (!helps) throw error;
  return fields;
}

/** Whether a refusal names a custom field; Freshdesk does so with or without its prefixes. */
function rejectsCustomField(
  { fields }: ValidationError,
  name: string,
): boolean {
  const bare = (field: string) =>
    field.replace(/^(custom_fields\.)?(cf_)?/, "");
  return fields.some(({ field }) => bare(field) === bare(name));
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

/** The note that an answer showed the ticket's own tag, if it did. */
function seen(
  { tag }: Ticket,
  { tags }: FreshdeskTicket,
  at: number,
): Partial<Ticket> {
  return tags?.includes(tag) ? { tagSeenAt: at } : {};
}

/** Assigns the ticket; where Freshdesk will not have that agent, to another one. */
export async function assign(
  context: StepContext,
  { ticket, plan, step }: StepInput,
  deadline: Deadline,
): Promise<StepResult> {
  const { freshdesk, agents, log, now, random } = context;
  const { id } = opened(ticket);
  const wanted = agentOf(plan, step);
  try {
    const there = await freshdesk.assignToAgent(id, wanted.id, { deadline });
    return {
      change: { agent: participant(wanted), ...seen(ticket, there, now()) },
    };
  } catch (error) {
    const rejected = rejectsField(error, "responder_id");
    if (rejected) await context.forgetLists();
    const refused = error instanceof NotAppliedError || rejected;
    const others = refused ? await agents() : [];
    const agent = pick(others.filter(({ id }) => id !== wanted.id), random);
    if (!agent) throw error;
    await freshdesk.assignToAgent(id, agent.id, { deadline });
    log.warn(
      `#${id}: ${wanted.name} could not be assigned; ${agent.name} takes over`,
    );
    const { fields } = plan;
    const rest = await context.rewriteForAgent(plan, agent, ticket.step);
    return {
      change: { agent: participant(agent) },
      plan: { ...rest, fields },
    };
  }
}

function participant({ id, name }: Person): Participant {
  return { id, name };
}

/** Posts an agent's reply, which Freshdesk mails to the requester. */
export const reply: StepHandler = {
  run: (context, input, deadline) =>
    writeAsAgent(context, input, (author) =>
      context.freshdesk.addReply(
        opened(input.ticket).id,
        "agent",
        author,
        bodyOf(input.step),
        { deadline },
      )),
  findExisting: findMessage({ incoming: false, private: false }),
};

/** Posts a private note of an agent. */
export const note: StepHandler = {
  run: (context, input, deadline) =>
    writeAsAgent(context, input, (author) =>
      context.freshdesk.addNote(
        opened(input.ticket).id,
        author,
        bodyOf(input.step),
        { deadline },
      )),
  findExisting: findMessage({ incoming: false, private: true }),
};

/** Posts the customer's answer, an incoming public note. */
export const answer: StepHandler = {
  run: answerAsContact,
  findExisting: findMessage({ incoming: true, private: false }),
};

/**
 * Neither the author nor the time is compared: the first may be the key's owner, and of the second
 * nobody knows whose clock it was. The texts of one thread differ.
 */
function findMessage(
  like: { incoming: boolean; private: boolean },
): NonNullable<StepHandler["findExisting"]> {
  return async ({ freshdesk }, { ticket, plan, step }, deadline) => {
    const { id } = opened(ticket);
    const text = normalizeMessage(bodyOf(step));
    const all = await freshdesk.getConversations(id, { deadline });
    const found = all.find((conversation) =>
      conversation.incoming === like.incoming &&
      conversation.private === like.private &&
      normalizeMessage(conversation.body ?? "").includes(text)
    );
    const { name } = like.incoming ? plan.contact : agentOf(plan, step);
    return found && { message: { name, conversationId: found.id } };
  };
}

/** Writes as the agent, or, where the key's owner may not, in the owner's name: it is signed. */
async function writeAsAgent(
  { store, log }: StepContext,
  { plan, step }: StepInput,
  write: (author: number | undefined) => Promise<{ id: number }>,
): Promise<StepResult> {
  const agent = agentOf(plan, step);
  const author = await store.canImpersonate(agent.id) ? agent.id : undefined;
  let written;
  try {
    written = await write(author);
  } catch (error) {
    if (author === undefined || !isAuthorRejected(error)) throw error;
    await store.markNoImpersonation(agent.id);
    log.warn(
      `The key's owner may not write for ${agent.name}: replies are signed by the agent and sent by the owner.`,
    );
    written = await write(undefined);
  }
  return { message: { name: agent.name, conversationId: written.id } };
}

/** Writes as the requester, who may have become another since (contacts are merged). */
async function answerAsContact(
  { freshdesk }: StepContext,
  { ticket, plan, step }: StepInput,
  deadline: Deadline,
): Promise<StepResult> {
  const { id, contact } = opened(ticket);
  const write = (author: number) =>
    freshdesk.addReply(id, "customer", author, bodyOf(step), { deadline });
  const { name } = plan.contact;
  try {
    const note = await write(contact.id);
    return { message: { name, conversationId: note.id } };
  } catch (error) {
    if (!isAuthorRejected(error)) throw error;
    const { requester_id } = await freshdesk.getTicket(id, { deadline });
    if (requester_id === contact.id) throw error;
    const note = await write(requester_id);
    return {
      message: { name, conversationId: note.id },
      change: { contact: { ...contact, id: requester_id } },
    };
  }
}

/**
 * Freshdesk's own numbers of the statuses of a plan. Accounts may lack the last two, and then the
 * ticket is pending.
 */
const STATUSES = {
  ...TicketStatus,
  waiting_on_customer: 6,
  waiting_on_third_party: 7,
} as const;

/** Sets the status that the step names; one that an automation has changed at once is left so. */
export async function setStatus(
  context: StepContext,
  input: StepInput,
  deadline: Deadline,
): Promise<StepResult> {
  const { step } = input;
  const wanted = step.kind === "status" ? step.status : "closed";
  try {
    await putStatus(context, input, STATUSES[wanted], deadline);
    return { change: { status: STATUSES[wanted] } };
  } catch (error) {
    if (error instanceof NotAppliedError) return {};
    const isLacking = STATUSES[wanted] > TicketStatus.closed &&
      rejectsField(error, "status");
    if (!isLacking) throw error;
    await putStatus(context, input, TicketStatus.pending, deadline);
    sayOnce(
      context,
      `The account has no status "${
        wanted.replaceAll("_", " ")
      }": such tickets are pending.`,
    );
    return { change: { status: TicketStatus.pending } };
  }
}

/** Closes the ticket; one that a person has closed is closed. */
export async function close(
  context: StepContext,
  input: StepInput,
  deadline: Deadline,
): Promise<StepResult> {
  await putStatus(context, input, TicketStatus.closed, deadline);
  return { change: { status: TicketStatus.closed } };
}

/** Sets a status, with the fields that the account demands for it. */
async function putStatus(
  context: StepContext,
  { ticket }: StepInput,
  status: number,
  deadline: Deadline,
): Promise<void> {
  const { freshdesk } = context;
  const { id } = opened(ticket);
  try {
    await freshdesk.setStatus(id, status, { deadline });
  } catch (error) {
    const isLacking = status > TicketStatus.closed &&
      rejectsField(error, "status");
    if (!(error instanceof ValidationError) || isLacking) throw error;
    const there = await freshdesk.getTicket(id, { deadline });
    if (there.status === status) return;
    const { type, custom } = await refillRejectedFields(context, error);
    const refused = Object.entries(custom ?? {})
      .filter(([name]) => rejectsCustomField(error, name));
    await freshdesk.setStatus(id, status, {
      deadline,
      ...(type && rejectsField(error, "type") && { type }),
      ...(refused.length > 0 && { customFields: Object.fromEntries(refused) }),
    });
  }
}

function bodyOf(step: PlanStep): string {
  return "body" in step ? step.body : "";
}

/** Who acts in a step. */
function agentOf(plan: Plan, step: PlanStep): Person {
  return "agent" in step ? step.agent : plan.agent;
}

/** Whether Freshdesk will not have that author: not for this key, or not at all any more. */
export function isAuthorRejected(error: unknown): boolean {
  return error instanceof PermissionError && error.code === "invalid_user" ||
    rejectsField(error, "user_id");
}

function rejectsField(error: unknown, field: string): boolean {
  return error instanceof ValidationError &&
    error.fields.some((refused) => refused.field === field);
}
