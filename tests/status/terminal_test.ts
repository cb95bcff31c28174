import { assertEquals } from "@std/assert";
import { board } from "../../status/board_view.ts";
import { COUNTED } from "../../status/ticket_pages.ts";
import { boardLines } from "../../status/text_view.ts";
import { TestEnv } from "../helpers/test_env.ts";

/** The board's lines below a heading, up to the next empty one. */
async function section(
  world: TestEnv,
  heading: string,
  tickets: number,
  change: (facts: Awaited<ReturnType<typeof board>>) => void = () => {},
): Promise<string[]> {
  const program = world.program({ ticketsPerHour: tickets });
  await world.create(program, "12:00");
  await world.until(program, heading === "Waiting" ? "12:05" : "12:30");
  const facts = await board({
    store: program.store,
    now: () => world.now,
    ticketUrl: String,
  }, 8);
  change(facts);
  const lines = boardLines(facts, 100).map(({ text }) => text);
  const begin = lines.indexOf(heading) + 1;
  const end = lines.indexOf("", begin);
  return lines.slice(begin, end < 0 ? undefined : end);
}

for (const heading of ["Waiting", "Last closed"]) {
  Deno.test(`${heading}: what does not fit is counted`, async () => {
    using world = await TestEnv.open();
    const lines = await section(world, heading, 10);
    assertEquals(lines.length, 1 + 8 + 1);
    assertEquals(lines.at(-1), "and 2 more");
  });

  Deno.test(`${heading}: what fits needs no count`, async () => {
    using world = await TestEnv.open();
    const lines = await section(world, heading, 8);
    assertEquals(lines.length, 1 + 8);
    assertEquals(lines.at(-1)?.startsWith("#"), true);
  });
}

Deno.test("terminal: where counting stopped, more than that is said", async () => {
  using world = await TestEnv.open();
  const lines = await section(world, "Last closed", 10, (facts) => {
    facts.tickets.closed.count = COUNTED;
  });
  assertEquals(lines.at(-1), "and 992+ more");
});
