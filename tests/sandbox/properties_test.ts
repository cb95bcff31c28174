import { assertEquals, assertObjectMatch } from "@std/assert";
import { Sandbox, type SandboxOptions } from "../../sandbox/sandbox.ts";

// What a ticket can have besides its texts.

/** A function that calls the API of a new account. */
function account(options?: SandboxOptions) {
  const sandbox = new Sandbox(options);
  return async (method: string, path: string, body?: unknown) => {
    const answer = await sandbox.fetch(
      `https://acme.freshdesk.com/api/v2${path}`,
      {
        method,
        headers: {
          authorization: `Basic ${btoa("sandbox:X")}`,
          "content-type": "application/json",
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      },
    );
    const text = await answer.text();
    return { status: answer.status, body: text ? JSON.parse(text) : null };
  };
}

const TICKET = {
  subject: "A parcel",
  description: "Where is it?",
  email: "amina.diallo@example.com",
};

for (const source of [1, 2, 3, 9]) {
  Deno.test(`sandbox: a ticket can be opened with source ${source}`, async () => {
    const call = account();
    const { status, body } = await call("POST", "/tickets", {
      ...TICKET,
      source,
    });
    assertEquals([status, body.source], [201, source]);
  });
}

for (const source of [4, 7, 10]) {
  Deno.test(`sandbox: source ${source} is refused on creation`, async () => {
    const call = account();
    const { status, body } = await call("POST", "/tickets", {
      ...TICKET,
      source,
    });
    assertEquals([status, body.errors[0].field], [400, "source"]);
  });
}

for (
  const [field, value] of [["type", "Complaint"], ["group_id", 999], [
    "status",
    8,
  ]] as const
) {
  Deno.test(`sandbox: a ${field} that the account lacks is refused`, async () => {
    const call = account();
    await call("POST", "/tickets", TICKET);
    const { status, body } = await call("PUT", "/tickets/1", {
      [field]: value,
    });
    assertEquals([status, body.errors[0].field], [400, field]);
  });
}

for (const status of [3, 6, 7, 4, 2]) {
  Deno.test(`sandbox: a ticket can be given the status ${status}`, async () => {
    const call = account();
    await call("POST", "/tickets", TICKET);
    const answer = await call("PUT", "/tickets/1", { status });
    assertEquals([answer.status, answer.body.status], [200, status]);
  });
}

Deno.test("sandbox: GET /groups lists the form's groups with their agents", async () => {
  const { body } = await account()("GET", "/groups");
  assertEquals(body.length, 1);
  assertObjectMatch(body[0], {
    id: 701,
    name: "Customer Support",
    agent_ids: [501, 502],
  });
});

Deno.test("sandbox: GET /business_hours gives days by name and the zone by Rails' name", async () => {
  const { body } = await account()("GET", "/business_hours");
  assertObjectMatch(body[0], {
    is_default: true,
    time_zone: "Eastern Time (US & Canada)",
    business_hours: { monday: { start_time: "08:00:00 am" } },
  });
  assertEquals(body[0].business_hours.sunday, undefined);
});

for (const path of ["/groups", "/business_hours"]) {
  Deno.test(`sandbox: a key whose owner is no admin may not read ${path}`, async () => {
    const { status } = await account({ keyAgentId: 502 })("GET", path);
    assertEquals(status, 403);
  });
}

Deno.test("sandbox: a private note is not the customer's: a resolved ticket stays resolved", async () => {
  const call = account();
  await call("POST", "/tickets", TICKET);
  await call("PUT", "/tickets/1", { status: 4 });
  const note = await call("POST", "/tickets/1/notes", {
    body: "Passing this on.",
    private: true,
    user_id: 502,
  });
  assertEquals([note.status, note.body.private, note.body.incoming], [
    201,
    true,
    false,
  ]);
  assertEquals((await call("GET", "/tickets/1")).body.status, 4);
});
