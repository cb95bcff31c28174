/**
 * Plans with every kind of step: which job takes a step, what Freshdesk has afterwards, and what
 * happens where an account or a person wants otherwise.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { PlanStep } from "../../workflow/plan.ts";
import { jobOf, labelOf, priorityOf } from "../../workflow/schedule.ts";
import { validatePlan } from "../../workflow/validate_plan.ts";
import { everyKind, moment, TestEnv } from "../helpers/test_env.ts";
import { AGENT, CLASSIC_STEPS, makePlan } from "../helpers/tickets.ts";

const CREATE: PlanStep = { kind: "create", body: "<p>It is broken.</p>" };
const CLOSE: PlanStep = { kind: "close" };
const NOTE: PlanStep = { kind: "note", agent: AGENT, body: "<p>Lamps.</p>" };
const REPLY: PlanStep = { kind: "reply", agent: AGENT, body: "<p>Hm.</p>" };
const PENDING: PlanStep = { kind: "status", status: "pending" };

Deno.test("steps: each step is taken by the job of its kind; one of the same tick by that of the step before", () => {
  const plan = makePlan(everyKind(makePlan()));
  assertEquals(
    plan.steps.map((step, i) => `${labelOf(step)} ${jobOf(plan, i)}`),
    [
      "opening 5",
      "assignment 5",
      "first reply 5",
      "status change 5",
      "customer reply 10",
      "status change 10",
      "private note 5",
      "assignment 5",
      "reply 15",
      "status change 15",
      "resolution 15",
      "status change 15",
      "closing 20",
    ],
  );
});

Deno.test("steps: what ends a ticket is more urgent than what opens one", () => {
  const labels = [
    "closing",
    "resolution",
    "customer reply",
    "first reply",
    "status change",
    "opening",
  ] as const;
  const priorities = labels.map(priorityOf);
  assertEquals(priorities, priorities.toSorted((a, b) => b - a));
  assertEquals(priorityOf("reply"), priorityOf("resolution"));
});

const WRONG: [what: string, steps: PlanStep[]][] = [
  ["begins with a reply", [REPLY, CLOSE]],
  ["opens twice", [CREATE, CREATE, CLOSE]],
  ["never closes", [CREATE, REPLY]],
  ["goes on after its closing", [CREATE, CLOSE, NOTE]],
  ["says the same twice", [CREATE, REPLY, {
    ...REPLY,
    body: "<div>HM!</div>",
  }, CLOSE]],
  ["says a part of what was said before", [CREATE, REPLY, {
    ...REPLY,
    body: "<div>h</div>",
  }, CLOSE]],
  ["says nothing", [CREATE, { ...REPLY, body: "<p>...</p>" }, CLOSE]],
  ["is endless", [CREATE, ...Array(60).fill(PENDING), CLOSE]],
  ["is too long to store", [{
    ...CREATE,
    body: "x".repeat(30_000),
  }, CLOSE]],
];
for (const [what, steps] of WRONG) {
  Deno.test(`steps: a plan that ${what} is refused before anything is stored`, async () => {
    assert(validatePlan(makePlan(steps)));
    using world = await TestEnv.open();
    const { store } = world.program();
    const memory = { topics: [], erased: false };
    const draft = { plan: makePlan(steps), dueAt: 0, fields: {}, memory };
    await assertRejects(() => store.addDrafts(7, 0, [draft]), TypeError);
    assertEquals(await store.nextNumber(), 0);
  });
}

Deno.test("steps: the classic plan can be carried out", () => {
  assertEquals(validatePlan(makePlan(CLASSIC_STEPS)), undefined);
});

Deno.test("steps: every kind of step is taken at its job's ticks, those that belong together at once", async () => {
  using world = await TestEnv.open();
  await world.create(world.program({ steps: everyKind }), "12:00");
  await world.until(world.program(), "13:00");
  assertEquals(world.writes, [
    "12:00 POST /tickets",
    "12:00 PUT /tickets/1",
    "12:05 POST /tickets/1/reply",
    "12:05 PUT /tickets/1",
    "12:10 POST /tickets/1/notes",
    "12:10 PUT /tickets/1",
    "12:15 POST /tickets/1/notes",
    "12:15 PUT /tickets/1",
    "12:30 POST /tickets/1/reply",
    "12:30 PUT /tickets/1",
    "12:45 POST /tickets/1/reply",
    "12:45 PUT /tickets/1",
    "13:00 PUT /tickets/1",
  ]);
  const { state, status, agent } = await world.theTicket();
  assertEquals([state, status, agent.id], ["closed", 5, 502]);
  assertEquals(world.sandbox.tickets.get(1)!.responder_id, 502);
  assertEquals(
    world.sandbox.conversations(1).map((message) => message.private),
    [false, false, true, false, false],
  );
});

Deno.test("steps: the history marks private notes", async () => {
  using world = await TestEnv.open();
  const program = world.program({ steps: everyKind });
  await world.create(program, "12:00");
  await world.until(program, "13:00");
  const { tag } = await world.theTicket();
  const history = await program.store.messageHistory(tag);
  assertEquals(
    history.map((message) => `${message.from} ${message.private}`),
    [
      "contact false",
      "agent false",
      "contact false",
      "agent true",
      "agent false",
      "agent false",
    ],
  );
});

Deno.test("steps: a status that the account lacks falls back to pending, and it is said once", async () => {
  using world = await TestEnv.open();
  const refusal = {
    description: "Validation failed",
    errors: [{
      field: "status",
      message: "It should be one of these values: '2,3,4,5'",
      code: "invalid_value",
    }],
  };
  const program = world.program({
    steps: everyKind,
    ticketsPerHour: 2,
    fetch: async (request) => {
      const isWaiting = request.method === "PUT" &&
        (await request.clone().json()).status > 5;
      return isWaiting
        ? Response.json(refusal, { status: 400 })
        : await world.sandbox.fetch(request);
    },
  });
  await world.create(program, "12:00");
  await world.until(program, "12:30");
  const statuses = [...world.sandbox.tickets.values()].map((ticket) =>
    ticket.status
  );
  assertEquals(statuses, [3, 3]);
  const said = world.lines.filter((line) => line.includes("has no status"));
  assertEquals(said.length, 1, world.lines.join("\n"));
  await world.until(program, "13:00");
  assertEquals(await world.count("closed"), 2);
});

Deno.test("steps: a status that an automation changes at once is left so", async () => {
  using world = await TestEnv.open();
  const program = world.program({ steps: everyKind });
  await world.create(program, "12:00");
  world.sandbox.fault({
    kind: "garbage",
    method: "PUT",
    applied: false,
    body: JSON.stringify({ id: 1, status: 2, responder_id: null, tags: [] }),
  });
  await world.until(program, "12:10");
  assertEquals((await world.theTicket()).waitsFor, "private note");
});

Deno.test("steps: a private note that may be there is not taken for a public one of the same text", async () => {
  using world = await TestEnv.open();
  const program = world.program({ steps: everyKind });
  await world.create(program, "12:00");
  await world.until(program, "12:10");
  const { steps } = await world.thePlan();
  const note = steps.find(({ kind }) => kind === "note");
  const body = note && "body" in note ? note.body : "";
  await program.freshdesk.addReply(1, "agent", undefined, body);
  world.sandbox.fault({ kind: "refuse", path: "/notes$" });
  await world.until(program, "13:30");
  const notes = world.sandbox.conversations(1).filter((message) =>
    message.private
  );
  assertEquals(notes.length, 1);
  assertEquals((await world.theTicket()).state, "closed");
});

const PAUSES = [
  "12:00",
  "12:05",
  "12:10",
  "12:15",
  "12:30",
  "12:45",
];
for (const time of PAUSES) {
  Deno.test(`steps: a person who closes a ticket after ${time} has taken it over, whatever step comes next`, async () => {
    using world = await TestEnv.open();
    const program = world.program({ steps: everyKind });
    await world.create(program, "12:00");
    await world.until(program, time);
    world.sandbox.tickets.get(1)!.status = 5;
    const writes = world.writes.length;
    world.now = moment("18:00");
    await world.until(program, "20:00");
    assertEquals(world.writes.length, writes);
    const { state } = await world.theTicket();
    assertEquals(state, time === "12:45" ? "closed" : "abandoned");
  });
}

Deno.test("steps: a wait passes before a step is due", async () => {
  using world = await TestEnv.open();
  const program = world.program({
    steps: ({ steps }) =>
      steps.with(2, {
        ...steps[2]!,
        wait: { minutes: 90, hours: "clock" },
      }),
  });
  await world.create(program, "12:00");
  assertEquals((await world.theTicket()).dueAt, moment("13:35"));
  await world.until(program, "13:30");
  assertEquals(world.said(), []);
  await world.until(program, "13:35");
  assertEquals(world.said().length, 1);
});
