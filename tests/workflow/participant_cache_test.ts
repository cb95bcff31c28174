import { assert, assertEquals } from "@std/assert";
import { HOUR } from "../../lib/time.ts";
import { agent, contact } from "../../sandbox/people.ts";
import { clearParticipants } from "../../workflow/participant_cache.ts";
import { OpeningEnv, type ProcessOptions } from "../helpers/opening_env.ts";

const CLASSIC: ProcessOptions = { desk: "classic" };
const LISTS = ["GET /contacts", "GET /agents", "GET /ticket_fields"];

Deno.test("participants: lists are read from the account once a day, whatever process asks", async () => {
  using env = await OpeningEnv.at("2026-11-23T12:00Z");
  for (let hour = 0; hour < 24; hour++) {
    const { cache } = await env.process(CLASSIC);
    assertEquals((await cache.read()).contacts.length, 20);
    env.now += HOUR;
  }
  assertEquals(env.calls, LISTS);
  await (await env.process(CLASSIC)).cache.read();
  assertEquals(env.calls, [...LISTS, ...LISTS]);
});

Deno.test("participants: at one ticket an hour the lists cost at most 0.3 calls a ticket in every pace", async () => {
  for (const pace of ["classic", "natural", "fast"] as const) {
    using env = await OpeningEnv.at("2026-11-23T00:00Z", { keyAgentId: 502 });
    for (let hour = 0; hour < 72; hour++) {
      const { opener } = await env.process({ ...CLASSIC, pace });
      await opener.openHour(env.now, env.now + 60_000, false);
      await opener.openNow(1, env.now, env.now + 60_000);
      env.now += HOUR;
    }
    assert(env.calls.length <= 0.3 * 72, `${pace}: ${env.calls.length} calls`);
  }
});

Deno.test("participants: what changed in the account is seen after a day", async () => {
  using env = await OpeningEnv.at("2026-11-23T12:00Z");
  const { cache } = await env.process(CLASSIC);
  await cache.read();
  env.sandbox.contacts.push(contact(2001, "Nils Berg", "nils@example.com"));
  env.now += 23 * HOUR;
  assert(!await knows(cache, 2001));
  env.now += HOUR;
  assert(await knows(cache, 2001));
});

Deno.test("participants: a process that holds the lists sees those that another has stored since", async () => {
  using env = await OpeningEnv.at("2026-11-23T12:00Z");
  const { cache } = await env.process(CLASSIC);
  const other = await env.process(CLASSIC);
  await cache.read();
  env.sandbox.contacts.push(contact(2001, "Nils Berg", "nils@example.com"));
  await other.cache.refresh();
  assert(await knows(cache, 2001));
});

const CHANGES: [name: string, change: ProcessOptions][] = [
  ["CONTACT_DOMAINS", { contactDomains: ["example.org"] }],
  ["AGENT_EMAILS", { agentEmails: ["aiko.tanaka@example.com"] }],
];

for (const [name, change] of CHANGES) {
  Deno.test(`participants: a change of ${name} holds at once, and has the lists read again`, async () => {
    using env = await OpeningEnv.at("2026-11-23T12:00Z");
    await (await env.process(CLASSIC)).cache.read();
    const { cache } = await env.process({ ...CLASSIC, ...change });
    const { contacts, agents } = await cache.read();
    if (change.contactDomains) {
      assert(contacts.every(({ email }) => email.endsWith("@example.org")));
    } else assertEquals(agents.map(({ id }) => id), [503]);
    assertEquals(env.calls, [...LISTS, ...LISTS]);
  });
}

Deno.test("participants: settings and sample people are applied to lists as they are stored", async () => {
  using env = await OpeningEnv.at("2026-11-23T12:00Z");
  const settings: ProcessOptions = {
    ...CLASSIC,
    contactDomains: ["example.com", "freshdesk.com"],
    agentEmails: ["aiko.tanaka@example.com"],
  };
  const { cache } = await env.process(settings);
  await cache.read();
  await edit(env, (lists) => {
    lists.contacts.push(
      { id: 1, name: "Bob Tree", email: "bob.tree@freshdesk.com" },
      { id: 2, name: "Eve", email: "eve@other.example" },
    );
    lists.agents.push({ id: 3, name: "Eve", email: "eve@other.example" });
  });
  const read = await (await env.process(settings)).cache.read();
  assert(read.contacts.length > 0);
  assert(read.contacts.every(({ email }) => email.endsWith("@example.com")));
  assertEquals(read.agents.map(({ id }) => id), [503]);
  assertEquals(env.calls, LISTS, "they are the stored ones");
});

