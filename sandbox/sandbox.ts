/**
 * A strict Freshdesk account in memory.
 *
 * @module
 */
import { Hono } from "hono";
import { auth } from "hono/utils/basic-auth";
import {
  type Account,
  type BusinessCalendar,
  type Conversation,
  defaultBusinessHours,
  defaultTicketFields,
  type Ticket,
  type TicketField,
} from "./account.ts";
import { sleep } from "../lib/sleep.ts";
import { MINUTE } from "../lib/time.ts";
import { freshdeskApi } from "./api.ts";
import { applyFault, type Fault, FaultPlan, type Sleep } from "./faults.ts";
import {
  costOf,
  endpointOf,
  type LimitedEndpoint,
  MinuteBudget,
} from "./limits.ts";
import {
  type Agent,
  type Contact,
  defaultAgents,
  defaultContacts,
} from "./people.ts";
import { Refusal } from "./route.ts";
import { accessDenied, denied, invalid, unexpected } from "./validate.ts";

export type { Conversation, Ticket, TicketField } from "./account.ts";
export type { Fault } from "./faults.ts";
export type { LimitedEndpoint } from "./limits.ts";
export type { Agent, Contact } from "./people.ts";

/** Options of a {@linkcode Sandbox}. */
export interface SandboxOptions {
  /** Default: `sandbox`. */
  apiKey?: string;
  /** The agent the key belongs to. Default: 501, an admin. */
  keyAgentId?: number;
  /** The account's clock, in milliseconds since 1970. Default: `Date.now`. */
  now?: () => number;
  /** Decides about faults by share. Default: `Math.random`. */
  random?: () => number;
  /** How faults take time. Default: a timer. */
  sleep?: Sleep;
  /** Calls per minute of the whole account; 0 is a plan without API. Default: 5000. */
  limit?: number;
  /** Calls per minute of some endpoints, refused even though calls remain. Default: none. */
  subLimits?: Partial<Record<LimitedEndpoint, number>>;
  /** Default: {@linkcode defaultContacts}. */
  contacts?: Contact[];
  /** Default: {@linkcode defaultAgents}. */
  agents?: Agent[];
  /** Default: {@linkcode defaultTicketFields}. */
  ticketFields?: TicketField[];
  /** Whether a customer's message opens a resolved or closed ticket again. Default: true. */
  reopenOnCustomerMessage?: boolean;
  /** Milliseconds until the search finds a new ticket. Default: 3 minutes. */
  searchLag?: number;
}

/** Problems of the account as a whole. They last until they are switched off. */
export interface AccountTroubles {
  /** 403 `account_suspended` to every call. */
  suspended: boolean;
  /** 403 `access_denied` to every call that is not a GET. */
  readOnly: boolean;
  /** 403 `password_lockout` to every call. Five wrong keys in a row switch it on. */
  lockedOut: boolean;
}

/** A request and its response. */
export interface RecordedRequest {
  /** Counts from 1. */
  n: number;
  /** When it was sent, in milliseconds since 1970. */
  at: number;
  /** In capitals. */
  method: string;
  /** With the query. */
  path: string;
  /** The parsed JSON, the text if it is not JSON, `null` if there was no body. */
  body: unknown;
  /** The status that the caller got; 0 if there was no response (yet). */
  status: number;
  /** Like `body`. Only the newest 1000 GETs keep theirs. */
  answer: unknown;
  /** The kind of the fault that struck. */
  fault?: Fault["kind"];
  /** Whether the request was applied, whatever response the caller got. */
  applied: boolean;
}

/**
 * A small, strict Freshdesk account in memory. It serves `/api/v2` as Freshdesk does, whatever the
 * host, and `/_sandbox` (without a key) about itself.
 *
 * ```ts
 * const sandbox = new Sandbox({ limit: 50 });
 * sandbox.fault({ kind: "drop", method: "POST", path: "/reply$" });
 * const answer = await sandbox.fetch("https://acme.freshdesk.com/api/v2/tickets", {
 *   headers: { authorization: `Basic ${btoa("sandbox:X")}` },
 * });
 * ```
 */
