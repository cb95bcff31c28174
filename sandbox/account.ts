/**
 * What a Freshdesk account holds: tickets, conversations and the ticket form.
 *
 * @module
 */
import { decodeHTMLStrict } from "entities";
import {
  type Agent,
  BEGINNING,
  type Contact,
  defaultAgents,
} from "./people.ts";

/** Everything a Freshdesk account holds that its API can see or change. */
export interface Account {
  /** Everybody the account knows. */
  contacts: Contact[];
  /** Everybody who works in the account. */
  agents: Agent[];
  /** The ticket form. */
  ticketFields: TicketField[];
  /** When agents work. */
  businessHours: BusinessCalendar[];
  /** Freshdesk's own fields whose `required_for_agents` it enforces, by their names in the form. */
  enforcedFields: string[];
  /** By id; what is in the trash stays here, marked `deleted`. */
  readonly tickets: Map<number, Ticket>;
  /** By ticket id, oldest first. */
  readonly threads: Map<number, Conversation[]>;
  /** The agent the API key belongs to. */
  keyAgentId: number;
  /** Freshdesk's default rule: a customer's message opens a resolved or closed ticket again. */
  reopenOnCustomerMessage: boolean;
  /** Milliseconds until the search finds a new ticket. */
  searchLag: number;
  /** The account's clock, in milliseconds since 1970. */
  now(): number;
}

/** A ticket, in the shape of Freshdesk's responses. */
export interface Ticket {
  /** Counts from 1. */
  id: number;
  /** Its subject. */
  subject: string | null;
  /** HTML. */
  description: string;
  /** The text of `description`. */
  description_text: string;
  /** 2 open, 3 pending, 4 resolved, 5 closed, or one of the account's own. */
  status: number;
  /** 1 low to 4 urgent. */
  priority: number;
  /** 1 e-mail, 2 portal, 3 phone, 7 chat, 9 feedback widget, 10 outbound e-mail. */
  source: number;
  /** One of the form's types. */
  type: string | null;
  /** Its tags. */
  tags: string[];
  /** The contact who opened it. */
  requester_id: number;
  /** The agent it is assigned to. */
  responder_id: number | null;
  /** The group it is assigned to. */
  group_id: number | null;
  /** The requester's company. */
  company_id: number | null;
  /** The product it is about. */
  product_id: number | null;
  /** The support address it came in by. */
  email_config_id: number | null;
  /** Values by name, `cf_...`. */
  custom_fields: Record<string, unknown>;
  /** Copies of its first message. */
  cc_emails: string[];
  /** Addresses it was forwarded to. */
  fwd_emails: string[];
  /** Copies of replies. */
  reply_cc_emails: string[];
  /** Addresses its first message was sent to. */
  to_emails: string[] | null;
  /** Whether it is marked as spam. */
  spam: boolean;
  /** Whether it is overdue. */
  is_escalated: boolean;
  /** Whether its first reply is overdue. */
  fr_escalated: boolean;
  /** When it must be resolved. */
  due_by: string;
  /** When its first reply is due. */
  fr_due_by: string;
  /** When it was created. */
  created_at: string;
  /** When it last changed. */
  updated_at: string;
  /** Whether it is in the trash. Freshdesk shows this field only if it is true. */
  deleted: boolean;
  /** Shown with `include=stats`. */
  stats: {
    /** When an agent first replied. */
    first_responded_at: string | null;
    /** When it was resolved. */
    resolved_at: string | null;
    /** When it was closed. */
    closed_at: string | null;
    /** When it was reopened. */
    reopened_at: string | null;
  };
}

/** A reply or a note on a ticket. */
export interface Conversation {
  /** Unique in the account. */
  id: number;
  /** Its ticket. */
  ticket_id: number;
  /** Its author. */
  user_id: number;
  /** HTML. */
  body: string;
  /** The text of `body`. */
  body_text: string;
  /** Whether it came from the customer. */
  incoming: boolean;
  /** Whether only agents see it. */
  private: boolean;
  /** 0 reply, 2 note. */
  source: 0 | 2;
  /** The support address it was sent from. */
  support_email: string | null;
  /** Its receivers. */
  to_emails: string[];
  /** Receivers of a copy. */
  cc_emails: string[];
  /** Receivers of a hidden copy. */
  bcc_emails: string[];
  /** When it was added. */
  created_at: string;
  /** When it last changed. */
  updated_at: string;
}

/** A field of the account's ticket form, in the shape of Freshdesk's responses. */
export interface TicketField {
  /** Unique in the form. */
  id: number;
  /** As in the form: `ticket_type`, `cf_reference`, ... */
  name: string;
  /** The label that agents see. */
  label: string;
  /** A help text. */
  description: string;
  /** Counts from 1. */
  position: number;
  /** Whether a ticket needs it to be resolved or closed. */
  required_for_closure: boolean;
  /** Not always enforced: see `creationErrors`. */
  required_for_agents: boolean;
  /** `default_...` or `custom_...`. */
  type: string;
  /** Whether it is one of Freshdesk's own fields. */
  default: boolean;
  /** Whether customers may change it. */
  customers_can_edit: boolean;
  /** Whether customers may filter by it. */
  customers_can_filter: boolean;
  /** The label that customers see. */
  label_for_customers: string;
  /** Whether customers must fill it in. */
  required_for_customers: boolean;
  /** Whether customers see it. */
  displayed_to_customers: boolean;
  /** When it was made. */
  created_at: string;
  /** When it last changed. */
  updated_at: string;
  /** A list for types and drop-downs; values or labels by key for the others. */
  choices?: string[] | Record<string, unknown>;
  /** Of nested choices, the second and the third level. */
  nested_ticket_fields?: unknown[];
  /** Of the requester: whether the portal offers copies. */
  portal_cc?: boolean;
}

