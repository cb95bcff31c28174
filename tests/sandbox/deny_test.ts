import { assertEquals } from "@std/assert";
import { Sandbox } from "../../sandbox/sandbox.ts";

function sandbox() {
  const account = new Sandbox();
  const get = async (path: string) => {
    const { status, body } = await account.fetch(
      new Request(`https://acme.freshdesk.com/api/v2${path}`, {
        headers: { authorization: `Basic ${btoa(`${account.apiKey}:X`)}` },
      }),
    );
    await body?.cancel();
    return status;
  };
  return { account, get };
}

Deno.test("sandbox: denies every call for a ticket until the faults are cleared", async () => {
  const { account, get } = sandbox();
  account.fault({ kind: "deny", path: "/conversations" });
  assertEquals(await get("/tickets/7"), 404);
  assertEquals(await get("/tickets/7/conversations"), 403);
  assertEquals(await get("/tickets/7"), 403);
  assertEquals(await get("/tickets/8/conversations"), 404);
  account.clearFaults();
  assertEquals(await get("/tickets/7"), 404);
});

Deno.test("sandbox: denies as many tickets as the fault says, and nothing else", async () => {
  const { account, get } = sandbox();
  account.fault({ kind: "deny", status: 400, times: 2 });
  assertEquals(await get("/agents/me"), 200);
  const statuses = [];
  for (const id of [1, 2, 3, 1, 3]) statuses.push(await get(`/tickets/${id}`));
  assertEquals(statuses, [400, 400, 404, 400, 404]);
});
