/**
 * What can go wrong with a call to Freshdesk: one class per cause, each with a hint.
 *
 * @module
 */
import { oneLine, shorten } from "../lib/text.ts";

/** A field that Freshdesk rejected. */
export interface FieldError {
  /** The field's name; custom fields as `cf_...`. */
  field: string;
  /** Freshdesk's sentence about it. */
  message: string;
  /** `missing_field`, `invalid_value`, ... */
  code: string;
}

/** What is known of a failed call. */
export interface RequestInfo {
  /** `GET`, `POST`, `PUT` or `DELETE`. */
  method: string;
  /** Path and query below `/api/v2`. */
  path: string;
  /** HTTP status, if there was a response. */
  status?: number;
  /** Freshdesk's own code, such as `invalid_credentials`. */
  code?: string;
  /** The rejected fields of a 400. */
  fields?: FieldError[];
  /** Freshdesk's `x-request-id`, for its support. */
  requestId?: string;
  /** What Freshdesk or the network said. */
  detail?: string;
}

/** Only this many rejected fields are named; Freshdesk may reject thousands. */
const NAMED_FIELDS = 10;

/** A failed call to the Freshdesk API. Each cause has a class below. */
export abstract class FreshdeskError<Name extends string = string>
  extends Error {
  /** The name of the class. */
  override readonly name: Name;
  /** `GET`, `POST`, `PUT` or `DELETE`. */
  readonly method: string;
  /** Path and query below `/api/v2`. */
  readonly path: string;
  /** HTTP status, if there was a response. */
  readonly status: number | undefined;
  /** Freshdesk's own code. */
  readonly code: string | undefined;
  /** The rejected fields of a 400; otherwise empty. */
  readonly fields: readonly FieldError[];
  /** Freshdesk's request id. */
  readonly requestId: string | undefined;
  /** Whether Freshdesk may have applied the request although no good response came. */
  readonly mayHaveBeenApplied: boolean = false;

  /** Builds the message: `Freshdesk rejected the values: PUT /tickets/7: 400: ... [request r-1]`. */
  constructor(call: RequestInfo, options?: ErrorOptions) {
    const parts = [
      PROBLEMS[new.target.name],
      // The query may hold a customer's e-mail address.
      `${call.method} ${call.path.replace(/\?.*/, "")}`,
      call.status && String(call.status),
      shorten(call.detail || call.code || ""),
    ].filter(Boolean);
    const request = call.requestId ? ` [request ${call.requestId}]` : "";
    super(oneLine(parts.join(": ") + request), options);
    this.name = new.target.name as Name;
    this.method = call.method;
    this.path = call.path;
    this.status = call.status;
    this.code = call.code;
    this.fields = call.fields ?? [];
    this.requestId = call.requestId;
  }

  /** What a person can do about it. */
  get hint(): string {
    if (this instanceof ValidationError && this.fields.length > 0) {
      return fieldsHint(this.fields);
    }
    const byCode = this instanceof PermissionError &&
      HINTS_BY_CODE[this.code ?? ""];
    return byCode || (HINTS[this.name] ?? "");
  }
}

/** An error after which nobody knows whether the request was applied. */
export abstract class UnknownOutcomeError<Name extends string>
  extends FreshdeskError<Name> {
  /** Always true. */
  override readonly mayHaveBeenApplied = true;
}

/** The request was not sent: its deadline passed, or the program is stopping. */
export class NotSentError extends FreshdeskError<"NotSentError"> {}
/** No connection could be made, so nothing was sent. */
export class ConnectionError extends FreshdeskError<"ConnectionError"> {}
/** The request was sent, and no complete response came: timeout (408 too), or connection lost. */
export class NoResponseError extends UnknownOutcomeError<"NoResponseError"> {}
/** The response says success but cannot be understood. */
export class InvalidResponseError
  extends UnknownOutcomeError<"InvalidResponseError"> {}
/** Freshdesk failed: 5xx. */
export class ServerError extends UnknownOutcomeError<"ServerError"> {}
/** The ticket or the account is busy: 409 (another change came first), 423 (locked), 425. Nothing was applied. */
export class BusyError extends FreshdeskError<"BusyError"> {}
/** The account's plan has no API: its limit is 0 calls a minute. */
export class NoApiAccessError extends FreshdeskError<"NoApiAccessError"> {}
/** Freshdesk rejected the values: 400 and its kin. */
export class ValidationError extends FreshdeskError<"ValidationError"> {}
/** The API key is wrong: 401. */
export class AuthenticationError
  extends FreshdeskError<"AuthenticationError"> {}
