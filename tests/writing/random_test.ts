import { assert, assertEquals } from "@std/assert";
import { bag, shareOut, stream } from "../../lib/random.ts";

Deno.test("stream() gives the same numbers for the same seed and name, others for another", () => {
  const first = stream("a", "text", 7);
  const numbers = [first(), first(), first()];
  const again = stream("a", "text", 7);
  assertEquals([again(), again(), again()], numbers);
  assert(stream("a", "text", 8)() !== numbers[0]);
  assert(stream("a", "when", 7)() !== numbers[0]);
  assert(stream("b", "text", 7)() !== numbers[0]);
});

Deno.test("bag() brings every item once before it brings one again", () => {
  const items = ["a", "b", "c", "d", "e"];
  const draws = Array.from({ length: 15 }, (_, n) => {
    const { items: order, position } = bag(items, n, "seed", "x");
    return order[position];
  });
  for (const round of [0, 5, 10]) {
    assertEquals(draws.slice(round, round + 5).toSorted(), items);
  }
  assert(`${draws.slice(0, 5)}` !== `${draws.slice(5, 10)}`);
});

Deno.test("shareOut() adds up and gives every weight a place", () => {
  assertEquals(shareOut([8, 4, 1], 13), [8, 4, 1]);
  assertEquals(shareOut([1, 1, 1], 10).reduce((a, b) => a + b), 10);
  assertEquals(shareOut([100, 1, 0], 20), [19, 1, 0]);
});
