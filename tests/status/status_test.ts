import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { statusApp, type StatusOptions } from "../../status/app.ts";
import { ChangeFeed } from "../../status/change_feed.ts";
import type { JobView } from "../../status/job_list.ts";
import type { ThreadView } from "../../status/thread_view.ts";
import type { PageView } from "../../status/ticket_pages.ts";
import type { TicketView } from "../../status/ticket_view.ts";
import { boardLines, threadLines } from "../../status/text_view.ts";
import { board } from "../../status/board_view.ts";
import type { Source } from "../../status/source.ts";
import { thread } from "../../status/thread_view.ts";
import { moment, type Program, TestEnv } from "../helpers/test_env.ts";

type App = ReturnType<typeof statusApp>;

const HOSTILE = `<script>alert(1)</script>`;

function appIn(
  world: TestEnv,
  program: Program,
  options: Partial<StatusOptions> = {},
): App {
  return statusApp({
    store: program.store,
    now: () => world.now,
    ticketUrl: (id) => program.freshdesk.ticketUrl(id),
    budget: () => program.freshdesk.budget,
    startedAt: moment("12:00"),
    ranAt: () => undefined,
    mode: "open",
    production: true,
    ...options,
  });
}

function sourceIn(world: TestEnv, { store, freshdesk }: Program): Source {
  return {
    store,
    now: () => world.now,
    ticketUrl: (id) => freshdesk.ticketUrl(id),
  };
}

async function text(app: App, path: string): Promise<string> {
  return await (await app.request(path)).text();
}

async function json<T>(app: App, path: string): Promise<T> {
  return await (await app.request(path)).json();
}

/** The part of a page that a heading names. */
function part(page: string, id: string): string {
  const start = page.indexOf(`aria-labelledby="${id}"`);
  assert(start >= 0, `the page has no part '${id}'`);
  return page.slice(start, page.indexOf("</section>", start));
}

/** Lets a ticket fail for want of a person's help. */
async function fail({ store }: Program, id: number, at: number): Promise<void> {
  const entry = await store.getById(id);
  await store.update(entry!, {
    state: "failed",
    completedAt: at,
    stepSince: at,
    lastError: {
      at,
      message: "400: cf_region is missing",
      hint: "Give cf_region a default.",
    },
  });
}

Deno.test("page: an empty store shows an empty board", async () => {
  using world = await TestEnv.open();
  const answer = await appIn(world, world.program()).request("/");
  const page = await answer.text();
  assertEquals(answer.status, 200);
  assertStringIncludes(page, "No ticket yet");
  assertStringIncludes(page, "first ticket in 60 minutes");
  assert(!page.includes('class="ticket"'));
  assert(!page.includes('class="column'));
  assert(!page.includes('class="failures"'));
});

Deno.test("page: a ticket is in the column of what it waits for", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  const app = appIn(world, program);
  await world.create(program, "12:00");
  assertStringIncludes(part(await text(app, "/"), "first_reply"), "#1");
  await world.until(program, "12:05");
  const page = await text(app, "/");
  assertStringIncludes(part(page, "customer_reply"), "#1");
  assert(!part(page, "first_reply").includes("#1"));
});

Deno.test("page: a closed ticket is among the closed, with its time for programs and people", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "12:00");
  await world.until(program, "12:20");
  const closed = part(await text(appIn(world, program), "/"), "closed");
  assertStringIncludes(closed, "#1");
  assertStringIncludes(closed, 'datetime="2026-11-23T12:20:00.000Z"');
  assertStringIncludes(closed, ">12:20</time>");
});

Deno.test("page: a failed ticket is on top, with the reason and what to do", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "12:00");
  await fail(program, 1, world.now);
  const page = await text(appIn(world, program), "/");
  assertStringIncludes(page, "<title>1 failed");
  const failed = part(page, "failed");
  assertStringIncludes(failed, "400: cf_region is missing");
  assertStringIncludes(failed, "Give cf_region a default.");
  assertStringIncludes(failed, "deno task retry 1");
  assert(page.indexOf('id="failed"') < page.indexOf('id="jobs"'));
});

