/**
 * Freshdesk's error responses, and the check of a request body.
 *
 * @module
 */
import { type ApiRequest, Refusal } from "./route.ts";

/** A problem with one field of a request. */
export interface FieldError {
  /** The name in the body or in the query; custom fields without their prefix. */
  field: string;
  /** For people. */
  message: string;
  /** For programs. */
  code:
    | "missing_field"
    | "invalid_value"
    | "datatype_mismatch"
    | "invalid_field";
}

/** The types of fields, by name. */
export interface Kinds {
  /** A text. */
  string: string;
  /** A whole number. */
  integer: number;
  /** True or false. */
  boolean: boolean;
  /** A list of texts. */
  strings: string[];
  /** Values by name. */
  object: Record<string, unknown>;
}

/** The fields that a body may have, with their types. */
export type Schema = Record<string, keyof Kinds>;

/** A body that matches its schema. Freshdesk reads `null` as blank. */
export type Fields<S extends Schema> = {
  [Field in keyof S]?: Kinds[S[Field]] | null;
};

/** Makes a 400 that names the fields. */
export function invalid(...errors: FieldError[]): Refusal {
  return refused(400, { description: "Validation failed", errors });
}

/** Makes an error response with a code. */
export function denied(
  status: 400 | 401 | 403,
  code: string,
  message: string,
): Refusal {
  return refused(status, { code, message });
}

/** Makes the response to what the API key may not do. */
export function accessDenied(): Refusal {
  return denied(
    403,
    "access_denied",
    "You are not authorized to perform this action.",
  );
}

/** Makes an error response without a body, as Freshdesk's 404, 405 and 415 are. */
export function emptyResponse(status: 404 | 405 | 415): Refusal {
  return new Refusal(new Response(null, { status }));
}

/** The value must be one of `values`. */
export function notOneOf(field: string, values: unknown[]): FieldError {
  return {
    field,
    message: `It should be one of these values: '${values.join(",")}'`,
    code: "invalid_value",
  };
}

/** The field is required and has no value. */
export function missing(field: string): FieldError {
  return { field, message: "It should not be blank", code: "missing_field" };
}

/** The value must be of type `type`. */
export function mismatch(field: string, type: string): FieldError {
  const message = `It should be of type ${type}`;
  return { field, message, code: "datatype_mismatch" };
}

/** The field does not exist, or not here. */
export function unexpected(field: string): FieldError {
  const message = "Unexpected/invalid field in request";
  return { field, message, code: "invalid_field" };
}

/** Makes a 400: the id or address in a field is unknown. */
export function noSuch(field: string): Refusal {
  const message = `There is no one matching the given ${field}`;
  return invalid({ field, message, code: "invalid_value" });
}

/** Reads a JSON body; throws a 400 for other fields or types than those of the schema. */
export async function readBody<S extends Schema>(
  request: ApiRequest,
  schema: S,
): Promise<Fields<S>> {
  const type = request.header("content-type") ?? "";
  if (!/^application\/json\b/i.test(type)) throw emptyResponse(415);
  const body = parseObject(await request.text());
  if (!body) {
    throw denied(400, "invalid_json", "Request body has invalid json format");
  }
  const errors = Object.entries(body).flatMap(([field, value]) =>
    fieldErrors(field, value, schema)
  );
  if (errors.length > 0) throw invalid(...errors);
  return body as Fields<S>;
}

/** Whether Freshdesk treats a value as missing. */
export function isBlank(value: unknown): boolean {
  return value === undefined || value === null ||
    typeof value === "string" && value.trim() === "";
}

function refused(status: 400 | 401 | 403, body: unknown): Refusal {
  return new Refusal(Response.json(body, { status }));
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(text || "{}");
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function fieldErrors(
  field: string,
  value: unknown,
  schema: Schema,
): FieldError[] {
  const kind = Object.hasOwn(schema, field) ? schema[field] : undefined;
  if (!kind) return [unexpected(field)];
  if (value === null || IS[kind](value)) return [];
  return [mismatch(field, kind)];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const IS: Record<keyof Kinds, (value: unknown) => boolean> = {
  string: (value) => typeof value === "string",
  integer: Number.isSafeInteger,
  boolean: (value) => typeof value === "boolean",
  strings: (value) =>
    Array.isArray(value) && value.every((item) => typeof item === "string"),
  object: isObject,
};
