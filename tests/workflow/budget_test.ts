import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  loadParticipants,
  NoParticipantError,
  realDomains,
} from "../../workflow/participants.ts";
import {
  fillRequiredFields,
  RequiredFieldsError,
} from "../../workflow/required_fields.ts";
import type { TicketField } from "../../freshdesk.ts";
import { defaultTicketFields } from "../../sandbox/account.ts";
import { moment, type ProgramOptions, TestEnv } from "../helpers/test_env.ts";

// Not to the wrong people.

Deno.test("limits: only contacts of the named domains are drawn", async () => {
  using world = await TestEnv.open();
  const { freshdesk } = world.program();
  const all = await loadParticipants(freshdesk, {});
  const some = await loadParticipants(freshdesk, {
    contactDomains: ["example.org"],
  });
  assert(
    some.contacts.length > 0 && some.contacts.length < all.contacts.length,
  );
  assert(some.contacts.every(({ email }) => email.endsWith("@example.org")));
  assertEquals(
    (await loadParticipants(freshdesk, { contactDomains: "*" })).contacts,
    all.contacts,
  );
});

Deno.test("limits: a domain is not mistaken for one that ends alike", async () => {
  using world = await TestEnv.open();
  const { freshdesk } = world.program();
  const { contacts } = await loadParticipants(freshdesk, {
    contactDomains: ["ample.org"],
  });
  assertEquals(contacts, []);
});

Deno.test("limits: only the named agents are drawn, however their addresses are written", async () => {
  using world = await TestEnv.open();
  const [agent] = world.sandbox.agents;
  agent!.contact.email = "Maya@Example.com";
  const { freshdesk } = world.program();
  const { agents } = await loadParticipants(freshdesk, {
    agentEmails: ["maya@example.com"],
  });
  assertEquals(agents.map(({ id }) => id), [agent!.id]);
});

Deno.test("limits: restrictions that leave nobody are named", async () => {
  using world = await TestEnv.open();
  const restrictions: [ProgramOptions, string][] = [
    [{ contactDomains: ["nowhere.example"] }, "CONTACT_DOMAINS"],
    [{ agentEmails: ["nobody@example.com"] }, "AGENT_EMAILS"],
  ];
  for (const [options, setting] of restrictions) {
    const { workflow } = world.program(options);
    const error = await assertRejects(
      () => workflow.createAndHandleTicket(),
      NoParticipantError,
    );
    assertStringIncludes(error.hint, setting);
  }
  assertEquals(world.writes, []);
});

Deno.test("limits: unverified contacts of a named domain are drawn where no verified one is in it", async () => {
  using world = await TestEnv.open();
  for (const contact of world.sandbox.contacts) {
    contact.active = !contact.email?.endsWith("@example.org");
  }
  const { freshdesk } = world.program();
  const { contacts } = await loadParticipants(freshdesk, {
    contactDomains: ["example.org"],
  });
  assert(contacts.length > 0);
});

Deno.test("limits: of a very large account no more contacts are read than a draw needs", async () => {
  using world = await TestEnv.open();
  const [pattern] = world.sandbox.contacts;
  world.sandbox.contacts = Array.from({ length: 3000 }, (_, i) => ({
    ...pattern!,
    id: 5000 + i,
    email: `c${i}@example.com`,
  }));
  const { freshdesk } = world.program();
  assertEquals((await loadParticipants(freshdesk, {})).contacts.length, 500);
  assertEquals(
    world.requests.filter((line) => line.includes("/contacts")).length,
    5,
  );
});

Deno.test("limits: an agent who takes over is one of the named", async () => {
  using world = await TestEnv.open();
  const [, second, third] = world.sandbox.agents;
  const program = world.program({
    agentEmails: [second!.contact.email, third!.contact.email].map((email) =>
      email.toLowerCase()
    ),
  });
  const ignored = JSON.stringify({ id: 1, status: 2, responder_id: null });
  world.sandbox.fault({
    kind: "garbage",
    method: "PUT",
    body: ignored,
    applied: false,
  });
  await world.create(program, "12:00");
  const { responder_id } = world.sandbox.tickets.get(1)!;
  assert([second!.id, third!.id].includes(responder_id!));
  assert(world.lines.some((line) => line.includes("takes over")));
});

