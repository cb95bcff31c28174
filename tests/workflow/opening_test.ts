import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { contact } from "../../sandbox/people.ts";
import type { SandboxOptions } from "../../sandbox/sandbox.ts";
import { clearParticipants } from "../../workflow/participant_cache.ts";
import {
  moment,
  type Program,
  type ProgramOptions,
  TestEnv,
} from "../helpers/test_env.ts";

// An hour that its own tick did not open is made up at the next tick of five minutes.

Deno.test("opening: a program started at 12:07 opens the hour's ticket at 12:10", async () => {
  using world = await openingWorld("12:07");
  await world.until(world.program(), "13:00");
  assertEquals(world.writes, [
    "12:10 POST /tickets",
    "12:10 PUT /tickets/1",
    "12:15 POST /tickets/1/reply",
    "12:20 POST /tickets/1/notes",
    "12:30 POST /tickets/1/reply",
    "12:40 PUT /tickets/1",
  ]);
});

Deno.test("opening: an hour whose lists failed is opened five minutes later", async () => {
  using world = await openingWorld("12:00");
  const program = world.program();
  world.sandbox.fault({
    kind: "status",
    path: "/contacts",
    status: 503,
    times: 3, // as often as a GET is sent
  });
  await assertRejects(() => world.create(program, "12:00"));
  await world.until(program, "12:20");
  assertEquals(opened(world), ["12:05 POST /tickets"]);
});

Deno.test("opening: every hour that a program sleeps through is left out, and the one it wakes in is made up", async () => {
  using world = await openingWorld("12:00");
  const program = world.program();
  await world.create(program, "12:00");
  world.now = moment("15:31");
  await world.until(program, "15:59");
  assertEquals(opened(world), ["12:00 POST /tickets", "15:35 POST /tickets"]);
});

Deno.test("opening: the tick on the hour leaves the opening to the hour's own job", async () => {
  using world = await openingWorld("11:59");
  await world.until(world.program(), "12:00");
  assertEquals(world.requests, []);
});

Deno.test("opening: an hour that was opened costs its other ticks no call", async () => {
  using world = await openingWorld("12:00");
  const program = world.program();
  await world.create(program, "12:00");
  await world.until(program, "12:55");
  assertEquals(opened(world).length, 1);
  assertEquals(world.sandbox.requests.length, 3 + 6);
});

Deno.test("opening: an hour is made up once, however many programs share the database", async () => {
  using world = await openingWorld("12:10");
  await Promise.all(
    [1, 2, 3].map(() => world.program().workflow.tick(5, moment("12:10"))),
  );
  assertEquals(opened(world).length, 1);
});

Deno.test("opening: an hour that ends while the lists are read is not opened", async () => {
  using world = await openingWorld("12:55");
  const program = world.program({
    fetch: async (request) => {
      const answer = await world.sandbox.fetch(request);
      if (request.url.endsWith("/ticket_fields")) world.now = moment("14:30");
      return answer;
    },
  });
  await program.workflow.tick(5);
  assertEquals(world.sandbox.requests.length, 3);
  assertEquals(await tickets(world), 0);
});

Deno.test("opening: the tickets that wait go on where no new one can be drafted, and the reason is told", async () => {
  using world = await openingWorld("12:00");
  const program = world.program();
  world.sandbox.fault({ kind: "refuse", method: "POST", times: 1 });
  await world.create(program, "12:00"); // it is looked up and created at 12:05
  world.now = moment("13:05");
  world.sandbox.fault({
    kind: "status",
    path: "/agents",
    status: 503,
    times: "always",
  });
  await clearParticipants(world.kv);
  const next = world.program();
  await assertRejects(() => next.workflow.tick(5), Error, "503");
  assertEquals(opened(world).length, 2, "the creation was tried again");
  assertEquals(world.sandbox.tickets.size, 1);
});

for (const path of ["/contacts", "/agents", "/ticket_fields"]) {
  Deno.test(`opening: GET ${path} waits for a free call as long as the tick lasts`, async () => {
    using world = await openingWorld("12:05");
    pauseCalls(world, 150, path);
    await world.program().workflow.tick(5);
    assertEquals(opened(world), ["12:07 POST /tickets"]);
  });
}

Deno.test("opening: where no call is free for a whole tick the next one goes on", async () => {
  using world = await openingWorld("12:00");
  const program = world.program();
  pauseCalls(world, 11 * 60);
  await assertRejects(() => program.workflow.createAndHandleTicket());
  await world.until(program, "12:05");
  assert(
    world.lines.some((line) =>
      line.startsWith("INFO This hour's tickets are not opened yet") &&
      line.includes("no call is free")
    ),
    world.lines.join("\n"),
  );
  assertEquals(opened(world), []);
  await world.until(program, "12:10");
  assertEquals(opened(world), ["12:11 POST /tickets"]);
});

// Real people are not surprised.

const REAL = { contacts: [contact(1, "Ana", "ana@acme.com")] };

Deno.test("opening: with real-looking contacts a new database waits for the next full hour, and says so once", async () => {
  using world = await openingWorld("12:07", REAL);
  const program = world.program();
  // As at the start of the program; the ticks do not repeat it.
  await program.opener.warnOfRealPeople(REAL.contacts.map(person));
  await world.until(program, "12:59");
  assertEquals(world.writes, []);
  const [warning, ...more] = warnings(world);
  assertStringIncludes(warning!, "REAL PEOPLE? 1 of 1 contacts");
  assertStringIncludes(warning!, "acme.com (1)");
  assertStringIncludes(warning!, "CONTACT_DOMAINS=*");
  assertStringIncludes(warning!, "The first tickets are opened at 13:00 UTC");
  assertEquals(more, []);
  assertEquals(world.requests.filter(isList).length, 3, "asked only once");
  await world.create(program, "13:00");
  assertEquals(opened(world), ["13:00 POST /tickets"]);
});

