/**
 * The routes of tickets.
 *
 * @module
 */
import { DAY } from "../lib/time.ts";
import {
  type Account,
  agentOf,
  asHtml,
  asText,
  CLOSED,
  contactOf,
  OPEN,
  RESOLVED,
  type Ticket,
  timestamp,
} from "./account.ts";
import {
  closureErrors,
  creationErrors,
  sourceErrors,
  valueErrors,
} from "./form.ts";
import { type Contact, contact } from "./people.ts";
import {
  checkQuery,
  idIn,
  includes,
  oneOf,
  page,
  queryNumber,
} from "./query.ts";
import type { ApiRequest, Routes } from "./route.ts";
import { parseSearch } from "./search.ts";
import {
  emptyResponse,
  type Fields,
  invalid,
  isBlank,
  mismatch,
  missing,
  noSuch,
  readBody,
  type Schema,
} from "./validate.ts";

/** The routes that create, change, list, find and delete tickets. */
export function ticketRoutes(account: Account): Routes {
  return {
    "GET /tickets": (request) => {
      checkQuery(request, ...LIST_PARAMETERS);
      const include = includes(request, "requester", "stats", "description");
      if (queryNumber(request, "page", 1) > LAST_PAGE) {
        throw invalid({
          field: "page",
          message: `You cannot access tickets beyond page ${LAST_PAGE}`,
          code: "invalid_value",
        });
      }
      return page(
        request,
        listed(account, request),
        (ticket) => showTicket(account, ticket, include),
      );
    },

    "POST /tickets": async (request) => {
      const fields = await readBody(request, NEW_TICKET);
      const errors = [
        ...creationErrors(account.ticketFields, fields, account.enforcedFields),
        ...valueErrors(account.ticketFields, fields),
        ...sourceErrors(fields.source),
      ];
      if (errors.length > 0) throw invalid(...errors);
      checkResponder(account, fields);
      const ticket = newTicket(account, fields);
      assign(account, ticket, fields);
      account.tickets.set(ticket.id, ticket);
      account.threads.set(ticket.id, []);
      const location = new URL(`/api/v2/tickets/${ticket.id}`, request.url);
      return Response.json(showTicket(account, ticket), {
        status: 201,
        headers: { location: location.href },
      });
    },

    "GET /tickets/:id{\\d+}": (request) => {
      checkQuery(request, "include");
      const include = includes(request, "conversations", "requester", "stats");
      const ticket = ticketIn(request, account);
      return Response.json(
        showTicket(account, ticket, ["description", ...include]),
      );
    },

    "PUT /tickets/:id{\\d+}": async (request) => {
      const ticket = writableTicketIn(request, account);
      const fields = await readBody(request, TICKET_CHANGES);
      const errors = [
        ...valueErrors(account.ticketFields, fields),
        ...closureErrors(account.ticketFields, ticket, fields),
      ];
      if (errors.length > 0) throw invalid(...errors);
      checkResponder(account, fields);
      assign(account, ticket, fields);
      change(account, ticket, fields);
      return Response.json(showTicket(account, ticket));
    },

    "DELETE /tickets/:id{\\d+}": (request) => {
      const ticket = writableTicketIn(request, account);
      ticket.deleted = true;
      touch(account, ticket);
      return new Response(null, { status: 204 });
    },

    "PUT /tickets/:id{\\d+}/restore": (request) => {
      const ticket = ticketIn(request, account);
      if (!ticket.deleted) throw emptyResponse(404);
      ticket.deleted = false;
      touch(account, ticket);
      return new Response(null, { status: 204 });
    },

    "GET /search/tickets": (request) => {
      checkQuery(request, "query", "page");
      const fits = parseSearch(request.query("query"));
      const number = queryNumber(request, "page", 1, SEARCH_PAGES);
      const indexed = timestamp(account.now() - account.searchLag);
      const found = [...account.tickets.values()].filter((ticket) =>
        isLive(ticket) && ticket.created_at <= indexed && fits(ticket)
      );
      const results = found.slice((number - 1) * 30, number * 30)
        .map((ticket) => showTicket(account, ticket));
      return Response.json({ total: found.length, results });
    },
  };
}

/** Returns the ticket in the path; throws a 404 if it does not exist. */
export function ticketIn(request: ApiRequest, account: Account): Ticket {
  const ticket = account.tickets.get(idIn(request));
  if (!ticket) throw emptyResponse(404);
  return ticket;
}

/** Marks a ticket as changed now. */
export function touch(account: Account, ticket: Ticket): void {
  ticket.updated_at = timestamp(account.now());
}

