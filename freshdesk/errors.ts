/**
 * What can go wrong between this program and Freshdesk: one class per cause.
 *
 * @module
 */
import { shorten } from "../lib/text.ts";

import { oneLine } from "../lib/text.ts";

/** A field of the request that Freshdesk refused. */
export interface FieldError {
  /** The field's name; custom fields as `cf_...`. */
  field: string;
  /** Freshdesk's sentence about it. */
  message: string;
  /** `missing_field`, `invalid_value`, ... */
  code: string;
}

/** What is known of a call that failed. */
export interface RequestInfo {
  /** `GET`, `POST`, `PUT` or `DELETE`. */
  method: string;
  /** Path and query below `/api/v2`. */
  path: string;
  /** HTTP status, where there was an answer. */
  status?: number;
  /** Freshdesk's own code, such as `invalid_credentials`. */
  code?: string;
  /** The refused fields of a 400. */
  fields?: FieldError[];
  /** Freshdesk's `x-request-id`, to be given to its support. */
  requestId?: string;
  /** What Freshdesk or the network said. */
  detail?: string;
}

/** Refused fields that are named; Freshdesk may refuse thousands. */
const NAMED_FIELDS = 10;

/** A call of the Freshdesk API that failed. Each cause has a class below. */
export abstract class FreshdeskError extends Error {
  /** `GET`, `POST`, `PUT` or `DELETE`. */
  readonly method: string;
  /** Path and query below `/api/v2`. */
  readonly path: string;
  /** HTTP status, where there was an answer. */
  readonly status: number | undefined;
  /** Freshdesk's own code. */
  readonly code: string | undefined;
  /** The refused fields of a 400; else empty. */
  readonly fields: readonly FieldError[];
  /** Freshdesk's request id. */
  readonly requestId: string | undefined;
  /** Whether Freshdesk may have done what it was asked, although no good answer came. */
  readonly mayHaveBeenApplied: boolean = false;
  /** What a person can do about it. */
  abstract readonly hint: string;

  /** The message is made of what is known: `Cannot PUT /tickets/7: 405: ... [request r-1]`. */
  constructor(call: RequestInfo, options?: ErrorOptions) {
    const parts = [
      // The query may hold a customer's e-mail address.
      `Cannot ${call.method} ${call.path.replace(/\?.*/, "")}`,
      call.status && String(call.status),
      shorten(call.detail || call.code || ""),
    ].filter(Boolean);
    const request = call.requestId ? ` [request ${call.requestId}]` : "";
    super(oneLine(parts.join(": ") + request), options);
    this.name = new.target.name;
    this.method = call.method;
    this.path = call.path;
    this.status = call.status;
    this.code = call.code;
    this.fields = call.fields ?? [];
    this.requestId = call.requestId;
  }
}

/** The request was not sent: its time was over, or the program is stopping. */
export class NotSentError extends FreshdeskError {
  /** What a person can do about it. */
  override readonly hint = "Nothing to do: the next tick goes on.";
}

/** The request never left: no connection could be made. */
export class ConnectionError extends FreshdeskError {
  /** What a person can do about it. */
  override readonly hint =
    "Check the network (and that the program may use it, --allow-net), and that FRESHDESK_URL names your account (https://<account>.freshdesk.com).";
}

/** The request left, and no whole answer came back: timeout (408 too), or connection lost. */
export class NoResponseError extends FreshdeskError {
  /** Nobody knows. */
  override readonly mayHaveBeenApplied = true;
  /** What a person can do about it. */
  override readonly hint =
    "Nothing to do: what Freshdesk did is looked up before anything is tried again.";
}

/** An answer came that says success but cannot be understood. */
export class InvalidResponseError extends FreshdeskError {
  /** Nobody knows. */
  override readonly mayHaveBeenApplied = true;
  /** What a person can do about it. */
  override readonly hint =
    "Check that FRESHDESK_URL names Freshdesk itself and no proxy or portal page stands between.";
}

/** Freshdesk's own trouble: 5xx. */
export class ServerError extends FreshdeskError {
  /** Nobody knows. */
  override readonly mayHaveBeenApplied = true;
  /** What a person can do about it. */
  override readonly hint =
    "Freshdesk has trouble of its own: see its status page. What it did is looked up before anything is tried again.";
}

