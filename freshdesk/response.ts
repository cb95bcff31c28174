/**
 * Reads what came back: the body of a successful response, the typed error of any other, and of a
 * request without a response.
 *
 * @module
 */
import { shorten } from "../lib/text.ts";
import {
  AuthenticationError,
  BusyError,
  ConnectionError,
  type FieldError,
  type FreshdeskError,
  InvalidResponseError,
  NoApiAccessError,
  NoResponseError,
  NotFoundError,
  PermissionError,
  RateLimitError,
  RedirectError,
  type RequestInfo,
  ServerError,
  TicketDeletedError,
  ValidationError,
} from "./errors.ts";

/** A longer `Retry-After` is cut to this, in seconds. */
const MAX_RETRY_AFTER = 3600;

/** Returns the body of a successful response; throws the error for any other. */
export function parseResponse(
  call: RequestInfo,
  response: Response,
  text: string,
): unknown {
  const { status, headers } = response;
  const body = parseJson(text);
  if (status === 204) return undefined;
  if (status === 200 || status === 201) {
    if (typeof body === "object" && body !== null) return body;
    const detail = text
      ? `not JSON but ${excerpt(text)}`
      : "the answer is empty";
    throw new InvalidResponseError({ ...call, detail });
  }
  Object.assign(call, parseErrorBody(body, text));
  if (status >= 300 && status < 400) {
    // Its query may repeat ours, with a customer's e-mail address.
    const location = headers.get("location")?.replace(/[?#].*/, "");
    const detail = `redirected to ${location ?? "nowhere"}`;
    throw new RedirectError({ ...call, detail });
  }
  switch (status) {
    case 401:
      throw new AuthenticationError(call);
    case 403:
      throw new PermissionError(call);
    case 404:
      throw new NotFoundError(call);
    case 405:
      throw new TicketDeletedError(call);
    case 408: // Freshdesk, or a proxy, stopped waiting; it may have been applied
      throw new NoResponseError(call);
    case 409:
    case 423:
    case 425:
      throw new BusyError(call);
    case 429:
      if (headers.get("x-ratelimit-total")?.startsWith("0")) {
        throw new NoApiAccessError(call);
      }
      throw new RateLimitError(
        call,
        Math.min(
          Math.max(1, Number(headers.get("retry-after")) || 60),
          MAX_RETRY_AFTER,
        ),
      );
  }
  if (status >= 500) throw new ServerError(call);
  if (status >= 400) throw new ValidationError(call);
  throw new InvalidResponseError({ ...call, detail: "unknown status" });
}

/**
 * Returns the error of a request that got no response.
 *
 * @param error what `fetch` threw
 * @param timeout how long was waited for a response, in milliseconds
 */
export function networkError(
  call: RequestInfo,
  error: unknown,
  timeout: number,
): FreshdeskError {
  if (error instanceof DOMException && error.name === "TimeoutError") {
    const detail = `no answer within ${Math.ceil(timeout / 100) / 10} s`;
    return new NoResponseError({ ...call, detail }, { cause: error });
  }
  // Deno says the reason, and the phase in which the request failed, in the error's cause.
  const reason = error instanceof Error && error.cause || error;
  const detail = String(reason).replace(/^.*?(?=client error)/, "");
  // Only in these cases nothing was sent.
  const unsent = error instanceof Deno.errors.NotCapable ||
    /\(Connect\)|are blocked$/.test(detail);
  const Cause = unsent ? ConnectionError : NoResponseError;
  return new Cause({ ...call, detail }, { cause: error });
}

/** Returns the link to the next page; Freshdesk writes it `< https://...>;rel="next"`. */
export function nextLink(header: string | null): string | undefined {
  return header?.match(/<\s*([^>\s]+)\s*>\s*;\s*rel="?next"?/)?.[1];
}

/** Reads code, fields and a sentence from any shape of error body. */
function parseErrorBody(
  body: unknown,
  text: string,
): Pick<RequestInfo, "code" | "fields" | "detail"> {
  if (typeof body !== "object" || body === null) {
    return text ? { detail: excerpt(text) } : {};
  }
  const { code, message, description, errors } = body as Record<
    string,
    unknown
  >;
  const fields = (Array.isArray(errors) ? errors : []).map((
    error,
  ): FieldError => ({
    field: String(error?.field ?? "?"),
    message: String(error?.message ?? ""),
    code: String(error?.code ?? ""),
  }));
  const detail = [
    description ?? message,
    ...fields.map(({ field, message, code }) =>
      `${field}: ${[message, code && `(${code})`].filter(Boolean).join(" ")}`
    ),
  ].filter(Boolean).join("; ");
  return {
    ...(typeof code === "string" && { code }),
    fields,
    detail: detail || excerpt(text),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The beginning of an unexpected text, without its tags. */
function excerpt(text: string): string {
  const words = text
    .replace(/<(style|script)[\s\S]*?(<\/\1>|$)|<[^<>]*>/gi, " ")
    .replace(/\s+/g, " ").trim();
  return `"${shorten(words, 120)}"`;
}
