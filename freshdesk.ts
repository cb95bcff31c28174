/**
 * The Freshdesk API v2, as far as a ticket's life needs it: one class over `fetch`.
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
import { oneLine } from "./lib/text.ts";

/** A customer who can be a ticket's requester. */
export interface Contact {
  /** Freshdesk's id. */
  id: number;
  /** Full name. */
  name: string;
  /** E-mail address. */
  email: string;
}

/** An agent who can answer a ticket. */
export interface Agent {
  /** Freshdesk's id. */
  id: number;
  /** Full name. */
  name: string;
  /** E-mail address. */
  email: string;
}

/** A ticket, as far as this program reads it. */
export interface FreshdeskTicket {
  /** Freshdesk's id: the number people see. */
  id: number;
  /** What it is about, in a line. */
  subject: string | null;
  /** One of {@linkcode TicketStatus}, or a number the account has added. */
  status: number;
  /** The contact who asked. */
  requester_id: number;
  /** The agent it is assigned to. */
  responder_id: number | null;
  /** Its tags. */
  tags: string[];
  /** `YYYY-MM-DDTHH:MM:SSZ`. */
  created_at: string;
  /** Present and true on a ticket in the trash. */
  deleted?: boolean;
  /** True on a ticket marked as spam. */
  spam?: boolean;
}

/** What Freshdesk answers to a new message. Of a reply it does not say whether it is private or incoming. */
export interface PostedMessage {
  /** Freshdesk's id. */
  id: number;
  /** HTML. */
  body: string;
  /** The text of it; may have its line breaks collapsed. */
  body_text: string;
  /** The author. */
  user_id: number;
  /** `YYYY-MM-DDTHH:MM:SSZ`. */
  created_at: string;
}

/** A message as a ticket lists it: an agent's reply, or a note. */
export interface Conversation extends PostedMessage {
  /** Whether it came from the customer. */
  incoming: boolean;
  /** Whether only agents see it. */
  private: boolean;
}

/** A field of the account's ticket form. */
export interface TicketField {
  /** `subject`, `ticket_type`, `cf_...` */
  name: string;
  /** As agents see it. */
  label: string;
  /** `default_...` for Freshdesk's own fields, `custom_...` for the account's. */
  type: string;
  /** Whether it is one of Freshdesk's own. */
  default: boolean;
  /** Whether agents must fill it in; of its own fields Freshdesk enforces this for a few only. */
  required_for_agents: boolean;
  /** Whether a ticket cannot be resolved or closed without it. */
  required_for_closure: boolean;
  /** What a drop-down offers: a list, or an object keyed by what can be chosen. */
  choices?: unknown;
}

/** A group of agents. */
export interface Group {
  /** Freshdesk's id. */
  id: number;
  /** As people call it. */
  name: string;
}

/** Freshdesk's own statuses. */
export const TicketStatus = {
  open: 2,
  pending: 3,
  resolved: 4,
  closed: 5,
} as const;

/** Which contacts are listed. */
export interface ContactsOptions extends CallOptions {
  /** Only these. Default: all. */
  filter?: (contact: Contact) => boolean;
  /** No further page is read once there are so many. Default: all pages are. */
  limit?: number;
}

/** What a ticket can be created with, besides the three things it must have. */
export interface CreateOptions extends CallOptions {
  /** Tags of at most 32 characters each. */
  tags?: string[];
  /** 1 low (default), 2 medium, 3 high, 4 urgent. */
  priority?: 1 | 2 | 3 | 4;
  /** 1 e-mail, 2 portal (default), 3 phone, 7 chat, 9 feedback widget. */
  source?: number;
  /** One of the account's ticket types. */
  type?: string;
  /** The agent it is assigned to from the start. */
  responderId?: number;
  /** The group it belongs to. */
  groupId?: number;
  /** Values of custom fields, by their `cf_` names. */
  customFields?: Record<string, unknown>;
}

/** What a status can be set with. */
export type StatusOptions = Pick<
  CreateOptions,
  "type" | "customFields" | "deadline"
>;

/** New accounts hold sample contacts; writing to them would mail Freshworks or strangers. */
const SAMPLE_DOMAINS = /@(.*\.)?(freshdesk|freshworks|freshchat)\.com$/i;
/** Samples at domains that belong to others; real people may have addresses there, too. */
const SAMPLE_ADDRESSES = [
  "emily.garcia@acme.com",
  "emily.dean@globallearning.org",
  "johnny.appleseed@jpl.gov",
  "sarah.james@advancedmachinery.com",
];

/**
 * A client of one Freshdesk account.
 *
 * Every method rejects with a subclass of `FreshdeskError` (see `errors.ts`) that says what was
 * asked, what was answered, and whether the call may have been applied.
 */
export class Freshdesk {
  readonly #http: HttpClient;
  readonly #warn: (message: string) => unknown;

  /** Throws a `TypeError` when the URL cannot be an account's address. */
  constructor(options: HttpClientOptions) {
    this.#http = new HttpClient(options);
    this.#warn = (message) => options.log?.warn(message);
  }

  /** What is left of the account's calls. */
  get budget(): Budget {
    return this.#http.rateLimiter.budget;
  }

  /** How many calls were made so far. */
  get requestCount(): number {
    return this.#http.requestCount;
  }

