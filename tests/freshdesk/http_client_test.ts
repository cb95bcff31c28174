import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { assertSpyCalls, spy, stub } from "@std/testing/mock";
import { FakeTime } from "@std/testing/time";
import {
  HttpClient,
  type HttpClientOptions,
  isAccountError,
  parseAccountUrl,
  retryDelay,
} from "../../freshdesk/http_client.ts";
import {
  AuthenticationError,
  BusyError,
  ConnectionError,
  FreshdeskError,
  InvalidResponseError,
  NoApiAccessError,
  NoResponseError,
  NotAppliedError,
  NotFoundError,
  NotSentError,
  PermissionError,
  RateLimitError,
  RedirectError,
  type RequestInfo,
  ServerError,
  TicketDeletedError,
  ValidationError,
} from "../../freshdesk/errors.ts";
import { Sandbox } from "../../sandbox/sandbox.ts";
import {
  ACCOUNT,
  type Asked,
  Clock,
  cutOff,
  json,
  KEY,
  lost,
  lostConnection,
  NOON,
  options,
  refusedConnection,
  replies,
  type Reply,
  text,
} from "../helpers/responses.ts";

const OK = json({ id: 7 });
const TOO_MANY = json({ message: "Slow down" }, 429, { "retry-after": "30" });

/** An Api that gets these replies, what it asked, and its clock. */
function api(first: Reply, ...more: Reply[]) {
  return apiWith({}, first, ...more);
}

function apiWith(
  special: Partial<HttpClientOptions>,
  first: Reply,
  ...more: Reply[]
) {
  const clock = new Clock();
  const { fetch, asked } = replies(first, ...more);
  return {
    api: new HttpClient({ ...options(clock), fetch, ...special }),
    asked,
    clock,
  };
}

/** The error of a call that fails in the end. */
async function failure(
  reply: Reply,
  method = "PUT",
  path = "/tickets/7",
): Promise<FreshdeskError> {
  return await rejection(api(reply).api.request(method, path));
}

async function rejection(promise: Promise<unknown>): Promise<FreshdeskError> {
  const error = await assertRejects(() => promise);
  assertInstanceOf(error, FreshdeskError);
  return error;
}

function paths(asked: Asked[]): string[] {
  return asked.map(({ url }) => url.replace(`${ACCOUNT}/api/v2`, ""));
}

// The address

const ADDRESSES: [given: string, base: string][] = [
  [ACCOUNT, `${ACCOUNT}/api/v2`],
  [`${ACCOUNT}/`, `${ACCOUNT}/api/v2`],
  [`${ACCOUNT}//`, `${ACCOUNT}/api/v2`],
  [`${ACCOUNT}/api/v2`, `${ACCOUNT}/api/v2`],
  [`${ACCOUNT}/api/v2/`, `${ACCOUNT}/api/v2`],
  [`${ACCOUNT}//api/v2//`, `${ACCOUNT}/api/v2`],
  ["HTTPS://Acme.Freshdesk.com", `${ACCOUNT}/api/v2`],
  [`${ACCOUNT}:443`, `${ACCOUNT}/api/v2`],
  [`${ACCOUNT}/?`, `${ACCOUNT}/api/v2`],
  [`${ACCOUNT}/#`, `${ACCOUNT}/api/v2`],
  ["http://localhost:8787", "http://localhost:8787/api/v2"],
  ["http://127.0.0.1:8787/api/v2", "http://127.0.0.1:8787/api/v2"],
  ["http://[::1]:8787/", "http://[::1]:8787/api/v2"],
];

for (const [given, base] of ADDRESSES) {
  Deno.test(`parseAccountUrl: turns ${given} into ${base}`, () => {
    assertEquals(parseAccountUrl(given).href, base);
  });
}

const NO_ADDRESSES: [given: string, why: string][] = [
  ["", "not a valid URL"],
  ["acme.freshdesk.com", "not a valid URL"],
  ["acme.freshdesk.com:443", "must start with https://"],
  ["http://acme.freshdesk.com", "must start with https://"],
  ["http://localhost.example.com", "must start with https://"],
  ["http://127.0.0.1.example.com", "must start with https://"],
  ["ftp://localhost", "must start with https://"],
  ["file:///etc/passwd", "must start with https://"],
  [
    "https://me@acme.freshdesk.com",
    "must not have a user, password, query or fragment",
  ],
  [
    "https://:secret@acme.freshdesk.com",
    "must not have a user, password, query or fragment",
  ],
  [`${ACCOUNT}/?a=1`, "must not have a user, password, query or fragment"],
  [`${ACCOUNT}/#a`, "must not have a user, password, query or fragment"],
  [`${ACCOUNT}/a/tickets/7`, "must not have the path /a/tickets/7"],
  [`${ACCOUNT}/api/v1`, "must not have the path /api/v1"],
  [`${ACCOUNT}/api/v2/tickets`, "must not have the path /api/v2/tickets"],
  [`${ACCOUNT}/api/v22`, "must not have the path /api/v22"],
];

for (const [given, why] of NO_ADDRESSES) {
  Deno.test(`parseAccountUrl: rejects '${given}': ${why}`, () => {
    assertThrows(() => parseAccountUrl(given), TypeError, why);
  });
}

Deno.test("http client: rejects an address that is not an account's", () => {
  assertThrows(
    () => new HttpClient({ ...options(), url: "http://acme.freshdesk.com" }),
    TypeError,
    "https://",
  );
});

// The request

Deno.test("http client: sends only the key in the headers of a request without a body", async () => {
  const { api: client, asked } = api(OK);
  await client.request("GET", "/tickets/7");
  assertEquals(asked, [{
    method: "GET",
    url: `${ACCOUNT}/api/v2/tickets/7`,
    headers: { authorization: `Basic ${btoa(`${KEY}:X`)}` },
    body: null,
  }]);
});

