import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { checkFiles } from "../../writing/check.ts";
import { DeskError, readDesk } from "../../writing/desk.ts";
import { loadDesk } from "../../writing/folder.ts";
import { testWith } from "../helpers/permitted.ts";

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
  return mistakesIn({ "desk.yaml": desk, "topics/parcel.yaml": topic });
}

function mistakesIn(files: Record<string, string>): string[] {
  return checkFiles(new Map(Object.entries(files)))
    .map(({ place, message }) => `${place}: ${message}`);
}

Deno.test("desk: a good topic has no mistakes", () => {
  assertEquals(mistakes(TOPIC), []);
});

Deno.test("desk: a placeholder that does not exist is found, with its place and the nearest name", () => {
  assertEquals(mistakes(TOPIC.replace("from {order}", "from {oder}")), [
    "topics/parcel.yaml:10:7: unknown placeholder '{oder}'. Did you mean 'order'?",
  ]);
  assertEquals(mistakes(TOPIC.replace("{boots} from", "{boots.prise} from")), [
    "topics/parcel.yaml:10:7: '{boots.prise}' does not exist. Did you mean 'price'?; expected one of {boots}, {boots.name}, {boots.price}",
  ]);
});

Deno.test("desk: a range that ends before it begins is found", () => {
  const topic = TOPIC.replace("facts:", "facts:\n  days: { count: 7..3 }");
  assertEquals(mistakes(topic), [
    "topics/parcel.yaml:3:3: '7..3' ends before it begins; expected 3..7",
  ]);
});

Deno.test("desk: a category or a team that does not exist is found once, with those there are", () => {
  const topic = TOPIC.replace("{ item: boots, by", "{ item: skis, by");
  assertEquals(mistakes(`team: Sales\n${topic}`), [
    "topics/parcel.yaml:1:1: unknown team 'Sales'; desk.yaml has none",
    "topics/parcel.yaml:5:12: unknown category 'skis'; the catalogue has boots",
  ]);
});

Deno.test("desk: a fact used before it is said is found", () => {
  const early = TOPIC.replace("{boots} from {order}?", "{parcel} boots?");
  const [first] = mistakes(early);
  assertEquals(
    first?.startsWith("topics/parcel.yaml:9:3: slot 'ask' has no text"),
    true,
    first,
  );
});

