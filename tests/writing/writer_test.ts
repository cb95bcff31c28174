import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Outcome, Person, Plan } from "../../workflow/plan.ts";
import { loadDesk } from "../../writing/folder.ts";
import { agentsOf } from "../../writing/people.ts";
import { AGENTS, CONTACTS, sampleOf } from "../../writing/sample.ts";
import { textsOf } from "../../writing/variety.ts";
import type { ContactMemory, TicketOrder } from "../../workflow/plan.ts";
import { rewriteForAgent } from "../../writing/rewrite.ts";
import { Writer } from "../../writing/writer.ts";

const classic = await loadDesk("classic");
const shop = await loadDesk("shop");
const AT = Date.UTC(2026, 2, 10, 11);

function order(n: number, changes: Partial<TicketOrder> = {}): TicketOrder {
  return {
    n,
    at: AT,
    contacts: CONTACTS,
    agents: AGENTS,
    recall: () => undefined,
    ...changes,
  };
}

function people(count: number): Person[] {
  return CONTACTS.slice(0, count);
}

async function write(
  count: number,
  contacts: readonly Person[],
  desk = classic,
): Promise<{ plans: Plan[]; memory: Map<number, ContactMemory> }> {
  const writer = new Writer({ desk, seed: "a" });
  const memory = new Map<number, ContactMemory>();
  const plans: Plan[] = [];
  for (let n = 0; n < count; n++) {
    const ticket = await writer.write(
      order(n, { contacts, recall: (id) => memory.get(id) }),
    );
    memory.set(ticket.plan.contact.id, ticket.memory);
    plans.push(ticket.plan);
  }
  return { plans, memory };
}

function countBy(plans: Plan[], key: (plan: Plan) => string | number) {
  return Object.fromEntries(
    Object.entries(Object.groupBy(plans, key)).map(([name, list]) =>
      [name, list?.length ?? 0] as const
    ),
  );
}

Deno.test("writer: writes the same tickets for the same seed, in any process and in any order of people", async () => {
  const there = await write(60, CONTACTS);
  const here = await write(60, CONTACTS.toReversed());
  assertEquals(here, there);
  const other = new Writer({ desk: classic, seed: "b" });
  const first = await other.write(order(0));
  assert(JSON.stringify(first.plan) !== JSON.stringify(there.plans[0]));
});

Deno.test("writer: writes a ticket without the tickets before it", async () => {
  const { plans } = await write(130, CONTACTS);
  const writer = new Writer({ desk: classic, seed: "a" });
  // Nobody has brought the first topics up yet, so nothing of before matters.
  for (const n of [0, 1, 2]) {
    assertEquals((await writer.write(order(n))).plan, plans[n]);
  }
});

Deno.test("writer: a contact brings no topic up again before all others", async () => {
  const { plans } = await write(300, people(5));
  for (const { id } of people(5)) {
    const topics = plans.filter(({ contact }) => contact.id === id)
      .map(({ topic }) => topic);
    const first = topics.slice(0, classic.topics.length - 1);
    assertEquals(new Set(first).size, first.length);
  }
});

Deno.test("writer: a contact who asked to be erased never writes again, and half of the contacts never ask", async () => {
  const { plans, memory } = await write(600, people(10));
  const gone = new Set<number>();
  for (const { contact, topic } of plans) {
    assert(!gone.has(contact.id), `${contact.name} writes after an erasure`);
    if (topic === "gdpr-erasure") gone.add(contact.id);
  }
  assert(gone.size > 0 && gone.size <= 5, `${gone.size} are gone`);
  assertEquals(
    [...memory].filter(([, { erased }]) => erased).map(([id]) => id).sort(),
    [...gone].sort(),
  );
});

Deno.test("writer: a single contact is never erased and never runs out of topics", async () => {
  const { plans } = await write(60, people(1));
  assert(plans.every(({ topic }) => topic !== "gdpr-erasure"));
});

Deno.test("sample: has enough contacts for a topic that erases them, however many threads are wanted", async () => {
  for (const desk of [classic, shop, await loadDesk("saas")]) {
    const topic = desk.topics.find(({ file }) => file.erasure);
    assert(topic);
    const plans = await sampleOf(desk, "a", 200, { topic: topic.name });
    assert(plans.every((plan) => plan.topic === topic.name));
    const only = { ...desk, topics: [topic] };
    assertEquals((await sampleOf(only, "a", 200)).length, 200);
    const outcome = "one_round";
    assertEquals((await sampleOf(only, "a", 200, { outcome })).length, 200);
  }
});

