import { assertEquals } from "@std/assert";
import { Store } from "../../workflow/store.ts";
import { CountingKv } from "../helpers/counting_kv.ts";

Deno.test("a process reads with one unit whose account the database holds and what its texts follow from", async () => {
  const { kv, units } = new CountingKv();
  const first = new Store(kv);
  await first.bind("acme.freshdesk.com");
  await first.seed(() => "first");
  const next = new Store(kv);
  const before = units.reads;
  assertEquals(await next.bind("other.freshdesk.com"), "acme.freshdesk.com");
  assertEquals(await next.seed(() => "second"), "first");
  assertEquals(units.reads - before, 1);
});
