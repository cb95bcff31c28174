import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { statusApp, type StatusOptions } from "../../status/app.ts";
import { board, type BoardView } from "../../status/board_view.ts";
import type { Notices } from "../../status/notices.ts";
import type { Source } from "../../status/source.ts";
import { boardLines } from "../../status/text_view.ts";
import { hintFor } from "../../workflow/failures.ts";
import type { Report } from "../../workflow.ts";
import { moment, type Program, TestEnv } from "../helpers/test_env.ts";

type App = ReturnType<typeof statusApp>;

function appIn(
  world: TestEnv,
  { store, freshdesk }: Program,
  options: Partial<StatusOptions> = {},
): App {
  return statusApp({
    store,
    now: () => world.now,
    ticketUrl: (id) => freshdesk.ticketUrl(id),
    budget: () => freshdesk.budget,
    startedAt: moment("11:55"),
    mode: "open",
    production: true,
    ...options,
  });
}

function linesOf(facts: BoardView): string {
  return boardLines(facts, 1000).map(({ text }) => text).join("\n");
}

/** Runs a job, and notes how it went as the program does. */
async function job(
  world: TestEnv,
  { store }: Program,
  name: string,
  run: () => Promise<Report>,
): Promise<void> {
  const at = world.now;
  let report: Report | null = null;
  let error: string | null = null;
  try {
    report = await run();
  } catch (cause) {
    error = `${(cause as Error).message}. ${hintFor(cause)}`;
  }
  await store.recordJobRun(name, { at, took: 10, report, error }, 1);
}

/** What is wrong, as every reader is told: monitor, pages, programs and terminal. */
async function assertTold(
  app: App,
  source: Source,
  words: string[],
): Promise<void> {
  const health = await app.request("/healthz");
  assertEquals(health.status, 503);
  const told = [await health.text()];
  for (const path of ["/", "/tickets?state=closed", "/nothing"]) {
    const page = await (await app.request(path)).text();
    const start = page.indexOf('role="alert"');
    assert(start >= 0, `no banner on ${path}`);
    told.push(page.slice(start, page.indexOf("</section>", start)));
  }
  const { problems }: Notices = await (await app.request("/api/jobs")).json();
  told.push(problems.map(({ what, why }) => `${what} ${why}`).join("\n"));
  told.push(linesOf(await board(source, 8)));
  for (const text of told) {
    for (const word of words) {
      assertStringIncludes(
        text.replaceAll("&quot;", '"').replaceAll("&amp;", "&").replaceAll(
          "&gt;",
          ">",
        ),
        word,
      );
    }
  }
}

function sourceIn(world: TestEnv, { store, freshdesk }: Program): Source {
  return {
    store,
    now: () => world.now,
    ticketUrl: (id) => freshdesk.ticketUrl(id),
  };
}

const NO_ACCOUNT: [
  what: string,
  set: (world: TestEnv) => void,
  says: string[],
][] = [
  [
    "a key that is wrong",
    ({ sandbox }) =>
      sandbox.fault({ kind: "status", status: 401, times: "always" }),
    ["401", "Check FRESHDESK_API_KEY"],
  ],
  [
    "an account that is suspended",
    ({ sandbox }) => sandbox.troubles.suspended = true,
    ["403", "see Admin > Plans & Billing"],
  ],
  [
    "a key that may not write",
    ({ sandbox }) => sandbox.troubles.readOnly = true,
    ["403", "Administrator is enough"],
  ],
  [
    "an account without contacts",
    ({ sandbox }) => sandbox.contacts.splice(0),
    ["no contact", "Add contacts"],
  ],
  [
    "an account whose agents cannot reply",
    ({ sandbox }) => {
      for (const agent of sandbox.agents) agent.type = "collaborator";
    },
    ["no agent", "Only active support agents can reply"],
  ],
];

for (const [what, set, says] of NO_ACCOUNT) {
  Deno.test(`health: ${what} is not ok, and everybody who looks reads why and what to do`, async () => {
    using world = await TestEnv.open();
    set(world);
    const program = world.program();
    await job(
      world,
      program,
      "open tickets",
      () => program.workflow.createAndHandleTicket(),
    );
    await assertTold(
      appIn(world, program),
      sourceIn(world, program),
      ['"open tickets"', "at 2026-11-23 12:00 UTC", ...says],
    );
  });
}

Deno.test("health: one cause that crashed several jobs is told once, and is over with the next good run", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  let n = 0;
  const crash = () =>
    Promise.reject(new Error(`The network is down [request r-${++n}]`));
  await job(world, program, "first replies", crash);
  await job(world, program, "closings", crash);
  const app = appIn(world, program);
  const said = await (await app.request("/healthz")).text();
  assertEquals(said.match(/The network is down/g)?.length, 1, said);
  assertStringIncludes(said, '"first replies"');
  assertStringIncludes(said, '"closings"');
  world.now += 60_000;
  const good = () => Promise.resolve({ done: 0, postponed: 0, gaveUp: 0 });
  await job(world, program, "first replies", good);
  await job(world, program, "closings", good);
  assertEquals(await (await app.request("/healthz")).text(), "ok\n");
  assert(!(await (await app.request("/")).text()).includes('role="alert"'));
});