Deno.test("limits: an hour that has had its tickets costs no call", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "12:00");
  const before = world.requests.length;
  await world.create(program, "12:00:30");
  assertEquals(world.requests.length, before);
});

Deno.test("limits: domains that may be real are counted, those reserved for examples are not", () => {
  const emails = [
    "a@acme.com",
    "b@ACME.com",
    "c@example.com",
    "d@mail.example.org",
    "e@x.test",
    "f@y.invalid",
    "g@shop.example",
    "h@localhost",
    "i@notexample.com",
  ];
  const contacts = emails.map((email, id) => ({ id, name: "", email }));
  assertEquals(realDomains(contacts), [["acme.com", 2], ["notexample.com", 1]]);
});

Deno.test("limits: a dry run makes only GETs, says what would be sent, and stores nothing", async () => {
  using world = await TestEnv.open();
  const real = world.program();
  await world.create(real, "12:00");
  const before = await world.theTicket();
  const writes = world.writes.length;
  const dry = world.program({ dryRun: true, ticketsPerHour: 2 });
  await world.until(dry, "12:55");
  await world.create(dry, "13:00");
  assertEquals(world.writes.length, writes);
  assertEquals(await world.theTicket(), before);
  assert(
    world.lines.some((line) =>
      line.includes("DRY_RUN: #1 would be taken to: first reply")
    ),
  );
  const plans = world.lines.filter((line) =>
    line.includes("DRY_RUN: would open")
  );
  assertEquals(plans.length, 2);
  assertMatch(plans[0]!, /assigned to .*\n---\n/);
});

Deno.test("limits: a dry client refuses to send anything but a GET", async () => {
  using world = await TestEnv.open();
  const { freshdesk } = world.program({ dryRun: true });
  await freshdesk.getMe();
  const error = await freshdesk.closeTicket(1).catch((error) => error);
  assertStringIncludes(error.message, "DRY_RUN");
  assertEquals(world.writes, []);
});

// Required fields.

function field(
  name: string,
  type: string,
  more: Partial<TicketField> = {},
): TicketField {
  return {
    name,
    label: name.toUpperCase(),
    type,
    default: type.startsWith("default_"),
    required_for_agents: true,
    required_for_closure: false,
    ...more,
  };
}

const FILLED: [string, TicketField, unknown][] = [
  [
    "a drop-down",
    field("cf_x", "custom_dropdown", { choices: ["One", "Two"] }),
    "One",
  ],
  [
    "a drop-down whose choices are an object",
    field("cf_x", "custom_dropdown", { choices: { One: [], Two: [] } }),
    "One",
  ],
  [
    "a drop-down whose choices are records",
    field("cf_x", "custom_dropdown", { choices: [{ value: "One" }] }),
    "One",
  ],
  ["a text", field("cf_x", "custom_text"), "Not specified"],
  ["a long text", field("cf_x", "custom_paragraph"), "Not specified"],
  ["a number", field("cf_x", "custom_number"), 1],
  ["a decimal", field("cf_x", "custom_decimal"), 1],
  ["a box", field("cf_x", "custom_checkbox"), true],
  ["a date", field("cf_x", "custom_date"), "2026-11-23"],
  ["an address", field("cf_x", "custom_url"), "https://example.com"],
  [
    "what is demanded for closing",
    field("cf_x", "custom_text", {
      required_for_agents: false,
      required_for_closure: true,
    }),
    "Not specified",
  ],
];

for (const [what, demanded, value] of FILLED) {
  Deno.test(`limits: ${what} that is demanded is filled`, () => {
    const { fields, filled, unfillable } = fillRequiredFields(
      [demanded],
      "2026-11-23",
    );
    assertEquals(fields, { custom: { cf_x: value } });
    assertEquals(filled, [`CF_X: ${value}`]);
    assertEquals(unfillable, []);
  });
}

