import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { statusApp } from "../../status/app.ts";
import type { Ticket } from "../../workflow/ticket.ts";
import { moment, TestEnv } from "../helpers/test_env.ts";

/** Damage to a stored ticket, and what is said of it. */
const DAMAGE: [what: string, change: Record<string, unknown>][] = [
  ["id", { id: "7" }],
  ["id", { id: 1.5 }],
  ["tag", { tag: "another" }],
  ["state", { state: "lunch" }],
  ["waitsFor", { waitsFor: "lunch" }],
  ["job", { job: 7 }],
  ["step", { step: -1 }],
  ["number", { number: 0.5 }],
  ["dueAt", { dueAt: 9e15 }],
  ["dueAt", { dueAt: -1 }],
  ["createdAt", { createdAt: "yesterday" }],
  ["stepSince", { stepSince: undefined }],
  ["stepSince", { stepSince: NaN }],
  ["stepSince", { stepSince: 9e15 }],
  ["firstFailedAt", { firstFailedAt: Infinity }],
  ["claim", { claim: undefined }],
  ["claim", { claim: { owner: "me", claimedAt: 1 } }],
  ["outcomeUnknown", { outcomeUnknown: "yes" }],
  ["attempts", { attempts: null }],
  ["lastError", { lastError: "it broke" }],
  ["lastError", { lastError: { at: 9e15, message: "m", hint: "a" } }],
  ["contact", { contact: null }],
  ["contact", { contact: { id: 1 } }],
  ["agent", { agent: [] }],
  ["subject", { subject: null }],
  ["priority", { priority: 5 }],
  ["outcome", { outcome: "lunch" }],
  ["status", { status: "open" }],
  ["completedAt", { completedAt: 9e15 }],
];

for (const [field, change] of DAMAGE) {
  const shown = JSON.stringify(change, (_, value) => value ?? String(value));
  Deno.test(`records: a stored ticket with ${shown} is named once, and the page, the JSON and the other go on`, async () => {
    using world = await TestEnv.open();
    const program = world.program({ ticketsPerHour: 2 });
    await world.create(program, "12:00");
    const [first] = await Array.fromAsync(
      world.kv.list<Ticket>({ prefix: ["ticket"] }),
    );
    const { key, value } = first!;
    await world.kv.set(key, { ...value, ...change });
    const app = statusApp({
      store: program.store,
      now: () => world.now,
      ticketUrl: (id) => program.freshdesk.ticketUrl(id),
      budget: () => program.freshdesk.budget,
      startedAt: moment("12:00"),
      mode: "open",
      production: true,
    });
    for (const path of ["/", "/api/tickets", "/api/jobs"]) {
      const response = await app.request(path);
      await response.body?.cancel();
      assertEquals(response.status, 200, path);
    }
    await world.until(program, "12:20");
    await world.create(program, "13:00");
    assertEquals(await world.count("closed"), 1);
    const said = world.lines.filter((line) => line.includes("cannot be read"));
    assertEquals(said.length, 1, said.join("\n"));
    assertStringIncludes(said[0]!, field);
    assert(!world.lines.some((line) => line.startsWith("ERROR")));
  });
}

/** Damage to a stored plan. */
const TORN: [what: string, change: Record<string, unknown> | null][] = [
  ["gone", null],
  ["without steps", { steps: [] }],
  ["with a step nobody knows", { steps: [{ kind: "lunch" }] }],
  ["without its contact", { contact: null }],
  ["with fields that are none", { fields: { custom: 7 } }],
];

for (const [what, change] of TORN) {
  Deno.test(`records: a stored plan ${what} is named once, and the other ticket goes on`, async () => {
    using world = await TestEnv.open();
    const program = world.program({ ticketsPerHour: 2 });
    await world.create(program, "12:00");
    const [first] = await Array.fromAsync(
      world.kv.list<object>({ prefix: ["plan"] }),
    );
    const { key, value } = first!;
    if (change) await world.kv.set(key, { ...value, ...change });
    else await world.kv.delete(key);
    await world.until(program, "13:00");
    assertEquals(await world.count("closed"), 1);
    const said = world.lines.filter((line) => line.includes("The plan of"));
    assertEquals(said.length, 1, said.join("\n"));
    assert(!world.lines.some((line) => line.startsWith("ERROR")));
  });
}

const STRANGE: [what: string, key: Deno.KvKey, value: unknown][] = [
  ["a job's run that is no record", ["job", "closings"], "yesterday"],
  ["a job's run out of time", ["job", "closings"], {
    at: 9e15,
    took: 1,
    report: null,
    error: null,
  }],
  [
    "a count that is not a number",
    ["stats", moment("12:00"), "opened"],
    "many",
  ],
  ["a count of nothing known", ["stats", moment("12:00"), "lunches"], 3],
];

for (const [what, key, value] of STRANGE) {
  Deno.test(`records: ${what} does not keep the page from being shown`, async () => {
    using world = await TestEnv.open();
    const program = world.program();
    await world.kv.set(key, value);
    const app = statusApp({
      store: program.store,
      now: () => world.now,
      ticketUrl: (id) => program.freshdesk.ticketUrl(id),
      budget: () => program.freshdesk.budget,
      startedAt: moment("12:00"),
      mode: "open",
      production: true,
    });
    for (const path of ["/", "/api/jobs", "/healthz"]) {
      const response = await app.request(path);
      await response.body?.cancel();
      assertEquals(response.status, 200, path);
    }
  });
}

Deno.test("records: a message that is damaged does not keep its ticket's thread from being shown", async () => {
  using world = await TestEnv.open();
  const program = world.program();
  await world.create(program, "12:00");
  await world.until(program, "12:05");
  const { tag } = await world.theTicket();
  await world.kv.set(["message", tag, 2], { from: "agent", at: 9e15 });
  for (let times = 0; times < 2; times++) {
    assertEquals((await program.store.messageHistory(tag)).length, 1);
  }
  const said = world.lines.filter((line) => line.includes("cannot be read"));
  assertEquals(said.length, 1);
  await world.until(program, "12:20");
  assertEquals((await world.theTicket()).state, "closed");
});