Deno.test("opening: the tick warns of real-looking contacts where the start did not, as on Deno Deploy", async () => {
  using world = await openingWorld("12:07", REAL);
  await world.until(world.program(), "12:10");
  assertEquals(warnings(world).length, 1);
  assertEquals(world.writes, []);
});

Deno.test("opening: with real-looking contacts a database that has had a ticket makes up its hours", async () => {
  using world = await openingWorld("12:00", REAL);
  const program = world.program();
  await world.create(program, "12:00");
  await world.until(program, "13:05");
  assertEquals(opened(world), ["12:00 POST /tickets", "13:05 POST /tickets"]);
});

for (const contactDomains of ["*" as const, ["acme.com"]]) {
  Deno.test(`opening: with CONTACT_DOMAINS=${contactDomains} a new database does not wait`, async () => {
    using world = await openingWorld("12:07", REAL);
    await world.until(world.program({ contactDomains }), "12:10");
    assertEquals(opened(world), ["12:10 POST /tickets"]);
    assertEquals(warnings(world), []);
  });
}

Deno.test("opening: the warning says when the first tickets are opened only as long as there is none", async () => {
  using world = await openingWorld("12:00", REAL);
  const program = world.program();
  const warning = async () => {
    await program.opener.warnOfRealPeople(REAL.contacts.map(person));
    return warnings(world).at(-1) ?? "";
  };
  assertStringIncludes(
    await warning(),
    "The first tickets are opened at 13:00",
  );
  await world.create(program, "12:00");
  assertStringIncludes(await warning(), "REAL PEOPLE?");
  assert(!(await warning()).includes("The first tickets"));
});

// A dry run.

Deno.test("opening: a dry run says an hour once, whatever ticks come and whatever program runs them", async () => {
  using world = await openingWorld("12:00");
  const program = world.program({ dryRun: true });
  await world.create(program, "12:00");
  await world.until(program, "12:30");
  await world.until(world.program({ dryRun: true }), "12:55");
  assertEquals(said(world).length, 1);
  await world.create(program, "13:00");
  assertEquals(said(world).length, 2);
  assertEquals(await tickets(world), 0);
});

Deno.test("opening: a dry run started at 12:07 says at 12:10 what it would open, whatever contacts there are", async () => {
  using world = await openingWorld("12:07", REAL);
  await world.until(world.program({ dryRun: true }), "12:10");
  assertEquals(said(world).length, 1);
  assertEquals(warnings(world), []);
});

Deno.test("opening: an hour that a dry run has said is opened once it is meant", async () => {
  using world = await openingWorld("12:00");
  await world.create(world.program({ dryRun: true }), "12:00");
  await world.until(world.program(), "12:05");
  assertEquals(opened(world), ["12:05 POST /tickets"]);
});

Deno.test("opening: an hour without room for all its tickets is warned of once", async () => {
  using world = await openingWorld("12:00", { limit: 50 });
  const program = await crowded(world, { share: 0.02, ticketsPerHour: 10 });
  world.now = moment("13:00");
  await program.workflow.createAndHandleTicket().catch(() => {});
  for (const time of ["13:05", "13:10"]) {
    world.now = moment(time);
    await program.workflow.tick(5).catch(() => {});
  }
  assertEquals(
    world.lines.filter((line) => line.includes("0 of this hour's 10")).length,
    1,
    world.lines.join("\n"),
  );
});

/** A world in which hours are made up. */
async function openingWorld(
  time: string,
  options: SandboxOptions = {},
): Promise<TestEnv> {
  const world = await TestEnv.open(options);
  world.makesUpHours = true;
  world.now = moment(time);
  return world;
}

/** A program whose calls are all needed for the tickets that wait. */
async function crowded(
  world: TestEnv,
  options: ProgramOptions,
): Promise<Program> {
  const program = world.program(options);
  await program.freshdesk.getMe(); // one call a minute is ours
  world.sandbox.fault({ kind: "refuse", method: "POST", times: "always" });
  await program.workflow.createAndHandleTicket().catch(() => {});
  return program;
}

/** The next call is refused, and none may be made for some seconds. */
function pauseCalls({ sandbox }: TestEnv, seconds: number, path = ""): void {
  sandbox.fault({ kind: "status", path, status: 429, retryAfter: seconds });
}

function opened({ writes }: TestEnv): string[] {
  return writes.filter((line) => line.endsWith("POST /tickets"));
}

async function tickets({ kv }: TestEnv): Promise<number> {
  return (await Array.fromAsync(kv.list({ prefix: ["ticket"] }))).length;
}

function warnings({ lines }: TestEnv): string[] {
  return lines.filter((line) => line.startsWith("WARN"));
}

function said({ lines }: TestEnv): string[] {
  return lines.filter((line) => line.includes("DRY_RUN: would open"));
}

function isList(line: string): boolean {
  return /GET \/(contacts|agents|ticket_fields)/.test(line);
}

function person({ id, name, email }: typeof REAL.contacts[number]) {
  return { id, name, email: email! };
}
