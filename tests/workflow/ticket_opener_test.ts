import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { HOUR } from "../../lib/time.ts";
import { contact } from "../../sandbox/people.ts";
import { ticketField } from "../../sandbox/account.ts";
import type { TicketOpener } from "../../workflow/opening.ts";
import { NoParticipantError } from "../../workflow/participants.ts";
import { RequiredFieldsError } from "../../workflow/required_fields.ts";
import {
  OpeningEnv,
  type ProcessOptions,
  type Stored,
  weekOf,
} from "../helpers/opening_env.ts";

const UTC: ProcessOptions = {
  week: weekOf("Mon-Fri 09:00-17:00"),
  timeZone: "UTC",
};
const CLASSIC: ProcessOptions = { desk: "classic" };

/** The hour's own tick, now. */
function openHour(env: OpeningEnv, opener: TicketOpener<Stored>) {
  return opener.openHour(env.now, env.now + 60_000, false);
}

/** A tick of five minutes, now. */
function tick(env: OpeningEnv, opener: TicketOpener<Stored>) {
  return opener.openHour(env.now, env.now + 60_000, true);
}

// Classic pace

Deno.test("classic: the tickets of an hour are opened at once, in the hour's own tick or the one that makes it up", async () => {
  using env = await OpeningEnv.at("2026-11-23T12:00Z");
  const { opener } = await env.process({ ...CLASSIC, ticketsPerHour: 3 });
  await env.until(opener, "2026-11-23T12:55Z");
  assertEquals(env.dueTimes, ["12:00", "12:00", "12:00"]);
  env.now = Date.parse("2026-11-23T13:10Z");
  await tick(env, opener);
  assertEquals(env.dueTimes.slice(3), ["13:10", "13:10", "13:10"]);
});

Deno.test("classic: an hour costs three calls on the first day's first hour, and none after", async () => {
  using env = await OpeningEnv.at("2026-11-23T12:00Z");
  const { opener } = await env.process(CLASSIC);
  await env.until(opener, "2026-11-23T20:00Z");
  assertEquals(env.store.tickets.length, 9);
  assertEquals(env.calls, [
    "GET /contacts",
    "GET /agents",
    "GET /ticket_fields",
  ]);
});

Deno.test("classic: agents who may not be written for are picked all the same", async () => {
  using env = await OpeningEnv.at("2026-11-23T12:00Z");
  for (const { id } of env.sandbox.agents) env.store.blocked.add(id);
  const { opener } = await env.process({ ...CLASSIC, ticketsPerHour: 30 });
  await openHour(env, opener);
  assert(new Set(agents(env)).size > 3);
});

// Natural pace

Deno.test("opener: a database that has opened nothing opens 3 tickets at its first tick, whatever the hour", async () => {
  for (const time of ["2026-11-22T03:10Z", "2026-11-23T12:00Z"]) {
    using env = await OpeningEnv.at(time);
    const { opener } = await env.process({ ...UTC, ticketsPerHour: 0.01 });
    await env.until(opener, new Date(env.now + HOUR / 2).toISOString());
    const at = time.slice(11, 16);
    assertEquals(env.dueTimes, [at, at, at]);
  }
});

Deno.test("opener: real-looking contacts hold the first 3 tickets back until the next full hour, said once", async () => {
  using env = await OpeningEnv.at("2026-11-23T12:05Z", {
    contacts: [contact(1, "Ana", "ana@acme.com")],
  });
  const { opener } = await env.process({ ...UTC, ticketsPerHour: 0.01 });
  await env.until(opener, "2026-11-23T12:55Z");
  assertEquals(env.store.tickets, []);
  await env.until(opener, "2026-11-23T13:00Z");
  assertEquals(env.dueTimes, ["13:00", "13:00", "13:00"]);
  const warnings = env.lines.filter((line) => line.startsWith("WARN"));
  assertEquals(warnings.length, 1);
  assertStringIncludes(
    warnings[0]!,
    "The first tickets are opened at 13:00 UTC",
  );
});

Deno.test("opener: the tickets of an hour are due at its ticks, each at its own", async () => {
  using env = await OpeningEnv.at("2026-11-23T10:00Z");
  const { opener } = await env.process({ ...UTC, ticketsPerHour: 10 });
  await openHour(env, opener);
  const due = env.dueTimes.slice(3);
  assert(due.length > 3, `${due}`);
  assertEquals(due, due.toSorted());
  assert(new Set(due).size > 2, `${due}`);
  assert(due.every((time) => /^10:\d[05]$/.test(time)), `${due}`);
});