function newTicket(
  account: Account,
  fields: Fields<typeof NEW_TICKET>,
): Ticket {
  const now = account.now();
  const description = asHtml(fields.description ?? "");
  const ticket: Ticket = {
    id: account.tickets.size + 1,
    subject: fields.subject ?? null,
    description,
    description_text: asText(description),
    status: OPEN,
    priority: fields.priority ?? 1,
    source: fields.source ?? 2,
    type: fields.type ?? null,
    tags: fields.tags ?? [],
    requester_id: requesterOf(account, fields).id,
    responder_id: null,
    group_id: null,
    company_id: fields.company_id ?? null,
    product_id: fields.product_id ?? null,
    email_config_id: fields.email_config_id ?? null,
    custom_fields: {
      ...Object.fromEntries(
        account.ticketFields.filter((field) => !field.default)
          .map((field) => [field.name, null]),
      ),
      ...fields.custom_fields,
    },
    cc_emails: fields.cc_emails ?? [],
    fwd_emails: [],
    reply_cc_emails: fields.cc_emails ?? [],
    to_emails: null,
    spam: false,
    is_escalated: false,
    fr_escalated: false,
    due_by: fields.due_by ?? timestamp(now + 3 * DAY),
    fr_due_by: fields.fr_due_by ?? timestamp(now + DAY),
    created_at: timestamp(now),
    updated_at: timestamp(now),
    deleted: false,
    stats: {
      first_responded_at: null,
      resolved_at: null,
      closed_at: null,
      reopened_at: null,
    },
  };
  setStatus(account, ticket, fields.status ?? OPEN);
  return ticket;
}

function requesterOf(
  account: Account,
  fields: Fields<typeof NEW_TICKET>,
): Contact {
  const { requester_id, email, phone, unique_external_id, name } = fields;
  const found = account.contacts.find((one) =>
    requester_id
      ? one.id === requester_id
      : email
      ? one.email?.toLowerCase() === email.toLowerCase()
      : phone
      ? one.phone === phone
      : one.unique_external_id === unique_external_id
  );
  if (found) return found;
  if (requester_id) throw noSuch("requester_id");
  if (!email && isBlank(name)) throw invalid(missing("name"));
  const id = Math.max(1000, ...account.contacts.map((one) => one.id)) + 1;
  const created = contact(id, name ?? email?.split("@")[0] ?? "", null, {
    email: email ?? null,
    phone: phone ?? null,
    unique_external_id: unique_external_id ?? null,
    active: false,
    created_at: timestamp(account.now()),
    updated_at: timestamp(account.now()),
  });
  account.contacts.push(created);
  return created;
}

function checkResponder(
  account: Account,
  { responder_id }: Fields<typeof TICKET_CHANGES>,
): void {
  if (isBlank(responder_id)) return;
  const agent = agentOf(account, responder_id);
  if (agent?.type !== "support_agent" || agent.deactivated) {
    throw noSuch("responder_id");
  }
}

/** Freshdesk returns 200 and assigns nobody if the agent is not in the ticket's group. */
function assign(
  account: Account,
  ticket: Ticket,
  { group_id = ticket.group_id, responder_id = ticket.responder_id }: Fields<
    typeof TICKET_CHANGES
  >,
): void {
  if (group_id === ticket.group_id && responder_id === ticket.responder_id) {
    return;
  }
  const agent = agentOf(account, responder_id);
  const isOutsider = group_id !== null && !agent?.group_ids.includes(group_id);
  ticket.group_id = group_id;
  ticket.responder_id = isOutsider ? null : responder_id;
}

function change(
  account: Account,
  ticket: Ticket,
  fields: Fields<typeof TICKET_CHANGES>,
): void {
  if (!isBlank(fields.description)) {
    ticket.description = asHtml(fields.description ?? "");
    ticket.description_text = asText(ticket.description);
  }
  ticket.subject = fields.subject ?? ticket.subject;
  ticket.priority = fields.priority ?? ticket.priority;
  ticket.source = fields.source ?? ticket.source;
  if (fields.type !== undefined) ticket.type = fields.type;
  ticket.company_id = fields.company_id ?? ticket.company_id;
  ticket.product_id = fields.product_id ?? ticket.product_id;
  ticket.email_config_id = fields.email_config_id ?? ticket.email_config_id;
  ticket.tags = fields.tags ?? ticket.tags;
  ticket.due_by = fields.due_by ?? ticket.due_by;
  ticket.fr_due_by = fields.fr_due_by ?? ticket.fr_due_by;
  Object.assign(ticket.custom_fields, fields.custom_fields);
  if (fields.status) setStatus(account, ticket, fields.status);
  touch(account, ticket);
}

