import { assert, assertEquals } from "@std/assert";
import { plainText } from "../../lib/text.ts";
import { stream } from "../../lib/random.ts";
import { loadDesk } from "../../writing/folder.ts";
import { agentStyle, personaOf, usually } from "../../writing/persona.ts";
import { CONTACTS, sampleOf } from "../../writing/sample.ts";
import {
  agentSlipsOf,
  ended,
  NO_SLIPS,
  type Slips,
  slipsOf,
  typeOut,
} from "../../writing/slips.ts";
import { textsOf } from "../../writing/variety.ts";

const saas = await loadDesk("saas");
const IDS = Array.from({ length: 300 }, (_, i) => 201_000_000_000 + i * 7919);

const CARELESS: Slips = {
  rate: 1,
  spelling: new Map([["received", "recieved"]]),
  noApostrophes: true,
  smallI: true,
  noCommas: 1,
  noStop: 1,
};

function typed(text: string, slips: Slips = CARELESS): string {
  return typeOut([text], slips, stream("a", "typed")).join("");
}

Deno.test("manners: an agent greets and closes in a usual way, and now and then in another", async () => {
  const plans = await sampleOf(saas, "a", 300);
  const openings = Map.groupBy(
    plans.flatMap((plan) => {
      const reply = plan.steps.find((step) => step.kind === "reply");
      const [first = ""] = textsOf({ ...plan, steps: reply ? [reply] : [] })
        .slice(1);
      const lines = first.split("\n");
      const greeting = lines[0]?.replace(plan.contact.name.split(" ")[0]!, "X");
      return reply && "agent" in reply
        ? [{ agent: reply.agent.id, greeting, closing: lines.slice(-3).join() }]
        : [];
    }),
    ({ agent }) => agent,
  );
  for (const [agent, list] of openings) {
    const known = new Set(list.map(({ greeting }) => greeting));
    assert(known.size >= 2, `${agent} has one greeting`);
    assert(new Set(list.map(({ closing }) => closing)).size >= 3, `${agent}`);
  }
});

Deno.test("manners: the usual greeting is taken most of the time, and others are", () => {
  const random = stream("a", "usual");
  const taken = Array.from(
    { length: 1000 },
    () => usually(["one", "two", "three"], random),
  );
  const share = (name: string) =>
    taken.filter((text) => text === name).length / taken.length;
  assert(share("one") > 0.55 && share("one") < 0.65, `${share("one")}`);
  assert(share("two") > share("three") && share("three") > 0.08);
  assertEquals(usually(["one"], () => 0.99), "one");
  assertEquals(usually([], () => 0), "");
});

Deno.test("manners: facts, numbers, names, links and quotations are never mistyped", () => {
  const fact = { name: "order" };
  const parts = [
    "I've received ",
    fact,
    "'s parcel, but it isn't F-12345 from Roundsman, see app.roundsman.example/help and jo@example.com, " +
    'the page says "I\'ve received nothing" and export_file.csv 12:30, I think',
  ];
  const out = typeOut(parts, CARELESS, stream("a", "facts"));
  assertEquals(out.filter((part) => typeof part !== "string"), [fact]);
  const text = out.map((part) => typeof part === "string" ? part : "{order}")
    .join("");
  for (
    const kept of [
      "{order}'s",
      "F-12345",
      "Roundsman",
      "app.roundsman.example/help",
      "jo@example.com",
      '"I\'ve received nothing"',
      "export_file.csv 12:30",
    ]
  ) assert(text.includes(kept), `${kept} in: ${text}`);
  assert(text.startsWith("ive "), text);
});

