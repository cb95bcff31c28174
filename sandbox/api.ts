/**
 * The routes of the API, without authentication and limits.
 *
 * @module
 */
import { Hono } from "hono";
import { type Account, agentOf, contactOf } from "./account.ts";
import { conversationRoutes } from "./conversations.ts";
import { type Agent, BEGINNING, type Contact } from "./people.ts";
import { checkQuery, idIn, oneOf, page } from "./query.ts";
import { Refusal, type Routes } from "./route.ts";
import { ticketRoutes } from "./tickets.ts";
import { accessDenied, emptyResponse } from "./validate.ts";

/** Returns what serves `/api/v2` for one account. */
export function freshdeskApi(
  account: Account,
): (request: Request) => Response | Promise<Response> {
  const app = new Hono();
  const routes = {
    ...peopleRoutes(account),
    ...ticketRoutes(account),
    ...conversationRoutes(account),
  };
  for (const [route, handle] of Object.entries(routes)) {
    const [method = "", path = ""] = route.split(" ");
    app.on(method, path, (c) => handle(c.req));
  }
  for (const path of new Set(app.routes.map((route) => route.path))) {
    app.all(path, wrongVerb);
  }
  app.onError((error) => {
    if (error instanceof Refusal) return error.response;
    throw error;
  });
  return new Hono()
    .notFound(() => new Response(null, { status: 404 }))
    .route("/api/v2", app).fetch;
}

function peopleRoutes(account: Account): Routes {
  const keyOwner = () => agentOf(account, account.keyAgentId);
  return {
    "GET /contacts": (request) => {
      checkQuery(
        request,
        "state",
        "email",
        "updated_since",
        "page",
        "per_page",
      );
      const fits = oneOf(request, "state", CONTACT_STATES) ?? isReachable;
      const email = request.query("email")?.toLowerCase();
      const since = request.query("updated_since") ?? "";
      return page(
        request,
        account.contacts.filter((one) =>
          fits(one) && one.updated_at >= since &&
          (email === undefined || one.email?.toLowerCase() === email)
        ).map(showContact),
      );
    },

    "GET /contacts/:id{\\d+}": (request) => {
      checkQuery(request);
      const found = contactOf(account, idIn(request));
      if (!found) throw emptyResponse(404);
      return Response.json(showContact(found));
    },

    "GET /agents": (request) => {
      if (!keyOwner()?.admin) throw accessDenied();
      checkQuery(request, "state", "email", "page", "per_page");
      const fits = oneOf(request, "state", AGENT_STATES) ?? (() => true);
      const email = request.query("email")?.toLowerCase();
      return page(
        request,
        account.agents.filter((one) =>
          fits(one) &&
          (email === undefined || one.contact.email.toLowerCase() === email)
        ).map(showAgent),
      );
    },

    "GET /agents/:id{me|\\d+}": (request) => {
      checkQuery(request);
      const me = request.param("id") === "me";
      if (!me && !keyOwner()?.admin) throw accessDenied();
      const found = me ? keyOwner() : agentOf(account, idIn(request));
      if (!found) throw emptyResponse(404);
      return Response.json(showAgent(found));
    },

    "GET /groups": (request) => {
      if (!keyOwner()?.admin) throw accessDenied();
      checkQuery(request, "page", "per_page");
      return page(request, groupsOf(account));
    },

    "GET /business_hours": (request) => {
      if (!keyOwner()?.admin) throw accessDenied();
      checkQuery(request, "page", "per_page");
      return page(request, account.businessHours);
    },

    "GET /ticket_fields": (request) => {
      checkQuery(request, "type");
      const type = request.query("type");
      return Response.json(
        account.ticketFields.filter((field) =>
          type === undefined || field.type === type
        ),
      );
    },
  };
}

/** The groups that the form offers, with their agents. */
function groupsOf(account: Account): Record<string, unknown>[] {
  const field = account.ticketFields.find(({ name }) => name === "group");
  return Object.entries(field?.choices ?? {}).map(([name, id]) => ({
    id,
    name,
    description: null,
    escalate_to: null,
    unassigned_for: null,
    business_hour_id: null,
    group_type: "support_agent_group",
    agent_ids: account.agents.filter((agent) =>
      agent.group_ids.includes(Number(id))
    ).map((agent) => agent.id),
    created_at: BEGINNING,
    updated_at: BEGINNING,
  }));
}

function showContact(contact: Contact): Record<string, unknown> {
  const { blocked: _, deleted, ...rest } = contact;
  return { ...rest, ...(deleted && { deleted }) };
}

function showAgent(agent: Agent): Record<string, unknown> {
  const { admin: _, group_ids: __, blocksImpersonation: ___, ...rest } = agent;
  return { ...rest };
}

function isReachable(contact: Contact): boolean {
  return !contact.blocked && !contact.deleted;
}

function wrongVerb(): never {
  throw emptyResponse(405);
}

const CONTACT_STATES: Record<string, (contact: Contact) => boolean> = {
  verified: (contact) => isReachable(contact) && contact.active,
  unverified: (contact) => isReachable(contact) && !contact.active,
  blocked: (contact) => contact.blocked,
  deleted: (contact) => contact.deleted,
};

const AGENT_STATES: Record<string, (agent: Agent) => boolean> = {
  fulltime: (agent) => !agent.occasional,
  occasional: (agent) => agent.occasional,
};