function setStatus(account: Account, ticket: Ticket, status: number): void {
  const now = timestamp(account.now());
  if (status === RESOLVED) ticket.stats.resolved_at = now;
  if (status === CLOSED) {
    ticket.stats.resolved_at ??= now;
    ticket.stats.closed_at = now;
  }
  ticket.status = status;
}

function listed(account: Account, request: ApiRequest): Ticket[] {
  const { requester_id, email, updated_since } = request.query();
  const requester = requester_id !== undefined || email !== undefined
    ? requesterAsked(account, requester_id, email)
    : undefined;
  const isFresh = freshness(account, updated_since);
  const fits = oneOf(request, "filter", TICKET_FILTERS);
  const field = oneOf(request, "order_by", ORDERS) ?? "created_at";
  const sign = oneOf(request, "order_type", { asc: 1, desc: -1 }) ?? -1;
  return [...account.tickets.values()]
    .filter((ticket) =>
      (fits?.(ticket, account) ?? isLive(ticket)) && isFresh(ticket) &&
      (!requester || ticket.requester_id === requester.id)
    )
    .sort((a, b) => sign * (compare(a[field], b[field]) || a.id - b.id));
}

function requesterAsked(
  account: Account,
  id: string | undefined,
  email: string | undefined,
): Contact {
  const found = account.contacts.find((one) =>
    id === undefined
      ? one.email?.toLowerCase() === email?.toLowerCase()
      : String(one.id) === id
  );
  if (!found) throw noSuch(id === undefined ? "email" : "requester_id");
  return found;
}

function freshness(
  account: Account,
  since: string | undefined,
): (ticket: Ticket) => boolean {
  if (since === undefined) {
    const windowStart = timestamp(account.now() - 30 * DAY);
    return (ticket) => ticket.created_at >= windowStart;
  }
  const start = Date.parse(since);
  if (Number.isNaN(start)) throw invalid(mismatch("updated_since", "datetime"));
  return (ticket) => Date.parse(ticket.updated_at) >= start;
}

function showTicket(
  account: Account,
  ticket: Ticket,
  include = ["description"],
): Record<string, unknown> {
  const { deleted, stats, description, description_text, ...rest } = ticket;
  const requester = contactOf(account, rest.requester_id);
  return {
    ...rest,
    ...(include.includes("description") && { description, description_text }),
    ...(deleted && { deleted }),
    ...(include.includes("stats") && { stats }),
    ...(include.includes("requester") && requester && {
      requester: {
        id: requester.id,
        name: requester.name,
        email: requester.email,
        mobile: requester.mobile,
        phone: requester.phone,
      },
    }),
    ...(include.includes("conversations") && {
      conversations: account.threads.get(ticket.id)?.slice(0, 10) ?? [],
    }),
  };
}

function writableTicketIn(request: ApiRequest, account: Account): Ticket {
  const ticket = ticketIn(request, account);
  if (!isLive(ticket)) throw emptyResponse(405);
  return ticket;
}

function isLive(ticket: Ticket): boolean {
  return !ticket.deleted && !ticket.spam;
}

function compare(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const LAST_PAGE = 300;
const SEARCH_PAGES = 10;

const TICKET_CHANGES = {
  subject: "string",
  description: "string",
  status: "integer",
  priority: "integer",
  source: "integer",
  type: "string",
  tags: "strings",
  responder_id: "integer",
  group_id: "integer",
  company_id: "integer",
  product_id: "integer",
  email_config_id: "integer",
  custom_fields: "object",
  due_by: "string",
  fr_due_by: "string",
} as const satisfies Schema;

const NEW_TICKET = {
  ...TICKET_CHANGES,
  requester_id: "integer",
  email: "string",
  phone: "string",
  unique_external_id: "string",
  name: "string",
  cc_emails: "strings",
} as const satisfies Schema;

const LIST_PARAMETERS = [
  "filter",
  "requester_id",
  "email",
  "updated_since",
  "include",
  "order_by",
  "order_type",
  "page",
  "per_page",
];

const ORDERS = {
  created_at: "created_at",
  due_by: "due_by",
  updated_at: "updated_at",
  status: "status",
} as const;

const TICKET_FILTERS: Record<
  string,
  (ticket: Ticket, account: Account) => boolean
> = {
  new_and_my_open: (ticket, account) =>
    isLive(ticket) && ticket.status === OPEN &&
    (ticket.responder_id === null ||
      ticket.responder_id === account.keyAgentId),
  watching: () => false,
  spam: (ticket) => ticket.spam && !ticket.deleted,
  deleted: (ticket) => ticket.deleted,
};