Deno.test("opener: an hour made up opens what is ahead, and of what has passed the last 15 minutes", async () => {
  using whole = await OpeningEnv.at("2026-11-23T10:00Z");
  const first = await whole.process({ ...UTC, ticketsPerHour: 40 });
  await openHour(whole, first.opener);
  using late = await OpeningEnv.at("2026-11-23T10:40Z");
  const second = await late.process({ ...UTC, ticketsPerHour: 40 });
  await tick(late, second.opener);
  const expected = whole.dueTimes.slice(3).filter((time) => time >= "10:25")
    .map((time) => time < "10:40" ? "10:40" : time);
  assertEquals(late.dueTimes.slice(3), expected);
  assert(expected.length < whole.dueTimes.length - 3);
});

Deno.test("opener: an hour without arrivals is drafted, and read only once", async () => {
  using env = await OpeningEnv.at("2026-11-23T10:00Z");
  const { opener } = await env.process({ ...UTC, ticketsPerHour: 0.01 });
  await openHour(env, opener);
  env.now = Date.parse("2026-11-24T02:00Z");
  assertEquals(await openHour(env, opener), []);
  assert(env.store.hours.has(env.now));
});

for (
  const [name, from] of [
    ["spring", "2026-03-28T22:00Z"],
    ["autumn", "2026-10-24T22:00Z"],
  ]
) {
  Deno.test(`opener: every hour of the day on which clocks change in ${name} is drafted once`, async () => {
    using env = await OpeningEnv.at(from!);
    const { opener } = await env.process({
      ...UTC,
      timeZone: "Europe/Berlin",
      ticketsPerHour: 100,
    });
    const start = env.now;
    await env.until(opener, new Date(start + 26 * HOUR).toISOString());
    const hours = Array.from({ length: 27 }, (_, i) => start + i * HOUR);
    assertEquals([...env.store.hours], hours);
    const numbers = env.store.tickets.map(({ number }) => number);
    assertEquals(numbers, numbers.map((_, i) => i));
  });
}

Deno.test("fast: tickets arrive at night as by day", async () => {
  using env = await OpeningEnv.at("2026-11-22T00:00Z");
  const { opener } = await env.process({ pace: "fast", ticketsPerHour: 4 });
  await env.until(opener, "2026-11-22T23:55Z");
  const night = env.dueTimes.filter((time) => time < "06:00").length;
  assert(night > 12 && night < 40, `${night}`);
  assert(!env.calls.includes("GET /business_hours"), "knows no hours");
});

Deno.test("opener: the same seed gives the same tickets, whichever process drafts them", async () => {
  const plans = async (processes: number) => {
    using env = await OpeningEnv.at("2026-11-23T08:00Z");
    const options = { ...UTC, ticketsPerHour: 3 };
    let { opener } = await env.process(options);
    for (let i = 0; i < 8; i++) {
      if (i % Math.ceil(8 / processes) === 0) {
        opener = (await env.process(options)).opener;
      }
      await openHour(env, opener);
      env.now += HOUR;
    }
    return env.store.tickets.map(({ plan, dueAt }) => [plan, dueAt]);
  };
  const once = await plans(1);
  assert(once.length > 8);
  assertEquals(await plans(8), once);
});

Deno.test("opener: another seed gives other tickets", async () => {
  const subjects = async (seed: string) => {
    using env = await OpeningEnv.at("2026-11-23T08:00Z");
    await openHour(env, (await env.process({ ...UTC, seed })).opener);
    return env.store.tickets.map(({ plan }) => plan.subject);
  };
  const [a, b] = [await subjects("a"), await subjects("b")];
  assert(`${a}` !== `${b}`);
});

Deno.test("opener: an hour is drafted once, however many processes share the database", async () => {
  using env = await OpeningEnv.at("2026-11-23T10:00Z");
  const processes = await Promise.all(
    [1, 2, 3].map(() => env.process({ ...UTC, ticketsPerHour: 5 })),
  );
  const added = await Promise.all(
    processes.map(({ opener }) => openHour(env, opener)),
  );
  assertEquals(added.filter((tickets) => tickets.length > 0).length, 1);
});