/** Business hours, in the shape of Freshdesk's own answers. */
export interface BusinessCalendar {
  /** Freshdesk's id. */
  id: number;
  /** As people call it. */
  name: string;
  /** What it is for. */
  description: string | null;
  /** Whether it is the account's default. */
  is_default: boolean;
  /** A name of Ruby on Rails: `Eastern Time (US & Canada)`. */
  time_zone: string;
  /** By day, `monday` to `sunday`; days without hours are missing. */
  business_hours: Record<string, { start_time: string; end_time: string }>;
  /** `YYYY-MM-DDTHH:MM:SSZ`. */
  created_at: string;
  /** `YYYY-MM-DDTHH:MM:SSZ`. */
  updated_at: string;
}

/** The business hours of a new account. */
export function defaultBusinessHours(): BusinessCalendar[] {
  const hours = { start_time: "08:00:00 am", end_time: "05:00:00 pm" };
  return [{
    id: 901,
    name: "Default",
    description: "Default Business Calendar",
    is_default: true,
    time_zone: "Eastern Time (US & Canada)",
    business_hours: {
      monday: hours,
      tuesday: hours,
      wednesday: hours,
      thursday: hours,
      friday: hours,
    },
    created_at: BEGINNING,
    updated_at: BEGINNING,
  }];
}

/**
 * The ticket form of a new account, as recorded. The company is marked as required for agents;
 * Freshdesk creates tickets without one all the same.
 */
export function defaultTicketFields(): TicketField[] {
  const agents = defaultAgents().filter(({ type, deactivated }) =>
    type === "support_agent" && !deactivated
  );
  const fields: [name: string, label: string, traits?: Partial<TicketField>][] =
    [
      ["requester", "Search a requester", { ...REQUIRED, portal_cc: false }],
      ["subject", "Subject", REQUIRED],
      ["ticket_type", "Type", {
        choices: [
          "Question",
          "Incident",
          "Problem",
          "Feature Request",
          "Refund",
        ],
      }],
      ["source", "Source", {
        choices: {
          "Email": 1,
          "Portal": 2,
          "Phone": 3,
          "Chat": 7,
          "Feedback Widget": 9,
          "Outbound Email": 10,
        },
      }],
      ["status", "Status", {
        ...REQUIRED,
        choices: {
          2: ["Open", "Being Processed"],
          3: ["Pending", "Awaiting your Reply"],
          4: ["Resolved", "This ticket has been Resolved"],
          5: ["Closed", "This ticket has been Closed"],
          6: ["Waiting on Customer", "Awaiting your Reply"],
          7: ["Waiting on Third Party", "Being Processed"],
        },
      }],
      ["priority", "Priority", {
        ...REQUIRED,
        choices: { Low: 1, Medium: 2, High: 3, Urgent: 4 },
      }],
      ["group", "Group", { choices: { "Customer Support": 701 } }],
      ["agent", "Agent", {
        choices: Object.fromEntries(
          agents.map(({ id, contact }) => [contact.name, id]),
        ),
      }],
      ["product", "Product", { choices: {} }],
      ["description", "Description", REQUIRED],
      ["company", "Company", { required_for_agents: true }],
    ];
  return fields.map(([name, label, traits], i) =>
    ticketField(801 + i, name, label, { position: i + 1, ...traits })
  );
}

/** Makes a field; by default one of Freshdesk's own that is not required. */
export function ticketField(
  id: number,
  name: string,
  label: string,
  traits: Partial<TicketField> = {},
): TicketField {
  return {
    id,
    name,
    label,
    description: label,
    position: 1,
    required_for_closure: false,
    required_for_agents: false,
    type: `default_${name}`,
    default: true,
    customers_can_edit: true,
    customers_can_filter: false,
    label_for_customers: label,
    required_for_customers: false,
    displayed_to_customers: true,
    created_at: BEGINNING,
    updated_at: BEGINNING,
    ...traits,
  };
}

const REQUIRED = { required_for_agents: true, required_for_customers: true };

/** The status of an open ticket. */
export const OPEN = 2;
/** The status of a resolved ticket. */
export const RESOLVED = 4;
/** The status of a closed ticket. */
export const CLOSED = 5;

/** Finds an agent by id. */
export function agentOf(
  account: Account,
  id: number | null | undefined,
): Agent | undefined {
  return account.agents.find((agent) => agent.id === id);
}

/** Finds a contact by id. */
export function contactOf(
  account: Account,
  id: number,
): Contact | undefined {
  return account.contacts.find((contact) => contact.id === id);
}

/** Formats a moment as Freshdesk does: whole seconds, UTC. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}

/** Converts a text to HTML as Freshdesk does: HTML stays, anything else is wrapped in a `<div>`. */
export function asHtml(text: string): string {
  return /<[a-z][^>]*>/i.test(text) ? text : `<div>${text}</div>`;
}

/** Converts HTML to text as Freshdesk does: no tags, no entities, no line breaks. */
export function asText(html: string): string {
  const text = html
    .replace(/<(br|\/?(p|div|li|ul|ol|tr|h\d|blockquote))\b[^>]*>/gi, " ")
    .replace(/<[^>]*>/g, "");
  return decodeHTMLStrict(text)
    .replace(/\s+/g, " ")
    .trim();
}
