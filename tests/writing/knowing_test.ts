import { assert, assertEquals } from "@std/assert";
import { checkFiles } from "../../writing/check.ts";
import { readDesk } from "../../writing/desk.ts";
import { registerOf } from "../../writing/persona.ts";
import { sampleOf } from "../../writing/sample.ts";
import { textsOf } from "../../writing/variety.ts";

const DESK = `form: 1
locale: en-GB
currency: GBP
zone: Europe/London
hours: { days: mon-fri, from: "09:00", to: "17:00" }
outcomes: { one_round: 1 }
priorities: { medium: 1 }
sources: { email: 1 }
catalogue:
  goods:
    - { name: Kestrel boots, kind: boots }
    - { name: Swift shoes, kind: shoes }
    - { name: Tarn tent, kind: tent }
`;

const TOPIC = `outcomes: [one_round]
facts:
  n: { number: "######" }
subject: [Subject]
opening:
  say: ["Number {n}"]
reply:
  say: [Reply]
answer:
  say: [Answer]
resolution:
  say: [Resolution]
`;

function files(topic: string): Map<string, string> {
  return new Map([["desk.yaml", DESK], ["topics/x.yaml", topic]]);
}

function mistakes(topic: string): string[] {
  return checkFiles(files(topic))
    .map(({ place, message }) => `${place}: ${message}`);
}

/** Each thread's texts, without names of people. */
async function threads(topic: string): Promise<string[]> {
  const plans = await sampleOf(readDesk("x", files(topic)), "a", 120);
  return plans.map((plan) => textsOf(plan).join("\n"));
}

Deno.test("facts: a text for 'not damaged' does not say that it is damaged, and the agent knows that it is not", async () => {
  const texts = await threads(
    TOPIC.replace("n: {", "damaged: { yes: 0.5 }\n  n: {")
      .replace(
        'say: ["Number {n}"]',
        `say: ["Number {n}."]
  state:
    - damaged: It is bad.
    - not damaged: It is fine.`,
      )
      .replace(
        "[Reply]",
        `
    - damaged said: Sorry that it broke.
    - not damaged: Good that all is well.
    - not damaged said: Nothing is broken then.`,
      ),
  );
  for (const text of texts) {
    const [broken, whole] = [/it is bad/i, /it is fine/i]
      .map((pattern) => pattern.test(text));
    assertEquals(/Sorry that it broke/.test(text), broken, text);
    assertEquals(/Good that|Nothing is/.test(text), whole, text);
  }
});

Deno.test("facts: a text for 'colour is not red' does not say the colour", async () => {
  const texts = await threads(
    TOPIC.replace("n: {", "colour: { one of: [red, blue, green] }\n  n: {")
      .replace(
        'say: ["Number {n}"]',
        `say: ["Number {n}."]
  state:
    - colour is red: A red one.
    - colour is not red: Not the old one.`,
      )
      .replace(
        "[Reply]",
        `
    - colour said: "So {colour}."
    - not colour said: "Which colour?"`,
      ),
  );
  for (const text of texts) {
    assertEquals(/which colour/i.test(text), /not the old/i.test(text), text);
  }
});

Deno.test("facts: an outcome and a value can be excluded", () => {
  const topic = TOPIC.replace(
    "[Answer]",
    `
    - outcome is not one_round: Never.
    - Answer`,
  );
  assertEquals(mistakes(topic), [
    "topics/x.yaml:11:7: can never be chosen: its condition never holds",
  ]);
  assertEquals(
    mistakes(topic.replace("is not one_round", "is not reopened")),
    [],
  );
  assertEquals(
    mistakes(topic.replace("is not one_round", "is not one_rund")).length,
    1,
  );
});

Deno.test("facts: an item may be one of some of a category", async () => {
  const topic = TOPIC.replace(
    "n: {",
    "goods: { item: goods, where: kind is boots or tent, by: both }\n  n: {",
  ).replace("Number {n}", "The {goods}, number {n}");
  const found = new Set(
    (await threads(topic)).map((text) => /[Tt]he (\w+ \w+)/.exec(text)?.[1]),
  );
  assertEquals([...found].sort(), ["Kestrel boots", "Tarn tent"]);
  const not = topic.replace("kind is boots or tent", "kind is not boots");
  assert((await threads(not)).every((text) => !text.includes("Kestrel")));
  assertEquals(mistakes(topic.replace("kind is", "kin is")), [
    "topics/x.yaml:3:25: not every item has 'kin'. Did you mean 'kind'?",
  ]);
  assertEquals(mistakes(topic.replace("boots or tent", "hats")), [
    "topics/x.yaml:3:25: leaves no item",
  ]);
});

Deno.test("facts: a text that is seldom taken is not taken for one that never is", () => {
  const rare = Array.from({ length: 4 }, (_, i) => `rare${i}: { yes: 0.05 }`);
  const topic = TOPIC.replace("n: {", `${rare.join("\n  ")}\n  n: {`)
    .replace(
      "[Answer]",
      `
    - rare0 and rare1 and rare2 and curt: Seldom indeed.
    - Answer`,
    )
    .replace(
      'say: ["Number {n}"]',
      `say: ["Number {n}"]
  aside?:
    - rare3 and rare2 and rare1 and curt: An aside of the rarest sort.
    - Other
    - More`,
    );
  assertEquals(mistakes(topic), []);
});

Deno.test("facts: a text that is too long for the only people who may take it is told as such", () => {
  const topic = TOPIC.replace(
    "[Answer]",
    `
    - not formal and not neutral: A long one that goes on and on.
    - One
    - Two
    - Three
    - Four`,
  );
  assertEquals(mistakes(topic), [
    "topics/x.yaml:11:7: can never be chosen: only curt contacts may take it, and they take shorter texts of the slot; begin its condition with 'curt', or shorten it",
  ]);
});

Deno.test("facts: a text for curt contacts may be long", () => {
  const topic = TOPIC.replace(
    "[Answer]",
    `
    - curt: A long one that goes on and on.
    - One
    - Two
    - Three
    - Four`,
  );
  assertEquals(mistakes(topic), []);
});

Deno.test("facts: a mistake in a slot that is used again by its name stands where the text stands", () => {
  const topic = TOPIC.replace(
    "[Reply]",
    `&again
    - curt and formal: Never.
    - Reply`,
  ).replace(
    "outcomes: [one_round]",
    "outcomes: [one_round, solved_by_first_reply]",
  ) +
    `solved:
  say: *again
`;
  assertEquals(mistakes(topic), [
    "topics/x.yaml:9:7: can never be chosen: its condition never holds",
  ]);
  assertEquals(
    mistakes(
      topic.replace("curt and formal: Never", '"{m}')
        .replace("{m}.", '{m}."'),
    ),
    [
      "topics/x.yaml:9:7: unknown placeholder '{m}'. Did you mean 'n'?",
    ],
  );
});

Deno.test("facts: curt contacts choose among at least three texts", async () => {
  const slot = `
    - The first of the four, the longest.
    - The second, it is long too.
    - Short one.
    - Tiny.`;
  const topic = TOPIC.replace("[Answer]", slot);
  const desk = readDesk("x", files(topic));
  const curt = (await sampleOf(desk, "a", 200)).filter(({ contact }) =>
    registerOf("a", contact.id) === "curt"
  );
  const found = new Set(
    curt.flatMap((plan) =>
      /the first|the second|short one|tiny/i.exec(textsOf(plan)[3] ?? "")?.[0]
        .toLowerCase() ?? []
    ),
  );
  assertEquals([...found].sort(), ["short one", "the second", "tiny"]);
});
