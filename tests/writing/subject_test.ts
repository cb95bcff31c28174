import { assert, assertEquals } from "@std/assert";
import { readDesk } from "../../writing/desk.ts";
import { sampleOf } from "../../writing/sample.ts";
import { textsOf } from "../../writing/variety.ts";
import { SMALL_DESK } from "../helpers/small_desk.ts";

const TOPIC = `outcomes: [one_round]
facts:
  order: { number: "F-######" }
subject: SUBJECT
opening: { say: ["Order {order}.", Nothing came., Where is my parcel?] }
reply: { say: [Reply] }
answer: { say: [Answer] }
resolution: { say: [Resolution] }
`;

async function threads(subject: string) {
  const desk = readDesk(
    "x",
    new Map([
      ["desk.yaml", SMALL_DESK],
      ["topics/x.yaml", TOPIC.replace("SUBJECT", subject)],
    ]),
  );
  const plans = await sampleOf(desk, "a", 90);
  return plans.map((plan) => textsOf(plan) as [string, string]);
}

Deno.test("a subject says what the opening says, as long as there are enough such subjects", async () => {
  const texts = await threads(
    '["{order} late", "Where is {order}?", My parcel, Late, No delivery]',
  );
  const bare = texts.filter(([, opening]) => !opening.includes("F-"));
  const full = texts.filter(([, opening]) => opening.includes("F-"));
  assert(bare.length > 30 && full.length > 15);
  for (const [subject] of bare) assert(!subject.includes("F-"), subject);
  assert(full.some(([subject]) => subject.includes("F-")));
});

Deno.test("where a topic has few such subjects, any may be taken", async () => {
  const texts = await threads('["{order} late", "Where is {order}?", Late]');
  assertEquals(
    new Set(texts.map(([subject]) => subject.slice(0, 2).toLowerCase())).size,
    3,
  );
});