Deno.test("writer: says when there is nobody", async () => {
  const writer = new Writer({ desk: classic, seed: "a" });
  await assertRejects(
    () => writer.write(order(0, { contacts: [] })),
    RangeError,
    "There is no contact to pick",
  );
  await assertRejects(
    () => writer.write(order(0, { agents: [] })),
    RangeError,
    "There is no agent to pick",
  );
  await assertRejects(
    () =>
      writer.write(order(0, { recall: () => ({ topics: [], erased: true }) })),
    RangeError,
    "Every contact has asked to be erased",
  );
});

Deno.test("writer: some contacts write often, most seldom, and everybody writes", async () => {
  const { plans } = await write(1000, CONTACTS, shop);
  const counts = Object.values(countBy(plans, ({ contact }) => contact.id))
    .sort((a, b) => b - a);
  assertEquals(counts.length, CONTACTS.length);
  const busiest = counts.slice(0, 4).reduce((sum, n) => sum + n);
  assert(busiest > 150 && busiest < 400, `the busiest tenth wrote ${busiest}`);
});

Deno.test("writer: outcomes, priorities and sources hold over the desk", async () => {
  const plans = await sampleOf(shop, "a", 1000);
  const outcomes = countBy(plans, ({ outcome }) => outcome);
  for (const [outcome, share] of Object.entries(shop.file.outcomes)) {
    const count = outcomes[outcome] ?? 0;
    assert(
      Math.abs(count - 10 * share) <= 15 + 0.2 * share * 10,
      `${outcome}: ${count} of 1000, expected ${10 * share}`,
    );
  }
  const sources = countBy(plans, ({ source }) => source);
  assert(Math.abs((sources[1] ?? 0) - 600) < 40);
  assert(Math.abs((sources[9] ?? 0) - 70) < 40);
});

Deno.test("writer: a topic goes to the agents of its team, and a small team borrows", () => {
  const teams = Object.keys(classic.file.teams ?? {});
  const all = teams.flatMap((team) => {
    const members = agentsOf(team, teams, AGENTS, "a");
    assert(members.length >= 2 && members.length < AGENTS.length);
    return members;
  });
  assertEquals(new Set(all).size, AGENTS.length, "everybody has a team");
  assertEquals(agentsOf("Orders", teams, AGENTS.slice(0, 1), "a").length, 1);
});

Deno.test("writer: a ticket that is handed over goes from another agent to one of the team", async () => {
  const writer = new Writer({ desk: shop, seed: "a", pace: "natural" });
  const { plan } = await writer.write(order(3, { outcome: "handed_over" }));
  const agents = plan.steps.flatMap((step) =>
    "agent" in step ? [step.agent.id] : []
  );
  assertEquals(new Set(agents).size, 2);
  assertEquals(agents[0], plan.agent.id);
  const alone = await writer.write(
    order(3, { outcome: "handed_over", agents: AGENTS.slice(0, 1) }),
  );
  assertEquals(alone.plan.outcome, "one_round");
});

Deno.test("writer: what the account lacks is left out or replaced", async () => {
  const writer = new Writer({ desk: shop, seed: "a", pace: "natural" });
  const planWith = async (
    offered: TicketOrder["offered"],
    outcome: Outcome = "third_party",
  ) =>
    (await writer.write(
      order(0, {
        outcome,
        topic: "boots-too-tight",
        ...(offered && { offered }),
      }),
    )).plan;
  const known = await planWith({
    types: ["Refund", "Question"],
    statuses: ["waiting_on_third_party"],
    groups: [{ id: 7, name: "returns" }],
  }, "one_round");
  assertEquals(known.group, 7);
  assert(known.type !== undefined);
  const bare = await planWith({ types: [], statuses: [], groups: [] });
  assertEquals([bare.type, bare.group], [undefined, undefined]);
  assert(
    !bare.steps.some((step) =>
      step.kind === "status" && step.status === "waiting_on_third_party"
    ),
  );
});

