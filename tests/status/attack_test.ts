/** The actions over HTTP, and who may not take them. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { Actions } from "../../status/actions.ts";
import { statusApp, type StatusOptions } from "../../status/app.ts";
import { findStranger } from "../../status/security.ts";
import { moment, type Program, TestEnv } from "../helpers/test_env.ts";

const PASSWORD = "correct-horse-battery";
const LOCAL = "http://localhost:8000";
const DESK = "https://desk.example.com";
const JSON_TYPE = { "content-type": "application/json" };
const FORM_TYPE = { "content-type": "application/x-www-form-urlencoded" };
/** What a browser says of a form of our own page. */
const OWN = { origin: LOCAL, "sec-fetch-site": "same-origin" };
const CREDENTIALS = { authorization: `Basic ${btoa(`ana:${PASSWORD}`)}` };

/** A page with its account, database and clock. */
interface Page extends Disposable {
  env: TestEnv;
  program: Program;
  /** Sends a request; `url` may be a path below {@linkcode LOCAL}. */
  send: (
    method: string,
    url: string,
    headers?: Record<string, string>,
    body?: string | ReadableStream<Uint8Array>,
  ) => Promise<Response>;
}

async function pageOf(options: Partial<StatusOptions> = {}): Promise<Page> {
  const env = await TestEnv.open();
  const program = env.program({ contactDomains: "*" });
  const { store, freshdesk, workflow, opener } = program;
  const actions = new Actions({
    store,
    freshdesk,
    workflow,
    prepare: () => Promise.resolve({ opener, writer: { topics: ["billing"] } }),
    account: "acme.freshdesk.com",
    now: () => env.now,
    log: env.log,
  });
  const app = statusApp({
    store,
    now: () => env.now,
    ticketUrl: (id) => freshdesk.ticketUrl(id),
    budget: () => freshdesk.budget,
    startedAt: moment("12:00"),
    mode: "open",
    production: true,
    actions,
    log: env.log,
    ...options,
  });
  return {
    env,
    program,
    send: async (method, url, headers = {}, body) =>
      await app.request(
        new URL(url, LOCAL).href,
        { method, headers, ...(body !== undefined && { body }) },
        { remoteAddr: { transport: "tcp", hostname: "203.0.113.7", port: 1 } },
      ),
    [Symbol.dispose]: () => env[Symbol.dispose](),
  };
}

async function isPaused({ program }: Page): Promise<boolean> {
  return await program.store.pause() !== undefined;
}