Deno.test("page: today's numbers and the hours' are those of the tallies", async () => {
  using world = await TestEnv.open();
  const program = world.program({ ticketsPerHour: 2 });
  await world.create(program, "12:00");
  await world.until(program, "12:20");
  await program.store.recordJobRun(
    "closings",
    {
      at: world.now,
      took: 900,
      report: { done: 2, postponed: 0, gaveUp: 0 },
      error: null,
    },
    14,
  );
  world.now = moment("13:05");
  const facts = await board(sourceIn(world, program), 20);
  assertEquals(facts.today, {
    opened: 2,
    closed: 2,
    failed: 0,
    abandoned: 0,
    calls: 14,
  });
  assertEquals(facts.hours.length, 24);
  assertEquals(facts.hours.at(-2)?.at, "2026-11-23T12:00:00.000Z");
  assertEquals(facts.hours.at(-2)?.closed, 2);
  const page = await text(appIn(world, program), "/");
  assertStringIncludes(page, "Last 24 hours: 2 opened, 2 closed");
});

Deno.test("page: what happened yesterday is in the chart and not in today's numbers", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "23:00");
  world.now = moment("25:00");
  const { today, hours } = await board(sourceIn(world, program), 20);
  assertEquals(today.opened, 0);
  assertEquals(hours.reduce((sum, { opened }) => sum + opened, 0), 1);
});

Deno.test("page: a ticket opens as its conversation, by Freshdesk's id and by its tag", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "12:00");
  await world.until(program, "12:20");
  const app = appIn(world, program);
  const { tag, subject } = await world.theTicket();
  const page = await text(app, "/tickets/1");
  assertEquals(page.match(/<li class="(agent|contact)">/g)?.length, 4);
  assertStringIncludes(page, "https://acme.freshdesk.com/a/tickets/1");
  assertStringIncludes(page, tag);
  assertEquals(await text(app, `/tickets/${tag}`), page);
  const { messages, ...facts } = await json<ThreadView>(app, "/api/tickets/1");
  assertEquals(messages.map(({ from, at }) => `${from} ${at.slice(11, 16)}`), [
    "contact 12:00",
    "agent 12:05",
    "contact 12:10",
    "agent 12:15",
  ]);
  assertEquals(facts.subject, subject);
  assertEquals(facts.stage, "closed");
  assertEquals(facts.since, "2026-11-23T12:20:00.000Z");
  assertEquals(
    facts.steps.map(({ label, state, at }) =>
      `${label} ${state} ${at?.slice(11, 16)}`
    ),
    [
      "opening done 12:00",
      "assignment done undefined",
      "first reply done 12:05",
      "customer reply done 12:10",
      "resolution done 12:15",
      "closing done undefined",
    ],
  );
  assertEquals(facts.dueAt, null);
});

Deno.test("page: a ticket that is not there is a clear 404, for people and programs", async () => {
  using world = await TestEnv.open();
  const app = appIn(world, world.program());
  for (const name of ["7", "tw-nix", "%3Cb%3E", "9".repeat(40)]) {
    const page = await app.request(`/tickets/${name}`);
    assertEquals(page.status, 404);
    assertStringIncludes(await page.text(), "no such ticket");
  }
  const answer = await app.request("/api/tickets/7");
  assertEquals(answer.status, 404);
  assertEquals(await answer.json(), { error: "There is no ticket 7" });
  assertEquals((await app.request("/api/nothing")).status, 404);
  assertEquals((await app.request("/nothing")).status, 404);
});

