import { assertEquals } from "@std/assert";
import { readDesk } from "../../writing/desk.ts";
import { loadDesk } from "../../writing/folder.ts";
import { sampleOf } from "../../writing/sample.ts";
import { textsOf } from "../../writing/variety.ts";
import { SMALL_DESK } from "../helpers/small_desk.ts";

const FILES = new Map([
  [
    "desk.yaml",
    SMALL_DESK,
  ],
  [
    "topics/x.yaml",
    `outcomes: [one_round]
subject: [Subject]
opening:
  say: [Opening]
reply:
  say: [Reply]
answer:
  say: [Answer]
resolution:
  first: ['It says "none"']
  second: [A list follows]
  third: ['He said "Stop!"']
  last: [No more]
`,
  ],
]);

Deno.test("texts: a full stop ends a text that another follows, also after a quotation", async () => {
  for (const plan of await sampleOf(readDesk("x", FILES), "a", 20)) {
    const text = textsOf(plan)[4]?.replace(/\s+/g, " ");
    assertEquals(
      /It says.*No more\.?/.exec(text ?? "")?.[0],
      'It says "none". A list follows. He said "Stop!" No more',
    );
  }
});

Deno.test("texts: a message of thanks does not close with thanks once more", async () => {
  const shop = await loadDesk("shop");
  const plans = await sampleOf(shop, "a", 300, { outcome: "one_round" });
  const closings = plans.flatMap((plan) => {
    const [, , , , , thanks] = textsOf(plan);
    return thanks?.split("\n\n").slice(1) ?? [];
  }).filter((paragraph) =>
    /^(thanks|thank you|many|cheers)[^.]*,/i.test(paragraph)
  );
  assertEquals(closings, []);
});