Deno.test("opener: where the numbers are taken meanwhile the hour is written again with the next ones", async () => {
  using env = await OpeningEnv.at("2026-11-23T10:00Z");
  const options = { ...UTC, ticketsPerHour: 0.01 };
  const { opener } = await env.process(options);
  const other = await env.process(options);
  await other.opener.openNow(1, env.now, env.now + 60_000);
  let once = true;
  env.store.beforeAdding = () => {
    if (!once) return;
    once = false;
    env.store.tickets.push({ ...env.store.tickets[0]!, number: 1 });
  };
  const tickets = await opener.openNow(2, env.now, env.now + 60_000);
  assertEquals(tickets.map(({ number }) => number), [2, 3]);
});

Deno.test("opener: an hour that ends while the lists are read is not opened", async () => {
  using env = await OpeningEnv.at("2026-11-23T12:55Z");
  const { opener } = await env.process(CLASSIC);
  env.store.nextNumber = () => {
    env.now = Date.parse("2026-11-23T14:30Z");
    return Promise.resolve(0);
  };
  assertEquals(await tick(env, opener), []);
  assertEquals(env.store.tickets, []);
});

// By hand

Deno.test("opener: tickets opened by hand are due now, besides the hour's", async () => {
  using env = await OpeningEnv.at("2026-11-23T12:00Z");
  const { opener } = await env.process(CLASSIC);
  await openHour(env, opener);
  env.now = Date.parse("2026-11-23T12:07Z");
  const tickets = await opener.openNow(2, env.now, env.now + 60_000);
  assertEquals(tickets.length, 2);
  assertEquals(env.dueTimes, ["12:00", "12:07", "12:07"]);
});

Deno.test("opener: tickets opened by hand can be about one topic", async () => {
  using env = await OpeningEnv.at("2026-11-23T12:00Z");
  const { opener } = await env.process(UTC);
  await opener.openNow(1, env.now, env.now + 60_000);
  const topic = env.store.tickets[0]!.plan.topic;
  await opener.openNow(3, env.now, env.now + 60_000, topic);
  assertEquals(
    new Set(env.store.tickets.map(({ plan }) => plan.topic)).size,
    1,
  );
});

Deno.test("opener: a contact brings up no topic twice, in tickets that are drafted at once either", async () => {
  using env = await OpeningEnv.at("2026-11-23T12:00Z", {
    contacts: [
      contact(1, "Ana Ruiz", "ana@example.com"),
      contact(2, "Ben Ito", "ben@example.com"),
    ],
  });
  const { opener } = await env.process(UTC);
  await opener.openNow(12, env.now, env.now + 60_000);
  await opener.openNow(12, env.now, env.now + 60_000);
  const brought = env.store.tickets.map(({ plan }) =>
    `${plan.contact.id} ${plan.topic}`
  );
  assertEquals(new Set(brought).size, 24);
});

// Room

Deno.test("opener: an hour without room for all its tickets opens as many as there is room for, warned of once", async () => {
  using env = await OpeningEnv.at("2026-11-23T12:00Z", { limit: 50 });
  const { opener, cache } = await env.process({
    ...CLASSIC,
    ticketsPerHour: 10,
  });
  await cache.read(); // the limit is known now
  env.store.waiting = 50 * 60 - 13;
  await env.until(opener, "2026-11-23T12:10Z");
  assertEquals(env.store.tickets.length, 2);
  assertEquals(
    env.lines.filter((line) => line.includes("2 of this hour's 10")).length,
    1,
  );
});

// A dry run

Deno.test("opener: a dry run says an hour once, whatever process runs it, and stores nothing", async () => {
  using env = await OpeningEnv.at("2026-11-23T12:00Z");
  const options = { ...CLASSIC, dryRun: true };
  await env.until((await env.process(options)).opener, "2026-11-23T12:30Z");
  await env.until((await env.process(options)).opener, "2026-11-23T12:55Z");
  const said = () => env.lines.filter((line) => line.includes("DRY_RUN"));
  assertEquals(said().length, 1);
  await env.until((await env.process(options)).opener, "2026-11-23T13:00Z");
  assertEquals(said().length, 2);
  assertEquals(env.store.tickets, []);
});

// Properties