Deno.test("limits: a ticket type that is demanded is filled", () => {
  const type = field("ticket_type", "default_ticket_type", {
    choices: ["Question", "Incident"],
  });
  assertEquals(fillRequiredFields([type], "").fields, { type: "Question" });
});

Deno.test("limits: what is not demanded, and what every ticket has, is left alone", () => {
  const form = [
    field("cf_x", "custom_text", { required_for_agents: false }),
    field("subject", "default_subject"),
    field("requester", "default_requester"),
    field("status", "default_status"),
  ];
  assertEquals(fillRequiredFields(form, ""), {
    fields: {},
    filled: [],
    unfillable: [],
  });
});

Deno.test("limits: what cannot be filled is named, if a ticket cannot be opened without it", () => {
  const form = [
    field("group", "default_group"),
    field("cf_empty", "custom_dropdown", { choices: [] }),
    field("company", "default_company", {
      required_for_agents: false,
      required_for_closure: true,
    }),
  ];
  assertEquals(fillRequiredFields(form, "").unfillable, ["CF_EMPTY"]);
});

const CUSTOM = { id: 900, default: false };

/** A field of the sandbox's form. */
function demanded(name: string, type: string, more: Record<string, unknown>) {
  const [pattern] = defaultTicketFields();
  return { ...pattern!, ...CUSTOM, ...field(name, type), ...more } as
    & typeof pattern
    & object;
}

Deno.test("limits: a ticket is opened with what the account demands, closed with it, and both are said", async () => {
  using world = await TestEnv.open();
  world.sandbox.ticketFields.push(
    demanded("cf_product", "custom_dropdown", { choices: ["Desk", "Chair"] }),
    demanded("cf_cause", "custom_text", {
      required_for_agents: false,
      required_for_closure: true,
    }),
  );
  const program = world.program();
  await world.create(program, "12:00");
  await world.until(program, "13:00");
  assertEquals((await world.theTicket()).state, "closed");
  const { custom_fields } = world.sandbox.tickets.get(1)!;
  assertEquals(custom_fields, {
    cf_product: "Desk",
    cf_cause: "Not specified",
  });
  assert(
    world.lines.some((line) =>
      line.includes("CF_PRODUCT: Desk, CF_CAUSE: Not specified")
    ),
  );
});

Deno.test("limits: a field that is demanded only since the ticket was opened does not keep it from being closed", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "12:00");
  world.sandbox.ticketFields.push(
    demanded("cf_cause", "custom_text", {
      required_for_agents: false,
      required_for_closure: true,
    }),
  );
  await world.until(program, "13:00");
  assertEquals((await world.theTicket()).state, "closed");
});

Deno.test("limits: a refused field is named even to a key that may not list the fields", async () => {
  using world = await TestEnv.open();
  world.sandbox.ticketFields.push(demanded("cf_product", "custom_text", {}));
  const denied = JSON.stringify({ code: "access_denied", message: "no" });
  world.sandbox.fault({
    kind: "status",
    path: "/ticket_fields",
    status: 403,
    body: denied,
    times: "always",
  });
  await world.create(world.program(), "12:00");
  const { state, lastError } = await world.theTicket();
  assertEquals(state, "failed");
  assertStringIncludes(lastError!.message, "cf_product");
});

Deno.test("limits: what a person has chosen is not overwritten to close a ticket", async () => {
  using world = await TestEnv.open();
  world.sandbox.ticketFields.push(
    demanded("cf_product", "custom_dropdown", { choices: ["Desk", "Chair"] }),
  );
  const program = world.program();
  await world.create(program, "12:00");
  world.sandbox.tickets.get(1)!.custom_fields.cf_product = "Chair";
  world.sandbox.ticketFields.push(
    demanded("cf_cause", "custom_text", {
      required_for_agents: false,
      required_for_closure: true,
    }),
  );
  await world.until(program, "13:00");
  const { custom_fields, status } = world.sandbox.tickets.get(1)!;
  assertEquals([custom_fields.cf_product, status], ["Chair", 5]);
});

