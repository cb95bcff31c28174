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
import { pick, type Random, seededRandom } from "../lib/random.ts";
import { SCENARIOS, writeScript } from "../desks/scenarios.ts";
import type { Message, Person, Store, Ticket } from "./store.ts";
import { normalizeMessage } from "../lib/text.ts";

/** What a step did: what has become known of the ticket, and what was said. */
export interface StepResult {
  /** To be changed in its record. */
  change?: Partial<Ticket>;
  /** To be added to its history. */
  message?: Message;
}

/** What the steps work with. */
export interface StepContext {
  /** The account. */
  freshdesk: Freshdesk;
  /** The agents who can be drawn. */
  agents: () => Promise<Person[]>;
  /** The tickets. */
  store: Store;
  /** One line per event. */
  log: Log;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Between 0 and 1. */
  random: Random;
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

/** How a step is taken. */
export interface StepHandler {
  /** Does it: one call to Freshdesk, if all goes well. */
  run: (
    world: StepContext,
    ticket: Ticket,
    deadline: Deadline,
  ) => Promise<StepResult>;
  /** Whether it was done, for steps that must not be done twice. */
  findExisting?: (
    world: StepContext,
    ticket: Ticket,
    deadline: Deadline,
  ) => Promise<StepResult | undefined>;
}

/** Every ticket bears this tag, besides one of its own. */
export const PROGRAM_TAG = "ticket-workflow";
/** The form of a ticket's own tag. */
export const OWN_TAG = /^tw-\d{14}-[a-z\d]{8}$/;

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

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
 * @returns whether only its closing was left, and it is closed
 */
export async function see(
  { freshdesk }: StepContext,
  { id, tag, stage }: Ticket,
  deadline: Deadline,
): Promise<boolean> {
  const { tags, deleted, spam, status } = await freshdesk.getTicket(id!, {
    deadline,
  });
  if (!tags?.includes(tag)) {
    throw new TakenOverError(
      `It is another ticket now: it does not have the tag ${tag}`,
    );
  }
  const closed = status === TicketStatus.closed;
  const how = deleted
    ? "deleted"
    : spam
    ? "marked as spam"
    : closed && stage !== "close"
    ? "closed"
    : undefined;
  if (how) throw new TakenOverError(`Taken over by a person, who ${how} it`);
  return closed;
}

/** Opens the ticket in Freshdesk. */
export async function create(
  world: StepContext,
  ticket: Ticket,
  deadline: Deadline,
): Promise<StepResult> {
  const { freshdesk, now } = world;
  const { script, contact, tag } = ticket;
  const { subject, description, priority } = script;
  const open = ({ type, agent, custom }: Fields) =>
    freshdesk.createTicket(subject, description, contact.email, {
      tags: [PROGRAM_TAG, tag],
      priority,
      ...(type && { type }),
      ...(agent && { responderId: ticket.agent.id }),
      ...(custom && { customFields: custom }),
      deadline,
    });
  const opened = await open(ticket.fields).catch(async (error) =>
    await open(await refillRejectedFields(world, error, ticket.fields))
  );
  return created(ticket, opened, now());
}

/**
 * The fields as the account demands them now; throws the error on that is not about fields.
 *
 * @param sent what a new ticket was refused with
 */
async function refillRejectedFields(
  { freshdesk, now }: StepContext,
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
  { freshdesk, now }: StepContext,
  ticket: Ticket,
  deadline: Deadline,
): Promise<StepResult | undefined> {
  const found = await findByTag(freshdesk, ticket, { deadline });
  return found && created(ticket, found, now());
}

/**
 * Finds a ticket by its own tag among the requester's newest. Where the contact was merged,
 * deleted or given another address, Freshdesk may have put the ticket under another contact: then
 * it is looked for among all.
 */
export async function findByTag(
  freshdesk: Freshdesk,
  { contact, tag, createdAt }: Ticket,
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
  { id, email }: Person,
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
  ticket: Ticket,
  there: FreshdeskTicket,
  at: number,
): StepResult {
  const { contact, script } = ticket;
  const { id, requester_id } = there;
  return {
    change: {
      id,
      contact: { ...contact, id: requester_id },
      ...seen(ticket, there, at),
    },
    message: {
      from: "contact",
      name: contact.name,
      body: script.description,
      at,
      conversationId: null,
    },
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
  { freshdesk, agents, log, now, random }: StepContext,
  ticket: Ticket,
  deadline: Deadline,
): Promise<StepResult> {
  try {
    const { id, agent } = ticket;
    const there = await freshdesk.assignToAgent(id!, agent.id, { deadline });
    return { change: seen(ticket, there, now()) };
  } catch (error) {
    const refused = error instanceof NotAppliedError ||
      rejectsField(error, "responder_id");
    const others = refused ? await agents() : [];
    const agent = pick(
      others.filter(({ id }) => id !== ticket.agent.id),
      random,
    );
    if (!agent) throw error;
    await freshdesk.assignToAgent(ticket.id!, agent.id, { deadline });
    log.warn(
      `#${ticket.id}: ${ticket.agent.name} could not be assigned; ${agent.name} takes over`,
    );
    return { change: { agent, script: rewriteForAgent(agent, ticket) } };
  }
}

/** The script with another agent's name; what was said already stays as it was said. */
function rewriteForAgent(agent: Person, { script, contact, seed }: Ticket) {
  const scenario = SCENARIOS.find(({ name }) => name === script.scenario);
  if (!scenario) return script;
  const people = { contact: contact.name, agent: agent.name };
  const { description } = script;
  return { ...writeScript(scenario, people, seededRandom(seed)), description };
}

/** The steps in which somebody says something. */
export function messageStep(
  from: "agent" | "contact",
  part: "reply" | "answer" | "resolution",
): StepHandler {
  const post = from === "agent" ? replyAsAgent : replyAsContact;
  function said(ticket: Ticket, conversationId: number, at: number): Message {
    const { name } = ticket[from];
    return { from, name, body: ticket.script[part], at, conversationId };
  }
  return {
    async run(world, ticket, deadline) {
      const body = ticket.script[part];
      const { conversationId, change } = await post(
        world,
        ticket,
        body,
        deadline,
      );
      return { change, message: said(ticket, conversationId, world.now()) };
    },
    // Neither the author nor the time is compared: the first may be the key's owner, and of the
    // second nobody knows whose clock it was. The texts of one thread differ.
    async findExisting({ freshdesk, now }, ticket, deadline) {
      const text = normalizeMessage(ticket.script[part]);
      const all = await freshdesk.getConversations(ticket.id!, { deadline });
      const found = all.find((conversation) =>
        conversation.incoming === (from === "contact") &&
        !conversation.private &&
        normalizeMessage(conversation.body ?? "").includes(text)
      );
      return found && { message: said(ticket, found.id, now()) };
    },
  };
}

interface Posted {
  conversationId: number;
  change: Partial<Ticket>;
}

/** Replies as the agent, or, where the key's owner may not, in the owner's name: it is signed. */
async function replyAsAgent(
  { freshdesk, store, log }: StepContext,
  { id, agent }: Ticket,
  body: string,
  deadline: Deadline,
): Promise<Posted> {
  const author = await store.canImpersonate(agent.id) ? agent.id : undefined;
  const options = { deadline };
  let reply;
  try {
    reply = await freshdesk.addReply(id!, "agent", author, body, options);
  } catch (error) {
    if (author === undefined || !isAuthorRejected(error)) throw error;
    await store.markNoImpersonation(agent.id);
    log.warn(
      `The key's owner may not write for ${agent.name}: replies are signed by the agent and sent by the owner.`,
    );
    reply = await freshdesk.addReply(id!, "agent", undefined, body, options);
  }
  return { conversationId: reply.id, change: {} };
}

/** Writes as the requester, who may have become another since (contacts are merged). */
async function replyAsContact(
  { freshdesk }: StepContext,
  { id, contact }: Ticket,
  body: string,
  deadline: Deadline,
): Promise<Posted> {
  const options = { deadline };
  try {
    const note = await freshdesk.addReply(
      id!,
      "customer",
      contact.id,
      body,
      options,
    );
    return { conversationId: note.id, change: {} };
  } catch (error) {
    if (!isAuthorRejected(error)) throw error;
    const { requester_id } = await freshdesk.getTicket(id!, options);
    if (requester_id === contact.id) throw error;
    const note = await freshdesk.addReply(
      id!,
      "customer",
      requester_id,
      body,
      options,
    );
    return {
      conversationId: note.id,
      change: { contact: { ...contact, id: requester_id } },
    };
  }
}

/** Closes the ticket; one that a person has closed is closed. */
export async function close(
  world: StepContext,
  { id }: Ticket,
  deadline: Deadline,
): Promise<StepResult> {
  const { freshdesk } = world;
  try {
    await freshdesk.closeTicket(id!, { deadline });
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    const { status } = await freshdesk.getTicket(id!, { deadline });
    if (status !== TicketStatus.closed) {
      const { type, custom } = await refillRejectedFields(world, error);
      const refused = Object.entries(custom ?? {})
        .filter(([name]) => rejectsCustomField(error, name));
      await freshdesk.closeTicket(id!, {
        deadline,
        ...(type && rejectsField(error, "type") && { type }),
        ...(refused.length > 0 &&
          { customFields: Object.fromEntries(refused) }),
      });
    }
  }
  return {};
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