Deno.test("opener: types, groups and statuses come from the account, and what it lacks is said once", async () => {
  using env = await OpeningEnv.at("2026-11-23T12:00Z");
  const { opener } = await env.process(UTC);
  await opener.openNow(40, env.now, env.now + 60_000);
  const plans = env.store.tickets.map(({ plan }) => plan);
  const types = [
    "Question",
    "Incident",
    "Problem",
    "Feature Request",
    "Refund",
  ];
  assert(plans.every(({ type }) => type === undefined || types.includes(type)));
  assert(plans.every(({ group }) => group === undefined));
  const said = env.lines.filter((line) => line.includes("has no group"));
  assertEquals(new Set(said).size, said.length);
  assert(said.some((line) => line.includes("'Returns'")), `${env.lines}`);
});

Deno.test("opener: a ticket goes to the group of its team's name", async () => {
  using env = await OpeningEnv.at("2026-11-23T12:00Z");
  group(env, { Returns: 711, Orders: 712, Advice: 713 });
  const { opener } = await env.process(UTC);
  await opener.openNow(20, env.now, env.now + 60_000);
  const ids: Record<string, number> = {
    Returns: 711,
    Orders: 712,
    Advice: 713,
  };
  for (const { plan } of env.store.tickets) {
    assertEquals(plan.group, ids[plan.team ?? ""]);
  }
  assert(!env.calls.includes("GET /groups"));
});

Deno.test("opener: without a group in the form the groups are read, and 403 is fine", async () => {
  for (const keyAgentId of [501, 502]) {
    using env = await OpeningEnv.at("2026-11-23T12:00Z", { keyAgentId });
    group(env, {});
    const { opener } = await env.process(UTC);
    await opener.openNow(1, env.now, env.now + 60_000);
    assert(env.calls.includes("GET /groups"));
    assertEquals(env.store.tickets.length, 1);
  }
});

Deno.test("opener: without the status Waiting on Third Party tickets are pending", async () => {
  using env = await OpeningEnv.at("2026-11-23T12:00Z");
  const field = env.sandbox.ticketFields.find(({ name }) => name === "status")!;
  field.choices = {
    2: ["Open"],
    3: ["Pending"],
    4: ["Resolved"],
    5: ["Closed"],
  };
  const { opener } = await env.process(UTC);
  await opener.openNow(60, env.now, env.now + 60_000);
  const statuses = env.store.tickets.flatMap(({ plan }) =>
    plan.steps.flatMap((step) => step.kind === "status" ? [step.status] : [])
  );
  assert(statuses.includes("pending"));
  assert(!statuses.includes("waiting_on_third_party"));
  assert(env.lines.some((line) => line.includes("Waiting on Third Party")));
});

Deno.test("opener: in natural pace agents who may not be written for get no ticket", async () => {
  using env = await OpeningEnv.at("2026-11-23T12:00Z");
  env.store.blocked.add(502).add(503).add(504);
  const { opener } = await env.process(UTC);
  await opener.openNow(40, env.now, env.now + 60_000);
  assert(agents(env).every((id) => !env.store.blocked.has(id)));
  assert(new Set(agents(env)).size > 1, "the others share them");
});

Deno.test("opener: a key that may write for nobody else gets all tickets for its owner, said once", async () => {
  using env = await OpeningEnv.at("2026-11-23T12:00Z");
  for (const { id } of env.sandbox.agents) env.store.blocked.add(id);
  const { opener } = await env.process(UTC);
  await opener.openNow(5, env.now, env.now + 60_000);
  await opener.openNow(5, env.now, env.now + 60_000);
  assertEquals(new Set(agents(env)), new Set([501]));
  assertEquals(env.calls.filter((call) => call === "GET /agents/me").length, 1);
  assertEquals(
    env.lines.filter((line) => line.includes("may not write for")).length,
    1,
  );
});

Deno.test("opener: an owner whom AGENT_EMAILS leaves out gets no ticket", async () => {
  using env = await OpeningEnv.at("2026-11-23T12:00Z");
  for (const { id } of env.sandbox.agents) env.store.blocked.add(id);
  const { opener } = await env.process({
    ...UTC,
    agentEmails: ["aiko.tanaka@example.com"],
  });
  await opener.openNow(3, env.now, env.now + 60_000);
  assertEquals(new Set(agents(env)), new Set([503]));
});