/** Asserts that a request is refused, in a sentence, and that nothing was done. */
async function refused(
  page: Page,
  answer: Promise<Response>,
  status = 403,
): Promise<string> {
  const { status: given, headers, body } = await answer;
  const text = await new Response(body).text();
  assertEquals(given, status, text);
  assertMatch(text, /\w+ \w+ \w+/);
  assert(!/\bat \w+ \(|file:\/\//.test(text), text);
  assertEquals(headers.get("access-control-allow-origin"), null);
  assert(!await isPaused(page), "it was done");
  assertEquals(page.env.sandbox.tickets.size, 0);
  return text;
}

Deno.test("access: a program on this machine acts with JSON", async () => {
  using page = await pageOf();
  const answer = await page.send(
    "POST",
    "/api/open",
    JSON_TYPE,
    `{"count":2,"token":"${crypto.randomUUID()}"}`,
  );
  assertEquals(answer.status, 200);
  const { tickets } = await answer.json();
  assertEquals(tickets.length, 2);
  await page.send("POST", "/api/pause", JSON_TYPE, '{"minutes":5,"by":"ci"}');
  assertEquals((await page.program.store.pause())?.by, "ci");
  await page.send("POST", "/api/resume", JSON_TYPE);
  assert(!await isPaused(page));
  const hurried = await page.send(
    "POST",
    "/api/hurry",
    JSON_TYPE,
    '{"ticket":1,"step":"first reply"}',
  );
  assertEquals(hurried.status, 200);
  const again = await page.send(
    "POST",
    "/api/hurry",
    JSON_TYPE,
    '{"ticket":1,"step":"first reply"}',
  );
  assertEquals(again.status, 409);
  assertMatch((await again.json()).error, /has moved on/);
  const preview = await page.send("GET", "/api/preview?hours=2");
  assertEquals((await preview.json()).hours, 2);
  const found = await page.send("GET", "/api/cleanup");
  assertEquals((await found.json()).total, 2);
});

Deno.test("access: a form of the page acts without scripts, and leads back to it", async () => {
  using page = await pageOf();
  const answer = await page.send(
    "POST",
    "/actions/pause",
    { ...OWN, ...FORM_TYPE },
    "minutes=30&from=/tickets/1",
  );
  assertEquals(answer.status, 303);
  assertEquals(answer.headers.get("location"), "/tickets/1");
  const cookie = answer.headers.get("set-cookie") ?? "";
  assertStringIncludes(decodeURIComponent(cookie), "+Paused until 12:30 UTC");
  assertMatch(cookie, /HttpOnly; SameSite=Strict/);
  assert(await isPaused(page));
  const wrong = await page.send(
    "POST",
    "/actions/hurry",
    { ...OWN, ...FORM_TYPE },
    "ticket=9&step=0&from=//evil.example/",
  );
  assertEquals([wrong.status, wrong.headers.get("location")], [303, "/"]);
  const said = decodeURIComponent(wrong.headers.get("set-cookie") ?? "");
  assertStringIncludes(said, "!There is no ticket 9");
});

Deno.test("access: what a browser keeps of a long answer is short enough to be kept", async () => {
  using plain = await pageOf();
  const { freshdesk, store, workflow, opener } = plain.program;
  const topics = Array.from({ length: 200 }, () => "\u7968\u5238");
  const actions = new Actions({
    store,
    freshdesk,
    workflow,
    prepare: () => Promise.resolve({ opener, writer: { topics } }),
    account: "acme.freshdesk.com",
    log: plain.env.log,
  });
  using page = await pageOf({ actions });
  const answer = await page.send(
    "POST",
    "/actions/open",
    { ...OWN, ...FORM_TYPE },
    `count=1&token=${crypto.randomUUID()}&topic=none`,
  );
  assertEquals(answer.status, 303);
  assert((answer.headers.get("set-cookie") ?? "").length < 4096);
});

Deno.test("access: a form that would mail people asks first, with the same token", async () => {
  using page = await pageOf();
  const { freshdesk, store, workflow } = page.program;
  page.env.sandbox.contacts[0]!.email = "amina@gmail.com";
  const { opener } = page.env.program();
  const actions = new Actions({
    store,
    freshdesk,
    workflow,
    prepare: () => Promise.resolve({ opener, writer: { topics: [] } }),
    account: "acme.freshdesk.com",
    now: () => page.env.now,
    log: page.env.log,
  });
  using asking = await pageOf({ actions });
  const token = crypto.randomUUID();
  const open = async (body: string) =>
    await asking.send("POST", "/actions/open", { ...OWN, ...FORM_TYPE }, body);
  const answer = await open(`count=1&token=${token}&topic=%22%3E%3Cb%3E`);
  assertEquals(answer.status, 303, "an unknown topic is said first");
  const asked = await open(`count=1&token=${token}`);
  const text = await asked.text();
  assertEquals(asked.status, 409);
  assertStringIncludes(text, `name="token" value="${token}"`);
  assertStringIncludes(text, 'name="confirm" value="true"');
  assertEquals(page.env.sandbox.tickets.size, 0);
  const done = await open(`count=1&token=${token}&confirm=true`);
  assertEquals(done.status, 303);
  assertEquals(page.env.sandbox.tickets.size, 1);
});

Deno.test("access: a form of another page is refused, whatever the browser remembers", async () => {
  for (const mode of ["open", { password: PASSWORD }] as const) {
    using page = await pageOf({ mode });
    const remembered = mode === "open" ? {} : CREDENTIALS;
    for (
      const evil of [
        { origin: "https://evil.example", "sec-fetch-site": "cross-site" },
        { origin: "https://evil.example" },
        { origin: "http://localhost:3000", "sec-fetch-site": "same-site" },
        { origin: "http://localhost:3000" },
        { origin: "null", "sec-fetch-site": "cross-site" },
        { origin: "null" },
        { "sec-fetch-site": "cross-site" },
        { "sec-fetch-site": "same-site" },
        { "sec-fetch-site": "none" },
        { "sec-fetch-site": "nonsense" },
        { origin: `${LOCAL}.evil.example` },
        { origin: "not a url", "sec-fetch-site": "cross-site" },
      ] as Record<string, string>[]
    ) {
      for (const [path, type] of [["actions", FORM_TYPE], ["api", JSON_TYPE]]) {
        const headers = { ...remembered, ...evil, ...type as typeof FORM_TYPE };
        await refused(page, page.send("POST", `/${path}/pause`, headers, ""));
      }
    }
    assert(page.env.lines.some((line) => /^WARN POST .* refused/.test(line)));
  }
});

Deno.test("access: a fetch with no-cors cannot send JSON, and a form needs a browser's word", async () => {
  using page = await pageOf();
  for (
    const type of [
      "text/plain",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
      "text/plain; application/json",
      "",
    ]
  ) {
    const headers: Record<string, string> = type
      ? { "content-type": type }
      : {};
    const body = '{"minutes":5}';
    await refused(page, page.send("POST", "/api/pause", headers, body));
    await refused(page, page.send("POST", "/actions/pause", headers, body));
  }
  const blob = { ...OWN, "content-type": "text/plain" };
  await refused(page, page.send("POST", "/api/pause", blob, "{}"), 400);
  await refused(page, page.send("OPTIONS", "/api/pause", OWN), 405);
});

Deno.test("access: a name of somebody else's that leads here is refused (DNS rebinding)", async () => {
  using page = await pageOf();
  const evil = "http://rebound.evil.example:8000";
  const headers = {
    ...JSON_TYPE,
    origin: evil,
    "sec-fetch-site": "same-origin",
  };
  await refused(page, page.send("POST", `${evil}/api/pause`, headers, "{}"));
  await refused(page, page.send("GET", `${evil}/api/cleanup`));
  await refused(page, page.send("GET", `${evil}/`));
  await refused(page, page.send("GET", `${evil}/api/tickets`));
  using guarded = await pageOf({ mode: { password: PASSWORD } });
  const answer = guarded.send("POST", `${evil}/api/pause`, headers, "{}");
  assertEquals((await answer).status, 401);
});

Deno.test("access: a proxy that sets Host opens nothing without a password, and works with one", async () => {
  using page = await pageOf();
  const browser = { origin: DESK, "sec-fetch-site": "same-origin" };
  await refused(
    page,
    page.send("POST", "/actions/pause", { ...browser, ...FORM_TYPE }, ""),
  );
  for (
    const name of ["x-forwarded-for", "forwarded", "via", "x-forwarded-host"]
  ) {
    const headers = { ...JSON_TYPE, [name]: "198.51.100.1" };
    await refused(page, page.send("POST", "/api/pause", headers, "{}"));
  }
  using guarded = await pageOf({ mode: { password: PASSWORD } });
  const headers = { ...browser, ...FORM_TYPE, ...CREDENTIALS };
  const answer = await guarded.send("POST", "/actions/pause", headers, "");
  assertEquals(answer.status, 303);
  assertEquals((await guarded.program.store.pause())?.by, "ana");
  const forged = { ...headers, "x-forwarded-host": "desk.example.com" };
  await guarded.send("POST", "/actions/resume", { ...forged, ...OWN }, "");
  const old = { ...JSON_TYPE, ...CREDENTIALS, origin: DESK };
  await refused(guarded, guarded.send("POST", "/api/pause", old, "{}"));
});

Deno.test("access: a password is asked for wherever one is set, JSON and forms alike", async () => {
  using page = await pageOf({ mode: { password: PASSWORD } });
  for (const name of ["open", "pause", "resume", "retry", "hurry", "cleanup"]) {
    for (const path of [`/api/${name}`, `/actions/${name}`]) {
      const { status } = await page.send("POST", path, {
        ...OWN,
        ...JSON_TYPE,
      }, "{}");
      assertEquals(status, 401, path);
    }
  }
  assertEquals((await page.send("GET", "/api/preview")).status, 401);
  assertEquals((await page.send("GET", "/api/cleanup")).status, 401);
  assert(!await isPaused(page));
  const program = { ...CREDENTIALS, ...JSON_TYPE };
  const paused = await page.send("POST", "/api/pause", program, "{}");
  assertEquals(paused.status, 200);
});

Deno.test("access: where the page is off, nothing can be done", async () => {
  using page = await pageOf({ mode: { off: "Set STATUS_PASSWORD." } });
  await refused(page, page.send("POST", "/api/pause", JSON_TYPE, "{}"));
});

Deno.test("access: wrong passwords slow down, and the right one ends it", async () => {
  using page = await pageOf({ mode: { password: PASSWORD } });
  const wrong = { authorization: `Basic ${btoa("ana:wrong-password")}` };
  const look = async (headers: Record<string, string>) =>
    (await page.send("GET", "/api/jobs", headers)).status;
  for (let i = 0; i < 5; i++) assertEquals(await look(wrong), 401);
  assertEquals(await look(wrong), 429);
  assertEquals(await look(CREDENTIALS), 429, "the right one waits as well");
  assertEquals(await look({}), 401, "to ask for it costs nothing");
  page.env.now += 1000;
  assertEquals(await look(wrong), 401);
  page.env.now += 1000;
  const slow = await page.send("GET", "/api/jobs", wrong);
  assertEquals([slow.status, slow.headers.get("retry-after")], [429, "1"]);
  for (let i = 0; i < 20; i++) {
    page.env.now += 60_000;
    assertEquals(await look(wrong), 401);
  }
  page.env.now += 60_000;
  assertEquals(await look(CREDENTIALS), 200);
  assertEquals(await look(wrong), 401);
  assertEquals(await look(CREDENTIALS), 200);
});

Deno.test("access: many wrong passwords at the same moment do not get around it", async () => {
  using page = await pageOf({ mode: { password: PASSWORD } });
  const tries = Array.from({ length: 50 }, (_, i) => ({
    authorization: `Basic ${btoa(`ana:wrong-password-${i}`)}`,
  }));
  const answers = await Promise.all(
    tries.map((headers) => page.send("GET", "/api/jobs", headers)),
  );
  const looked = answers.filter(({ status }) => status === 401).length;
  assertEquals([looked, answers.length - looked], [5, 45]);
  page.env.now += 1000;
  const rights = Array.from(
    { length: 20 },
    () => page.send("GET", "/api/jobs", CREDENTIALS),
  );
  const opened = await Promise.all(rights);
  assertEquals(opened.map(({ status }) => status), Array(20).fill(200));
});

Deno.test("access: READ_ONLY takes the actions from the page and from JSON", async () => {
  using page = await pageOf({ readOnly: true });
  for (const name of ["open", "pause", "resume", "retry", "hurry", "cleanup"]) {
    const json = page.send("POST", `/api/${name}`, JSON_TYPE, "{}");
    assertStringIncludes(await refused(page, json), "READ_ONLY");
    const form = { ...OWN, ...FORM_TYPE };
    await refused(page, page.send("POST", `/actions/${name}`, form, ""));
  }
  await refused(page, page.send("GET", "/api/cleanup"));
  assertEquals((await page.send("GET", "/cleanup")).status, 403);
  assertEquals((await page.send("GET", "/api/preview")).status, 200);
  assertEquals((await page.send("GET", "/upcoming")).status, 200);
});

Deno.test("access: what reads and costs calls is not for other pages either", async () => {
  using page = await pageOf();
  const evil = { "sec-fetch-site": "cross-site" };
  await refused(page, page.send("GET", "/api/cleanup", evil));
  await refused(page, page.send("GET", "/api/preview", evil));
  assertEquals((await page.send("GET", "/cleanup", evil)).status, 403);
  assertEquals((await page.send("GET", "/upcoming", evil)).status, 403);
  assertEquals((await page.send("GET", "/upcoming?hours=x")).status, 400);
  const typed = { "sec-fetch-site": "none" };
  assertEquals((await page.send("GET", "/api/cleanup", typed)).status, 200);
});

Deno.test("access: no frame may hold the page, and a form of it goes nowhere else", async () => {
  using page = await pageOf();
  const { headers } = await page.send("GET", "/");
  const policy = headers.get("content-security-policy") ?? "";
  assertStringIncludes(policy, "frame-ancestors 'none'");
  assertStringIncludes(policy, "form-action 'self'");
  assertStringIncludes(policy, "base-uri 'none'");
  assertEquals(headers.get("x-frame-options"), "DENY");
  assertEquals(headers.get("referrer-policy"), "same-origin");
  const form = { ...OWN, ...FORM_TYPE };
  const done = await page.send("POST", "/actions/resume", form, "");
  assertEquals(done.headers.get("x-frame-options"), "DENY");
  assertEquals(done.headers.get("cache-control"), "no-store");
});

Deno.test("access: huge bodies are refused before they are read", async () => {
  using page = await pageOf();
  const huge = `{"by":"${"x".repeat(20_000)}"}`;
  await refused(page, page.send("POST", "/api/pause", JSON_TYPE, huge), 413);
  const form = { ...OWN, ...FORM_TYPE };
  await refused(page, page.send("POST", "/actions/pause", form, huge), 413);
  let sent = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 1024;
      controller.enqueue(new Uint8Array(1024));
    },
  });
  await refused(page, page.send("POST", "/api/pause", JSON_TYPE, endless), 413);
  assert(sent < 64 * 1024, `${sent} bytes were taken`);
});

