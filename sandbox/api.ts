/**
 * The routes of the API, without authentication and limits.
 *
 * @module
 */
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { type Account, agentOf, contactOf } from "./account.ts";
import { conversationRoutes } from "./conversations.ts";
import { type Agent, BEGINNING, type Contact } from "./people.ts";
import { checkQuery, idIn, oneOf, page } from "./query.ts";
import { ticketRoutes } from "./tickets.ts";
import { accessDenied, emptyResponse } from "./validate.ts";

/** Returns the app that serves `/api/v2` for one account. */
export function freshdeskApi(account: Account): Hono {
  const app = new Hono();
  peopleRoutes(app, account);
  ticketRoutes(app, account);
  conversationRoutes(app, account);
  for (const path of new Set(app.routes.map((route) => route.path))) {
    app.all(path, wrongVerb);
  }
  app.onError((error) => {
    if (error instanceof HTTPException) return error.getResponse();
    throw error;
  });
  return new Hono()
    .notFound(() => new Response(null, { status: 404 }))
    .route("/api/v2", app);
}

function peopleRoutes(app: Hono, account: Account): void {
  const keyOwner = () => agentOf(account, account.keyAgentId);

  app.get("/contacts", (c) => {
    checkQuery(c, "state", "email", "updated_since", "page", "per_page");
    const fits = oneOf(c, "state", CONTACT_STATES) ?? isReachable;
    const email = c.req.query("email")?.toLowerCase();
    const since = c.req.query("updated_since") ?? "";
    return page(
      c,
      account.contacts.filter((one) =>
        fits(one) && one.updated_at >= since &&
        (email === undefined || one.email?.toLowerCase() === email)
      ).map(showContact),
    );
  });

  app.get("/contacts/:id{\\d+}", (c) => {
    checkQuery(c);
    const found = contactOf(account, idIn(c));
    if (!found) throw emptyResponse(404);
    return c.json(showContact(found));
  });

  app.get("/agents", (c) => {
    if (!keyOwner()?.admin) throw accessDenied();
    checkQuery(c, "state", "email", "page", "per_page");
    const fits = oneOf(c, "state", AGENT_STATES) ?? (() => true);
    const email = c.req.query("email")?.toLowerCase();
    return page(
      c,
      account.agents.filter((one) =>
        fits(one) &&
        (email === undefined || one.contact.email.toLowerCase() === email)
      ).map(showAgent),
    );
  });

  app.get("/agents/:id{me|\\d+}", (c) => {
    checkQuery(c);
    const me = c.req.param("id") === "me";
    if (!me && !keyOwner()?.admin) throw accessDenied();
    const found = me ? keyOwner() : agentOf(account, idIn(c));
    if (!found) throw emptyResponse(404);
    return c.json(showAgent(found));
  });

  app.get("/groups", (c) => {
    if (!keyOwner()?.admin) throw accessDenied();
    checkQuery(c, "page", "per_page");
    return page(c, groupsOf(account));
  });

  app.get("/business_hours", (c) => {
    if (!keyOwner()?.admin) throw accessDenied();
    checkQuery(c, "page", "per_page");
    return page(c, account.businessHours);
  });

  app.get("/ticket_fields", (c) => {
    checkQuery(c, "type");
    const type = c.req.query("type");
    return c.json(
      account.ticketFields.filter((field) =>
        type === undefined || field.type === type
      ),
    );
  });
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