Deno.test("opener: what the account demands is filled in; what cannot be stops the opening, by name", async () => {
  using env = await OpeningEnv.at("2026-11-23T12:00Z");
  env.sandbox.ticketFields.push(
    ticketField(900, "cf_region", "Region", {
      type: "custom_dropdown",
      default: false,
      required_for_agents: true,
      choices: ["North", "South"],
    }),
  );
  const { opener } = await env.process(CLASSIC);
  await openHour(env, opener);
  assertEquals(env.store.tickets[0]!.fields, {
    custom: { cf_region: "North" },
  });
  env.sandbox.ticketFields.push(
    ticketField(901, "cf_place", "Place", {
      type: "nested_field",
      default: false,
      required_for_agents: true,
    }),
  );
  env.now += 25 * HOUR;
  await assertRejects(
    () => openHour(env, opener),
    RequiredFieldsError,
    "Place",
  );
});

Deno.test("opener: without anybody to pick nothing is opened, and it is said what to do", async () => {
  using env = await OpeningEnv.at("2026-11-23T12:00Z", { contacts: [] });
  const { opener } = await env.process(CLASSIC);
  await assertRejects(() => openHour(env, opener), NoParticipantError);
});

// Hours

Deno.test("opener: the hours are the account's where the settings say nothing, and it is said once which", async () => {
  using env = await OpeningEnv.at("2026-11-23T12:00Z");
  const { opener } = await env.process();
  await openHour(env, opener);
  await openHour(env, opener);
  assertEquals(hoursSaid(env), [
    "INFO Business hours: Mon-Fri 08:00-17:00 America/New_York (of the account)",
  ]);
});

Deno.test("opener: the hours are the desk's where the account's cannot be read", async () => {
  using env = await OpeningEnv.at("2026-11-23T12:00Z", { keyAgentId: 502 });
  const { opener } = await env.process();
  await openHour(env, opener);
  assertEquals(hoursSaid(env), [
    "INFO Business hours: Mon-Fri 09:00-17:30 Europe/London (of the desk)",
  ]);
});

Deno.test("opener: BUSINESS_HOURS and TIME_ZONE win, and the account's are not read", async () => {
  using env = await OpeningEnv.at("2026-11-23T12:00Z");
  const { opener } = await env.process(UTC);
  await openHour(env, opener);
  assertEquals(hoursSaid(env), [
    "INFO Business hours: Mon-Fri 09:00-17:00 UTC (BUSINESS_HOURS, TIME_ZONE)",
  ]);
  assert(!env.calls.includes("GET /business_hours"));
});

Deno.test("opener: a process that only takes steps knows the account's hours from the database", async () => {
  using env = await OpeningEnv.at("2026-11-23T12:00Z");
  await openHour(env, (await env.process()).opener);
  const calls = env.calls.length;
  const { opener } = await env.process();
  const { business } = await opener.calendars();
  assertEquals(
    `${business} ${business.timeZone}`,
    "Mon-Fri 08:00-17:00 America/New_York",
  );
  assertEquals(env.calls.length, calls);
});

// The next one

Deno.test("opener: the next ticket is expected at the next hour in classic pace, or at the next tick of an hour not drafted", async () => {
  using env = await OpeningEnv.at("2026-11-23T12:07Z");
  const { opener } = await env.process({ ...CLASSIC, ...UTC });
  assertEquals((await opener.nextExpected())?.text, "about Mon 12:10");
  await env.until(opener, "2026-11-23T12:10Z");
  assertEquals((await opener.nextExpected())?.text, "about Mon 13:00");
});

Deno.test("opener: the next ticket is expected when it will be drafted, in the desk's time zone", async () => {
  using env = await OpeningEnv.at("2026-11-21T20:00Z");
  const { opener } = await env.process({ ...UTC, timeZone: "Europe/Berlin" });
  await openHour(env, opener);
  const { at, text } = (await opener.nextExpected())!;
  assert(/^about (Sat|Sun|Mon) \d\d:\d[05]$/.test(text), text);
  env.now = at - at % HOUR;
  await openHour(env, opener);
  assertEquals(env.store.tickets[3]!.dueAt, at);
});

function agents({ store }: OpeningEnv): number[] {
  return store.tickets.map(({ plan }) => plan.agent.id);
}

function group({ sandbox }: OpeningEnv, choices: Record<string, number>): void {
  const field = sandbox.ticketFields.find(({ name }) => name === "group")!;
  field.choices = choices;
}

function hoursSaid({ lines }: OpeningEnv): string[] {
  return lines.filter((line) => line.includes("Business hours"));
}
