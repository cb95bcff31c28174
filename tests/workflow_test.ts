import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  AuthenticationError,
  ConnectionError,
  InvalidResponseError,
  NoApiAccessError,
  NoResponseError,
  NotAppliedError,
  NotFoundError,
  NotSentError,
  PermissionError,
  RateLimitError,
  ServerError,
  TicketDeletedError,
  ValidationError,
} from "../freshdesk/errors.ts";
import { NoParticipantError } from "../workflow/participants.ts";
import { classifyError } from "../workflow/failures.ts";
import {
  type Interval,
  INTERVALS,
  LABELS,
  nextTick,
} from "../workflow/schedule.ts";
import { moment, TestEnv, timeOf } from "./helpers/test_env.ts";

/** The calls of a classic ticket: opened, assigned, first reply, customer reply, resolution, closed. */
const LIFE = [
  "POST /tickets",
  "PUT /tickets/1",
  "POST /tickets/1/reply",
  "POST /tickets/1/notes",
  "POST /tickets/1/reply",
  "PUT /tickets/1",
];

const TIMES = [
  { made: "12:00", steps: ["12:05", "12:10", "12:15", "12:20"] },
  { made: "12:07", steps: ["12:10", "12:20", "12:30", "12:40"] },
  { made: "12:59", steps: ["13:00", "13:10", "13:15", "13:20"] },
  // It counts for the minute 12:05.
  { made: "12:04:59", steps: ["12:10", "12:20", "12:30", "12:40"] },
];

for (const { made, steps } of TIMES) {
  Deno.test(`workflow: a ticket made at ${made} is closed at ${steps.at(-1)}`, async () => {
    using world = await TestEnv.open();
    const program = world.program();
    await world.create(program, made);
    await world.until(program, "14:00");
    const madeAt = timeOf(moment(made));
    assertEquals(
      world.writes,
      [madeAt, madeAt, ...steps].map((time, i) => `${time} ${LIFE[i]}`),
    );
  });
}

Deno.test("workflow: whatever the order of the jobs of a minute, a ticket takes the same steps at the same times", async () => {
  for (const order of permutations([5, 10, 15, 20])) {
    using world = await TestEnv.open();
    const program = world.program();
    await world.create(program, "12:00");
    await world.until(program, "13:00", order as Interval[]);
    assertEquals(
      world.writes.slice(2).map((line) => line.slice(0, 5)),
      ["12:05", "12:10", "12:15", "12:20"],
      `order ${order}`,
    );
  }
});

Deno.test("workflow: jobs that run at the same moment take a ticket one step only", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "12:00");
  world.now = moment("13:00");
  await Promise.all(
    ([20, 5, 15, 10] as const).map((every) => program.workflow.tick(every)),
  );
  assertEquals(world.writes.slice(2), ["13:00 POST /tickets/1/reply"]);
});

Deno.test("workflow: ticks that were missed are made up one by one", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "12:00");
  await world.until(program, "12:05");
  world.now = moment("17:59");
  await world.until(program, "18:20");
  assertEquals(world.writes.slice(3), [
    "18:00 POST /tickets/1/notes",
    "18:15 POST /tickets/1/reply",
    "18:20 PUT /tickets/1",
  ]);
});

Deno.test("workflow: a timer that fires some milliseconds early loses nothing and takes no step twice", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  world.now = moment("12:00") - 3;
  await program.workflow.createAndHandleTicket();
  assertEquals((await world.theTicket()).dueAt, moment("12:05"));
  world.now = moment("12:05") - 3;
  await program.workflow.tick(5);
  assertEquals((await world.theTicket()).waitsFor, "customer reply");
  assertEquals((await world.theTicket()).dueAt, moment("12:10"));
});

Deno.test("workflow: the next tick is strictly after a moment", () => {
  assertEquals(nextTick(5, moment("12:00")), moment("12:05"));
  assertEquals(nextTick(5, moment("12:05") - 1), moment("12:05"));
  assertEquals(nextTick(20, moment("12:59")), moment("13:00"));
  assertEquals(nextTick(60, moment("23:30")), moment("24:00"));
});

Deno.test("workflow: an undisturbed life costs six calls and the three lists", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "12:00");
  await world.until(program, "13:00");
  assertEquals(world.sandbox.requests.length, 3 + 6);
});

Deno.test("workflow: the history is what Freshdesk has, with its ids", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "12:00");
  await world.until(program, "13:00");
  const { tag, contact, agent } = await world.theTicket();
  const { steps } = await world.thePlan();
  const history = await program.store.messageHistory(tag);
  assertEquals(history.map(({ name }) => name), [
    contact.name,
    agent.name,
    contact.name,
    agent.name,
  ]);
  assertEquals(
    history.map(({ body }) => body),
    steps.flatMap((step) => "body" in step ? [step.body] : []),
  );
  assertEquals(
    history.slice(1).map(({ conversationId }) => conversationId),
    world.sandbox.threads.get(1)!.map(({ id }) => id),
  );
});

