/**
 * The routes of conversations: replies and notes.
 *
 * @module
 */
import {
  type Account,
  agentOf,
  asHtml,
  asText,
  CLOSED,
  contactOf,
  type Conversation,
  OPEN,
  RESOLVED,
  type Ticket,
  timestamp,
} from "./account.ts";
import type { Agent, Contact } from "./people.ts";
import { checkQuery, page } from "./query.ts";
import type { ApiRequest, Refusal, Routes } from "./route.ts";
import { ticketIn, touch } from "./tickets.ts";
import {
  denied,
  emptyResponse,
  invalid,
  isBlank,
  missing,
  noSuch,
  readBody,
  type Schema,
} from "./validate.ts";

/** The routes that list and add replies and notes. */
export function conversationRoutes(account: Account): Routes {
  return {
    "GET /tickets/:id{\\d+}/conversations": (request) => {
      checkQuery(request, "page", "per_page");
      const ticket = ticketIn(request, account);
      return page(request, account.threads.get(ticket.id) ?? []);
    },

    "POST /tickets/:id{\\d+}/reply": async (request) => {
      const ticket = answerableTicketIn(request, account);
      const fields = await readBody(request, REPLY);
      const body = requiredBody(fields.body);
      const author = writingAgent(account, fields.user_id, false);
      const requester = contactOf(account, ticket.requester_id);
      const to_emails = requester?.email ? [requester.email] : [];
      const added = addConversation(account, ticket, {
        user_id: author.id,
        body,
        incoming: false,
        private: false,
        source: 0,
        to_emails,
        cc_emails: fields.cc_emails ?? [],
        bcc_emails: fields.bcc_emails ?? [],
      });
      ticket.stats.first_responded_at ??= added.created_at;
      return Response.json(replyResponse(added, fields.from_email ?? null), {
        status: 201,
      });
    },

    "POST /tickets/:id{\\d+}/notes": async (request) => {
      const ticket = answerableTicketIn(request, account);
      const fields = await readBody(request, NOTE);
      const body = requiredBody(fields.body);
      const incoming = fields.incoming ?? false;
      const isPrivate = fields.private ?? true;
      const author = incoming
        ? writingContact(account, fields.user_id)
        : writingAgent(account, fields.user_id, isPrivate);
      const added = addConversation(account, ticket, {
        user_id: author.id,
        body,
        incoming,
        private: isPrivate,
        source: 2,
        to_emails: fields.notify_emails ?? [],
        cc_emails: [],
        bcc_emails: [],
      });
      if (incoming && !isPrivate) customerWrote(account, ticket);
      return Response.json(added, { status: 201 });
    },
  };
}

/** The response to a reply leaves out `incoming`, `private` and `source`. */
function replyResponse(
  { incoming: _, private: __, source: ___, support_email, ...said }:
    Conversation,
  from_email: string | null,
): Record<string, unknown> {
  return {
    ...said,
    from_email: from_email ?? support_email,
    attachments: [],
    source_additional_info: null,
  };
}

function addConversation(
  account: Account,
  ticket: Ticket,
  said: Pick<
    Conversation,
    | "user_id"
    | "body"
    | "incoming"
    | "private"
    | "source"
    | "to_emails"
    | "cc_emails"
    | "bcc_emails"
  >,
): Conversation {
  const thread = account.threads.get(ticket.id) ?? [];
  const now = timestamp(account.now());
  const body = asHtml(said.body);
  const added: Conversation = {
    ...said,
    id: ticket.id * 10_000 + thread.length + 1,
    ticket_id: ticket.id,
    body,
    body_text: asText(body),
    support_email: null,
    created_at: now,
    updated_at: now,
  };
  account.threads.set(ticket.id, [...thread, added]);
  touch(account, ticket);
  return added;
}

function customerWrote(account: Account, ticket: Ticket): void {
  if (!account.reopenOnCustomerMessage) return;
  if (ticket.status !== RESOLVED && ticket.status !== CLOSED) return;
  ticket.status = OPEN;
  ticket.stats = {
    ...ticket.stats,
    resolved_at: null,
    closed_at: null,
    reopened_at: timestamp(account.now()),
  };
}

/** Returns the author: the key's owner, unless another agent is named and allows it. */
function writingAgent(
  account: Account,
  userId: number | null | undefined,
  isPrivate: boolean,
): Agent {
  const id = userId ?? account.keyAgentId;
  const agent = agentOf(account, id);
  if (!agent) {
    throw contactOf(account, id) ? invalidUser() : noSuch("user_id");
  }
  const mayWrite = agent.type === "support_agent" || isPrivate;
  const isKeyOwner = id === account.keyAgentId;
  if (agent.deactivated || !mayWrite) throw invalidUser();
  if (agent.blocksImpersonation && !isKeyOwner) throw invalidUser();
  return agent;
}

function writingContact(
  account: Account,
  userId: number | null | undefined,
): Contact {
  if (!userId) throw invalid(missing("user_id"));
  const found = contactOf(account, userId);
  if (found) return found;
  throw agentOf(account, userId) ? invalidUser() : noSuch("user_id");
}

function requiredBody(body: string | null | undefined): string {
  if (!body || isBlank(body)) throw invalid(missing("body"));
  return body;
}

function answerableTicketIn(request: ApiRequest, account: Account): Ticket {
  const ticket = ticketIn(request, account);
  if (ticket.deleted) throw emptyResponse(404);
  if (ticket.spam) throw emptyResponse(405);
  return ticket;
}

function invalidUser(): Refusal {
  return denied(
    403,
    "invalid_user",
    "You are not allowed to write as this user",
  );
}

const REPLY = {
  body: "string",
  user_id: "integer",
  from_email: "string",
  cc_emails: "strings",
  bcc_emails: "strings",
} as const satisfies Schema;

const NOTE = {
  body: "string",
  user_id: "integer",
  incoming: "boolean",
  private: "boolean",
  notify_emails: "strings",
} as const satisfies Schema;
