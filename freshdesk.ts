/**
 * The Freshdesk API v2, as far as the program needs it: one method per call.
 *
 * @module
 */
import {
  type CallOptions,
  HttpClient,
  type HttpClientOptions,
  isPermissionDenied,
} from "./freshdesk/http_client.ts";
import type { BusinessHoursResponse } from "./freshdesk/business_hours.ts";
import { InvalidResponseError, NotAppliedError } from "./freshdesk/errors.ts";
import type { Budget } from "./freshdesk/rate_limiter.ts";
import {
  type Agent,
  type AgentItem,
  type Contact,
  type ContactItem,
  type ContactsOptions,
  type Conversation,
  type CreateOptions,
  type FreshdeskTicket,
  type Group,
  type PostedMessage,
  type StatusOptions,
  type TicketField,
  TicketStatus,
} from "./freshdesk/types.ts";
import { oneLine } from "./lib/text.ts";

export { TicketStatus };
export type {
  Agent,
  Contact,
  ContactsOptions,
  Conversation,
  CreateOptions,
  FreshdeskTicket,
  Group,
  PostedMessage,
  StatusOptions,
  TicketField,
};

/** New accounts have sample contacts; e-mails to them would reach Freshworks or strangers. */
const SAMPLE_DOMAINS = /@(.*\.)?(freshdesk|freshworks|freshchat)\.com$/i;
/** Sample contacts at domains where real people may have addresses too. */
const SAMPLE_ADDRESSES = [
  "emily.garcia@acme.com",
  "emily.dean@globallearning.org",
  "johnny.appleseed@jpl.gov",
  "sarah.james@advancedmachinery.com",
];

/**
 * A client of one Freshdesk account.
 *
 * Every method rejects with a subclass of `FreshdeskError` (see `errors.ts`) that has the request, the
 * response, and whether the call may have been applied.
 */
export class Freshdesk {
  readonly #http: HttpClient;
  readonly #warn: (message: string) => unknown;

  /** Throws a `TypeError` if the URL is not an account's address. */
  constructor(options: HttpClientOptions) {
    this.#http = new HttpClient(options);
    this.#warn = (message) => options.log?.warn(message);
  }

  /** How many calls the account has left. */
  get budget(): Budget {
    return this.#http.rateLimiter.budget;
  }

  /** Number of requests sent so far. */
  get requestCount(): number {
    return this.#http.requestCount;
  }

  /** How far Freshdesk's clock is ahead of ours, in milliseconds; `undefined` before the first response. */
  get clockSkew(): number | undefined {
    return this.#http.clockSkew;
  }

  /** Returns the URL of a ticket's page in Freshdesk. */
  ticketUrl(ticketId: number): string {
    return new URL(`/a/tickets/${ticketId}`, this.#http.base).href;
  }

  /**
   * Returns the active contacts that have an e-mail address, without Freshworks' sample contacts.
   *
   * Freshdesk calls a contact active once it is verified, and contacts made by API, import or e-mail
   * never are. So if no contact is verified, all that are neither blocked nor deleted count as active.
   */
  async getContacts(options: ContactsOptions = {}): Promise<Contact[]> {
    const verified = await this.getVerifiedContacts(options);
    return verified.length > 0 ? verified : await this.#contacts("", options);
  }

  /** Returns only the verified contacts: those who have accepted an invitation. */
  async getVerifiedContacts(options: ContactsOptions = {}): Promise<Contact[]> {
    return await this.#contacts("state=verified&", options);
  }

  /** Returns a contact; a deleted one has `deleted: true`. */
  async getContact(
    contactId: number,
    options?: CallOptions,
  ): Promise<{ email: string | null; deleted?: boolean }> {
    const path = `/contacts/${contactId}`;
    return (await this.#http.requestOne<ContactItem>("GET", path, options))
      .body;
  }

  /**
   * Returns the agents who can reply: active support agents (collaborators can only write private
   * notes). If the API key may not list agents, returns only its own agent, and warns.
   */
  async getAgents(options?: CallOptions): Promise<Agent[]> {
    try {
      const path = "/agents?per_page=100";
      const agents = await this.#http.listAll<AgentItem>(path, options);
      return parseAs("/agents", () => agents.filter(canReply).map(toAgent));
    } catch (error) {
      if (!isPermissionDenied(error)) throw error;
      this.#warn(
        "The API key may not list agents, so every ticket is assigned to its owner. Use an administrator's key to spread them over all agents.",
      );
      const me = await this.getMe(options);
      return me.canReply ? [me] : [];
    }
  }

  /** Returns the owner of the API key, and whether that agent can reply to tickets. */
  async getMe(options?: CallOptions): Promise<Agent & { canReply: boolean }> {
    const path = "/agents/me";
    const { body } = await this.#http.request<AgentItem>("GET", path, options);
    return parseAs(
      path,
      () => ({ ...toAgent(body), canReply: canReply(body) }),
    );
  }

  /** Returns the fields of the account's ticket form. */
  async getTicketFields(options?: CallOptions): Promise<TicketField[]> {
    return await this.#http.listAll<TicketField>("/ticket_fields", options);
  }

  /** The groups of agents. */
  async getGroups(options?: CallOptions): Promise<Group[]> {
    const path = "/groups?per_page=100";
    const groups = await this.#http.listAll<Group>(path, options);
    return parseAs(
      "/groups",
      () => groups.map(({ id, name }) => ({ id, name: oneLine(name) })),
    );
  }

  /** The account's business hours. */
  async getBusinessHours(
    options?: CallOptions,
  ): Promise<BusinessHoursResponse[]> {
    return await this.#http.listAll<BusinessHoursResponse>(
      "/business_hours",
      options,
    );
  }