Deno.test("workflow: several tickets an hour all live their lives", async () => {
  using world = await TestEnv.open();
  const program = world.program({ ticketsPerHour: 7 });
  await world.create(program, "12:00");
  await world.until(program, "12:20");
  assertEquals(
    [...world.sandbox.tickets.values()].map(({ status }) => status),
    Array(7).fill(5),
  );
  assertEquals(world.sandbox.requests.length, 3 + 7 * 6);
});

Deno.test("workflow: an hour has its tickets only once, whatever opens them", async () => {
  using world = await TestEnv.open();
  const one = world.program();
  const two = world.program();
  await Promise.all([world.create(one, "12:00"), world.create(two, "12:00")]);
  await world.create(one, "12:00:20");
  assertEquals(world.sandbox.tickets.size, 1);
  await world.create(two, "13:00");
  assertEquals(world.sandbox.tickets.size, 2);
});

Deno.test("workflow: every ticket bears the common tag and one of its own", async () => {
  using world = await TestEnv.open();
  await world.create(world.program(), "12:00");
  const { tags } = world.sandbox.tickets.get(1)!;
  assertEquals(tags[0], "ticket-workflow");
  assertMatch(tags[1]!, /^tw-20261123120000-[a-z0-9]{8}$/);
});

Deno.test("workflow: two processes on one store take every step once", async () => {
  using world = await TestEnv.open();
  const one = world.program({ ticketsPerHour: 5 });
  const two = world.program({ ticketsPerHour: 5 });
  await world.create(one, "12:00");
  for (const time of ["12:05", "12:10", "12:15", "12:20"]) {
    world.now = moment(time);
    await Promise.all(
      [one, two].flatMap(({ workflow }) =>
        ([5, 10, 15, 20] as const).map((every) => workflow.tick(every))
      ),
    );
  }
  assertEquals(world.writes.length, 5 * 6);
  assert(
    [...world.sandbox.tickets.values()].every(({ status }) => status === 5),
  );
});

Deno.test("workflow: a stop lets running steps finish and begins no other", async () => {
  using world = await TestEnv.open();
  const stop = new AbortController();
  const program = world.program({
    ticketsPerHour: 40,
    signal: stop.signal,
    fetch: (request) => {
      if (request.method === "POST") stop.abort();
      return world.sandbox.fetch(request);
    },
  });
  await world.create(program, "12:00");
  const made = world.sandbox.tickets.size;
  assert(made > 0 && made < 40, `${made} tickets were made`);
  const next = world.program();
  await world.until(next, "12:20");
  assertEquals(world.sandbox.tickets.size, 40);
  await world.until(next, "13:00");
  assert(
    [...world.sandbox.tickets.values()].every(({ status }) => status === 5),
  );
});

Deno.test("workflow: a finished ticket leaves nothing due", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "12:00");
  await world.until(program, "13:00");
  for (const label of LABELS) assertEquals(await world.count(label), 0, label);
  assertEquals(await world.count("closed"), 1);
});

// What goes wrong.

const CALL = { method: "PUT", path: "/tickets/1" };
const WAYS = [
  [new AuthenticationError(CALL), "stop"],
  [new NoApiAccessError(CALL), "stop"],
  [new PermissionError({ ...CALL, code: "account_suspended" }), "stop"],
  [new PermissionError({ ...CALL, code: "password_lockout" }), "stop"],
  [new PermissionError({ ...CALL, code: "require_feature" }), "stop"],
  [new NotSentError(CALL), "stop"],
  [new ConnectionError(CALL), "stop"],
  [new RateLimitError(CALL, 5), "stop"],
  [new PermissionError({ ...CALL, code: "access_denied" }), "later"],
  [new NoResponseError(CALL), "later"],
  [new InvalidResponseError(CALL), "later"],
  [new ServerError(CALL), "later"],
  [new NotAppliedError(CALL), "later"],
  [new TypeError("a mistake of our own"), "later"],
  [new NotFoundError(CALL), "abandon"],
  [new TicketDeletedError(CALL), "abandon"],
  [new ValidationError(CALL), "fail"],
  [new PermissionError({ ...CALL, code: "invalid_user" }), "fail"],
] as const;

for (const [error, way] of WAYS) {
  const name = `${error.name}${
    "code" in error && error.code ? ` ${error.code}` : ""
  }`;
  Deno.test(`after ${name} the way is: ${way}`, () => {
    assertEquals(classifyError(error, { id: 1 }), way);
  });
}

Deno.test("workflow: a 404 to the creation of a ticket stops the tick: the account is not there", () => {
  assertEquals(classifyError(new NotFoundError(CALL), { id: null }), "stop");
});

