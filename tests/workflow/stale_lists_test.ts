import { assertEquals } from "@std/assert";
import { ticketField } from "../../sandbox/account.ts";
import { TestEnv } from "../helpers/test_env.ts";

// Lists are kept for a day; a refusal shows that they are out of date.

/** How often a list was asked for. */
function count({ requests }: TestEnv, path: string): number {
  return requests.filter((line) => line.includes(`GET ${path}`)).length;
}

Deno.test("lists: after a new ticket was refused for its fields the next one has the new field", async () => {
  using env = await TestEnv.open();
  const program = env.program();
  await env.create(program, "12:00");
  env.sandbox.ticketFields.push(
    ticketField(900, "cf_region", "Region", {
      type: "custom_dropdown",
      default: false,
      required_for_agents: true,
      choices: ["North", "South"],
    }),
  );
  await env.create(program, "13:00");
  assertEquals(count(env, "/contacts"), 1, "the lists of 12:00 were kept");
  await env.create(program, "14:00");
  assertEquals(count(env, "/contacts"), 2);
  const refused = env.sandbox.requests.filter(({ status }) => status === 400);
  assertEquals(refused.length, 1, "only the ticket of 13:00");
});

Deno.test("lists: after an agent was refused the agents are read again for the next ticket", async () => {
  using env = await TestEnv.open();
  const program = env.program({
    agentEmails: ["aiko.tanaka@example.com", "maya.lindqvist@example.com"],
  });
  await env.create(program, "12:00");
  const { agents } = env.sandbox;
  const before = agents.filter(({ id }) => id === 501 || id === 503);
  const left = before[0]!;
  for (const agent of before.slice(1)) agent.deactivated = true;
  const times = Array.from({ length: 8 }, (_, i) => `${13 + i}:00`);
  for (const time of times) await env.create(program, time);
  const refused = env.sandbox.requests.filter(({ status }) => status === 400);
  assertEquals(refused.length, 1);
  assertEquals(env.sandbox.ticket(9).responder_id, left.id);
});
