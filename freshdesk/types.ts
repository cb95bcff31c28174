/**
 * The parts of Freshdesk's requests and responses that the program uses.
 *
 * @module
 */
import type { CallOptions } from "./http_client.ts";

/** A person in Freshdesk: a contact or an agent. */
export interface Person {
  /** Freshdesk's id. */
  id: number;
  /** Full name. */
  name: string;
  /** E-mail address. */
  email: string;
}

/** A customer who can be the requester of a ticket. */
export type Contact = Person;

/** An agent who can reply to tickets. */
export type Agent = Person;

/** A ticket, as far as the program reads it. */
export interface FreshdeskTicket {
  /** Freshdesk's id: the number people see. */
  id: number;
  /** Its subject. */
  subject: string | null;
  /** One of {@linkcode TicketStatus}, or a status that the account has added. */
  status: number;
  /** The contact who opened it. */
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

/** The response to a new message. For a reply it does not say whether it is private or incoming. */
export interface PostedMessage {
  /** Freshdesk's id. */
  id: number;
  /** HTML. */
  body: string;
  /** The text of `body`; may have its line breaks collapsed. */
  body_text: string;
  /** The author's id. */
  user_id: number;
  /** `YYYY-MM-DDTHH:MM:SSZ`. */
  created_at: string;
}

/** A message of a ticket: an agent's reply, or a note. */
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
  /** Whether it is one of Freshdesk's own fields. */
  default: boolean;
  /** Whether agents must fill it in; Freshdesk enforces this for only a few of its own fields. */
  required_for_agents: boolean;
  /** Whether a ticket must have it to be resolved or closed. */
  required_for_closure: boolean;
  /** The choices of a drop-down: a list, or an object keyed by choice. */
  choices?: unknown;
}

/** Freshdesk's own statuses. */
export const TicketStatus = {
  open: 2,
  pending: 3,
  resolved: 4,
  closed: 5,
} as const;

/** Options of `getContacts`. */
export interface ContactsOptions extends CallOptions {
  /** Keeps only these. Default: all. */
  filter?: (contact: Contact) => boolean;
  /** Stops after the page with this many. Default: reads all pages. */
  limit?: number;
}

/** Options of `createTicket`. */
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

/** A group of agents. */
export interface Group {
  /** Freshdesk's id. */
  id: number;
  /** As people call it. */
  name: string;
}

/** A contact in a response. */
export interface ContactItem {
  /** Freshdesk's id. */
  id: number;
  /** Full name. */
  name: string | null;
  /** E-mail address; some contacts have only a phone number. */
  email: string | null;
  /** Present and true on a deleted contact. */
  deleted?: boolean;
}

/** An agent in a response. */
export interface AgentItem {
  /** Freshdesk's id. */
  id: number;
  /** `support_agent`, or `collaborator`. */
  type?: string;
  /** True for a deactivated agent. */
  deactivated?: boolean;
  /** The agent as a person. */
  contact: { name: string | null; email: string; active: boolean };
}
