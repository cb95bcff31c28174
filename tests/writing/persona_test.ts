import { assert, assertEquals } from "@std/assert";
import { readDesk } from "../../writing/desk.ts";
import { loadDesk } from "../../writing/folder.ts";
import { smallWriters } from "../../writing/people.ts";
import { personaOf } from "../../writing/persona.ts";
import { CONTACTS, sampleOf } from "../../writing/sample.ts";
import { textsOf } from "../../writing/variety.ts";
import { Writer } from "../../writing/writer.ts";
import { SMALL_DESK } from "../helpers/small_desk.ts";

const shop = await loadDesk("shop");
const saas = await loadDesk("saas");
const AT = Date.UTC(2026, 2, 10, 11);

/** Contacts with ids as an account gives them. */
function people(count: number, seed: number) {
  return Array.from({ length: count }, (_, i) => ({
    id: 201_000_000_000 + seed * 7919 + i * i * 37 + i,
    name: `Jo Doe${i}`,
    email: `jo${i}@example.com`,
  }));
}

Deno.test("personas: 5 to 15 % of the openings begin in small letters, whatever the seed and the contacts", async () => {
  const shares: string[] = [];
  for (const desk of [shop, saas]) {
    for (const [i, count] of [10, 12, 20, 40, 100].entries()) {
      for (const seed of ["a", "b", "c", "d"]) {
        const plans = await sampleOf(desk, `${seed}${count}`, 400, {
          contacts: people(count, i),
        });
        const small = plans.filter((plan) =>
          /^\p{Ll}/u.test(textsOf(plan)[1] ?? "")
        ).length;
        const share = small / plans.length;
        if (share < 0.05 || share > 0.15) {
          shares.push(`${desk.name} ${count} ${seed}: ${share}`);
        }
      }
    }
  }
  assertEquals(shares, []);
});

Deno.test("personas: who writes in small letters depends little on who else is there", () => {
  const contacts = people(40, 1);
  const all = smallWriters(contacts, "a");
  const fewer = smallWriters(contacts.slice(1), "a");
  assert(all.size > 0);
  const changed = [...all.symmetricDifference(fewer)];
  assert(changed.length <= 4, `${changed}`);
  assertEquals(smallWriters(contacts.toReversed(), "a"), all);
});

Deno.test("personas: contacts greet as people of the desk's country do", () => {
  const greetings = (locale: string) =>
    new Set(
      CONTACTS.concat(people(200, 1)).flatMap(({ id }) => {
        const persona = personaOf("a", id, locale);
        return [
          ...persona.greetings,
          ...persona.closings.map((closing) => closing.split("\n")[0] ?? ""),
        ];
      }),
    );
  const [american, british, other] = ["en-US", "en-GB", "de-DE"]
    .map(greetings) as [Set<string>, Set<string>, Set<string>];
  for (const word of ["Hiya,", "Cheers,", "Dear team,"]) {
    assert(british.has(word) && !american.has(word), word);
  }
  for (const word of ["Hey,", "Sincerely,"]) {
    assert(american.has(word) && !british.has(word), word);
  }
  assert(!other.has("Hiya,") && !other.has("Hey,") && other.has("Hi,"));
});

const TOPIC = `outcomes: [one_round]
facts:
  x: { one of: VALUES }
subject: [Subject]
opening: { say: ["TEXT", "Now. I ask about {x}"] }
reply: { say: [Reply] }
answer: { say: [Answer] }
resolution: { say: ["Resolution: {x} it is. {x} again."] }
`;

async function resolutions(values: string[], text = "About {x}") {
  const desk = readDesk(
    "x",
    new Map([
      [
        "desk.yaml",
        SMALL_DESK,
      ],
      [
        "topics/x.yaml",
        TOPIC.replace("VALUES", JSON.stringify(values)).replace("TEXT", text),
      ],
    ]),
  );
  return await sampleOf(desk, "a", 80);
}

Deno.test("personas: a value at the start of a sentence begins with a capital unless it is an identifier", async () => {
  const plans = await resolutions([
    "iPhone 15",
    "wh_123",
    "import_this.csv",
    "docs.roundsman.example",
    "two boots",
    "e-mail",
  ]);
  const found = new Set(
    plans.flatMap((plan) =>
      /it is\. (.*) again/.exec(textsOf(plan)[4] ?? "")?.[1] ?? []
    ),
  );
  assertEquals([...found].sort(), [
    "E-mail",
    "Two boots",
    "docs.roundsman.example",
    "iPhone 15",
    "import_this.csv",
    "wh_123",
  ]);
});

Deno.test("personas: small letters come from the contact, not from the text", async () => {
  const small = smallWriters(CONTACTS, "a");
  const plans = await resolutions(["x", "y"], "so. i ask about {x}");
  let seen = 0;
  for (const plan of plans) {
    const text = textsOf(plan)[1] ?? "";
    if (small.has(plan.contact.id)) continue;
    seen++;
    assert(/(So|Now)\. I ask about [xy]/.test(text), text);
  }
  assert(seen > 20);
});

Deno.test("personas: a contact is gone only once the erasure was done", async () => {
  for (
    const [outcome, erased] of [
      ["one_round", true],
      ["solved_by_first_reply", true],
      ["refused", false],
      ["no_answer", false],
    ] as const
  ) {
    const writer = new Writer({ desk: saas, seed: "a" });
    const { plan, memory } = await writer.write({
      n: 1,
      at: AT,
      contacts: CONTACTS,
      agents: [{ id: 1, name: "Sam Rivera", email: "sam@example.com" }],
      recall: () => undefined,
      topic: "data-deletion-request",
      outcome,
    });
    assertEquals(plan.outcome, outcome);
    assertEquals(memory.erased, erased, outcome);
  }
  const topics = [...shop.topics, ...saas.topics]
    .filter(({ file }) => file.erasure).map(({ name }) => name);
  assertEquals(topics, ["account-erasure", "data-deletion-request"]);
});

Deno.test("personas: an outcome is only given to topics that allow it", async () => {
  for (const desk of [shop, saas]) {
    for (const outcome of ["refused", "third_party", "withdrawn"] as const) {
      const plans = await sampleOf(desk, "a", 60, { outcome });
      for (const plan of plans) {
        assertEquals(plan.outcome, outcome);
        const topic = desk.topics.find(({ name }) => name === plan.topic);
        assert(topic?.outcomes.has(outcome), `${plan.topic} ${outcome}`);
      }
    }
  }
});