  /**
   * Creates an open ticket.
   *
   * Freshdesk has no idempotency keys, so this is sent once. After an error that `mayHaveBeenApplied`,
   * look the ticket up with {@linkcode findTicket} before you call it again.
   *
   * @param description HTML
   * @param email of the requester; an unknown address becomes a new contact
   */
  async createTicket(
    subject: string,
    description: string,
    email: string,
    options: CreateOptions = {},
  ): Promise<FreshdeskTicket> {
    const { tags, priority = 1, source = 2, type } = options;
    const { responderId, groupId, customFields } = options;
    const { body } = await this.#http.requestOne<FreshdeskTicket>(
      "POST",
      "/tickets",
      {
        ...options,
        body: {
          subject: oneLine(subject),
          description,
          email,
          status: TicketStatus.open,
          priority,
          source,
          ...(tags && { tags }),
          ...(type && { type }),
          ...(responderId && { responder_id: responderId }),
          ...(groupId && { group_id: groupId }),
          ...(customFields && { custom_fields: customFields }),
        },
      },
    );
    return body;
  }

  /** Returns a ticket; one in the trash has `deleted: true`. */
  async getTicket(
    ticketId: number,
    options?: CallOptions,
  ): Promise<FreshdeskTicket> {
    const path = `/tickets/${ticketId}`;
    return (await this.#http.requestOne<FreshdeskTicket>("GET", path, options))
      .body;
  }

  /**
   * Finds the ticket that has a tag. It reads the list of tickets, which is current at once;
   * Freshdesk's search lags behind.
   *
   * @param requesterId reads only this contact's tickets; `undefined` reads all
   * @param since reads only tickets created after this moment (ms since 1970)
   */
  async findTicket(
    requesterId: number | undefined,
    tag: string,
    since: number,
    options?: CallOptions,
  ): Promise<FreshdeskTicket | undefined> {
    const query = new URLSearchParams({
      ...(requesterId !== undefined && { requester_id: String(requesterId) }),
      updated_since: timestamp(since),
      order_by: "created_at",
      order_type: "desc",
      per_page: "100",
    });
    for await (
      const page of this.#http.paginate<FreshdeskTicket>(
        `/tickets?${query}`,
        options,
      )
    ) {
      const found = parseAs(
        "/tickets",
        () => page.find(({ tags }) => tags.includes(tag)),
      );
      if (found) return found;
      const last = page.at(-1);
      if (!last || Date.parse(last.created_at) < since) return undefined;
    }
    return undefined;
  }

  /** Returns the tickets with a tag from the search index, which lags some minutes: at most 300. */
  async searchTickets(tag: string): Promise<FreshdeskTicket[]> {
    const query = encodeURIComponent(`"tag:'${tag}'"`);
    const found: FreshdeskTicket[] = [];
    for (let page = 1; page <= 10; page++) {
      const path = `/search/tickets?query=${query}&page=${page}`;
      const { body } = await this.#http.request<
        { total: number; results: FreshdeskTicket[] }
      >("GET", path);
      parseAs("/search/tickets", () => found.push(...body.results));
      if (found.length >= body.total || body.results.length === 0) break;
    }
    return found;
  }

  /** Moves a ticket to the trash. */
  async deleteTicket(ticketId: number): Promise<void> {
    await this.#http.request("DELETE", `/tickets/${ticketId}`);
  }

  /**
   * Assigns a ticket to an agent. Freshdesk returns 200 and assigns nobody if the agent is not in the
   * ticket's group; that throws a `NotAppliedError`.
   */
  async assignToAgent(
    ticketId: number,
    agentId: number,
    options?: CallOptions,
  ): Promise<FreshdeskTicket> {
    return await this.#update(ticketId, { responder_id: agentId }, options);
  }

  /**
   * Adds a message to a ticket: an agent's reply, which Freshdesk e-mails to the requester, or a
   * customer's, which is an incoming public note.
   *
   * @param id the agent's or the requester's; `undefined` means the owner of the API key
   * @param message HTML
   */
  async addReply(
    ticketId: number,
    replyType: "agent" | "customer",
    id: number | undefined,
    message: string,
    options?: CallOptions,
  ): Promise<PostedMessage> {
    const author = id === undefined ? {} : { user_id: id };
    const [path, body] = replyType === "agent"
      ? [`/tickets/${ticketId}/reply`, { body: message, ...author }]
      : [`/tickets/${ticketId}/notes`, {
        body: message,
        ...author,
        incoming: true,
        private: false,
      }];
    return (await this.#http.requestOne<PostedMessage>("POST", path, {
      ...options,
      body,
    }))
      .body;
  }

  /**
   * Writes a private note, which only agents see.
   *
   * @param agentId the author; without one it is the key's owner
   * @param message HTML
   */
  async addNote(
    ticketId: number,
    agentId: number | undefined,
    message: string,
    options?: CallOptions,
  ): Promise<PostedMessage> {
    const author = agentId === undefined ? {} : { user_id: agentId };
    return (await this.#http.requestOne<PostedMessage>(
      "POST",
      `/tickets/${ticketId}/notes`,
      { ...options, body: { body: message, ...author, private: true } },
    )).body;
  }

  /** Returns all messages of a ticket, oldest first, without its description. */
  async getConversations(
    ticketId: number,
    options?: CallOptions,
  ): Promise<Conversation[]> {
    const path = `/tickets/${ticketId}/conversations?per_page=100`;
    const all = await this.#http.listAll<Conversation>(path, options);
    return all.sort((a, b) =>
      Date.parse(a.created_at) - Date.parse(b.created_at) || a.id - b.id
    );
  }

  /**
   * Closes a ticket; does nothing to a closed one. Throws a `NotAppliedError` if the ticket has another
   * status then (an automation rule reopened it).
   *
   * @param options a type, and values of custom fields, that the account requires to close a ticket
   */
  async closeTicket(
    ticketId: number,
    options?: StatusOptions,
  ): Promise<FreshdeskTicket> {
    return await this.setStatus(ticketId, TicketStatus.closed, options);
  }

  /**
   * Gives a ticket a status; one that has it keeps it. An answer with another status (an automation
   * rule changed it) is a `NotAppliedError`.
   *
   * @param options a type, and values of custom fields, that the account demands for resolving
   */
  async setStatus(
    ticketId: number,
    status: number,
    { type, customFields, ...options }: StatusOptions = {},
  ): Promise<FreshdeskTicket> {
    return await this.#update(ticketId, {
      status,
      ...(type && { type }),
      ...(customFields && { custom_fields: customFields }),
    }, options);
  }

  async #contacts(
    state: string,
    { filter = () => true, limit = Infinity, ...options }: ContactsOptions,
  ): Promise<Contact[]> {
    const found: Contact[] = [];
    const path = `/contacts?${state}per_page=100`;
    for await (const page of this.#http.paginate<ContactItem>(path, options)) {
      parseAs("/contacts", () => {
        for (const { id, name, email } of page) {
          if (!email || isSample(email)) continue;
          const contact = { id, name: oneLine(name ?? ""), email };
          if (filter(contact)) found.push(contact);
        }
      });
      if (found.length >= limit) break;
    }
    return found;
  }

  async #update(
    ticketId: number,
    change: {
      status?: number;
      responder_id?: number;
      type?: string;
      custom_fields?: Record<string, unknown>;
    },
    options?: CallOptions,
  ): Promise<FreshdeskTicket> {
    const path = `/tickets/${ticketId}`;
    const { body, call } = await this.#http.requestOne<FreshdeskTicket>(
      "PUT",
      path,
      {
        ...options,
        body: change,
      },
    );
    for (const field of ["status", "responder_id"] as const) {
      if (change[field] !== undefined && change[field] !== body[field]) {
        const detail = `${field} should be ${change[field]} and is ${
          body[field]
        }`;
        throw new NotAppliedError({ ...call, detail });
      }
    }
    return body;
  }
}

/** Whether an address is one of Freshworks' sample people, to whom nothing is written. */
export function isSample(email: string): boolean {
  return SAMPLE_DOMAINS.test(email) ||
    SAMPLE_ADDRESSES.includes(email.toLowerCase());
}

function canReply({ type, contact, deactivated }: AgentItem): boolean {
  return type === "support_agent" && contact.active && deactivated !== true;
}

function toAgent({ id, contact: { name, email } }: AgentItem): Agent {
  return { id, name: oneLine(name || email), email };
}

/** Formats a moment as `YYYY-MM-DDTHH:MM:SSZ`, the only form Freshdesk accepts. */
function timestamp(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19) + "Z";
}

/** Reads a response; throws an `InvalidResponseError` if it does not have the expected shape. */
function parseAs<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const detail = `the answer has an unexpected shape: ${cause}`;
    throw new InvalidResponseError({ method: "GET", path, detail }, { cause });
  }
}
