import type { Agent, Contact } from "./people.ts";

/** Everything a Freshdesk account holds that its API can see or change. */
export interface Account {
  contacts: Contact[];
  agents: Agent[];
  ticketFields: TicketField[];
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
  /** Milliseconds since the epoch. */
  now(): number;
}

/** A ticket, in the shape of Freshdesk's own answers. */
export interface Ticket {
  id: number;
  subject: string | null;
  description: string;
  description_text: string;
  status: number;
  priority: number;
  source: number;
  type: string | null;
  tags: string[];
  requester_id: number;
  responder_id: number | null;
  group_id: number | null;
  company_id: number | null;
  product_id: number | null;
  email_config_id: number | null;
  custom_fields: Record<string, unknown>;
  cc_emails: string[];
  fwd_emails: string[];
  reply_cc_emails: string[];
  to_emails: string[] | null;
  spam: boolean;
  is_escalated: boolean;
  fr_escalated: boolean;
  due_by: string;
  fr_due_by: string;
  created_at: string;
  updated_at: string;
  /** In the trash. Freshdesk shows this field only when it is true. */
  deleted: boolean;
  /** Shown with `include=stats`. */
  stats: {
    first_responded_at: string | null;
    resolved_at: string | null;
    closed_at: string | null;
    reopened_at: string | null;
  };
}

/** A reply or a note on a ticket. */
export interface Conversation {
  id: number;
  ticket_id: number;
  user_id: number;
  body: string;
  body_text: string;
  incoming: boolean;
  private: boolean;
  /** 0 reply, 2 note. */
  source: 0 | 2;
  support_email: string | null;
  to_emails: string[];
  cc_emails: string[];
  bcc_emails: string[];
  created_at: string;
  updated_at: string;
}

/** A field of the account's ticket form. */
export interface TicketField {
  id: number;
  /** As in the form: `ticket_type`, `cf_reference`, ... */
  name: string;
  label: string;
  /** `default_...` or `custom_...`. */
  type: string;
  default: boolean;
  required_for_agents: boolean;
  required_for_closure: boolean;
  /** A list for types and drop-downs; values or labels by key for the others. */
  choices?: string[] | Record<string, unknown>;
}

/** The ticket form of a new account: a subject and a description are mandatory. */
export function defaultTicketFields(): TicketField[] {
  return [
    field(801, "requester", "Search a requester", { required: true }),
    field(802, "subject", "Subject", { required: true }),
    field(803, "ticket_type", "Type", {
      choices: ["Question", "Incident", "Problem", "Feature Request"],
    }),
    field(804, "source", "Source", {
      choices: {
        "Email": 1,
        "Portal": 2,
        "Phone": 3,
        "Chat": 7,
        "Feedback Widget": 9,
        "Outbound Email": 10,
      },
    }),
    field(805, "status", "Status", {
      required: true,
      choices: {
        2: ["Open", "Being Processed"],
        3: ["Pending", "Awaiting your Reply"],
        4: ["Resolved", "This ticket has been Resolved"],
        5: ["Closed", "This ticket has been Closed"],
      },
    }),
    field(806, "priority", "Priority", {
      required: true,
      choices: { Low: 1, Medium: 2, High: 3, Urgent: 4 },
    }),
    field(807, "group", "Group", { choices: { "Customer Support": 701 } }),
    field(808, "agent", "Agent"),
    field(809, "description", "Description", { required: true }),
  ];
}

/** A status every account has. */
export const OPEN = 2;
/** A status every account has. */
export const RESOLVED = 4;
/** A status every account has. */
export const CLOSED = 5;

/** The agent of this id. */
export function agentOf(
  account: Account,
  id: number | null | undefined,
): Agent | undefined {
  return account.agents.find((agent) => agent.id === id);
}

/** The contact of this id. */
export function contactOf(
  account: Account,
  id: number,
): Contact | undefined {
  return account.contacts.find((contact) => contact.id === id);
}

/** Freshdesk's timestamp: whole seconds, UTC. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}

/** What Freshdesk makes of a text: HTML stays, anything else is wrapped in a `<div>`. */
export function asHtml(text: string): string {
  return /<[a-z][^>]*>/i.test(text) ? text : `<div>${text}</div>`;
}

/** What Freshdesk shows as the text of HTML: no tags, no entities, no line breaks. */
export function asText(html: string): string {
  return html
    .replace(/<(br|\/?(p|div|li|ul|ol|tr|h\d|blockquote))\b[^>]*>/gi, " ")
    .replace(/<[^>]*>/g, "")
    .replace(/&(#\d{1,6}|#x[\da-f]{1,5}|[a-z]+);/gi, decodeEntity)
    .replace(/\s+/g, " ")
    .trim();
}

function decodeEntity(entity: string, name: string): string {
  if (/^#x/i.test(name)) {
    return String.fromCodePoint(parseInt(name.slice(2), 16));
  }
  if (name.startsWith("#")) return String.fromCodePoint(Number(name.slice(1)));
  return ENTITIES[name.toLowerCase()] ?? entity;
}

const ENTITIES: Record<string, string> = {
  amp: "&",
  apos: "'",
  gt: ">",
  lt: "<",
  nbsp: " ",
  quot: '"',
};

function field(
  id: number,
  name: string,
  label: string,
  traits: { required?: boolean; choices?: TicketField["choices"] } = {},
): TicketField {
  return {
    id,
    name,
    label,
    type: `default_${name}`,
    default: true,
    required_for_agents: traits.required ?? false,
    required_for_closure: false,
    ...(traits.choices && { choices: traits.choices }),
  };
}
