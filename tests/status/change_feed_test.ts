import { assertEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { ChangeFeed } from "../../status/change_feed.ts";

Deno.test("the store is asked less often while nothing goes on, and again as before once something does", async () => {
  using time = new FakeTime();
  let version = "1";
  let asked = 0;
  const changes = new ChangeFeed({
    ask: () => {
      asked++;
      return Promise.resolve(version);
    },
  });
  const leave = changes.subscribe(() => {});
  const askedIn = async (seconds: number) => {
    const before = asked;
    for (let s = 0; s < seconds; s++) await time.tickAsync(1000);
    return asked - before;
  };
  assertEquals(await askedIn(20), 10);
  await askedIn(10);
  assertEquals(await askedIn(60), 12);
  version = "2";
  await askedIn(5);
  assertEquals(await askedIn(10), 5);
  leave();
});
