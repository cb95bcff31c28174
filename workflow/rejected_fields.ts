/**
 * What Freshdesk rejected, and the fields as the account demands them now.
 *
 * @module
 */
import { PermissionError, ValidationError } from "../freshdesk/errors.ts";
import { isPermissionDenied } from "../freshdesk/http_client.ts";
import { type Fields, fillRequiredFields } from "./required_fields.ts";
import type { StepContext } from "./step.ts";

/**
 * The fields as the account demands them now; throws the error on that is not about fields.
 *
 * @param sent what a new ticket was refused with
 */
export async function refillRejectedFields(
  { freshdesk, now, forgetLists }: StepContext,
  error: unknown,
  sent?: Fields,
): Promise<Fields> {
  if (!(error instanceof ValidationError) || error.fields.length === 0) {
    throw error;
  }
  const form = await freshdesk.getTicketFields().catch((trouble) => {
    throw isPermissionDenied(trouble)
      ? error // the list is closed to the key: what was refused says more
      : trouble;
  });
  if (sent) await forgetLists();
  const { fields } = fillRequiredFields(
    form,
    new Date(now()).toISOString().slice(0, 10),
  );
  // A refusal says more than the form: an agent is demanded, or that one will not do.
  const agentRefused = sent !== undefined &&
    rejectsField(error, "responder_id");
  if (agentRefused) fields.agent = !sent.agent;
  const helps = agentRefused || fields.type && rejectsField(error, "type") ||
    Object.keys(fields.custom ?? {}).some((name) =>
      rejectsCustomField(error, name)
    );
  if (!helps) throw error;
  return fields;
}

/** Whether a refusal names a custom field; Freshdesk does so with or without its prefixes. */
export function rejectsCustomField(
  { fields }: ValidationError,
  name: string,
): boolean {
  const bare = (field: string) =>
    field.replace(/^(custom_fields\.)?(cf_)?/, "");
  return fields.some(({ field }) => bare(field) === bare(name));
}

/** Whether Freshdesk will not have that author: not for this key, or not at all any more. */
export function isAuthorRejected(error: unknown): boolean {
  return error instanceof PermissionError && error.code === "invalid_user" ||
    rejectsField(error, "user_id");
}

/** Whether a refusal names a field. */
export function rejectsField(error: unknown, field: string): boolean {
  return error instanceof ValidationError &&
    error.fields.some((refused) => refused.field === field);
}