export class Sandbox implements Account {
  /** All requests to the API, in order. */
  readonly requests: RecordedRequest[] = [];
  /** Switched by a test, over HTTP, or by wrong keys. */
  readonly troubles: AccountTroubles = {
    suspended: false,
    readOnly: false,
    lockedOut: false,
  };
  /** The account's calls of this minute. Its limits may be changed. */
  readonly budget: MinuteBudget;
  /** By id, the deleted ones too. */
  readonly tickets: Map<number, Ticket> = new Map();
  /** Conversations by ticket id. */
  readonly threads: Map<number, Conversation[]> = new Map();
  /** May be changed at any time, like the agents and the fields. */
  contacts: Contact[];
  /** See {@linkcode defaultAgents}. */
  agents: Agent[];
  /** The ticket form. */
  ticketFields: TicketField[];
  /** When agents work. */
  businessHours: BusinessCalendar[] = defaultBusinessHours();
  /** Of Freshdesk's own fields, those that are refused when blank and required. */
  enforcedFields: string[] = ["subject", "description"];
  /** The API key. */
  apiKey: string;
  /** The agent the key belongs to. */
  keyAgentId: number;
  /** Whether a customer's message opens a resolved or closed ticket again. */
  reopenOnCustomerMessage: boolean;
  /** Milliseconds until the search finds a new ticket. */
  searchLag: number;
  /** The account's clock. */
  readonly now: () => number;

  readonly #sleep: Sleep;
  readonly #faults: FaultPlan;
  readonly #api: (request: Request) => Response | Promise<Response>;
  readonly #control: Hono;
  #wrongKeys = 0;

  /** Creates an account that has people and no tickets. */
  constructor(options: SandboxOptions = {}) {
    this.now = options.now ?? (() => Date.now());
    this.apiKey = options.apiKey ?? "sandbox";
    this.keyAgentId = options.keyAgentId ?? 501;
    this.contacts = options.contacts ?? defaultContacts();
    this.agents = options.agents ?? defaultAgents();
    this.ticketFields = options.ticketFields ?? defaultTicketFields();
    this.reopenOnCustomerMessage = options.reopenOnCustomerMessage ?? true;
    this.searchLag = options.searchLag ?? 3 * MINUTE;
    this.budget = new MinuteBudget(
      this.now,
      options.limit ?? 5000,
      options.subLimits,
    );
    this.#sleep = options.sleep ?? sleep;
    this.#faults = new FaultPlan(options.random ?? (() => Math.random()));
    this.#api = freshdeskApi(this);
    this.#control = this.#controlRoutes();
  }

  /** Use this in place of the global `fetch`: lost connections reject, and an abort signal is respected. */
  readonly fetch = async (
    input: string | URL | Request,
    init?: RequestInit,
  ): Promise<Response> => {
    const request = new Request(input, init);
    request.signal.throwIfAborted();
    const url = new URL(request.url);
    if (/^\/(_sandbox|a)\//.test(url.pathname)) {
      return await this.#control.fetch(request);
    }

    const path = url.pathname + url.search;
    const record = await this.#record(request, path);
    const apply = async () => {
      const answer = await this.#answer(request, url);
      record.applied = answer.ok;
      return answer;
    };
    const fault = this.#faults.take(request.method, path);
    if (fault) record.fault = fault.kind;
    const answer = fault
      ? await applyFault(fault, apply, request.signal, this.#sleep)
      : await apply();
    record.status = answer.status;
    record.answer = await readable(answer.clone());
    return answer;
  };

  /** Plans a fault. If several match a request, the one planned first strikes. */
  fault(fault: Fault): void {
    this.#faults.add(fault);
  }

  /** Forgets the faults that have not struck yet. */
  clearFaults(): void {
    this.#faults.clear();
  }

  /** Spends calls of this minute as another integration of the account would; returns how many were left to spend. */
  spend(calls: number): number {
    const spent = Math.min(calls, this.budget.remaining);
    this.budget.spend(spent);
    return spent;
  }

  /** Returns a ticket, to look at or to change. Throws if it does not exist. */
  ticket(id: number): Ticket {
    const ticket = this.tickets.get(id);
    if (!ticket) throw new Error(`Cannot find ticket ${id} in the sandbox`);
    return ticket;
  }

  /** Returns the conversations of a ticket, oldest first. */
  conversations(ticketId: number): Conversation[] {
    return this.threads.get(ticketId) ?? [];
  }

  async #record(request: Request, path: string): Promise<RecordedRequest> {
    const body = await readable(request.clone());
    const record: RecordedRequest = {
      n: this.requests.length + 1,
      at: this.now(),
      method: request.method,
      path,
      body,
      status: 0,
      answer: null,
      applied: false,
    };
    this.requests.push(record);
    const old = this.requests.at(-1 - ANSWERS_KEPT);
    if (old?.method === "GET") old.answer = null;
    return record;
  }