Deno.test("page: whatever a name, a subject or a message says is text", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "12:00");
  await world.until(program, "12:05");
  const { tag, contact, step } = await world.theTicket();
  const plan = await world.thePlan();
  const body =
    `<p>Hi &lt;script&gt;alert(3)&lt;/script&gt;</p><script>alert(4)</script>`;
  const steps = plan.steps.with(step, { kind: "answer", body });
  const entry = await program.store.get(tag);
  await program.store.update(entry!, {
    contact: { ...contact, name: HOSTILE },
    subject: `"><img src=x onerror=alert(2)>`,
    lastError: { at: world.now, message: HOSTILE, hint: HOSTILE },
  }, {
    message: { name: HOSTILE, at: world.now, conversationId: 7 },
    plan: { ...plan, steps },
  });
  const app = appIn(world, program);
  for (const path of ["/", "/tickets/1", "/tickets?state=customer%20reply"]) {
    const page = await text(app, path);
    assertStringIncludes(page, "&lt;script&gt;alert(1)");
    assertEquals(page.match(/<script/g)?.length, 1, path);
    assert(!page.includes("<img"), path);
  }
  assertStringIncludes(await text(app, "/tickets/1"), "&lt;script&gt;alert(3)");
});

Deno.test("page: a stage with many tickets shows eight, counts all, and lists the rest page by page", async () => {
  using world = await TestEnv.open();
  const program = world.program({ ticketsPerHour: 60 });
  await world.create(program, "12:00");
  const app = appIn(world, program);
  const column = part(await text(app, "/"), "first_reply");
  assertEquals(column.match(/class="ticket"/g)?.length, 8);
  assertStringIncludes(column, ">60</span>");
  assertStringIncludes(column, 'href="/tickets?state=first%20reply"');

  const first = await text(app, "/tickets?state=first%20reply");
  assertEquals(first.match(/class="ticket"/g)?.length, 50);
  const next = first.match(/rel="next" href="([^"]+)"/)![1]!;
  const second = await text(app, next.replaceAll("&amp;", "&"));
  assertEquals(second.match(/class="ticket"/g)?.length, 10);
  assert(!second.includes('rel="next"'));
  assertEquals((await app.request("/tickets?state=sleeping")).status, 400);
});

Deno.test("API: gives every ticket exactly once, page by page", async () => {
  using world = await TestEnv.open();
  const program = world.program({ ticketsPerHour: 25 });
  await world.create(program, "12:00");
  const app = appIn(world, program);
  for (const stage of ["", "&stage=first%20reply"]) {
    const seen: TicketView[] = [];
    let cursor: string | null = "";
    let pages = 0;
    do {
      const query: string = `?limit=10${stage}${
        cursor && `&cursor=${encodeURIComponent(cursor)}`
      }`;
      const page: PageView = await json(app, `/api/tickets${query}`);
      seen.push(...page.tickets);
      cursor = page.cursor;
      pages++;
    } while (cursor);
    assertEquals(pages, 3);
    assertEquals(new Set(seen.map(({ tag }) => tag)).size, 25);
    assertEquals(seen.length, 25);
  }
});

Deno.test("page: a ticket in the API is this, and has no e-mail address", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "12:00");
  const answer = await json<PageView>(
    appIn(world, program),
    "/api/tickets?stage=first%20reply",
  );
  const { tag, subject, contact, agent, priority, outcome } = await world
    .theTicket();
  assertEquals(answer, {
    count: 1,
    tickets: [{
      id: 1,
      tag,
      url: "https://acme.freshdesk.com/a/tickets/1",
      stage: "first reply",
      subject,
      contact: contact.name,
      agent: agent.name,
      priority,
      outcome,
      status: "open",
      createdAt: "2026-11-23T12:00:00.000Z",
      since: "2026-11-23T12:00:00.000Z",
      dueAt: "2026-11-23T12:05:00.000Z",
      overdue: false,
      attempts: 0,
      lastError: null,
      retry: null,
    }],
    cursor: null,
  });
});