Deno.test("access: wrong bodies and arguments are a sentence and 400", async () => {
  using page = await pageOf();
  const deep = "[".repeat(8000) + "]".repeat(8000);
  for (
    const body of [
      "{",
      "null",
      "[]",
      "1",
      '"x"',
      deep,
      '{"minutes":"soon"}',
      '{"minutes":-1}',
      '{"minutes":0}',
      '{"minutes":1e99}',
      '{"minutes":{}}',
      '{"minutes":[5]}',
      '{"minutes":true}',
      '{"by":{}}',
    ]
  ) await refused(page, page.send("POST", "/api/pause", JSON_TYPE, body), 400);
  const token = crypto.randomUUID();
  for (
    const body of [
      "{}",
      '{"count":1}',
      `{"count":"many","token":"${token}"}`,
      `{"count":21,"token":"${token}"}`,
      `{"count":1,"token":["${token}"]}`,
      `{"count":1,"token":"${token}","topic":"none"}`,
      `{"count":1,"token":"${token}","topic":{}}`,
    ]
  ) await refused(page, page.send("POST", "/api/open", JSON_TYPE, body), 400);
  for (const hours of ["0", "49", "-1", "x", "1.5", "9".repeat(400), ""]) {
    const answer = page.send("GET", `/api/preview?hours=${hours}`);
    await refused(page, answer, 400);
  }
  const polluted = '{"__proto__":{"minutes":5},"constructor":1,"minutes":"x"}';
  await refused(
    page,
    page.send("POST", "/api/pause", JSON_TYPE, polluted),
    400,
  );
  await refused(page, page.send("GET", "/api/open"), 405);
  await refused(page, page.send("GET", "/actions/pause"), 405);
  await refused(page, page.send("DELETE", "/actions/pause", OWN), 405);
  await refused(page, page.send("POST", "/api/nonsense", JSON_TYPE, "{}"), 404);
});