Deno.test("health: what stopped the hourly job is over as soon as a later job makes up for it", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  const { workflow } = program;
  world.sandbox.troubles.readOnly = true;
  await job(
    world,
    program,
    "open tickets",
    () => workflow.createAndHandleTicket(),
  );
  const app = appIn(world, program);
  assertEquals((await app.request("/healthz")).status, 503);
  world.sandbox.troubles.readOnly = false;
  // What was refused waits longer than to the next tick.
  world.now = moment("12:30");
  await job(world, program, "first replies", () => workflow.tick(5));
  assert(!(await (await app.request("/healthz")).text()).includes("refused"));
});

Deno.test("health: a crash from before a start that found all in order is over", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  const crash = () => Promise.reject(new Error("The key was wrong"));
  await job(world, program, "open tickets", crash);
  const startedAt = world.now += 60_000;
  const status = async (startProblem?: () => string | null) => {
    const options = { startedAt, ...(startProblem && { startProblem }) };
    return (await appIn(world, program, options).request("/healthz")).status;
  };
  assertEquals(await status(), 503, "the account was not looked at");
  assertEquals(await status(() => "Nobody there"), 503);
  assertEquals(await status(() => null), 200);
});

Deno.test("health: what the start found wrong is not ok until it is over", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  let problem: string | null = "There is no contact to draw. Add contacts";
  const app = appIn(world, program, { startProblem: () => problem });
  const answer = await app.request("/healthz");
  assertEquals(answer.status, 503);
  assertStringIncludes(await answer.text(), "no contact to draw. Add contacts");
  assertStringIncludes(
    await (await app.request("/")).text(),
    "There is no contact to draw. Add contacts",
  );
  problem = null;
  assertEquals((await app.request("/healthz")).status, 200);
});

Deno.test("a run in the future is not ok: the clock was set back", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  world.now = moment("14:00");
  const good = () => Promise.resolve({ done: 0, postponed: 0, gaveUp: 0 });
  await job(world, program, "closings", good);
  world.now = moment("12:00");
  await assertTold(appIn(world, program), sourceIn(world, program), [
    '"closings" ran at 2026-11-23 14:00 UTC, which is in the future',
    "clock says 2026-11-23 12:00 UTC",
    "NTP",
  ]);
  world.now = moment("13:59:30");
  const nearly = await (await appIn(world, program).request("/healthz")).text();
  assert(!nearly.includes("future"), nearly);
});

Deno.test("health: to people without the password healthz names the job, not what Freshdesk said", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await job(
    world,
    program,
    "closings",
    () => Promise.reject(new Error("Cannot PUT /tickets/7: 401")),
  );
  const app = appIn(world, program, { mode: { password: "open sesame" } });
  const answer = await app.request("/healthz");
  assertEquals([answer.status, await answer.text()], [
    503,
    '"closings" crashed at 2026-11-23 12:00 UTC\n',
  ]);
});

Deno.test("health: on a timeline where no job runs, no crash of another counts", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await job(
    world,
    program,
    "closings",
    () => Promise.reject(new Error("no network")),
  );
  const app = appIn(world, program, { production: false });
  assertEquals((await app.request("/healthz")).status, 200);
});

Deno.test("health: a dry run is said on every page, in the terminal and in each job's outcome", async () => {
  using world = await TestEnv.open();
  const live = world.program();
  await world.create(live, "12:00");
  world.now = moment("13:00");
  const program = world.program({ dryRun: true, ticketsPerHour: 1 });
  const { workflow } = program;
  await job(
    world,
    program,
    "open tickets",
    () => workflow.createAndHandleTicket(),
  );
  await job(world, program, "first replies", () => workflow.tick(5));
  await job(world, program, "closings", () => workflow.tick(20));
  const app = appIn(world, program, { dryRun: true });
  const pages = ["/", "/tickets?state=closed", "/tickets/1", "/nothing"];
  for (const path of pages) {
    const page = await (await app.request(path)).text();
    assertStringIncludes(page, "DRY_RUN is on: nothing is sent", path);
  }
  const { dryRun }: Notices = await (await app.request("/api/jobs")).json();
  assertEquals(dryRun, true);
  const board1 = await (await app.request("/")).text();
  // The terminal reads the database alone.
  const lines = linesOf(await board(sourceIn(world, program), 8));
  assertStringIncludes(lines, "DRY_RUN is on: nothing is sent");
  for (const text of [board1, lines]) {
    assertStringIncludes(text, "would have opened 1");
    assertStringIncludes(text, "would have taken 1 step");
    assertStringIncludes(text, "would have done nothing (dry run)");
    assert(!/nothing was due|\bidle\b/.test(text), text);
  }
  assertEquals(
    world.writes.filter((write) => write.startsWith("13:")),
    [],
  );
});

Deno.test("health: a real run says nothing of a dry one", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await job(world, program, "first replies", () => program.workflow.tick(5));
  const app = appIn(world, program);
  const page = await (await app.request("/")).text();
  assert(!page.includes("DRY_RUN"));
  assertStringIncludes(page, "idle");
  const facts = await board(sourceIn(world, program), 8);
  assertEquals(facts.dryRun, false);
});