Deno.test("API: says what is wrong with a question", async () => {
  using world = await TestEnv.open();
  const app = appIn(world, world.program());
  for (
    const [query, error] of [
      [
        "stage=sleeping",
        "stage 'sleeping' must be one of opening, assignment, ",
      ],
      ["limit=0", "limit '0' must be a whole number from 1 to 100"],
      ["limit=101", "limit '101' must be"],
      ["limit=x", "limit 'x' must be"],
      ["cursor=%21", "cursor must be one that an answer gave"],
      ["stage=closed&cursor=%21", "cursor must be one that an answer gave"],
    ] as const
  ) {
    const answer = await app.request(`/api/tickets?${query}`);
    assertEquals(answer.status, 400, query);
    assertStringIncludes((await answer.json()).error, error);
  }
});

Deno.test("page: a job shows its last run, its outcome and its next tick", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  const { store } = program;
  const report = { done: 2, postponed: 1, gaveUp: 0 };
  world.now = moment("12:07");
  await store.recordJobRun("first replies", {
    at: moment("12:05"),
    took: 2400,
    report,
    error: null,
  }, 3);
  await store.recordJobRun("closings", {
    at: moment("12:00"),
    took: 80,
    report: null,
    error: "401: the key is wrong",
  }, 1);
  const app = appIn(world, program);
  const { jobs } = await json<{ jobs: JobView[] }>(app, "/api/jobs");
  assertEquals(jobs.length, 5);
  assertEquals(jobs[1], {
    name: "first replies",
    every: 5,
    lastRun: {
      at: "2026-11-23T12:05:00.000Z",
      took: 2400,
      report,
      error: null,
    },
    nextTick: "2026-11-23T12:10:00.000Z",
    overdue: false,
  });
  assertEquals(jobs[0]?.lastRun, null);
  const table = part(await text(app, "/"), "jobs");
  assertStringIncludes(table, "2 done, 1 to be tried again");
  assertStringIncludes(table, "2.4 s");
  assertStringIncludes(table, "401: the key is wrong");
});

Deno.test("healthz: is ok until a job is overdue, and then names it", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  const app = appIn(world, program, { ranAt: () => undefined });
  // Started at 12:00: the job of every 5 minutes may take until 12:11.
  world.now = moment("12:11");
  assertEquals(await text(app, "/healthz"), "ok\n");
  world.now = moment("12:11:01");
  const answer = await app.request("/healthz");
  assertEquals(answer.status, 503);
  assertEquals(
    await answer.text(),
    `"first replies" is overdue: it has not run since the program started and should run every 5 minutes. Look at the program's log, and start it again.\n`,
  );
  await program.store.recordJobRun("first replies", {
    at: world.now,
    took: 1,
    report: { done: 0, postponed: 0, gaveUp: 0 },
    error: null,
  }, 0);
  assertEquals((await app.request("/healthz")).status, 200);
});

Deno.test("page: a run from before the program began makes no job overdue", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  const report = { done: 0, postponed: 0, gaveUp: 0 };
  await program.store.recordJobRun("closings", {
    at: moment("01:00"),
    took: 1,
    report,
    error: null,
  }, 0);
  world.now = moment("12:06");
  assertEquals((await appIn(world, program).request("/healthz")).status, 200);
});

Deno.test("page: where no job runs, none is overdue, and the page says so", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  world.now = moment("20:00");
  const app = appIn(world, program, { production: false });
  assertEquals((await app.request("/healthz")).status, 200);
  assertStringIncludes(await text(app, "/"), "not the production timeline");
});

Deno.test("healthz: fails with a closed database, and the page says why", async () => {
  const world = await TestEnv.open();
  const program = world.program();
  const app = appIn(world, program);
  world[Symbol.dispose]();
  const answer = await app.request("/healthz");
  assertEquals(answer.status, 503);
  assertStringIncludes(await answer.text(), "The database does not answer. ");
  const page = await app.request("/");
  assertEquals(page.status, 500);
  assertStringIncludes(await page.text(), "This cannot be shown: ");
});

