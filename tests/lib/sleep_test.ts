import { assertEquals, assertRejects } from "@std/assert";
import { errorMessage } from "../../lib/error.ts";
import { sleep } from "../../lib/sleep.ts";

Deno.test("sleep: rejects with the reason of an aborted signal", async () => {
  const stop = new AbortController();
  const waiting = sleep(60_000, stop.signal);
  stop.abort(new Error("stop"));
  await assertRejects(() => waiting, Error, "stop");
  await assertRejects(() => sleep(60_000, stop.signal), Error, "stop");
});

Deno.test("sleep: leaves no listener behind", async () => {
  const stop = new AbortController();
  await sleep(0, stop.signal);
  stop.abort();
});

Deno.test("errorMessage: accepts whatever was thrown", () => {
  assertEquals(errorMessage(new TypeError("broken")), "broken");
  assertEquals(errorMessage("broken"), "broken");
  assertEquals(errorMessage(undefined), "undefined");
});