Deno.test("http client: sends a body as JSON", async () => {
  const { api: client, asked } = api(OK);
  await client.request("PUT", "/tickets/7", { body: { status: 5 } });
  assertEquals(asked[0]?.headers["content-type"], "application/json");
  assertEquals(asked[0]?.body, { status: 5 });
});

for (const [method, has] of [["POST", true], ["PUT", false]] as const) {
  Deno.test(`http client: opens ${has ? "a" : "no"} connection of its own for a ${method}`, async () => {
    const fetch = spy((_: Request, init?: { client?: Deno.HttpClient }) => {
      assertEquals(init?.client !== undefined, has);
      return Promise.resolve(Response.json({ id: 7 }));
    });
    await new HttpClient({ ...options(), fetch }).request(method, "/tickets");
    assertSpyCalls(fetch, 1);
  });
}

Deno.test("http client: does not double a slash at the end of the address", async () => {
  const { api: client, asked } = apiWith({ url: `${ACCOUNT}/api/v2/` }, OK);
  await client.request("GET", "/tickets/7");
  assertEquals(asked[0]?.url, `${ACCOUNT}/api/v2/tickets/7`);
});

Deno.test("http client: uses the global fetch by default", async () => {
  const { fetch, asked } = replies(OK);
  using _ = stub(globalThis, "fetch", fetch);
  const { body } = await new HttpClient({ url: ACCOUNT, apiKey: KEY })
    .request<{ id: number }>("GET", "/tickets/7");
  assertEquals(body.id, 7);
  assertEquals(asked.length, 1);
});

Deno.test("http client: authenticates with the sandbox", async () => {
  const clock = new Clock();
  const sandbox = new Sandbox({ now: clock.now });
  const { body } = await new HttpClient({
    ...options(clock),
    apiKey: "sandbox",
    fetch: sandbox.fetch,
  }).requestOne("GET", "/agents/me");
  assertEquals(body.id, 501);
});

Deno.test("http client: logs every response once, and never the key", async () => {
  const debug = spy((_: string) => {});
  const { api: client } = apiWith(
    { log: { debug, warn: () => {} } },
    json({ id: 7 }, 200, {
      "x-request-id": "r-1",
      "x-ratelimit-remaining": "49",
    }),
  );
  await client.request("GET", "/tickets/7");
  assertSpyCalls(debug, 1);
  const line = String(debug.calls[0]?.args[0]);
  assertEquals(
    line,
    "GET /tickets/7: 200 in 0 ms, 49 calls left, request r-1",
  );
});

Deno.test("http client: logs a missing response too", async () => {
  const debug = spy((_: string) => {});
  const { api: client } = apiWith(
    { log: { debug, warn: () => {} } },
    lost(lostConnection()),
  );
  await rejection(client.request("POST", "/tickets"));
  assertSpyCalls(debug, 1);
  assertStringIncludes(String(debug.calls[0]?.args[0]), ": POST /tickets");
});

// Timeouts and lost connections

const TIMED_OUT = new DOMException("Signal timed out.", "TimeoutError");

/** A reply that never comes: it ends when the request is given up. */
const never: Reply = (request) =>
  new Promise((_, reject) => {
    request.signal.addEventListener(
      "abort",
      () => reject(request.signal.reason),
    );
  });

/** A stub of the timer: time is over as soon as the request has been asked. */
function timeIsOver(asked: () => boolean) {
  return stub(AbortSignal, "timeout", (_ms: number) => {
    const controller = new AbortController();
    const look = () =>
      asked() ? controller.abort(TIMED_OUT) : queueMicrotask(look);
    queueMicrotask(look);
    return controller.signal;
  });
}

Deno.test("http client: gives up a request after the timeout", async () => {
  const { api: client, asked } = apiWith({ timeout: 1500 }, never);
  using timer = timeIsOver(() => asked.length > 0);
  const error = await rejection(client.request("POST", "/tickets"));
  assertInstanceOf(error, NoResponseError);
  assertEquals(
    error.message,
    "Freshdesk did not answer: POST /tickets: no answer within 1.5 s",
  );
  assertEquals(timer.calls[0]?.args, [1500]);
});

Deno.test("http client: waits 30 seconds by default", async () => {
  const { api: client } = api(OK);
  using timer = stub(
    AbortSignal,
    "timeout",
    (_ms: number) => new AbortController().signal,
  );
  await client.request("GET", "/tickets/7");
  assertEquals(timer.calls[0]?.args, [30_000]);
});

Deno.test("http client: waits 10 seconds beyond the deadline at most", async () => {
  const { api: client } = api(OK);
  using timer = stub(
    AbortSignal,
    "timeout",
    (_ms: number) => new AbortController().signal,
  );
  const deadline = NOON + 2000;
  await client.request("GET", "/tickets/7", { deadline });
  assertEquals(timer.calls[0]?.args, [12_000]);
});

Deno.test("http client: gives each attempt its own timeout", async () => {
  const { api: client } = api(lost(TIMED_OUT), OK);
  using timer = stub(
    AbortSignal,
    "timeout",
    (_ms: number) => new AbortController().signal,
  );
  await client.request("GET", "/tickets/7");
  assertSpyCalls(timer, 2);
});

const LOST: {
  what: string;
  reply: Reply;
  type: typeof NoResponseError | typeof ConnectionError;
  mayHaveBeenApplied: boolean;
  message: string;
}[] = [
  {
    what: "no answer in time",
    reply: lost(TIMED_OUT),
    type: NoResponseError,
    mayHaveBeenApplied: true,
    message: "no answer within 30 s",
  },
  {
    what: "a connection lost after sending",
    reply: lost(lostConnection()),
    type: NoResponseError,
    mayHaveBeenApplied: true,
    message: "connection closed before message completed",
  },
  {
    what: "an answer that is cut off",
    reply: cutOff(),
    type: NoResponseError,
    mayHaveBeenApplied: true,
    message: "error reading a body",
  },
  {
    what: "a refused request that is cut off",
    reply: cutOff(400),
    type: NoResponseError,
    mayHaveBeenApplied: true,
    message: "error reading a body",
  },
  {
    what: "no connection",
    reply: lost(refusedConnection()),
    type: ConnectionError,
    mayHaveBeenApplied: false,
    message: "tcp connect error",
  },
];