Deno.test("page: a silent database is a failing healthz after five seconds", async () => {
  using time = new FakeTime();
  using world = await TestEnv.open();
  const program = world.program();
  program.store.jobs = () => new Promise(() => {});
  const asked = appIn(world, program).request("/healthz");
  await time.tickAsync(5000);
  const answer = await asked;
  assertEquals(answer.status, 503);
  assertStringIncludes(await answer.text(), "no answer within 5 s");
});

Deno.test("page: with a password, everything but healthz asks for it; any user name will do", async () => {
  using world = await TestEnv.open();
  const app = appIn(world, world.program(), {
    mode: { password: "open sesame ü" },
  });
  const paths = ["/", "/tickets/1", "/api/tickets", "/api/jobs", "/events"];
  for (const path of [...paths, "/page.js", "/nothing"]) {
    const answer = await app.request(path);
    assertEquals(answer.status, 401, path);
    assertStringIncludes(answer.headers.get("www-authenticate")!, "Basic");
    assert(answer.headers.has("content-security-policy"), path);
  }
  assertEquals((await app.request("/healthz")).status, 200);
  const as = async (credentials: string) => {
    const bytes = new TextEncoder().encode(credentials);
    const authorization = `Basic ${btoa(String.fromCharCode(...bytes))}`;
    return (await app.request("/", { headers: { authorization } })).status;
  };
  assertEquals(await as("anna:open sesame ü"), 200);
  assertEquals(await as(":open sesame ü"), 200);
  assertEquals(await as("anna:open sesame"), 401);
  assertEquals(await as("anna:"), 401);
  assertEquals(await as("open sesame ü:anna"), 401);
});

Deno.test("page: a page that is off says why, and healthz goes on", async () => {
  using world = await TestEnv.open();
  const off = "set STATUS_PASSWORD to see it here";
  const app = appIn(world, world.program(), { mode: { off } });
  for (const path of ["/", "/api/tickets", "/events", "/page.css"]) {
    const answer = await app.request(path);
    assertEquals(answer.status, 403);
    assertEquals(await answer.text(), `The status page is off: ${off}\n`);
  }
  assertEquals((await app.request("/healthz")).status, 200);
});

Deno.test("page: without a password only this machine's own names are answered", async () => {
  using world = await TestEnv.open();
  const app = appIn(world, world.program());
  for (
    const [host, status] of [
      ["localhost:8000", 200],
      ["127.0.0.1:8000", 200],
      ["[::1]:8000", 200],
      ["evil.example", 403],
      ["localhost.evil.example", 403],
      ["127.0.0.1.evil.example", 403],
    ] as const
  ) {
    assertEquals((await app.request(`http://${host}/`)).status, status, host);
    const health = await app.request(`http://${host}/healthz`);
    assertEquals(health.status, 200);
  }
});

Deno.test("page: every answer comes with a policy that lets in nothing from elsewhere", async () => {
  using world = await TestEnv.open();
  const app = appIn(world, world.program());
  for (const path of ["/", "/tickets/1", "/api/jobs", "/healthz"]) {
    const { headers } = await app.request(path);
    const policy = headers.get("content-security-policy")!.split("; ");
    assertEquals(policy, [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "connect-src 'self'",
      "img-src data:",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "form-action 'self'",
    ]);
    assertEquals(headers.get("x-content-type-options"), "nosniff");
    assertEquals(headers.get("referrer-policy"), "same-origin");
  }
  const page = await text(app, "/");
  assert(!/ (style|on\w+)=/.test(page), "inline style or handler");
  assert(!/<script(?![^>]* src=)/.test(page), "inline script");
});

Deno.test("the page works without scripts: it comes whole, and reloads by itself", async () => {
  using world = await TestEnv.open();
  const page = await text(appIn(world, world.program()), "/");
  assertStringIncludes(
    page,
    '<noscript><meta http-equiv="refresh" content="30"></noscript>',
  );
});