for (const name of ["cf_cause", "cause", "custom_fields.cf_cause"]) {
  Deno.test(`limits: a field that is refused as ${name} is filled to close the ticket`, async () => {
    using world = await TestEnv.open();
    const program = world.program();
    await world.create(program, "12:00");
    world.sandbox.ticketFields.push(
      demanded("cf_cause", "custom_text", {
        required_for_agents: false,
        required_for_closure: true,
      }),
    );
    const errors = [{ field: name, message: "m", code: "missing_field" }];
    world.sandbox.fault({
      kind: "status",
      method: "PUT",
      status: 400,
      body: JSON.stringify({ description: "Validation failed", errors }),
    });
    await world.until(program, "13:00");
    assertEquals((await world.theTicket()).state, "closed");
  });
}

Deno.test("limits: fields that cannot be filled are reported by name before a ticket is tried", async () => {
  using world = await TestEnv.open();
  world.sandbox.ticketFields.push(demanded("cf_tree", "nested_field", {}));
  const error = await assertRejects(
    () => world.program().workflow.createAndHandleTicket(),
    RequiredFieldsError,
    "CF_TREE",
  );
  assertStringIncludes(error.hint, "Ticket Fields");
  assertEquals(world.writes, []);
});

// Order under pressure.

Deno.test("limits: what is nearest its end goes first, the oldest first", async () => {
  using world = await TestEnv.open();
  const program = world.program({ ticketsPerHour: 6 });
  await world.create(program, "12:50");
  await world.until(program, "12:59");
  await world.create(program, "13:00"); // six wait for their first reply
  await world.minute(program, moment("13:00"), [10]);
  await world.minute(program, moment("13:15"), [15]); // six wait to be closed
  const before = world.writes.length;
  world.now = moment("13:20");
  await Promise.all(
    ([5, 20] as const).map((every) => program.workflow.tick(every)),
  );
  const writes = world.writes.slice(before).map((line) =>
    line.split(" ").slice(1).join(" ")
  );
  assertEquals(
    writes.map((line) => line.split(" ")[0]),
    [...Array(6).fill("PUT"), ...Array(6).fill("POST")],
  );
});

Deno.test("limits: a tick that has no time left ends, and the next goes on with the oldest", async () => {
  using world = await TestEnv.open();
  const program = world.program({ ticketsPerHour: 12 });
  await world.create(program, "12:00");
  const slow = world.program({
    fetch: (request) => {
      world.now += 30_000;
      return world.sandbox.fetch(request);
    },
  });
  world.now = moment("12:05");
  const report = await slow.workflow.tick(5);
  assert(report.done > 0, "what was done is told");
  const done = world.writes.filter((line) => line.includes("/reply")).length;
  assert(done > 0 && done < 12, `${done} replies`);
  await world.until(program, "12:10");
  assertEquals(
    world.writes.filter((line) => line.includes("/reply")).length,
    12,
  );
});

Deno.test("limits: no more tickets are opened than the hour's calls can bear, and it is said", async () => {
  using world = await TestEnv.open({ limit: 50 });
  const program = world.program({ ticketsPerHour: 100, share: 0.02 });
  await program.freshdesk.getMe(); // 1 call a minute is ours: 60 an hour, ten tickets
  world.now = moment("12:00");
  await program.workflow.createAndHandleTicket().catch(() => {});
  assertEquals(await drafted(world), 10);
  assertMatch(world.lines.join(), /10 of this hour's 100 tickets are opened/);
  world.now = moment("13:00");
  await program.workflow.createAndHandleTicket().catch(() => {});
  assert(await drafted(world) < 12, "the backlog leaves no room");
});

async function drafted({ kv }: TestEnv): Promise<number> {
  return (await Array.fromAsync(kv.list({ prefix: ["ticket"] }))).length;
}