/** Over a rate limit: 429. Nothing was applied. */
export class RateLimitError extends FreshdeskError {
  /** What a person can do about it. */
  override readonly hint =
    "Other programs use the account's calls too: lower TICKETS_PER_HOUR or RATE_LIMIT_SHARE, or take a larger plan.";
  /** Seconds Freshdesk asks to wait. */
  readonly retryAfter: number;

  /** Adds the wait in seconds. */
  constructor(call: RequestInfo, retryAfter: number) {
    const said = call.detail ? `${call.detail}; ` : "";
    super({
      ...call,
      detail: `${said}the next call may be made in ${retryAfter} s`,
    });
    this.retryAfter = retryAfter;
  }
}

/** Not at this moment: 409 (another change was first), 423 (locked), 425. Nothing was applied. */
export class BusyError extends FreshdeskError {
  /** What a person can do about it. */
  override readonly hint =
    "Nothing to do: it passes, and the next tick tries again.";
}

/** The plan has no API: its limit is 0 calls a minute. */
export class NoApiAccessError extends FreshdeskError {
  /** What a person can do about it. */
  override readonly hint =
    "This account's plan allows no API calls: take a trial or a paid plan.";
}

/** The request was refused as it stands: 400 and its kin. */
export class ValidationError extends FreshdeskError {
  /** What a person can do about it. */
  override get hint(): string {
    const { length } = this.fields;
    if (length === 0) {
      return "Look the ticket up in Freshdesk; the message above says what was refused.";
    }
    const names = this.fields.slice(0, NAMED_FIELDS).map(({ field }) => field);
    const more = length > NAMED_FIELDS
      ? ` and ${length - NAMED_FIELDS} more`
      : "";
    return shorten(`See Admin > Ticket Fields: ${names.join(", ")}${more}.`);
  }
}

/** The key is wrong: 401. */
export class AuthenticationError extends FreshdeskError {
  /** What a person can do about it. */
  override readonly hint =
    "Check FRESHDESK_API_KEY (in Freshdesk: your picture > Profile settings > View API key), and that FRESHDESK_URL is that key's account; then start again.";
}

/** The key is right and may not do this: 403. {@linkcode FreshdeskError.code} says why. */
export class PermissionError extends FreshdeskError {
  /** What a person can do about it. */
  override get hint(): string {
    return FORBIDDEN_ADVICE[this.code ?? ""] ??
      "Give the key's owner a role that may do this (Administrator is enough), or use another agent's key.";
  }
}

const FORBIDDEN_ADVICE: Record<string, string> = {
  account_suspended: "The account is suspended: see Admin > Plans & Billing.",
  password_lockout:
    "The key's owner is locked out: log in to Freshdesk as that agent first.",
  password_expired:
    "The key's owner must set a new password: log in to Freshdesk as that agent first.",
  require_feature:
    "This account's plan does not include what was asked: take a trial or a larger plan.",
  invalid_user: "The key's owner may not write for this person.",
};

/** There is no such thing: 404; a wrong sub-domain answers this to everything. */
export class NotFoundError extends FreshdeskError {
  /** What a person can do about it. */
  override readonly hint =
    "Check that it still exists, and that FRESHDESK_URL names the right account.";
}

/** Not allowed on this thing: 405. Freshdesk says so of tickets in the trash or in spam. */
export class TicketDeletedError extends FreshdeskError {
  /** What a person can do about it. */
  override readonly hint = "Restore the ticket in Freshdesk, or let it go.";
}

/** Freshdesk, or something before it, points elsewhere. The key is not sent there. */
export class RedirectError extends FreshdeskError {
  /** What a person can do about it. */
  override readonly hint =
    "Set FRESHDESK_URL to the account's own address, https://<account>.freshdesk.com (no custom domain).";
}

/** Freshdesk said yes and did not do it. */
export class NotAppliedError extends FreshdeskError {
  /** What a person can do about it. */
  override readonly hint =
    "Look at the ticket's group and at the automation rules that touch it.";
}
