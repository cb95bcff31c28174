import { assert, assertEquals } from "@std/assert";
import { bag, shareOut, stream } from "../../lib/random.ts";
import { drawTicket } from "../../writing/deck.ts";
import { readDesk } from "../../writing/desk.ts";

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

Deno.test("shares: a share that few topics can take is not given away to the others", () => {
  const message = "{ say: [One] }";
  const topic = (outcomes: string) =>
    `outcomes: [${outcomes}]
subject: [Subject]
opening: ${message}
reply: { say: [Two] }
answer: { say: [Three] }
resolution: { say: [Four] }
reminder: { say: [Five] }
`;
  const desk = readDesk(
    "x",
    new Map([
      [
        "desk.yaml",
        `form: 1
locale: en-GB
currency: GBP
zone: UTC
hours: { days: mon-fri, from: "09:00", to: "17:00" }
outcomes: { one_round: 50, no_answer: 50 }
priorities: { medium: 1 }
sources: { email: 1 }
`,
      ],
      ["topics/any.yaml", topic("one_round, no_answer")],
      ["topics/one.yaml", topic("one_round")],
    ]),
  );
  const draws = Array.from({ length: 100 }, (_, n) => drawTicket(desk, "a", n));
  const count = draws.filter(({ outcome }) => outcome === "no_answer").length;
  assertEquals(count, 50);
});