Deno.test("workflow: a ticket that a person deleted is abandoned, with the reason", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "12:00");
  world.sandbox.tickets.get(1)!.deleted = true;
  await world.until(program, "13:00");
  const { state, lastError } = await world.theTicket();
  assertEquals(state, "abandoned");
  assertMatch(lastError!.message, /\/tickets\/1\/reply: 40[45]/);
  assertEquals(await world.count("abandoned"), 1);
});

Deno.test("workflow: a ticket that is gone for good is abandoned", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "12:00");
  world.sandbox.tickets.delete(1);
  await world.until(program, "13:00");
  assertEquals((await world.theTicket()).state, "abandoned");
});

Deno.test("workflow: where everything answers 404, no ticket is given up", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "12:00");
  const lost = world.program({
    fetch: () => Promise.resolve(new Response(null, { status: 404 })),
  });
  await world.until(lost, "12:40");
  const { waitsFor, attempts } = await world.theTicket();
  assertEquals([waitsFor, attempts], ["first reply", 0]);
  await world.until(program, "14:00");
  assertEquals((await world.theTicket()).state, "closed");
});

Deno.test("workflow: a ticket that a person deletes does not hold up the others", async () => {
  using world = await TestEnv.open();
  const program = world.program({ ticketsPerHour: 3 });
  await world.create(program, "12:00");
  world.sandbox.tickets.get(2)!.deleted = true;
  await world.until(program, "13:00");
  assertEquals(await world.count("closed"), 2);
  assertEquals(await world.count("abandoned"), 1);
});

Deno.test("workflow: a ticket that a person closed early goes on to its end and stays closed", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "12:00");
  await world.until(program, "12:05");
  world.sandbox.tickets.get(1)!.status = 5;
  await world.until(program, "13:00");
  assertEquals(world.said().length, 3);
  assertEquals(world.sandbox.tickets.get(1)!.status, 5);
});

Deno.test("workflow: a close that is refused because a person was first is done", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "12:00");
  await world.until(program, "12:15");
  world.sandbox.tickets.get(1)!.status = 5;
  world.sandbox.fault({
    kind: "status",
    method: "PUT",
    status: 400,
    body: "{}",
  });
  await world.until(program, "13:00");
  assertEquals((await world.theTicket()).state, "closed");
});

Deno.test("workflow: a ticket that an automation keeps open is closed at a later tick", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "12:00");
  await world.until(program, "12:15");
  const open = JSON.stringify({ id: 1, status: 2, responder_id: null });
  world.sandbox.fault({ kind: "garbage", method: "PUT", body: open });
  await world.until(program, "12:20");
  assertMatch(
    (await world.theTicket()).lastError!.message,
    /status should be 5/,
  );
  await world.until(program, "12:40");
  assertEquals((await world.theTicket()).state, "closed");
});

Deno.test("workflow: a required field that is empty fails the ticket, names the field, and keeps it", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "12:00");
  const errors = [{
    field: "cf_cause",
    message: "It is missing",
    code: "missing_field",
  }];
  world.sandbox.fault({
    kind: "status",
    method: "PUT",
    path: "/tickets/1$",
    status: 400,
    body: JSON.stringify({ description: "Validation failed", errors }),
  });
  await world.until(program, "13:00");
  const { state, waitsFor, lastError } = await world.theTicket();
  assertEquals([state, waitsFor], ["failed", "closing"]);
  assertStringIncludes(lastError!.message, "cf_cause: It is missing");
  assert(
    world.lines.some((line) =>
      line.startsWith("ERROR #1") && line.includes("deno task retry 1")
    ),
  );
});

Deno.test("workflow: a wrong key costs one request, and no ticket an attempt", async () => {
  using world = await TestEnv.open();
  const program = world.program({ ticketsPerHour: 5 });
  await world.create(program, "12:00");
  world.sandbox.apiKey = "changed";
  const before = world.sandbox.requests.length;
  await world.until(program, "12:55");
  const refused = world.sandbox.requests.slice(before);
  assert(refused.length <= 4, `${refused.length} requests`); // as many as were side by side
  for await (
    const { value } of world.kv.list<{ attempts: number }>({
      prefix: ["ticket"],
    })
  ) {
    assertEquals(value.attempts, 0);
  }
});

Deno.test("workflow: a key that is right again after an hour goes on where it was", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "12:00");
  world.sandbox.apiKey = "changed";
  await world.until(program, "12:30");
  world.sandbox.apiKey = "sandbox";
  await world.until(program, "14:30");
  assertEquals((await world.theTicket()).state, "closed");
});