Deno.test("page: a stream tells of a change, and ends when the program stops", async () => {
  using time = new FakeTime();
  using world = await TestEnv.open();
  const program = world.program();
  const stopping = new AbortController();
  const app = appIn(world, program, { signal: stopping.signal });
  const { body, headers } = await app.request("/events");
  assertEquals(headers.get("content-type"), "text/event-stream");
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
  const before = (await reader.read()).value!;
  assert(/^event: stamp\ndata: \S+\n\n$/.test(before), before);
  await world.create(program, "12:00");
  await time.tickAsync(2000);
  const after = (await reader.read()).value!;
  assert(after.startsWith("event: stamp\n") && after !== before, after);
  stopping.abort();
  assertEquals((await reader.read()).done, true);
});

Deno.test("page: a reader who leaves is no longer told", async () => {
  using world = await TestEnv.open();
  const { body } = await appIn(world, world.program()).request("/events");
  const reader = body!.getReader();
  await reader.read();
  await reader.cancel();
});

Deno.test("page: the store is asked once for all who look, and not at all for nobody", async () => {
  using time = new FakeTime();
  let asked = 0;
  const changes = new ChangeFeed({
    ask: () => Promise.resolve(String(++asked)),
  });
  const heard: string[] = [];
  const leave = [1, 2, 3].map((n) =>
    changes.subscribe((stamp) => heard.push(`${n} hears ${stamp}`))
  );
  await time.tickAsync(2000);
  assertEquals(heard, ["1 hears 1", "2 hears 1", "3 hears 1"]);
  for (const one of leave) one();
  await time.tickAsync(60_000);
  assertEquals(asked, 1);
});

Deno.test("page: the store being in trouble for a while ends no watch over it", async () => {
  using time = new FakeTime();
  let asked = 0;
  const changes = new ChangeFeed({
    ask: () =>
      ++asked === 1
        ? Promise.reject(new Error("locked"))
        : Promise.resolve("new"),
  });
  const heard: string[] = [];
  const leave = changes.subscribe((stamp) => heard.push(stamp));
  await time.tickAsync(2000);
  await time.tickAsync(2000);
  leave();
  assertEquals(heard, ["new"]);
});

Deno.test("terminal: shows jobs, counts and tickets within its width", async () => {
  using world = await TestEnv.open();
  const program = world.program({ ticketsPerHour: 2 });
  await world.create(program, "12:00");
  await fail(program, 1, world.now);
  const facts = await board(sourceIn(world, program), 8);
  for (const width of [40, 80, 200]) {
    const lines = boardLines(facts, width).map(({ text }) => text);
    assert(lines.every((line) => line.length <= width), lines.join("\n"));
  }
  const all = boardLines(facts, 120).map(({ text }) => text).join("\n");
  for (
    const words of [
      "first reply 1",
      "failed 1",
      "Failed (1)",
      "Give cf_region a default.",
      "To retry it: deno task retry 1",
      "closings",
      "#2",
      "12:05",
    ]
  ) assertStringIncludes(all, words);
});

Deno.test("terminal: shows a thread, and takes no command from it", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "12:00");
  const { tag, step } = await world.theTicket();
  const plan = await world.thePlan();
  const body = "<p>Hello,</p><p>\x1b]0;title\x07there</p>";
  const steps = plan.steps.with(step, {
    kind: "reply",
    agent: plan.agent,
    body,
  });
  const entry = await program.store.get(tag);
  await program.store.update(entry!, {}, {
    message: { name: "Eve \x1b[2J", at: world.now, conversationId: 1 },
    plan: { ...plan, steps },
  });
  const facts = await thread(sourceIn(world, program), "1");
  const lines = threadLines(facts!, new Date(world.now).toISOString(), 60)
    .map(({ text }) => text);
  assert(lines.some((line) => line.startsWith("Eve")), lines.join("\n"));
  assert(lines.includes("  Hello,"));
  // deno-lint-ignore no-control-regex
  assert(!/[\x00-\x1f\x7f]/.test(lines.join("")));
  assert(lines.every((line) => line.length <= 60));
});