/** The API key is right and may not do this: 403. {@linkcode FreshdeskError.code} says why. */
export class PermissionError extends FreshdeskError<"PermissionError"> {}
/** Not found: 404; a wrong sub-domain returns this for everything. */
export class NotFoundError extends FreshdeskError<"NotFoundError"> {}
/** The ticket is in the trash or marked as spam: 405. */
export class TicketDeletedError extends FreshdeskError<"TicketDeletedError"> {}
/** The response leads to another address. The API key is not sent there. */
export class RedirectError extends FreshdeskError<"RedirectError"> {}
/** Freshdesk answered with success and did not make the change. */
export class NotAppliedError extends FreshdeskError<"NotAppliedError"> {}

/** Over a rate limit: 429. Nothing was applied. */
export class RateLimitError extends FreshdeskError<"RateLimitError"> {
  /** Seconds that Freshdesk asks to wait. */
  readonly retryAfter: number;

  /** Takes the wait in seconds. */
  constructor(call: RequestInfo, retryAfter: number) {
    const said = call.detail ? `${call.detail}; ` : "";
    super({ ...call, detail: `${said}retry after ${retryAfter} s` });
    this.retryAfter = retryAfter;
  }
}

/** What went wrong, in a person's words, by the name of the error's class. */
const PROBLEMS: Record<string, string> = {
  NotSentError: "Nothing was sent",
  ConnectionError: "Cannot connect to Freshdesk",
  NoResponseError: "Freshdesk did not answer",
  InvalidResponseError: "Cannot read the answer",
  ServerError: "Freshdesk has a problem",
  RateLimitError: "Too many calls",
  BusyError: "Freshdesk is busy with this",
  NoApiAccessError: "The account's plan has no API",
  ValidationError: "Freshdesk rejected the values",
  AuthenticationError: "Freshdesk rejected the API key",
  PermissionError: "The API key may not do this",
  NotFoundError: "Freshdesk cannot find it",
  TicketDeletedError: "The ticket is in the trash or in spam",
  RedirectError: "Freshdesk is at another address",
  NotAppliedError: "Freshdesk did not make the change",
};

/** What a person can do about an error, by the name of its class. */
const HINTS: Record<string, string> = {
  NotSentError: "Nothing to do: the next tick goes on.",
  ConnectionError:
    "Check the network (and that the program may use it, --allow-net), and that FRESHDESK_URL names your account (https://<account>.freshdesk.com).",
  NoResponseError:
    "Nothing to do: what Freshdesk did is looked up before anything is tried again.",
  InvalidResponseError:
    "Check that FRESHDESK_URL leads to Freshdesk itself, not to a proxy or a portal page.",
  ServerError:
    "Freshdesk has a problem: see its status page. What it did is looked up before anything is tried again.",
  RateLimitError:
    "Other programs use the account's calls too: lower TICKETS_PER_HOUR or RATE_LIMIT_SHARE, or take a larger plan.",
  BusyError: "Nothing to do: the next tick tries again.",
  NoApiAccessError:
    "This account's plan allows no API calls: take a trial or a paid plan.",
  ValidationError:
    "Look the ticket up in Freshdesk; the message above says what was rejected.",
  AuthenticationError:
    "Check FRESHDESK_API_KEY (in Freshdesk: your picture > Profile settings > View API key), and that FRESHDESK_URL is that key's account; then start again.",
  PermissionError:
    "Give the key's owner a role that may do this (Administrator is enough), or use another agent's key.",
  NotFoundError:
    "Check that it still exists, and that FRESHDESK_URL names the right account.",
  TicketDeletedError: "Restore the ticket in Freshdesk, or leave it there.",
  RedirectError:
    "Set FRESHDESK_URL to the account's own address, https://<account>.freshdesk.com (not a custom domain).",
  NotAppliedError:
    "Look at the ticket's group and at the automation rules that change it.",
};

/** What a person can do about a 403, by Freshdesk's code. */
const HINTS_BY_CODE: Record<string, string> = {
  account_suspended: "The account is suspended: see Admin > Plans & Billing.",
  password_lockout:
    "The key's owner is locked out: log in to Freshdesk as that agent first.",
  password_expired:
    "The key's owner must set a new password: log in to Freshdesk as that agent first.",
  require_feature:
    "This account's plan does not include this: take a trial or a larger plan.",
  invalid_user: "The key's owner may not write for this person.",
};

function fieldsHint(fields: readonly FieldError[]): string {
  const names = fields.slice(0, NAMED_FIELDS).map(({ field }) => field);
  const more = fields.length > NAMED_FIELDS
    ? ` and ${fields.length - NAMED_FIELDS} more`
    : "";
  return shorten(`See Admin > Ticket Fields: ${names.join(", ")}${more}.`);
}