for (const { what, reply, type, mayHaveBeenApplied, message } of LOST) {
  Deno.test(`http client: reports ${what} as ${type.name}`, async () => {
    const error = await failure(reply, "POST", "/tickets");
    assertInstanceOf(error, type);
    assertEquals(error.name, type.name);
    assertEquals(error.mayHaveBeenApplied, mayHaveBeenApplied);
    assertEquals(error.status, undefined);
    assertStringIncludes(error.message, ": POST /tickets: ");
    assertStringIncludes(error.message, message);
  });
}

Deno.test("http client: keeps the network's error as the cause", async () => {
  const cause = lostConnection();
  assertEquals((await failure(lost(cause))).cause, cause);
});

Deno.test("http client: knows that a request without permission was not applied", async () => {
  const error = await failure(
    lost(new Deno.errors.NotCapable('Requires net access to "x:443"')),
    "POST",
  );
  assertEquals(error.mayHaveBeenApplied, false);
  assertStringIncludes(error.message, "Requires net access");
});

const NO_NET =
  Deno.permissions.querySync({ name: "net", host: "127.0.0.1" }).state !==
    "granted";

Deno.test({
  name: "http client: cannot reach a closed port (needs --allow-net)",
  ignore: NO_NET,
  async fn() {
    const error = await realFailure((connection) => connection.close(), false);
    assertInstanceOf(error, ConnectionError);
    assertStringIncludes(error.message, "refused");
  },
});

Deno.test({
  name:
    "http client: reports a closed connection as no response (needs --allow-net)",
  ignore: NO_NET,
  async fn() {
    const error = await realFailure(async (connection) => {
      await connection.read(new Uint8Array(4096));
      connection.close();
    });
    assertInstanceOf(error, NoResponseError);
    assertStringIncludes(error.message, "connection");
  },
});

Deno.test({
  name:
    "http client: does not send a POST twice when a kept connection is lost (needs --allow-net)",
  ignore: NO_NET,
  async fn() {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    const heard: string[] = [];
    const connections: Deno.TcpConn[] = [];
    const serving = (async () => {
      const talks: Promise<void>[] = [];
      for await (const connection of listener) {
        connections.push(connection);
        talks.push(answerGets(connection, heard));
      }
      await Promise.all(talks);
    })();
    const client = new HttpClient({
      ...options(),
      url: `http://127.0.0.1:${port}`,
    });
    await client.request("GET", "/tickets/7");
    await rejection(client.request("POST", "/tickets"));
    listener.close();
    for (const connection of connections) connection.close();
    await serving;
    assertEquals(heard, ["GET", "POST"]);
  },
});

/** A server that answers GETs, and ends the connection at anything else. */
async function answerGets(connection: Deno.TcpConn, heard: string[]) {
  const bytes = new Uint8Array(4096);
  const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n{"id":7}';
  for (;;) {
    const n = await connection.read(bytes).catch(() => null);
    if (n === null) return;
    const [method = ""] = new TextDecoder().decode(bytes.subarray(0, n)).split(
      " ",
    );
    heard.push(method);
    if (method !== "GET") return await connection.closeWrite();
    await connection.write(new TextEncoder().encode(answer));
  }
}

/** The error of a POST over a real connection. */
async function realFailure(
  answer: (connection: Deno.TcpConn) => void | Promise<void>,
  listening = true,
): Promise<FreshdeskError> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  if (!listening) listener.close();
  const answered = listening ? listener.accept().then(answer) : undefined;
  const client = new HttpClient({
    ...options(),
    url: `http://127.0.0.1:${port}`,
  });
  try {
    return await rejection(
      client.request("POST", "/tickets", { body: {}, deadline: NOON + 1 }),
    );
  } finally {
    await answered;
    if (listening) listener.close();
  }
}

// The error table

const VALIDATION = {
  description: "Validation failed",
  errors: [
    {
      field: "cf_region",
      message: "It should be one of these values: 'North,South'",
      code: "missing_field",
    },
    { field: "email", message: "It is not valid", code: "invalid_value" },
  ],
};
const HTML = `<!DOCTYPE html><html><head><title>Oops</title>
  <style>p { color: red }</style><script>alert("x")</script></head>
  <body><h1>Bad   Gateway</h1><p>Try again</p></body></html>`;

interface Row {
  what: string;
  reply: Reply;
  // deno-lint-ignore no-explicit-any -- any class of error, whatever it is made of
  type: new (...args: any[]) => FreshdeskError;
  status: number;
  code?: string;
  fields?: typeof VALIDATION.errors;
  mayHaveBeenApplied?: true;
  account?: true;
  message: string;
  hint: string;
}

