/**
 * Checks a ticket against the account's ticket form.
 *
 * @module
 */
import type { Ticket, TicketField } from "./account.ts";
import {
  type FieldError,
  isBlank,
  mismatch,
  missing,
  notOneOf,
  unexpected,
} from "./validate.ts";

/** A ticket's fields by name, as in a request's body or in the ticket itself. */
export type Values = Partial<Record<string, unknown>>;

/**
 * Returns what is missing in a new ticket: a requester, and the required fields. Freshdesk enforces
 * only some of its own fields, whatever the form says.
 *
 * @param enforced the names of those
 */
export function creationErrors(
  form: TicketField[],
  values: Values,
  enforced: readonly string[],
): FieldError[] {
  const hasRequester = REQUESTER.some((name) => !isBlank(values[name]));
  return [
    ...(hasRequester ? [] : [missing("requester_id")]),
    ...form
      .filter((field) => field.required_for_agents)
      .filter((field) => !field.default || enforced.includes(field.name))
      .filter((field) => isBlank(valueOf(field, values)))
      .map((field) => missing(bodyName(field))),
  ];
}

/**
 * A new ticket comes by e-mail, portal, phone or widget: chats (7) and outbound mail (10) are made by
 * other calls.
 */
export function sourceErrors(source: unknown): FieldError[] {
  return isBlank(source) || NEW_SOURCES.includes(Number(source))
    ? []
    : [notOneOf("source", NEW_SOURCES)];
}

const NEW_SOURCES = [1, 2, 3, 9];

/** Returns what is missing in a ticket to be resolved or closed, if the changes do that. */
export function closureErrors(
  form: TicketField[],
  ticket: Ticket,
  changes: Values,
): FieldError[] {
  if (changes.status !== 4 && changes.status !== 5) return [];
  const after = {
    ...ticket,
    ...changes,
    custom_fields: { ...ticket.custom_fields, ...customFields(changes) },
  };
  return form
    .filter((field) => field.required_for_closure)
    .filter((field) => isBlank(valueOf(field, after)))
    .map((field) => missing(bodyName(field)));
}

/** Returns the values that the form, or Freshdesk itself, does not accept. */
export function valueErrors(form: TicketField[], values: Values): FieldError[] {
  return [
    ...form.flatMap((field) => fieldErrors(field, valueOf(field, values))),
    ...Object.keys(customFields(values))
      .filter((name) => !form.some((field) => isCustom(field, name)))
      .map(unexpected),
    ...tagErrors(values.tags),
    ...emailErrors(values.email),
  ];
}

function fieldErrors(field: TicketField, value: unknown): FieldError[] {
  if (value === undefined) return [];
  if (value === null && !FILLED_IN.includes(field.name)) return [];
  const name = bodyName(field);
  const type = CUSTOM_TYPES[field.type];
  if (type && typeof value !== type) return [mismatch(name, type)];
  const choices = choicesOf(field);
  return !choices || choices.includes(value) ? [] : [notOneOf(name, choices)];
}

/** A status is chosen by its key; sources, priorities and groups are chosen by the value. */
function choicesOf(field: TicketField): unknown[] | undefined {
  if (!field.choices || Array.isArray(field.choices)) return field.choices;
  if (field.name === "agent") return undefined; // hired since, perhaps: see `checkResponder`
  return field.name === "status"
    ? Object.keys(field.choices).map(Number)
    : Object.values(field.choices);
}

function tagErrors(tags: unknown): FieldError[] {
  if (!Array.isArray(tags) || tags.every((tag) => tag.length <= 32)) return [];
  const message = "A tag has 32 characters at most";
  return [{ field: "tags", message, code: "invalid_value" }];
}

function emailErrors(email: unknown): FieldError[] {
  if (isBlank(email) || /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(String(email))) {
    return [];
  }
  const message = "It should be a valid email address";
  return [{ field: "email", message, code: "invalid_value" }];
}

function valueOf(field: TicketField, values: Values): unknown {
  return field.default
    ? values[bodyName(field)]
    : customFields(values)[field.name];
}

/** The form's name for a field is not always the one in a request. */
function bodyName(field: TicketField): string {
  return BODY_NAMES[field.name] ?? field.name;
}

function customFields(values: Values): Values {
  return { ...values.custom_fields as Values | null | undefined };
}

function isCustom(field: TicketField, name: string): boolean {
  return !field.default && field.name === name;
}

const REQUESTER = ["requester_id", "email", "phone", "unique_external_id"];

/** Never blank: Freshdesk fills them in, or they are asked for separately. */
const FILLED_IN = ["requester", "status", "priority", "source"];

const BODY_NAMES: Record<string, string> = {
  ticket_type: "type",
  group: "group_id",
  agent: "responder_id",
};

const CUSTOM_TYPES: Record<string, string> = {
  custom_checkbox: "boolean",
  custom_date: "string",
  custom_decimal: "number",
  custom_dropdown: "string",
  custom_number: "number",
  custom_paragraph: "string",
  custom_text: "string",
};