Deno.test("manners: who is careless misspells the same words every time and types no apostrophes", () => {
  const slips = { ...CARELESS, rate: 0 };
  assertEquals(
    typed("I don't think I've received it, but I'm not sure.", slips),
    "i dont think ive recieved it but im not sure.",
  );
  assertEquals(ended("That is all.", slips, () => 0), "That is all");
  assertEquals(ended("At 7 a.m.", slips, () => 0), "At 7 a.m.");
  for (const id of IDS) assertEquals(slipsOf("a", id), slipsOf("a", id));
  const careless = IDS.map((id) => slipsOf("a", id));
  const shareOf = (is: (slips: Slips) => boolean) =>
    careless.filter(is).length / careless.length;
  const apostrophes = shareOf(({ noApostrophes }) => noApostrophes);
  assert(apostrophes > 0.05 && apostrophes < 0.25, `${apostrophes}`);
  const spelling = shareOf(({ spelling }) => spelling.size > 0);
  assert(spelling > 0.4 && spelling < 0.6, `${spelling}`);
});

Deno.test("manners: a mistyped word keeps its first letters, and most of the others", () => {
  const words = "because unfortunately settings dispatcher invoice yesterday"
    .split(" ");
  const slips = { ...NO_SLIPS, rate: 1 };
  const random = stream("a", "words");
  for (let round = 0; round < 50; round++) {
    for (const word of words) {
      const [out] = typeOut([word], slips, random) as [string];
      assert(out !== "" && Math.abs(out.length - word.length) <= 1, out);
      assertEquals(out.slice(0, 2), word.slice(0, 2));
    }
  }
});

Deno.test("manners: nobody formal slips, and few agents do", () => {
  const formal = IDS.map((id) => personaOf("a", id, "en-US"))
    .filter(({ register }) => register === "formal");
  assert(formal.length > 30);
  for (const { slips } of formal) assertEquals(slips, NO_SLIPS);
  const agents = IDS.map((id) => agentSlipsOf("a", id));
  const clean = agents.filter((slips) => slips === NO_SLIPS).length;
  assert(clean / agents.length > 0.6 && clean < agents.length, `${clean}`);
  assert(
    agents.every(({ rate, spelling }) => rate <= 0.002 && spelling.size === 0),
  );
});

Deno.test("manners: some who write in small letters sign so, too, and address others by their name", () => {
  const styles = IDS.map((id) => personaOf("a", id, "en-US", true));
  const names = styles.filter(({ smallName }) => smallName).length;
  assert(names > 50 && names < 250, `${names}`);
  for (const { greetings, laterGreetings } of styles) {
    for (const text of [...greetings, ...laterGreetings]) {
      assert(!/^\p{Lu}/u.test(text), text);
    }
  }
  assert(IDS.every((id) => !personaOf("a", id, "en-US").smallName));
});

Deno.test("manners: how somebody is greeted changes nothing else that is written", async () => {
  const other = {
    ...saas,
    file: {
      ...saas.file,
      tone: { greetings: ["Ahoy {other.first},"], closings: ["Over,"] },
    },
  };
  const [usual, changed] = await Promise.all(
    [saas, other].map((desk) => sampleOf(desk, "a", 40)),
  );
  const contacts = (plans: typeof usual = []) =>
    plans.map(({ subject, steps }) => [
      subject,
      ...steps.flatMap((step) =>
        step.kind === "create" || step.kind === "answer" ? [step.body] : []
      ),
    ]);
  assertEquals(contacts(usual), contacts(changed));
  assert(CONTACTS.length > 0);
  assert(
    agentStyle("a", 1, other.file).greetings.includes("Ahoy {other.first},"),
  );
});

Deno.test("agents: sign with one team, whatever a ticket is about", async () => {
  const desk = await loadDesk("it");
  const teams = Object.keys(desk.file.teams ?? {});
  const signedWith = new Map<string, Set<string>>();
  for (const { steps } of await sampleOf(desk, "signatures", 300)) {
    for (const step of steps) {
      if (step.kind !== "reply") continue;
      const lines = plainText(step.body).split("\n").slice(-2);
      for (const team of teams.filter((team) => lines.join().includes(team))) {
        const { name } = step.agent;
        signedWith.set(name, (signedWith.get(name) ?? new Set()).add(team));
      }
    }
  }
  assert(signedWith.size > 0);
  for (const [name, teams] of signedWith) assertEquals(teams.size, 1, name);
});