const TABLE: Row[] = [
  {
    what: "400 with refused fields",
    reply: json(VALIDATION, 400),
    type: ValidationError,
    status: 400,
    fields: VALIDATION.errors,
    message: "400: Validation failed; cf_region: It should be one of these " +
      "values: 'North,South' (missing_field); email: It is not valid (invalid_value)",
    hint: "See Admin > Ticket Fields: cf_region, email.",
  },
  {
    what: "400 with a code",
    reply: json({ code: "invalid_json", message: "Not JSON" }, 400),
    type: ValidationError,
    status: 400,
    code: "invalid_json",
    message: "400: Not JSON",
    hint: "the message above says what was rejected",
  },
  {
    what: "401",
    reply: json({ code: "invalid_credentials", message: "Log in first." }, 401),
    type: AuthenticationError,
    status: 401,
    code: "invalid_credentials",
    account: true,
    message: "401: Log in first.",
    hint: "Check FRESHDESK_API_KEY",
  },
  {
    what: "403 access_denied",
    reply: json({ code: "access_denied", message: "Not for you." }, 403),
    type: PermissionError,
    status: 403,
    code: "access_denied",
    message: "403: Not for you.",
    hint: "Give the key's owner a role",
  },
  {
    what: "403 invalid_user",
    reply: json({ code: "invalid_user", message: "Not as them." }, 403),
    type: PermissionError,
    status: 403,
    code: "invalid_user",
    message: "403: Not as them.",
    hint: "may not write for this person",
  },
  {
    what: "403 account_suspended",
    reply: json({ code: "account_suspended", message: "Suspended." }, 403),
    type: PermissionError,
    status: 403,
    code: "account_suspended",
    account: true,
    message: "403: Suspended.",
    hint: "Plans & Billing",
  },
  {
    what: "403 require_feature",
    reply: json({ code: "require_feature", message: "No API." }, 403),
    type: PermissionError,
    status: 403,
    code: "require_feature",
    account: true,
    message: "403: No API.",
    hint: "take a trial or a larger plan",
  },
  {
    what: "403 password_lockout",
    reply: json({ code: "password_lockout", message: "Locked." }, 403),
    type: PermissionError,
    status: 403,
    code: "password_lockout",
    account: true,
    message: "403: Locked.",
    hint: "locked out: log in",
  },
  {
    what: "403 password_expired",
    reply: json({ code: "password_expired", message: "Expired." }, 403),
    type: PermissionError,
    status: 403,
    code: "password_expired",
    account: true,
    message: "403: Expired.",
    hint: "set a new password",
  },
  {
    what: "403 ssl_required",
    reply: json({ code: "ssl_required", message: "Use SSL." }, 403),
    type: PermissionError,
    status: 403,
    code: "ssl_required",
    account: true,
    message: "403: Use SSL.",
    hint: "role",
  },
  {
    what: "403 without a body",
    reply: text(null, 403),
    type: PermissionError,
    status: 403,
    message: "403",
    hint: "Give the key's owner a role",
  },
  {
    what: "404 without a body",
    reply: text("", 404),
    type: NotFoundError,
    status: 404,
    message: "404",
    hint: "FRESHDESK_URL names the right account",
  },
  {
    what: "405",
    reply: json({ message: "PUT method is not allowed." }, 405),
    type: TicketDeletedError,
    status: 405,
    message: "405: PUT method is not allowed.",
    hint: "Restore the ticket",
  },
  {
    what: "408",
    reply: text("No.", 408),
    type: NoResponseError,
    status: 408,
    mayHaveBeenApplied: true,
    message: `408: "No."`,
    hint: "looked up",
  },
  ...[409, 423, 425].map((status): Row => ({
    what: String(status),
    reply: text("No.", status),
    type: BusyError,
    status,
    message: `${status}: "No."`,
    hint: "the next tick tries again",
  })),
  ...[406, 415, 418].map((status): Row => ({
    what: String(status),
    reply: text("No.", status),
    type: ValidationError,
    status,
    message: `${status}: "No."`,
    hint: "the message above says what was rejected",
  })),
  {
    what: "429 of a plan without API",
    reply: text("", 429, { "x-ratelimit-total": "0", "retry-after": "60" }),
    type: NoApiAccessError,
    status: 429,
    account: true,
    message: "429",
    hint: "plan allows no API calls",
  },
  {
    what: "429 of a plan without API, with a point",
    reply: text("", 429, { "x-ratelimit-total": "0.0" }),
    type: NoApiAccessError,
    status: 429,
    account: true,
    message: "429",
    hint: "plan allows no API calls",
  },
  ...[500, 502, 503, 504].map((status): Row => ({
    what: `${status} with a page`,
    reply: text(HTML, status, { "content-type": "text/html" }),
    type: ServerError,
    status,
    mayHaveBeenApplied: true,
    message: `${status}: "Oops Bad Gateway Try again"`,
    hint: "see its status page",
  })),
  ...[301, 302, 307, 308].map((status): Row => ({
    what: `${status} to another place`,
    reply: text(null, status, { location: "https://help.acme.com/api/v2" }),
    type: RedirectError,
    status,
    account: true,
    message: `${status}: redirected to https://help.acme.com/api/v2`,
    hint: "Set FRESHDESK_URL to the account's own address",
  })),
  {
    what: "a redirect to nowhere",
    reply: text("moved", 302),
    type: RedirectError,
    status: 302,
    account: true,
    message: "302: redirected to nowhere",
    hint: "Set FRESHDESK_URL",
  },
  {
    what: "200 with no JSON",
    reply: text(HTML),
    type: InvalidResponseError,
    status: 200,
    mayHaveBeenApplied: true,
    message: '200: not JSON but "Oops Bad Gateway Try again"',
    hint: "not to a proxy or a portal page",
  },
  {
    what: "200 without a body",
    reply: text(""),
    type: InvalidResponseError,
    status: 200,
    mayHaveBeenApplied: true,
    message: "200: the answer is empty",
    hint: "Check that FRESHDESK_URL leads to Freshdesk itself",
  },
  {
    what: "201 with broken JSON",
    reply: text('{"id": 7', 201),
    type: InvalidResponseError,
    status: 201,
    mayHaveBeenApplied: true,
    message: `201: not JSON but "{"id": 7"`,
    hint: "Check that FRESHDESK_URL leads to Freshdesk itself",
  },
  {
    what: "200 with null",
    reply: json(null),
    type: InvalidResponseError,
    status: 200,
    mayHaveBeenApplied: true,
    message: '200: not JSON but "null"',
    hint: "Check that FRESHDESK_URL leads to Freshdesk itself",
  },
  {
    what: "another success than the API knows",
    reply: json({ job_id: 1 }, 202),
    type: InvalidResponseError,
    status: 202,
    mayHaveBeenApplied: true,
    message: "202: unknown status",
    hint: "Check that FRESHDESK_URL leads to Freshdesk itself",
  },
];

