/**
 * What the account's ticket form demands, and what is put there.
 *
 * @module
 */
import type { TicketField } from "../freshdesk.ts";

/** Values for the fields a ticket must have. */
export interface Fields {
  /** The ticket's type, where one is demanded. */
  type?: string;
  /** Whether an agent is demanded from the start. */
  agent?: boolean;
  /** Custom fields, by their `cf_` names. */
  custom?: Record<string, unknown>;
}

/** The account demands fields that cannot be filled. */
export class RequiredFieldsError extends Error {
  /** Its class. */
  override readonly name = "RequiredFieldsError";
  /** What a person can do about it. */
  readonly hint =
    "In Admin > Ticket Fields, make them optional for agents, or give them a default.";

  /** Names the fields as agents see them. */
  constructor(labels: readonly string[]) {
    super(
      `The account demands of every ticket what cannot be filled in: ${
        labels.join(", ")
      }`,
    );
  }
}

/** How the form can be met. */
export interface Filling {
  /** What every ticket gets. */
  fields: Fields;
  /** A sentence for each field that was filled. */
  filled: string[];
  /** The custom fields that are demanded to open a ticket and cannot be filled, by their labels. */
  unfillable: string[];
}

/**
 * Fills the fields that are demanded to open or to close a ticket: drop-downs with their first
 * choice, texts, numbers, dates and boxes with something sensible.
 *
 * Of Freshdesk's own fields only the type and the agent are filled, and none is ever missing: every
 * ticket has what Freshdesk enforces, and new accounts mark others (the company) that it does not.
 *
 * @param today `YYYY-MM-DD`
 */
export function fillRequiredFields(
  form: readonly TicketField[],
  today: string,
): Filling {
  const filling: Filling = { fields: {}, filled: [], unfillable: [] };
  for (const field of form) {
    const { name, label, type } = field;
    if (!field.required_for_agents && !field.required_for_closure) continue;
    if (type === "default_agent") {
      if (!field.required_for_agents) continue; // every ticket is assigned before it is closed
      filling.fields.agent = true;
      filling.filled.push(`${label}: the ticket's agent`);
      continue;
    }
    const value = valueFor(field, today);
    if (value === undefined) {
      if (field.required_for_agents && !field.default) {
        filling.unfillable.push(label);
      }
      continue;
    }
    filling.filled.push(`${label}: ${value}`);
    if (type === "default_ticket_type") filling.fields.type = String(value);
    else filling.fields.custom = { ...filling.fields.custom, [name]: value };
  }
  return filling;
}

function valueFor({ type, choices }: TicketField, today: string): unknown {
  switch (type) {
    case "default_ticket_type":
    case "custom_dropdown":
      return firstChoice(choices);
    case "custom_text":
    case "custom_paragraph":
      return "Not specified";
    case "custom_number":
    case "custom_decimal":
      return 1;
    case "custom_checkbox":
      return true;
    case "custom_date":
      return today;
    case "custom_url":
      return "https://example.com";
    default:
      // Nested choices are three fields in one: a person has to decide.
      return undefined;
  }
}

/** Choices come as a list, or as an object whose keys can be chosen. */
function firstChoice(choices: unknown): unknown {
  if (Array.isArray(choices)) return choices[0]?.value ?? choices[0];
  return Object.keys(choices ?? {})[0];
}