Deno.test("writer: the opening of a phone call reads as the agent noted it", async () => {
  const topics = shop.topics.map((topic) => ({
    ...topic,
    file: { ...topic.file, sources: ["phone" as const] },
  }));
  const plans = await sampleOf({ ...shop, topics }, "a", 40);
  for (const plan of plans) {
    assertEquals(plan.source, 3);
    const [, opening = ""] = textsOf(plan);
    assert(
      opening.includes(plan.contact.name) && /\n\n".*"$/s.test(opening),
      opening,
    );
  }
});

Deno.test("writer: waits are the engine's, one for each step that waits", async () => {
  const asked: string[][] = [];
  const writer = new Writer({
    desk: shop,
    seed: "a",
    pace: "fast",
    waits: (kinds, { at, priority }) => {
      assertEquals(at, AT);
      assert(priority >= 1 && priority <= 4);
      asked.push([...kinds]);
      return kinds.map(() => ({ minutes: 7, hours: "clock" as const }));
    },
  });
  const { plan } = await writer.write(order(0, { outcome: "reopened" }));
  assertEquals(asked, [
    [
      "firstReply",
      "answer",
      "reply",
      "resolve",
      "reopening",
      "reply",
      "resolve",
      "close",
    ],
  ]);
  for (const step of plan.steps.slice(1)) {
    assertEquals(step.wait === undefined, step.sameTick === true);
  }
});

const SAM = { id: 1, name: "Sam Rivera", email: "sam@example.com" };
const WILL = { id: 2, name: "Will O'Neill", email: "will@example.com" };

Deno.test("rewriteForAgent() changes who acts and signs from a step on, and leaves what was said", async () => {
  const writer = new Writer({ desk: classic, seed: "a" });
  for (let n = 0; n < 50; n++) {
    const { plan } = await writer.write(order(n, { agents: [SAM] }));
    const taken = rewriteForAgent(plan, WILL, 3);
    assertEquals(taken.steps.slice(0, 3), plan.steps.slice(0, 3));
    assertEquals(taken.agent, SAM);
    const [resolution] = taken.steps.slice(4);
    assert(resolution?.kind === "reply");
    assertEquals(resolution.agent, WILL);
    assert(!/\bSam\b|Rivera/.test(JSON.stringify(taken.steps.slice(3))));
    assert(resolution.body.includes("Will"), resolution.body);
    // And back: a first name that is a word as well stays one.
    assertEquals(
      rewriteForAgent(taken, SAM, 3).steps.map((step) =>
        "body" in step ? step.body : ""
      ),
      plan.steps.map((step) => "body" in step ? step.body : ""),
    );
  }
});

Deno.test("rewriteForAgent() leaves a word that is a first name as well", () => {
  const plan: Plan = {
    desk: "x",
    topic: "x",
    outcome: "one_round",
    subject: "x",
    priority: 2,
    source: 1,
    tags: [],
    contact: SAM,
    agent: WILL,
    steps: [
      { kind: "create", body: "<p>x</p>" },
      {
        kind: "reply",
        agent: WILL,
        body: "<p>Hi,</p><p>Will it turn? Will</p><p>Best,<br>Will, Orders</p>",
      },
      { kind: "answer", body: "<p>Hi Will,</p><p>Will do.</p>" },
    ],
  };
  const bodies = rewriteForAgent(plan, SAM, 1).steps.slice(1)
    .map((step) => "body" in step ? step.body : "");
  assertEquals(bodies, [
    "<p>Hi,</p><p>Will it turn? Will</p><p>Best,<br>Sam, Orders</p>",
    "<p>Hi Sam,</p><p>Will do.</p>",
  ]);
});

Deno.test("writer: a contact without a name, in another script, of 255 characters or with markup writes like others", async () => {
  for (
    const name of [
      "",
      "李小龍",
      "Ольга Петрова",
      "x".repeat(255),
      "<b>Jo</b> & Co",
    ]
  ) {
    const person = { id: 5, name, email: "jo@example.com" };
    for (const desk of [classic, shop]) {
      const plans = await sampleOf(desk, "names", 60, {
        contacts: [person],
        agents: [{ ...person, id: 6 }],
      });
      for (const { subject, steps } of plans) {
        assert(subject.length <= 120);
        for (const step of steps) {
          if (!("body" in step)) continue;
          assert(/^(<p>[^<>]+(<br>[^<>]+)*<\/p>)+$/.test(step.body), step.body);
          assert(
            !/undefined|\{|\}|<p>((Hi|Hello|Dear) +,|Dear,?<)/.test(step.body),
          );
        }
      }
    }
  }
});
