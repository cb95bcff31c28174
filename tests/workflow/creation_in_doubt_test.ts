/**
 * A creation whose answer was lost is found again, whatever becomes of the contact and the clocks.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { moment, type ProgramOptions, TestEnv } from "../helpers/test_env.ts";
import { DAY, HOUR, MINUTE } from "../../lib/time.ts";

/** A world whose only ticket was created at 12:00, and whose answer was lost. */
async function inDoubt(options: ProgramOptions = {}) {
  const world = await TestEnv.open();
  const program = world.program(options);
  world.sandbox.fault({ kind: "drop", path: "/tickets$", method: "POST" });
  world.now = moment("12:00");
  await program.workflow.createAndHandleTicket();
  return { world, program };
}

async function assertFound(world: TestEnv): Promise<void> {
  assertEquals(world.sandbox.tickets.size, 1);
  assertEquals((await world.theTicket()).state, "closed");
}

Deno.test("creation in doubt: is looked up by the requester's id, and no address is in any URL", async () => {
  const { world, program } = await inDoubt();
  using _ = world;
  const { contact } = await world.theTicket();
  await world.until(program, "13:00");
  await assertFound(world);
  const lists = world.sandbox.requests.filter(({ method, path }) =>
    method === "GET" && path.includes("/tickets?")
  );
  assertEquals(lists.length, 1);
  assert(lists[0]!.path.includes(`requester_id=${contact.id}&`));
  for (const { path } of world.sandbox.requests) {
    assert(!/@|%40/.test(path), path);
  }
});

const CHANGES: [string, (world: TestEnv, id: number) => void][] = [
  ["whose address was changed", ({ sandbox }, id) => {
    sandbox.contacts.find((one) => one.id === id)!.email = "new@example.com";
  }],
  ["who was merged into another and is gone", ({ sandbox }, id) => {
    const other = sandbox.contacts.find((one) => one.id !== id)!;
    sandbox.contacts = sandbox.contacts.filter((one) => one.id !== id);
    sandbox.tickets.get(1)!.requester_id = other.id;
  }],
  ["who was merged into another and is shown as deleted", ({ sandbox }, id) => {
    const other = sandbox.contacts.find((one) => one.id !== id)!;
    sandbox.contacts.find((one) => one.id === id)!.deleted = true;
    sandbox.tickets.get(1)!.requester_id = other.id;
  }],
  ["who got another's address in a merge", ({ sandbox }, id) => {
    const other = sandbox.contacts.find((one) => one.id !== id)!;
    sandbox.contacts.find((one) => one.id === id)!.email = null;
    sandbox.tickets.get(1)!.requester_id = other.id;
  }],
];

for (const [what, change] of CHANGES) {
  Deno.test(`creation in doubt: is found for a contact ${what}`, async () => {
    const { world, program } = await inDoubt();
    using _ = world;
    change(world, (await world.theTicket()).contact.id);
    await world.until(program, "13:00");
    await assertFound(world);
  });
}

Deno.test("creation in doubt: is found where its contact's address changed before it was sent", async () => {
  using world = await TestEnv.open();
  let first = true;
  const program = world.program({
    fetch: async (request) => {
      if (first && request.method === "POST") {
        first = false;
        const { email } = await request.clone().json();
        world.sandbox.contacts.find((one) => one.email === email)!.email =
          "changed@example.com"; // so the old address becomes a new contact
      }
      return await world.sandbox.fetch(request);
    },
  });
  world.sandbox.fault({ kind: "drop", path: "/tickets$", method: "POST" });
  await world.create(program, "12:00");
  await world.until(program, "13:00");
  await assertFound(world);
});

Deno.test("creation in doubt: is made again if it was not applied, for a contact who is still there", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  world.sandbox.fault({ kind: "refuse", path: "/tickets$", method: "POST" });
  await world.create(program, "12:00");
  await world.until(program, "13:00");
  await assertFound(world);
});

for (const days of [3, -3, 400]) {
  Deno.test(`creation in doubt: is found by a clock that is ${days} days ahead`, async () => {
    using world = await TestEnv.open();
    const ahead = () => world.now + days * DAY;
    const program = world.program({ now: ahead });
    world.sandbox.fault({ kind: "drop", path: "/tickets$", method: "POST" });
    await program.workflow.createAndHandleTicket(ahead());
    world.now += 5 * MINUTE;
    await program.workflow.tick(5, ahead());
    assertEquals(world.sandbox.tickets.size, 1);
    assertEquals((await world.theTicket()).id, 1);
  });
}

Deno.test("creation in doubt: is found although the clock was hours ahead when it was drafted", async () => {
  let ahead = 10 * HOUR;
  const world = await TestEnv.open();
  using _ = world;
  const program = world.program({ now: () => world.now + ahead });
  world.sandbox.fault({ kind: "drop", path: "/tickets$", method: "POST" });
  await program.workflow.createAndHandleTicket(moment("22:00"));
  assertEquals(world.sandbox.tickets.size, 1);
  ahead = 0; // the clock is set right
  world.now = moment("12:10");
  await program.workflow.handleTicketWorkflow(await world.theTicket());
  assertEquals(world.sandbox.tickets.size, 1);
  assertEquals((await world.theTicket()).id, 1);
});