  async #answer(request: Request, url: URL): Promise<Response> {
    const cost = costOf(url);
    const answer = this.#refusal(request, url, cost)?.response ??
      await this.#api(request);
    const n = this.requests.length;
    const headers = {
      "date": new Date(this.now()).toUTCString(),
      "x-request-id": crypto.randomUUID(),
      "x-ratelimit-total": asLimit(this.budget.total, n),
      "x-ratelimit-remaining": asLimit(this.budget.remaining, n),
      "x-ratelimit-used-currentrequest": asLimit(cost, n),
    };
    for (const [name, value] of Object.entries(headers)) {
      answer.headers.set(name, value);
    }
    return answer;
  }

  /** Returns why a request does not reach the API, if so. */
  #refusal(
    request: Request,
    { pathname }: URL,
    cost: number,
  ): Refusal | undefined {
    if (pathname.includes("//")) return invalid(unexpected("path"));
    const refusal = this.#wrongKey(request) ?? this.#trouble(request.method);
    if (refusal) return refusal;
    const endpoint = endpointOf(request.method, pathname);
    return this.budget.spend(cost, endpoint)
      ? undefined
      : overLimit(this.budget.secondsLeft);
  }

  #wrongKey(request: Request): Refusal | undefined {
    const isRight = auth(request)?.username === this.apiKey;
    this.#wrongKeys = isRight ? 0 : this.#wrongKeys + 1;
    if (this.#wrongKeys >= WRONG_KEYS_ALLOWED) this.troubles.lockedOut = true;
    if (this.troubles.lockedOut) {
      return denied(403, "password_lockout", "Your account has been locked.");
    }
    return isRight ? undefined : denied(
      401,
      "invalid_credentials",
      "You have to be logged in to perform this action.",
    );
  }

  #trouble(method: string): Refusal | undefined {
    if (this.troubles.suspended) {
      return denied(403, "account_suspended", "Your account is suspended.");
    }
    if (this.budget.total === 0) {
      return denied(403, "require_feature", "Your plan has no API.");
    }
    return this.troubles.readOnly && method !== "GET"
      ? accessDenied()
      : undefined;
  }

  #controlRoutes(): Hono {
    const app = new Hono();

    app.get("/_sandbox/requests", (c) => {
      const after = Number(c.req.query("after") ?? 0);
      return c.json(this.requests.slice(after));
    });

    app.get(
      "/_sandbox/tickets",
      (c) =>
        c.json([...this.tickets.values()].map((ticket) => ({
          ...ticket,
          conversations: this.conversations(ticket.id),
        }))),
    );

    app.post("/_sandbox/faults", async (c) => {
      try {
        this.fault(await c.req.json());
      } catch (error) {
        return c.json({ message: String(error) }, 400);
      }
      return c.body(null, 204);
    });

    app.delete("/_sandbox/faults", (c) => {
      this.clearFaults();
      return c.body(null, 204);
    });

    app.patch("/_sandbox/troubles", async (c) => {
      Object.assign(this.troubles, await c.req.json());
      return c.json(this.troubles);
    });

    app.get("/a/tickets/:id", (c) => {
      const ticket = this.tickets.get(Number(c.req.param("id")));
      if (!ticket) return c.notFound();
      return c.text(this.#thread(ticket));
    });

    return app;
  }

  /** Formats a ticket for people. */
  #thread(ticket: Ticket): string {
    const name = (id: number) =>
      this.contacts.find((one) => one.id === id)?.name ??
        this.agents.find((one) => one.id === id)?.contact.name ?? `user ${id}`;
    const said = (at: string, by: number, text: string) =>
      `${at}  ${name(by)}\n${text}\n`;
    return [
      `#${ticket.id}  ${ticket.subject}  (status ${ticket.status})\n`,
      said(ticket.created_at, ticket.requester_id, ticket.description_text),
      ...this.conversations(ticket.id).map((one) =>
        said(one.created_at, one.user_id, one.body_text)
      ),
    ].join("\n");
  }
}

async function readable(message: Request | Response): Promise<unknown> {
  let text;
  try {
    text = await message.text();
    return text === "" ? null : JSON.parse(text);
  } catch {
    return text ?? null;
  }
}

function overLimit(secondsLeft: number): Refusal {
  const message = "You have exceeded the limit of requests per minute";
  const headers = { "retry-after": String(secondsLeft) };
  return new Refusal(Response.json({ message }, { status: 429, headers }));
}

/** Freshdesk writes these numbers as `50`, and now and then as `50.0`. */
function asLimit(calls: number, n: number): string {
  return n % 10 === 0 ? calls.toFixed(1) : String(calls);
}

const ANSWERS_KEPT = 1000;
const WRONG_KEYS_ALLOWED = 5;
