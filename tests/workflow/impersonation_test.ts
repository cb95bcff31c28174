import { assertEquals } from "@std/assert";
import { Store } from "../../workflow/store.ts";
import { CountingKv } from "../helpers/counting_kv.ts";

Deno.test("impersonation: an agent who may be written for is read once, and forgotten when a call is refused", async () => {
  const { kv, units } = new CountingKv();
  const store = new Store(kv);
  assertEquals(await store.canImpersonate(501), true);
  assertEquals(await store.canImpersonate(501), true);
  assertEquals(units.reads, 1);
  await store.markNoImpersonation(501);
  assertEquals(await store.canImpersonate(501), false);
});