Deno.test("participants: lists that leave nobody to pick are read again", async () => {
  using env = await OpeningEnv.at("2026-11-23T12:00Z", { contacts: [] });
  const { cache } = await env.process(CLASSIC);
  assertEquals((await cache.read()).contacts, []);
  env.sandbox.contacts.push(contact(2001, "Nils Berg", "nils@example.com"));
  assert(await knows(cache, 2001));
});

Deno.test("participants: after clear() the next read asks the account, in every process", async () => {
  using env = await OpeningEnv.at("2026-11-23T12:00Z");
  const { cache } = await env.process(CLASSIC);
  const other = await env.process(CLASSIC);
  await cache.read();
  await other.cache.read();
  env.sandbox.agents.push(agent(601, "New Here"));
  await cache.clear();
  const { agents } = await other.cache.read();
  assert(agents.some(({ id }) => id === 601));
});

Deno.test("participants: long lists are stored in pieces below 60 KB, and old pieces are deleted", async () => {
  using env = await OpeningEnv.at("2026-11-23T12:00Z", {
    contacts: Array.from(
      { length: 500 },
      (_, i) => contact(i + 1, "\u{1F41F}é".repeat(50), `c${i}@example.com`),
    ),
  });
  const { cache } = await env.process(CLASSIC);
  const { contacts } = await cache.read();
  assertEquals(
    (await (await env.process(CLASSIC)).cache.read()).contacts,
    contacts,
  );
  const pieces = async () =>
    await Array.fromAsync(
      env.kv.list<Uint8Array>({ prefix: ["participants"] }),
    );
  const stored = await pieces();
  assert(stored.length > 3, `${stored.length} pieces`);
  for (const { value } of stored) assert(value.length < 60_000);
  env.sandbox.contacts.splice(10);
  await cache.refresh();
  assertEquals((await pieces()).length, 1);
});

Deno.test("participants: lists with a piece missing are read again", async () => {
  using env = await OpeningEnv.at("2026-11-23T12:00Z");
  await (await env.process(CLASSIC)).cache.read();
  for await (const { key } of env.kv.list({ prefix: ["participants"] })) {
    await env.kv.delete(key);
  }
  await (await env.process(CLASSIC)).cache.read();
  assertEquals(env.calls, [...LISTS, ...LISTS]);
});

Deno.test("clearParticipants() leaves nothing", async () => {
  using env = await OpeningEnv.at("2026-11-23T12:00Z");
  await (await env.process(CLASSIC)).cache.read();
  await clearParticipants(env.kv);
  assertEquals(await Array.fromAsync(env.kv.list({ prefix: [] })), []);
});

Deno.test("participants: a clock that was set back does not keep lists for longer", async () => {
  using env = await OpeningEnv.at("2026-11-23T12:00Z");
  const { cache } = await env.process(CLASSIC);
  await cache.read();
  env.now -= 48 * HOUR;
  await cache.read();
  assertEquals(env.calls, [...LISTS, ...LISTS]);
});

async function knows(
  cache: { read(): Promise<{ contacts: { id: number }[] }> },
  id: number,
): Promise<boolean> {
  return (await cache.read()).contacts.some((one) => one.id === id);
}

/** Changes the stored lists, which are of one piece. */
async function edit(
  { kv }: OpeningEnv,
  change: (lists: {
    contacts: { id: number; name: string; email: string }[];
    agents: { id: number; name: string; email: string }[];
  }) => void,
): Promise<void> {
  for await (
    const { key, value } of kv.list<Uint8Array>({ prefix: ["participants"] })
  ) {
    if (key.length === 1) continue;
    const lists = JSON.parse(new TextDecoder().decode(value));
    change(lists);
    await kv.set(key, new TextEncoder().encode(JSON.stringify(lists)));
  }
}