  /** How far Freshdesk's clock is ahead of ours, in milliseconds; once it is known. */
  get clockSkew(): number | undefined {
    return this.#http.clockSkew;
  }

  /** Where a person sees a ticket. */
  ticketUrl(ticketId: number): string {
    return new URL(`/a/tickets/${ticketId}`, this.#http.base).href;
  }

  /**
   * The active contacts: those with an e-mail address, without Freshworks' sample contacts.
   *
   * Freshdesk calls a contact active once it is verified, which those made by API, import or
   * e-mail never are. So where no verified one is left, everybody neither blocked nor deleted counts.
   */
  async getContacts(options: ContactsOptions = {}): Promise<Contact[]> {
    const verified = await this.getVerifiedContacts(options);
    return verified.length > 0 ? verified : await this.#contacts("", options);
  }

  /** The contacts who have accepted an invitation, likewise. */
  async getVerifiedContacts(options: ContactsOptions = {}): Promise<Contact[]> {
    return await this.#contacts("state=verified&", options);
  }

  /** One contact. A deleted one is given too, with `deleted: true`. */
  async getContact(
    contactId: number,
    options?: CallOptions,
  ): Promise<{ email: string | null; deleted?: boolean }> {
    const path = `/contacts/${contactId}`;
    return (await this.#http.requestOne<ContactItem>("GET", path, options))
      .body;
  }

  /**
   * The agents who can reply: support agents, active, not deactivated (collaborators can only
   * write private notes). A key that may not list agents gives its own agent, with a warning.
   */
  async getAgents(options?: CallOptions): Promise<Agent[]> {
    try {
      const path = "/agents?per_page=100";
      const agents = await this.#http.listAll<AgentItem>(path, options);
      return parseAs("/agents", () => agents.filter(canReply).map(toAgent));
    } catch (error) {
      if (!isPermissionDenied(error)) throw error;
      this.#warn(
        "The key may not list agents: every ticket goes to its own agent. Use an administrator's key to share them out.",
      );
      const me = await this.getMe(options);
      return me.canReply ? [me] : [];
    }
  }

  /** The agent whose key this is, and whether that agent can reply to tickets. */
  async getMe(options?: CallOptions): Promise<Agent & { canReply: boolean }> {
    const path = "/agents/me";
    const { body } = await this.#http.request<AgentItem>("GET", path, options);
    return parseAs(
      path,
      () => ({ ...toAgent(body), canReply: canReply(body) }),
    );
  }

  /** The account's ticket form. */
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
   * There is no idempotency key, so this is sent once; an error that `mayHaveBeenApplied` is to be
   * looked up with {@linkcode findTicket} before it is called again.
   *
   * @param description HTML
   * @param email of the requester; an unknown one becomes a new contact
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

  /** One ticket. One in the trash is given too, with `deleted: true`. */
  async getTicket(
    ticketId: number,
    options?: CallOptions,
  ): Promise<FreshdeskTicket> {
    const path = `/tickets/${ticketId}`;
    return (await this.#http.requestOne<FreshdeskTicket>("GET", path, options))
      .body;
  }

  /**
   * The ticket that has a tag, if there is one. The list is current at once, which Freshdesk's
   * search is not.
   *
   * @param requesterId a contact's id: only that contact's tickets are read; else all
   * @param since only tickets created after this moment (ms since 1970) are read
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

  /** All tickets with a tag, from the search index, which lags some minutes: 300 at most. */
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
   * Assigns a ticket. Freshdesk ignores an agent outside the ticket's group and answers 200 all
   * the same; that is an `NotAppliedError` here.
   */
  async assignToAgent(
    ticketId: number,
    agentId: number,
    options?: CallOptions,
  ): Promise<FreshdeskTicket> {
    return await this.#update(ticketId, { responder_id: agentId }, options);
  }

  /**
   * Writes a message: an agent's reply, which Freshdesk mails to the requester, or the
   * customer's, which is an incoming public note.
   *
   * @param id of the agent or of the requester; without one the author is the key's owner
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

  /** All messages of a ticket, oldest first; its description is not one of them. */
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
   * Closes a ticket; one that is closed already stays so. An answer with another status (an
   * automation rule reopened it) is an `NotAppliedError`.
   *
   * @param options a type, and values of custom fields, that the account demands for closing
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

interface ContactItem {
  id: number;
  name: string | null;
  email: string | null;
  deleted?: boolean;
}

interface AgentItem {
  id: number;
  type?: string;
  deactivated?: boolean;
  contact: { name: string | null; email: string; active: boolean };
}

function canReply({ type, contact, deactivated }: AgentItem): boolean {
  return type === "support_agent" && contact.active && deactivated !== true;
}

function toAgent({ id, contact: { name, email } }: AgentItem): Agent {
  return { id, name: oneLine(name || email), email };
}

/** `YYYY-MM-DDTHH:MM:SSZ`, the only form Freshdesk takes. */
function timestamp(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19) + "Z";
}

/** Reads a list; one of another shape than Freshdesk's is an `InvalidResponseError`. */
function parseAs<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const detail = `it is of another shape than Freshdesk's: ${cause}`;
    throw new InvalidResponseError({ method: "GET", path, detail }, { cause });
  }
}