Deno.test("desk: an alternative that can never be chosen is found", () => {
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

Deno.test("desk: an outcome without its messages is found", () => {
  assertEquals(mistakes(TOPIC.replace("[one_round]", "[one_round, refused]")), [
    "topics/parcel.yaml:1:23: outcome 'refused' needs the message 'refusal'",
  ]);
});

Deno.test("desk: all mistakes are told at once, in the form and in YAML", () => {
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

Deno.test("desk: a desk without topics, and a folder without a desk, are refused", () => {
  assertThrows(() => readDesk("x", new Map()), DeskError, "desk.yaml: missing");
  assertThrows(
    () => readDesk("x", new Map([["desk.yaml", DESK]])),
    DeskError,
    "desk.yaml:1:1: no topics",
  );
});

Deno.test("desk: a desk of a later form is refused", () => {
  assertEquals(
    mistakes(TOPIC, DESK.replace("form: 1", "form: 2"))[0],
    "desk.yaml:1:1: form 2 is of a later version of this program, which reads form 1: update it",
  );
});

Deno.test("desk: the mistakes of all files are told at once, in the order of files and lines", () => {
  assertEquals(
    mistakesIn({
      "desk.yaml": DESK.replace("currency: GBP", "currency: pounds"),
      "topics/a.yaml": TOPIC.replace("outcomes:", "outcome:"),
      "topics/b.yaml": TOPIC.replace("subject:", "subject: ["),
    }).map((line) => line.split(":")[0]),
    ["desk.yaml", "topics/a.yaml", "topics/a.yaml", "topics/b.yaml"],
  );
  // What only writing shows is told along with what only reading shows.
  assertEquals(
    mistakesIn({
      "desk.yaml": DESK,
      "topics/a.yaml": TOPIC.replace("from {order}", "from {oder}"),
      "topics/b.yaml": TOPIC.replace(
        "    - Yes, I",
        "    - curt and formal: No.\n    - Yes, I",
      ),
    }),
    [
      "topics/a.yaml:10:7: unknown placeholder '{oder}'. Did you mean 'order'?",
      "topics/b.yaml:16:7: can never be chosen: its condition never holds",
    ],
  );
});

Deno.test("desk: a mistake in the form hides none in the texts", () => {
  assertEquals(
    mistakes(
      TOPIC.replace("outcomes: [one_round]", "outcomes: [one_round, refusd]")
        .replace("from {order}", "from {oder}")
        .replace("  end:\n    - Then", "  end: Then"),
    ),
    [
      "topics/parcel.yaml:1:23: unknown 'refusd'; expected solved_by_first_reply, one_round, more_rounds, no_answer, third_party, reopened, handed_over, refused, withdrawn. Did you mean 'refused'?",
      "topics/parcel.yaml:10:7: unknown placeholder '{oder}'. Did you mean 'order'?",
      "topics/parcel.yaml:18:3: expected a list",
    ],
  );
});

Deno.test("desk: a zone, a locale and hours that do not exist are found", () => {
  assertEquals(
    mistakes(
      TOPIC,
      DESK.replace("Europe/London", "Europe/Londn").replace("en-GB", "english!")
        .replace("09:00", "25:00"),
    ),
    [
      "desk.yaml:3:1: unknown locale 'english!'; expected one such as en-GB",
      "desk.yaml:5:1: unknown time zone 'Europe/Londn'; expected one such as Europe/London. Did you mean 'Europe/London'?",
      "desk.yaml:6:25: expected a time such as 09:00",
    ],
  );
});

Deno.test("desk: a YAML error has its place", () => {
  for (
    const [wrong, place] of [
      ["reply:\n\task: [x]\n", "topics/parcel.yaml:12:1"],
      ["reply:\n  a: [x]\n  a: [y]\n", "topics/parcel.yaml:13:3"],
    ] as const
  ) {
    const [line] = mistakes(TOPIC.replace(/reply:\n.*\n.*\n/, wrong));
    assertEquals(line?.startsWith(place), true, line);
  }
});

Deno.test("desk: a message that may stay empty is found", () => {
  assertEquals(mistakes(TOPIC.replace("  say:", "  say?:")), [
    "topics/parcel.yaml:14:1: every slot of 'answer' may be left out; at least one must be without ?",
  ]);
});

Deno.test("desk: two messages of a thread that may come out alike are found", () => {
  const same = "    - Where are the {boots} from {order}?";
  assertEquals(
    mistakes(TOPIC.replace("    - Yes, I will wait for {parcel}.", same))
      .filter((line) => line.includes("like an earlier one")),
    [
      "topics/parcel.yaml:15:3: message 'answer' may come out empty or like an earlier one of its thread; add texts to it",
    ],
  );
});

Deno.test("desk: a message that may be a part of an earlier one of its thread is found", () => {
  const thread = TOPIC.replace(
    "    - Yes, I will wait for {parcel}.",
    "    - No thanks, I can wait.",
  ) + `thanks:
  say:
    - No thanks
`;
  assertEquals(
    mistakes(thread)
      .filter((line) => line.includes("like an earlier one")).length,
    1,
  );
});

Deno.test("desk: a text of desk.yaml that no topic takes is found", () => {
  const desk = `${DESK}messages:
  thanks:
    say:
      - Thanks a lot.
      - outcome is refused: Thanks for nothing.
`;
  assertEquals(mistakes(TOPIC, desk), [
    "desk.yaml:17:9: can never be chosen in any topic: its condition never holds",
  ]);
});

Deno.test("desk: a condition may ask how the contact got in touch", () => {
  const line = "    - Where are the {boots} from {order}?";
  assertEquals(
    mistakes(TOPIC.replace(line, `${line}\n    - source is phone: Boots?`)),
    [],
  );
  assertEquals(
    mistakes(TOPIC.replace(line, `${line}\n    - source is phon: Boots?`)),
    [
      "topics/parcel.yaml:11:7: unknown source 'phon'; expected email, portal, phone, widget. Did you mean 'phone'?",
    ],
  );
});

testWith(
  ["read", "write"],
  "a desk that does not exist is refused, with the names of those that do",
  async () => {
    await assertRejects(
      () => loadDesk("shp"),
      DeskError,
      "shp: Cannot find this desk; expected classic, ",
    );
    const folder = await Deno.makeTempDir();
    try {
      await assertRejects(
        () => loadDesk(folder),
        DeskError,
        "desk.yaml: missing",
      );
      await Deno.writeTextFile(`${folder}/desk.yaml`, DESK);
      await assertRejects(
        () => loadDesk(folder),
        DeskError,
        "desk.yaml:1:1: no topics; expected at least one file in topics/",
      );
      await Deno.mkdir(`${folder}/topics`);
      await Deno.writeTextFile(`${folder}/topics/parcel.yaml`, TOPIC);
      assertEquals((await loadDesk(`${folder}/`)).topics.length, 1);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

testWith(["read"], "the topic in docs/desks.md has no mistakes", async () => {
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