for (const row of TABLE) {
  Deno.test(`http client: reports ${row.what} as ${row.type.name} with a hint`, async () => {
    const error = await failure(row.reply);
    assertInstanceOf(error, row.type);
    assertEquals(error.name, row.type.name);
    assertEquals([error.method, error.path], ["PUT", "/tickets/7"]);
    assertEquals(error.status, row.status);
    assertEquals(error.code, row.code);
    assertEquals(error.fields, row.fields ?? []);
    assertEquals(error.mayHaveBeenApplied, row.mayHaveBeenApplied ?? false);
    assertEquals(isAccountError(error), row.account ?? false);
    assertEquals(
      error.message.replace(/^[A-Z][^:]*: /, ""),
      `PUT /tickets/7: ${row.message}`,
    );
    assertStringIncludes(error.hint, row.hint);
  });
}

Deno.test("error: has Freshdesk's request id", async () => {
  const error = await failure(text("", 404, { "x-request-id": "r-1" }));
  assertEquals(error.requestId, "r-1");
  assertEquals(
    error.message,
    "Freshdesk cannot find it: PUT /tickets/7: 404 [request r-1]",
  );
});

Deno.test("error: keeps the request id of an invalid response", async () => {
  const { api: client } = api(json([], 200, { "x-request-id": "r-1" }));
  const error = await rejection(client.requestOne("GET", "/tickets/7"));
  assertEquals(error.requestId, "r-1");
});

/** Bodies of a refused request, and what a person reads of them. */
const BODIES: [what: string, body: string, message: string][] = [
  ["nothing", "", "Freshdesk rejected the values: POST /tickets: 400"],
  [
    "text",
    "Bad request",
    'Freshdesk rejected the values: POST /tickets: 400: "Bad request"',
  ],
  ["a page", HTML, '400: "Oops Bad Gateway Try again"'],
  ["broken JSON", '{"code":', '400: "{"code":"'],
  ["a JSON text", '"no"', "400: "],
  ["a list", "[]", '400: "[]"'],
  ["null", "null", '400: "null"'],
  ["an empty object", "{}", '400: "{}"'],
  ["a code alone", '{"code":"invalid_json"}', "invalid_json"],
  ["a message alone", '{"message":"No."}', "400: No."],
  ["a description alone", '{"description":"No."}', "400: No."],
  ["errors that are no list", '{"errors":"No."}', "No."],
  ["an error without a field", '{"errors":[{"message":"No."}]}', "?: No."],
  ["an error that is a text", '{"description":"D","errors":["No."]}', "D"],
  ["an error that is null", '{"description":"D","errors":[null]}', "D"],
  ["a long text", "word ".repeat(100), 'word wo..."'],
];

for (const [what, body, message] of BODIES) {
  Deno.test(`http client: reads an error body with ${what}`, async () => {
    const error = await failure(text(body, 400), "POST", "/tickets");
    assertInstanceOf(error, ValidationError);
    assertStringIncludes(error.message, message);
    assert(error.message.length < 200, error.message);
  });
}

Deno.test("http client: accepts a 204 without a body", async () => {
  const { api: client } = api(text(null, 204));
  assertEquals((await client.request("DELETE", "/tickets/7")).body, undefined);
});

const NO_THINGS: [what: string, reply: Reply][] = [
  ["without an id", json({ name: "x" })],
  ["with an id that is a text", json({ id: "7" })],
  ["with an id too large to be exact", text('{"id": 9007199254740993}')],
  ["that is a list", json([{ id: 7 }])],
  ["of 204", text(null, 204)],
];

for (const [what, reply] of NO_THINGS) {
  Deno.test(`requestOne: rejects a response ${what}`, async () => {
    const { api: client } = api(reply);
    const error = await rejection(client.requestOne("PUT", "/tickets/7"));
    assertInstanceOf(error, InvalidResponseError);
    assert(error.mayHaveBeenApplied);
  });
}

for (
  const [what, reply] of [
    ["an object", json({ results: [] })],
    ["204", text(null, 204)],
  ] as const
) {
  Deno.test(`listAll: rejects ${what}`, async () => {
    const { api: client } = api(reply);
    const error = await rejection(client.listAll("/contacts"));
    assertInstanceOf(error, InvalidResponseError);
    assertStringIncludes(error.message, "the answer is not a list");
  });
}

Deno.test("error: says where to look if a change was not applied", () => {
  const error = new NotAppliedError({ method: "PUT", path: "/tickets/7" });
  assertStringIncludes(error.hint, "group");
  assertEquals(error.mayHaveBeenApplied, false);
  assertEquals(isAccountError(error), false);
});

Deno.test("isAccountError: is false for other errors than Freshdesk's", () => {
  assertEquals(isAccountError(new Error("x")), false);
  assertEquals(isAccountError(undefined), false);
});

// Whether to send again

type Method = "GET" | "PUT" | "POST" | "DELETE";
type Cause = new (call: RequestInfo) => FreshdeskError;

const AGAIN: [cause: Cause, methods: Method[]][] = [
  [ConnectionError, ["GET", "PUT", "POST", "DELETE"]],
  [NoResponseError, ["GET", "PUT", "DELETE"]],
  [InvalidResponseError, ["GET", "PUT", "DELETE"]],
  [ServerError, ["GET", "PUT", "DELETE"]],
  [NotSentError, []],
  [NoApiAccessError, []],
  [ValidationError, []],
  [AuthenticationError, []],
  [PermissionError, []],
  [NotFoundError, []],
  [TicketDeletedError, []],
  [RedirectError, []],
  [NotAppliedError, []],
];

