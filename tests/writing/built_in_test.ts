import { assert, assertEquals } from "@std/assert";
import { schemaOf } from "../../commands/desk.ts";
import { DESKS } from "../../desks/index.ts";
import { makeIndex } from "../../desks/make_index.ts";
import { normalizeMessage } from "../../lib/text.ts";
import type { Plan } from "../../workflow/plan.ts";
import { checkFiles } from "../../writing/check.ts";
import { placeholders } from "../../writing/text.ts";
import { loadDesk } from "../../writing/folder.ts";
import { sampleOf } from "../../writing/sample.ts";
import { testWith } from "../helpers/permitted.ts";
import { artefactsIn, textsOf, weaknessesOf } from "../../writing/variety.ts";

const SEEDS = ["a", "b", "c"];
/** What a company needs before its texts are varied enough. */
const TOPICS = 20;
const desks = await Promise.all(Object.keys(DESKS).map(loadDesk));

/** A thread's texts without the names and digits in it. */
function masked(plan: Plan): string {
  const names = [plan.contact, plan.agent].flatMap(({ name }) => [
    name,
    ...name.split(" "),
  ]);
  return names.reduce(
    (text, name) => text.replaceAll(name, "N"),
    textsOf(plan).join("\n"),
  ).replace(/\d+/g, "0");
}

testWith(
  ["read"],
  "desks/index.ts lists the files of the folder; `deno task desk-index` writes it",
  async () => {
    assertEquals(
      await Deno.readTextFile(new URL("../../desks/index.ts", import.meta.url)),
      await makeIndex(),
    );
  },
);

testWith(
  ["read"],
  "the JSON Schemas are those of the form; `deno task desk schema` writes them",
  async () => {
    for (const file of ["desk", "topic"] as const) {
      assertEquals(
        await Deno.readTextFile(
          new URL(`../../desks/${file}.schema.json`, import.meta.url),
        ),
        schemaOf(file),
      );
    }
  },
);

for (const desk of desks) {
  Deno.test(`${desk.name}: has no mistakes`, () => {
    assertEquals(checkFiles(DESKS[desk.name] ?? new Map()), []);
  });

  Deno.test(`${desk.name}: leaves no trace of a template in 10 000 messages`, async () => {
    let messages = 0;
    const found = new Set<string>();
    for (let round = 0; messages < 10_000; round++) {
      for (const plan of await sampleOf(desk, `trace ${round}`, 500)) {
        const texts = textsOf(plan);
        messages += texts.length - 1;
        for (const { what, where } of texts.flatMap(artefactsIn)) {
          found.add(`${plan.topic}: ${what}: '${where}'`);
        }
      }
    }
    assertEquals([...found], []);
  });

  Deno.test(`${desk.name}: writes no two threads alike, and no two messages of a thread`, async () => {
    // Fewer words make fewer threads.
    const count = desk.topics.length < TOPICS ? 300 : 1000;
    for (const seed of SEEDS) {
      const plans = await sampleOf(desk, seed, count);
      assertEquals(new Set(plans.map(masked)).size, plans.length, seed);
      for (const { steps } of plans) {
        const bodies = steps.flatMap((step) =>
          "body" in step ? [normalizeMessage(step.body)] : []
        );
        assertEquals(new Set(bodies).size, bodies.length);
        assert(!bodies.includes(""));
      }
    }
  });

  Deno.test(`${desk.name}: every topic works in the classic shape`, async () => {
    for (const { name } of desk.topics) {
      const plans = await sampleOf(desk, "shape", 10, {
        topic: name,
        pace: "classic",
      });
      for (const { steps } of plans) {
        assertEquals(
          steps.map(({ kind }) => kind),
          ["create", "assign", "reply", "answer", "reply", "close"],
        );
        assert(steps.every(({ wait }) => wait === undefined));
      }
    }
  });

  Deno.test({
    name: `${desk.name}: openings are as varied as people's`,
    // A company that is not complete has fewer words than that takes.
    ignore: desk.topics.length < TOPICS,
    fn: async () => assertEquals(await weaknessesOf(desk, [...SEEDS, "d"]), []),
  });
}

Deno.test("classic: needs no company", () => {
  const classic = desks.find(({ name }) => name === "classic");
  assert(classic && classic.topics.length >= 24);
  assertEquals(classic.file.company, undefined);
  assertEquals(classic.file.catalogue, undefined);
  assertEquals(classic.file.words, undefined);
  for (const { messages, name } of classic.topics) {
    const used = [...messages.values()].flat().flatMap((slot) =>
      slot.alternatives.flatMap(({ parts }) => placeholders(parts))
    );
    assert(used.every(({ name }) => name !== "company"), name);
  }
});