Deno.test("access: two browsers that press at the same moment do it once", async () => {
  using page = await pageOf();
  const form = { ...OWN, ...FORM_TYPE };
  const body = `count=2&token=${crypto.randomUUID()}`;
  const open = () => page.send("POST", "/actions/open", form, body);
  const opened = await Promise.all([open(), open(), open()]);
  assertEquals(opened.map(({ status }) => status), [303, 303, 303]);
  assertEquals(page.env.sandbox.tickets.size, 2);
  const { step } = (await page.env.tickets())[0]!;
  const hurry = () =>
    page.send("POST", "/api/hurry", JSON_TYPE, `{"ticket":1,"step":${step}}`);
  const hurried = await Promise.all([hurry(), hurry(), hurry()]);
  assertEquals(hurried.map(({ status }) => status).sort(), [200, 409, 409]);
  assertEquals(page.env.said(1).length, 1);
  const clean = () =>
    page.send(
      "POST",
      "/api/cleanup",
      JSON_TYPE,
      '{"confirm":"acme.freshdesk.com"}',
    );
  const cleaned = await Promise.all([clean(), clean()]);
  assertEquals(cleaned.map(({ status }) => status).sort(), [200, 409]);
});

Deno.test("access: without actions the page has no such paths", async () => {
  const env = await TestEnv.open();
  using _env = env;
  const { store, freshdesk } = env.program();
  const app = statusApp({
    store,
    ticketUrl: (id) => freshdesk.ticketUrl(id),
    budget: () => freshdesk.budget,
    startedAt: moment("12:00"),
    mode: "open",
    production: true,
  });
  const { status } = await app.request(`${LOCAL}/api/pause`, {
    method: "POST",
    headers: JSON_TYPE,
  });
  assertEquals(status, 404);
});