for (const [Cause, methods] of AGAIN) {
  for (const method of ["GET", "PUT", "POST", "DELETE"] as const) {
    const again = methods.includes(method);
    Deno.test(`retryDelay: ${again ? "repeats" : "does not repeat"} a ${method} after a ${Cause.name}`, () => {
      const error = new Cause({ method, path: "/tickets" });
      assertEquals(
        [1, 2, 3, 4].map((attempt) => retryDelay(error, attempt, 0)),
        again
          ? [500, 1000, undefined, undefined]
          : [undefined, undefined, undefined, undefined],
      );
    });
  }
}

for (const method of ["GET", "PUT", "POST", "DELETE"] as const) {
  Deno.test(`retryDelay: sends a ${method} again after every 429`, () => {
    const error = new RateLimitError({ method, path: "/tickets" }, 30);
    assertEquals(
      [1, 2, 3, 100].map((attempt) => retryDelay(error, attempt, 1)),
      [30_000, 30_000, 30_000, 30_000],
    );
  });
}

Deno.test("retryDelay: differs between programs", () => {
  const error = new ServerError({ method: "GET", path: "/tickets" });
  assertEquals(
    [0, 0.5, 1].map((random) => retryDelay(error, 1, random)),
    [500, 750, 1000],
  );
});

const IN_DOUBT: [what: string, reply: Reply][] = [
  ["a 500", text("", 500)],
  ["a 503", text("", 503)],
  ["a timeout", lost(TIMED_OUT)],
  ["a lost connection", lost(lostConnection())],
  ["a cut answer", cutOff(201)],
  ["an answer that is no JSON", text("<p>Hello</p>", 201)],
];

for (const [what, reply] of IN_DOUBT) {
  Deno.test(`http client: does not repeat a POST after ${what}`, async () => {
    const { api: client, asked } = api(reply, OK);
    const error = await rejection(client.request("POST", "/tickets"));
    assert(error.mayHaveBeenApplied);
    assertEquals(asked.length, 1);
  });

  for (const method of ["GET", "PUT"]) {
    Deno.test(`http client: repeats a ${method} after ${what}`, async () => {
      const { api: client, asked, clock } = api(reply, OK);
      await client.request(method, "/tickets/7");
      assertEquals(asked.length, 2);
      assertEquals(clock.waits, [500]);
    });
  }
}

for (const method of ["GET", "PUT", "POST"]) {
  Deno.test(`http client: repeats a ${method} if no connection could be made`, async () => {
    const { api: client, asked } = api(lost(refusedConnection()), OK);
    await client.request(method, "/tickets");
    assertEquals(asked.length, 2);
  });
}

Deno.test("http client: repeats the same request", async () => {
  const { api: client, asked } = api(text("", 503), OK);
  await client.request("PUT", "/tickets/7", { body: { status: 5 } });
  assertEquals(asked[1], asked[0]);
});

Deno.test("http client: sends a request at most three times, with longer waits", async () => {
  const { api: client, asked, clock } = api(text("", 503));
  assertInstanceOf(await rejection(client.request("GET", "/x")), ServerError);
  assertEquals(asked.length, 3);
  assertEquals(clock.waits, [500, 1000]);
});

Deno.test("http client: does not repeat a rejected request", async () => {
  const { api: client, asked } = api(json(VALIDATION, 400), OK);
  await rejection(client.request("PUT", "/tickets/7"));
  assertEquals(asked.length, 1);
});

Deno.test("http client: does not follow a redirect, so the key stays with the account", async () => {
  const seen: string[] = [];
  const { api: client, asked } = api(
    (request) => {
      seen.push(request.redirect);
      return new Response(null, {
        status: 302,
        headers: { location: `${ACCOUNT}/api/v2/tickets/8` },
      });
    },
    OK,
  );
  assertInstanceOf(
    await rejection(client.request("GET", "/tickets/7")),
    RedirectError,
  );
  assertEquals(seen, ["manual"]);
  assertEquals(asked.length, 1);
});

// 429

Deno.test("http client: waits for Retry-After after a 429", async () => {
  const { api: client, asked, clock } = api(TOO_MANY, OK);
  const { body } = await client.request<{ id: number }>("GET", "/tickets/7");
  assertEquals(body.id, 7);
  assertEquals(asked.length, 2);
  assertEquals(clock.time, NOON + 30_000);
});

Deno.test("http client: repeats a POST after a 429", async () => {
  const { api: client, asked } = api(TOO_MANY, json({ id: 7 }, 201));
  await client.request("POST", "/tickets", { body: { subject: "x" } });
  assertEquals(asked.map(({ body }) => body), [
    { subject: "x" },
    { subject: "x" },
  ]);
});

Deno.test("http client: waits a minute after a 429 without Retry-After", async () => {
  const { api: client, clock } = api(text("", 429), OK);
  await client.request("GET", "/tickets/7");
  assertEquals(clock.time, NOON + 60_000);
});

Deno.test("http client: adds at most a tenth to Retry-After", async () => {
  const { api: client, clock } = apiWith({ random: () => 1 }, TOO_MANY, OK);
  await client.request("GET", "/tickets/7");
  assertEquals(clock.time, NOON + 33_000);
});

Deno.test("http client: holds all calls back for Retry-After", async () => {
  const { api: client, clock } = api(TOO_MANY, OK);
  const at: number[] = [];
  await Promise.all([1, 2].map(async (id) => {
    await client.request("GET", `/tickets/${id}`);
    at.push(clock.time);
  }));
  await client.request("GET", "/tickets/3");
  assert(at.some((time) => time >= NOON + 30_000));
  assert(clock.time >= NOON + 30_000);
});