Deno.test("workflow: an agent who may not be written for costs one refused call, and the owner sends the replies", async () => {
  using world = await TestEnv.open();
  const program = world.program({ seed: "other" });
  const owner = world.sandbox.keyAgentId;
  for (const agent of world.sandbox.agents) {
    agent.blocksImpersonation = agent.id !== owner;
  }
  await world.create(program, "12:00");
  const { agent } = await world.theTicket();
  assert(agent.id !== owner, "the draw is to be another agent");
  await world.until(program, "13:00");
  const refused = world.sandbox.requests.filter(({ status }) => status === 403);
  assertEquals(refused.length, 1);
  assertEquals(
    world.sandbox.threads.get(1)!.filter(({ incoming }) => !incoming).map((
      { user_id },
    ) => user_id),
    [owner, owner],
  );
  assertStringIncludes(world.said()[0]!, agent.name.split(" ")[0]!);
});

Deno.test("workflow: where Freshdesk ignores an agent another one takes over and signs", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  const ignored = JSON.stringify({ id: 1, status: 2, responder_id: null });
  world.sandbox.fault({
    kind: "garbage",
    method: "PUT",
    body: ignored,
    applied: false,
  });
  await world.create(program, "12:00");
  await world.until(program, "13:00");
  const { agent, state } = await world.theTicket();
  assertEquals(state, "closed");
  assertEquals(world.sandbox.tickets.get(1)!.responder_id, agent.id);
  assertStringIncludes(world.said()[0]!, agent.name.split(" ")[0]!);
  assert(world.lines.some((line) => line.includes("could not be assigned")));
});

Deno.test("workflow: a contact that was merged into another answers as that one", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "12:00");
  await world.until(program, "12:05");
  const ticket = world.sandbox.tickets.get(1)!;
  const other = world.sandbox.contacts.find(({ id, email }) =>
    id !== ticket.requester_id && email
  )!;
  world.sandbox.fault({
    kind: "status",
    method: "POST",
    path: "/notes",
    status: 403,
    body: JSON.stringify({ code: "invalid_user", message: "no such user" }),
  });
  ticket.requester_id = other.id;
  await world.until(program, "13:00");
  assertEquals((await world.theTicket()).state, "closed");
  assertEquals(world.sandbox.threads.get(1)![1]!.user_id, other.id);
});

Deno.test("workflow: a ticket whose step fails day and night is given up after a day, and can be resumed", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "12:00");
  world.sandbox.fault({
    kind: "status",
    path: "/reply",
    status: 500,
    times: "always",
  });
  await world.until(program, "35:55");
  assertEquals((await world.theTicket()).waitsFor, "first reply");
  await world.until(program, "37:30");
  const { state, waitsFor } = await world.theTicket();
  assertEquals([state, waitsFor], ["failed", "first reply"]);
});

Deno.test("workflow: the time in which the program was down does not count against a ticket", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "12:00");
  world.now = moment("37:00");
  world.sandbox.fault({
    kind: "status",
    path: "/reply",
    status: 500,
    times: "always",
  });
  await world.until(program, "39:00");
  assertEquals((await world.theTicket()).waitsFor, "first reply");
  world.sandbox.clearFaults();
  await world.until(program, "40:00");
  assertEquals((await world.theTicket()).state, "closed");
});

Deno.test("workflow: an endless error message does not keep a ticket, or the others, from going on", async () => {
  using world = await TestEnv.open();
  const program = world.program({ ticketsPerHour: 3 });
  await world.create(program, "12:00");
  const body = JSON.stringify({ message: "x".repeat(70_000) });
  world.sandbox.fault({ kind: "status", path: "/1/reply", status: 500, body });
  await world.until(program, "13:00");
  assertEquals(await world.count("closed"), 3);
});

Deno.test("workflow: says where there is nobody to draw, and opens no ticket", async () => {
  for (const who of ["contact", "agent"] as const) {
    using world = await TestEnv.open();
    if (who === "contact") world.sandbox.contacts = [];
    else world.sandbox.agents.forEach((agent) => agent.deactivated = true);
    const error = await assertRejects(
      () => world.program().workflow.createAndHandleTicket(),
      NoParticipantError,
      `no ${who}`,
    );
    assert(error.hint.length > 0);
    assertEquals(world.writes, []);
  }
});

Deno.test("workflow: no customer's e-mail address and no key is ever logged at INFO", async () => {
  using world = await TestEnv.open();
  const program = world.program({ ticketsPerHour: 5 });
  await world.create(program, "12:00");
  world.sandbox.tickets.get(2)!.deleted = true;
  await world.until(program, "13:00");
  for (const line of world.lines) {
    assert(!/@|sandbox/.test(line), line);
  }
});

Deno.test("workflow: the jobs' minutes divide the hour, so ticks fall on the schedules of the crons", () => {
  for (const interval of INTERVALS) assertEquals(60 % interval, 0);
});

function permutations<T>(items: T[]): T[][] {
  if (items.length < 2) return [items];
  return items.flatMap((item, i) =>
    permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest])
  );
}
