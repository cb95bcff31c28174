import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { NoParticipantError } from "../../workflow/participants.ts";
import { defaultContacts } from "../../sandbox/people.ts";
import { type Program, TestEnv } from "../helpers/test_env.ts";

// A new account as Freshdesk hands it over.

Deno.test("default account: has its tickets, though its form marks the company as required", async () => {
  using world = await TestEnv.open();
  assert(fieldOf(world, "company").required_for_agents);
  const program = world.program();
  await world.create(program, "12:00");
  await world.until(program, "12:20");
  assertEquals((await world.theTicket()).state, "closed");
});

Deno.test("a refusal is believed: a company that is enforced fails the ticket, by name", async () => {
  using world = await TestEnv.open();
  world.sandbox.enforcedFields.push("company");
  await world.create(world.program(), "12:00");
  const { state, lastError } = await world.theTicket();
  assertEquals(state, "failed");
  assertStringIncludes(lastError!.message, "company");
  assertStringIncludes(lastError!.hint, "Ticket Fields");
});

Deno.test("default account: any other field of Freshdesk's own may be marked as required", async () => {
  using world = await TestEnv.open();
  for (const field of world.sandbox.ticketFields) {
    field.required_for_agents = true;
  }
  await world.create(world.program(), "12:00");
  assertEquals((await world.theTicket()).waitsFor, "first reply");
});

Deno.test("default account: an agent that is demanded is sent when the ticket is opened", async () => {
  using world = await TestEnv.open();
  fieldOf(world, "agent").required_for_agents = true;
  world.sandbox.enforcedFields.push("agent");
  const program = world.program();
  await world.create(program, "12:00");
  assertEquals(sentAgents(world), [(await world.theTicket()).agent.id]);
  await world.until(program, "12:20");
  assertEquals((await world.theTicket()).state, "closed");
});

Deno.test("default account: an agent that is not demanded is not sent when the ticket is opened", async () => {
  using world = await TestEnv.open();
  await world.create(world.program(), "12:00");
  assertEquals(sentAgents(world), [undefined]);
});

Deno.test("default account: an agent that only the refusal demands is sent at the second attempt", async () => {
  using world = await TestEnv.open();
  refuseAgent(world);
  await world.create(world.program(), "12:00");
  const { agent, waitsFor } = await world.theTicket();
  assertEquals(sentAgents(world), [undefined, agent.id]);
  assertEquals(waitsFor, "first reply");
});

Deno.test("default account: an agent that is demanded and refused is left to the assignment", async () => {
  using world = await TestEnv.open();
  fieldOf(world, "agent").required_for_agents = true;
  refuseAgent(world);
  await world.create(world.program(), "12:00");
  const { agent, waitsFor } = await world.theTicket();
  assertEquals(sentAgents(world), [agent.id, undefined]);
  assertEquals(waitsFor, "first reply");
});

Deno.test("default account: where only Freshworks' sample people exist nobody is written to, and it is said how to add contacts", async () => {
  using world = await TestEnv.open({ contacts: samplePeople() });
  const error = await assertRejects(
    () => world.program().workflow.createAndHandleTicket(),
    NoParticipantError,
  );
  for (const part of ["you+anna@your-domain", "bounces", "blocked"]) {
    assertStringIncludes(error.hint, part);
  }
  assertEquals(world.writes, []);
});

Deno.test("default account: agents who have never logged in are not picked", async () => {
  using world = await TestEnv.open();
  const invited = world.sandbox.agents.filter(({ last_active_at, contact }) =>
    last_active_at === null && !contact.active
  );
  assert(invited.length > 0);
  const agents = await world.program().freshdesk.getAgents();
  assert(!agents.some(({ id }) => invited.some((agent) => agent.id === id)));
});

// The sandbox answers as such an account was recorded.

Deno.test("default account: a field of the form has every key that Freshdesk gives", async () => {
  using world = await TestEnv.open();
  const form = await answerTo(
    world,
    ({ freshdesk }) => freshdesk.getTicketFields(),
  ) as Record<string, unknown>[];
  for (const field of form) {
    const { choices: _, portal_cc: __, ...rest } = field;
    assertEquals(Object.keys(rest).sort(), FIELD_KEYS, String(field.name));
  }
});

Deno.test("default account: a reply is answered without incoming, private and source; a note with them", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "12:00");
  const { agent, contact } = await world.theTicket();
  const reply = await answerTo(
    world,
    ({ freshdesk }) => freshdesk.addReply(1, "agent", agent.id, "<p>Hi</p>"),
  );
  assertEquals(Object.keys(reply as object).sort(), REPLY_KEYS);
  const note = await answerTo(
    world,
    ({ freshdesk }) =>
      freshdesk.addReply(1, "customer", contact.id, "<p>Hi</p>"),
  );
  const { incoming, private: isPrivate } = note as Record<string, unknown>;
  assertEquals([incoming, isPrivate], [true, false]);
});

const FIELD_KEYS = [
  "created_at",
  "customers_can_edit",
  "customers_can_filter",
  "default",
  "description",
  "displayed_to_customers",
  "id",
  "label",
  "label_for_customers",
  "name",
  "position",
  "required_for_agents",
  "required_for_closure",
  "required_for_customers",
  "type",
  "updated_at",
];

const REPLY_KEYS = [
  "attachments",
  "bcc_emails",
  "body",
  "body_text",
  "cc_emails",
  "created_at",
  "from_email",
  "id",
  "source_additional_info",
  "ticket_id",
  "to_emails",
  "updated_at",
  "user_id",
];

function fieldOf({ sandbox }: TestEnv, name: string) {
  return sandbox.ticketFields.find((field) => field.name === name)!;
}

function samplePeople() {
  return defaultContacts().filter(({ email }) =>
    email && !/@example\./.test(email)
  );
}

/** The first creation is refused because of the agent. */
function refuseAgent({ sandbox }: TestEnv): void {
  const errors = [{
    field: "responder_id",
    message: "It should not be blank",
    code: "missing_field",
  }];
  sandbox.fault({
    kind: "status",
    method: "POST",
    path: "/tickets$",
    status: 400,
    body: JSON.stringify({ description: "Validation failed", errors }),
  });
}

/** The agents that the creations named, in order. */
function sentAgents({ sandbox }: TestEnv): unknown[] {
  return sandbox.requests
    .filter(({ method, path }) =>
      method === "POST" && path.endsWith("/tickets")
    )
    .map(({ body }) => (body as Record<string, unknown>).responder_id);
}

/** What the sandbox answers to the last request of a call. */
async function answerTo(
  world: TestEnv,
  call: (program: Program) => Promise<unknown>,
): Promise<unknown> {
  await call(world.program());
  return world.sandbox.requests.at(-1)!.answer;
}