Deno.test("http client: waits out repeated 429s until the deadline", async () => {
  const { api: client, asked, clock } = api(TOO_MANY, TOO_MANY, TOO_MANY, OK);
  await client.request("GET", "/tickets/7");
  assertEquals(asked.length, 4);
  assertEquals(clock.time, NOON + 90_000);
});

Deno.test("http client: does not wait for a Retry-After beyond the deadline", async () => {
  const { api: client, asked, clock } = api(
    text("", 429, { "retry-after": "3600" }),
    OK,
  );
  const error = await rejection(client.request("POST", "/tickets"));
  assertEquals(error.mayHaveBeenApplied, false);
  assertStringIncludes(error.message, "3600 s");
  assertEquals(asked.length, 1);
  assertEquals(clock.waits, []);
});

// `before`

Deno.test("http client: does not send a call after its deadline", async () => {
  const { api: client, asked } = api(OK);
  const error = await rejection(
    client.request("POST", "/tickets", { deadline: NOON }),
  );
  assertInstanceOf(error, NotSentError);
  assertEquals(
    error.message,
    "Nothing was sent: POST /tickets: its deadline has passed",
  );
  assertEquals(error.mayHaveBeenApplied, false);
  assertStringIncludes(error.hint, "the next tick goes on");
  assertEquals(asked, []);
});

Deno.test("http client: sends a call before its deadline", async () => {
  const { api: client, asked } = api(OK);
  await client.request("POST", "/tickets", { deadline: NOON + 1 });
  assertEquals(asked.length, 1);
});

Deno.test("http client: makes no attempt after the deadline", async () => {
  const { api: client, asked, clock } = api(text("", 503), OK);
  const error = await rejection(
    client.request("GET", "/tickets", { deadline: NOON + 500 }),
  );
  assertInstanceOf(error, ServerError);
  assertEquals(asked.length, 1);
  assertEquals(clock.waits, []);
});

Deno.test("http client: waits at most two minutes by default", async () => {
  const { api: client, clock } = api(TOO_MANY);
  await rejection(client.request("GET", "/tickets"));
  assertEquals(clock.time, NOON + 90_000);
});

Deno.test("http client: applies the deadline to every page of a list", async () => {
  const { api: client, asked } = api(
    json([1], 200, { link: `<${ACCOUNT}/api/v2/x?page=2>; rel="next"` }),
    TOO_MANY,
  );
  const error = await rejection(
    client.listAll("/x", { deadline: NOON + 10_000 }),
  );
  assertInstanceOf(error, RateLimitError);
  assertEquals(asked.length, 2);
});

// Stopping

Deno.test("http client: stops waiting for Retry-After on abort", async () => {
  const stop = new AbortController();
  const { api: client, asked } = apiWith({ signal: stop.signal }, (request) => {
    stop.abort();
    return TOO_MANY(request);
  });
  const error = await rejection(client.request("POST", "/tickets"));
  assertInstanceOf(error, RateLimitError);
  assertEquals(asked.length, 1);
});

Deno.test("http client: rejects with the last error if a retry is aborted", async () => {
  const stop = new AbortController();
  const { api: client, asked } = apiWith({ signal: stop.signal }, () => {
    stop.abort();
    return new Response(null, { status: 503 });
  });
  assertInstanceOf(await rejection(client.request("GET", "/x")), ServerError);
  assertEquals(asked.length, 1);
});

Deno.test("http client: finishes the running request on abort", async () => {
  const stop = new AbortController();
  const { api: client } = apiWith({ signal: stop.signal }, () => {
    stop.abort();
    return Response.json({ id: 7 });
  });
  assertEquals((await client.requestOne("PUT", "/tickets/7")).body.id, 7);
});

Deno.test("http client: ends a real wait at once on abort, and leaves no timer", async () => {
  const stop = new AbortController();
  const { fetch, asked } = replies((request) => {
    setTimeout(() => stop.abort());
    return TOO_MANY(request);
  });
  const { signal } = stop;
  const client = new HttpClient({ url: ACCOUNT, apiKey: KEY, fetch, signal });
  const error = await rejection(client.request("GET", "/tickets"));
  assertInstanceOf(error, RateLimitError);
  assertEquals(asked.length, 1);
});

Deno.test("http client: goes on after a real wait", async () => {
  using time = new FakeTime(NOON);
  const { fetch, asked } = replies(TOO_MANY, OK);
  const client = new HttpClient({
    url: ACCOUNT,
    apiKey: KEY,
    fetch,
    signal: new AbortController().signal,
    now: () => time.now,
    random: () => 0,
  });
  const answer = client.requestOne("GET", "/tickets/7");
  for (let n = 0; n < 10; n++) await time.tickAsync(0);
  await time.tickAsync(29_000);
  assertEquals(asked.length, 1);
  await time.tickAsync(2_000);
  assertEquals((await answer).body.id, 7);
  assertEquals(asked.length, 2);
});

Deno.test("http client: does not begin to wait if it is already aborted", async () => {
  using time = new FakeTime(NOON);
  const { fetch, asked } = replies(TOO_MANY);
  const client = new HttpClient({
    url: ACCOUNT,
    apiKey: KEY,
    fetch,
    signal: AbortSignal.abort(),
    now: () => time.now,
  });
  const error = await rejection(client.request("GET", "/tickets"));
  assertInstanceOf(error, RateLimitError);
  assertEquals(time.now, NOON);
  assertEquals(asked.length, 1);
});

// A refused key

const KEY_REFUSALS: [what: string, reply: Reply, type: Row["type"]][] = [
  ["401", json({ code: "invalid_credentials" }, 401), AuthenticationError],
  [
    "403 password_lockout",
    json({ code: "password_lockout" }, 403),
    PermissionError,
  ],
];

