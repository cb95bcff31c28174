import { assertEquals, assertThrows } from "@std/assert";
import { checkDesk } from "../../writing/check.ts";
import { DeskError, readDesk } from "../../writing/desk.ts";

const DESK = `form: 1
company: Acme
locale: en-GB
currency: GBP
zone: Europe/London
hours: { days: mon-fri, from: "09:00", to: "17:00" }
outcomes: { one_round: 1 }
priorities: { medium: 1 }
sources: { email: 1 }
catalogue:
  boots:
    - { name: Kestrel boots, price: 100 }
`;

const TOPIC = `outcomes: [one_round]
facts:
  order: { number: "A-####" }
  boots: { item: boots, by: both }
  parcel: { number: "P-####", by: agent }
subject:
  - Where is {order}?
opening:
  ask:
    - Where are the {boots} from {order}?
reply:
  ask:
    - Parcel {parcel} is on its way. Are you at home today?
answer:
  say:
    - Yes, I will wait for {parcel}.
resolution:
  end:
    - Then {order} will be with you by five.
`;

/** All mistakes of a desk with this topic, a line each. */
function mistakes(topic: string, desk = DESK): string[] {
  try {
    const read = readDesk(
      "acme",
      new Map([["desk.yaml", desk], ["topics/parcel.yaml", topic]]),
    );
    return checkDesk(read).map(({ place, message }) => `${place}: ${message}`);
  } catch (error) {
    if (!(error instanceof DeskError)) throw error;
    return error.message.split("\n");
  }
}

Deno.test("a good topic has no mistakes", () => {
  assertEquals(mistakes(TOPIC), []);
});

Deno.test("a placeholder that does not exist is found, with its place and the nearest name", () => {
  assertEquals(mistakes(TOPIC.replace("from {order}", "from {oder}")), [
    "topics/parcel.yaml:10:7: unknown placeholder '{oder}'. Did you mean 'order'?",
  ]);
  assertEquals(mistakes(TOPIC.replace("{boots} from", "{boots.prise} from")), [
    "topics/parcel.yaml:10:7: '{boots.prise}' does not exist. Did you mean 'price'?; expected one of {boots}, {boots.name}, {boots.price}",
  ]);
});

Deno.test("a fact used before it is said is found", () => {
  const early = TOPIC.replace("{boots} from {order}?", "{parcel} boots?");
  const [first] = mistakes(early);
  assertEquals(
    first?.startsWith("topics/parcel.yaml:9:3: slot 'ask' has no text"),
    true,
    first,
  );
});

Deno.test("an alternative that can never be chosen is found", () => {
  const [first, ...more] = mistakes(
    TOPIC.replace(
      "    - Yes, I",
      "    - outcome is refused: No.\n    - Yes, I",
    ),
  );
  assertEquals(
    first,
    "topics/parcel.yaml:16:7: can never be chosen: its condition never holds",
  );
  assertEquals(more, []);
});

Deno.test("an outcome without its messages is found", () => {
  assertEquals(mistakes(TOPIC.replace("[one_round]", "[one_round, refused]")), [
    "topics/parcel.yaml:1:23: outcome 'refused' needs the message 'refusal'",
  ]);
});

Deno.test("all mistakes are told at once, in the form and in YAML", () => {
  assertEquals(
    mistakes(
      TOPIC.replace("subject:", "subjet:").replace("weight", "weight"),
      DESK.replace("currency: GBP", "currency: pounds"),
    ).some((line) => line.startsWith("desk.yaml:4:1: expected a code")),
    true,
  );
  const [line] = mistakes(TOPIC.replace("subject:", "subject: ["));
  assertEquals(line?.startsWith("topics/parcel.yaml:"), true);
});

Deno.test("a desk without topics, and a folder without a desk, are refused", () => {
  assertThrows(() => readDesk("x", new Map()), DeskError, "desk.yaml: missing");
  assertThrows(
    () => readDesk("x", new Map([["desk.yaml", DESK]])),
    DeskError,
    "desk.yaml:1:1: no topics",
  );
});

Deno.test("a desk of a later form is refused", () => {
  assertEquals(
    mistakes(TOPIC, DESK.replace("form: 1", "form: 2"))[0],
    "desk.yaml:1:1: expected 1, the form that this version reads",
  );
});

Deno.test("the topic in docs/desks.md has no mistakes", async () => {
  const page = await Deno.readTextFile(
    new URL("../../docs/desks.md", import.meta.url),
  );
  const [, walk = ""] = /## A topic, step by step([^]*?)\n## /.exec(page) ?? [];
  const topic = [...walk.matchAll(/```yaml\n([^]*?)```/g)].map(([, yaml]) =>
    yaml
  ).join("");
  const desk =
    DESK.replace("boots:", "tents:").replace("price:", "short: Tarn, price:") +
    `teams: { Orders: parcels }
messages:
  reminder:
    ask: [Did you see my question?]
`;
  assertEquals(mistakes(topic, desk), []);
});
