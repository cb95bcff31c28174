/**
 * What each step of a ticket's life but its creation does in Freshdesk, and how it is found out whether it was done.
 * Which job takes a step, and when, is said in `schedule.ts`.
 *
 * @module
 */
import { NotAppliedError, ValidationError } from "../freshdesk/errors.ts";
import type { Deadline } from "../freshdesk/http_client.ts";
import { TicketStatus } from "../freshdesk.ts";
import { pick } from "../lib/random.ts";
import { normalizeMessage } from "../lib/text.ts";
import { HOUR } from "../lib/time.ts";
import type { Person, Plan, PlanStep } from "./plan.ts";
import {
  isAuthorRejected,
  refillRejectedFields,
  rejectsCustomField,
  rejectsField,
} from "./rejected_fields.ts";
import {
  bodyOf,
  opened,
  sayOnce,
  seen,
  type StepContext,
  type StepHandler,
  type StepInput,
  type StepResult,
} from "./step.ts";
import type { Participant, Ticket } from "./ticket.ts";

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
 * Finds a message by its direction, privacy and text: the messages of one ticket differ. The author
 * is not compared, who may be the key's owner, nor the time, as clocks differ.
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
      `The key's owner may not write for ${agent.name}: the owner sends the replies, signed by the agent. Nothing to do.`,
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
export const STATUSES = {
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

/** Who acts in a step. */
function agentOf(plan: Plan, step: PlanStep): Person {
  return "agent" in step ? step.agent : plan.agent;
}