for (const [what, reply, type] of KEY_REFUSALS) {
  Deno.test(`http client: sends nothing for an hour after ${what}`, async () => {
    const { api: client, asked, clock } = api(reply, OK);
    await rejection(client.request("GET", "/agents/me"));
    clock.time += 3_600_000 - 1;
    assertInstanceOf(await rejection(client.request("GET", "/contacts")), type);
    assertEquals(asked.length, 1);
  });

  Deno.test(`http client: tries the key again an hour after ${what}`, async () => {
    const { api: client, asked, clock } = api(reply, OK);
    await rejection(client.request("GET", "/agents/me"));
    clock.time += 3_600_000;
    await client.request("GET", "/contacts");
    assertEquals(asked.length, 2);
  });
}

Deno.test("http client: goes on after a call that the key may not make", async () => {
  const { api: client, asked } = api(json({ code: "access_denied" }, 403), OK);
  await rejection(client.request("GET", "/agents"));
  await client.request("GET", "/agents/me");
  assertEquals(asked.length, 2);
});

Deno.test("http client: does not send waiting calls after the key was rejected", async () => {
  const stopHere = json({ code: "invalid_credentials" }, 401);
  const { api: client, asked } = api(TOO_MANY, stopHere);
  const results = await Promise.allSettled(
    [1, 2, 3].map((n) => client.request("GET", `/tickets/${n}`)),
  );
  assertEquals(results.map(({ status }) => status), Array(3).fill("rejected"));
  const { length } = asked;
  await rejection(client.request("GET", "/tickets/4"));
  assertEquals(asked.length, length);
});

// Pages

const NEXT: [what: string, link: string][] = [
  ["as the standard writes it", `<${ACCOUNT}/api/v2/x?page=2>; rel="next"`],
  ["as Freshdesk writes it", `< ${ACCOUNT}/api/v2/x?page=2>;rel="next"`],
  ["with spaces on both sides", `< ${ACCOUNT}/api/v2/x?page=2 > ; rel="next"`],
  ["without quotes", `<${ACCOUNT}/api/v2/x?page=2>; rel=next`],
  ["without the origin", `</api/v2/x?page=2>; rel="next"`],
  [
    "after another link",
    `<${ACCOUNT}/api/v2/x?page=9>; rel="prev", <${ACCOUNT}/api/v2/x?page=2>; rel="next"`,
  ],
];

for (const [what, link] of NEXT) {
  Deno.test(`paginate: follows the link to the next page ${what}`, async () => {
    const { api: client, asked } = api(json([1, 2], 200, { link }), json([3]));
    assertEquals(await client.listAll("/x"), [1, 2, 3]);
    assertEquals(paths(asked), ["/x", "/x?page=2"]);
  });
}

Deno.test("paginate: reads one page without a link", async () => {
  const { api: client, asked } = api(json([1]));
  assertEquals(await client.listAll("/x"), [1]);
  assertEquals(asked.length, 1);
});

Deno.test("paginate: does not follow a link to the previous page", async () => {
  const link = `<${ACCOUNT}/api/v2/x?page=1>; rel="prev"`;
  const { api: client, asked } = api(json([1], 200, { link }));
  await client.listAll("/x");
  assertEquals(asked.length, 1);
});

Deno.test("paginate: repeats a page that failed", async () => {
  const link = `<${ACCOUNT}/api/v2/x?page=2>; rel="next"`;
  const { api: client, asked } = api(
    json([1], 200, { link }),
    text("", 503),
    json([2]),
  );
  assertEquals(await client.listAll("/x"), [1, 2]);
  assertEquals(paths(asked), ["/x", "/x?page=2", "/x?page=2"]);
});

Deno.test("paginate: requests no page that is not read", async () => {
  const link = `<${ACCOUNT}/api/v2/x?page=2>; rel="next"`;
  const { api: client, asked } = api(json([1], 200, { link }));
  for await (const page of client.paginate<number>("/x")) {
    assertEquals(page, [1]);
    break;
  }
  assertEquals(asked.length, 1);
});

Deno.test("paginate: stops after 300 pages", async () => {
  const link = `<${ACCOUNT}/api/v2/x?page=2>; rel="next"`;
  const { api: client, asked } = api(
    json([1], 200, {
      link,
      "x-ratelimit-total": "100000",
      "x-ratelimit-remaining": "99999",
    }),
  );
  assertEquals((await client.listAll("/x")).length, 300);
  assertEquals(asked.length, 300);
});

const FOREIGN: [what: string, link: string][] = [
  ["another host", "https://evil.example/api/v2/x?page=2"],
  ["another account", "https://other.freshdesk.com/api/v2/x?page=2"],
  ["another port", `${ACCOUNT}:8443/api/v2/x?page=2`],
  ["another protocol", "http://acme.freshdesk.com/api/v2/x?page=2"],
  ["another host without a protocol", "//evil.example/api/v2/x?page=2"],
  ["a host that begins alike", `${ACCOUNT}.evil.example/api/v2/x?page=2`],
  ["another path", `${ACCOUNT}/support/x?page=2`],
  ["a path that climbs out", `${ACCOUNT}/api/v2/../../support?page=2`],
  ["a path that begins alike", `${ACCOUNT}/api/v2x?page=2`],
  ["no URL", "https://"],
];

for (const [what, link] of FOREIGN) {
  Deno.test(`paginate: rejects a link to ${what}`, async () => {
    const { api: client, asked } = api(
      json([1], 200, { link: `<${link}>; rel="next"` }),
      json([2]),
    );
    const error = await rejection(client.listAll("/x"));
    assertInstanceOf(error, RedirectError);
    assertMatch(
      error.message,
      /^Freshdesk is at another address: GET \/x: 200: the link to the next page leads/,
    );
    assert(isAccountError(error));
    assertEquals(asked.length, 1);
  });
}
