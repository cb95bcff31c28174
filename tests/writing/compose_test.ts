import { assertEquals } from "@std/assert";
import { stream } from "../../lib/random.ts";
import { readDesk } from "../../writing/desk.ts";
import { sampleOf } from "../../writing/sample.ts";
import {
  artefactsIn,
  missedBy,
  textsOf,
  varietyOf,
} from "../../writing/variety.ts";

const DESK = `form: 1
locale: en-GB
currency: GBP
zone: Europe/London
hours: { days: mon-fri, from: "09:00", to: "17:00" }
outcomes: { one_round: 1 }
priorities: { medium: 1 }
sources: { email: 1 }
`;

/** What openings made from one text say, with this value for {x}. */
async function openings(text: string, values: string[]): Promise<string[]> {
  const topic = `outcomes: [one_round]
facts:
  x: { one of: ${JSON.stringify(values)} }
  n: { number: "######" }
subject: [Subject]
opening: { say: [${JSON.stringify(`${text} {n}`)}] }
reply: { say: [Reply] }
answer: { say: [Answer] }
resolution: { say: [Resolution] }
`;
  const desk = readDesk(
    "x",
    new Map([["desk.yaml", DESK], ["topics/x.yaml", topic]]),
  );
  const plans = await sampleOf(desk, "a", 60);
  return plans.map((plan) => textsOf(plan)[1] ?? "");
}

Deno.test("texts: an article fits the fact that follows it", async () => {
  const texts = await openings("Here is a {x}", [
    "apprentice",
    "manager",
    "SSO user",
    "unit",
    "hour",
  ]);
  const found = new Set(
    texts.flatMap((text) => /here is (an? \p{L}+)/iu.exec(text)?.[1] ?? []),
  );
  assertEquals([...found].sort(), [
    "a manager",
    "a unit",
    "an SSO",
    "an apprentice",
    "an hour",
  ]);
});

Deno.test("texts: no full stop follows another", async () => {
  const texts = await openings("It began at {x}. Help.", ["7 a.m.", "noon"]);
  assertEquals(texts.filter((text) => text.includes("..")), []);
});

Deno.test("artefactsIn() finds what a template leaves behind, and nothing else", () => {
  const found = (text: string) => artefactsIn(text).map(({ what }) => what);
  assertEquals(found("Dear ,"), ["stray spaces", "an empty greeting"]);
  assertEquals(found("your {order} is"), ["a placeholder"]);
  assertEquals(found("the undefined parcel"), ["a missing value"]);
  assertEquals(found("it is in in the box"), ["a doubled word"]);
  assertEquals(found("a order of an parcel"), ["a wrong article"]);
  assertEquals(found("so it is.. done"), ["a doubled full stop"]);
  assertEquals(
    found("Hello,\n\nA user of a unit, an hour ago ... really?! Thanks."),
    [],
  );
});

Deno.test("varietyOf() tells varied texts from the same ones again", () => {
  const letters = (n: number) => {
    const random = stream("letters", n);
    return Array.from(
      { length: 12 + n % 90 },
      () => Math.floor(random() * 46_656).toString(36),
    ).join(" ");
  };
  assertEquals(
    missedBy(varietyOf(Array.from({ length: 200 }, (_, n) => letters(n)))),
    [],
  );
  assertEquals(
    missedBy(varietyOf(Array.from({ length: 200 }, (_, n) => letters(n % 3))))
      .length >= 5,
    true,
  );
});
