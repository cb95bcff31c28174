import {
  type Agent,
  BEGINNING,
  type Contact,
  defaultAgents,
} from "./people.ts";

/** Everything a Freshdesk account holds that its API can see or change. */
export interface Account {
  contacts: Contact[];
  agents: Agent[];
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

/** A field of the account's ticket form, in the shape of Freshdesk's own answers. */
export interface TicketField {
  id: number;
  /** As in the form: `ticket_type`, `cf_reference`, ... */
  name: string;
  label: string;
  description: string;
  position: number;
  required_for_closure: boolean;
  /** Not always enforced: see `creationErrors`. */
  required_for_agents: boolean;
  /** `default_...` or `custom_...`. */
  type: string;
  default: boolean;
  customers_can_edit: boolean;
  customers_can_filter: boolean;
  label_for_customers: string;
  required_for_customers: boolean;
  displayed_to_customers: boolean;
  created_at: string;
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
  id: number;
  name: string;
  description: string | null;
  is_default: boolean;
  /** A name of Ruby on Rails: `Eastern Time (US & Canada)`. */
  time_zone: string;
  /** By day, `monday` to `sunday`; days without hours are missing. */
  business_hours: Record<string, { start_time: string; end_time: string }>;
  created_at: string;
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

/** A field with everything unsaid filled in: one of Freshdesk's own that nobody must fill in. */
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