Deno.test("findStranger() lets a browser's own words count, and only those", () => {
  const ask = (
    headers: Record<string, string>,
    mode: "open" | { password: string } = "open",
    url = `${LOCAL}/actions/open`,
  ) =>
    findStranger(mode, {
      method: "POST",
      url,
      header: (name) => headers[name],
    });
  assertEquals(ask({}), undefined);
  assertEquals(ask(OWN), undefined);
  assertEquals(ask({ origin: LOCAL }), undefined);
  assertEquals(ask({ origin: "https://localhost:8000" }), undefined, "TLS");
  assert(ask({ origin: "http://localhost" }), "another port");
  const secret = { password: PASSWORD };
  assertEquals(ask({ origin: DESK }, secret, `${DESK}/actions/x`), undefined);
  assert(ask({ origin: DESK }, secret), "Host set by a proxy, an old browser");
  assert(ask({ "sec-fetch-site": "same-site" }, secret));
  assertEquals(
    ask({ origin: "null", "sec-fetch-site": "same-origin" }),
    undefined,
  );
});

Deno.test("HEAD is answered like GET, without a body", async () => {
  using page = await pageOf();
  for (const path of ["/", "/tickets", "/api/jobs", "/page.css", "/nowhere"]) {
    const { status, headers } = await page.send("GET", path);
    const head = await page.send("HEAD", path);
    assertEquals(head.status, status, path);
    assertEquals(
      head.headers.get("content-type"),
      headers.get("content-type"),
      path,
    );
    assertEquals(await head.text(), "");
  }
});

Deno.test("What was done is said whatever characters it has", async () => {
  using page = await pageOf();
  for (const name of ["x" + "😀".repeat(40), "\ud83d"]) {
    await page.program.store.endPause();
    const topic = await page.send(
      "POST",
      "/actions/open",
      { ...OWN, ...FORM_TYPE },
      new URLSearchParams({ count: "1", topic: name, token: "12345678" })
        .toString(),
    );
    assertEquals(topic.status, 303, name);
    await page.program.store.setPause(name, null, page.env.now);
    const answer = await page.send(
      "POST",
      "/actions/open",
      { ...OWN, ...FORM_TYPE },
      "count=1&token=12345678",
    );
    assertEquals(answer.status, 303, name);
  }
});
