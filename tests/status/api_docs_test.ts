/** docs/status.md against what the API answers. */
import { assert, assertEquals } from "@std/assert";
import { statusApp } from "../../status/app.ts";
import { moment, TestEnv } from "../helpers/test_env.ts";

const PAGE = new URL("../../docs/status.md", import.meta.url);
const mayRead =
  Deno.permissions.querySync({ name: "read", path: PAGE }).state === "granted";

/** The example under the heading of a path. */
function exampleOf(path: string): unknown {
  const [, section = ""] = Deno.readTextFileSync(PAGE)
    .split(`### \`GET ${path}\``);
  const [, code] = section.match(/```json\n(.*?)```/s) ?? [];
  assert(code !== undefined, `docs/status.md has no example of ${path}`);
  return JSON.parse(code);
}

/** Values replaced by their types: of a list, its first item counts. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (value === null || typeof value !== "object") {
    return value === null ? null : typeof value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, shapeOf(item)]),
  );
}

/** An answer while the first ticket waits for its customer's reply. */
async function answerOf(path: string): Promise<Record<string, unknown>> {
  using world = await TestEnv.open();
  const program = world.program();
  const { store, freshdesk, workflow } = program;
  const at = moment("12:00");
  const report = await workflow.createAndHandleTicket(at);
  const run = { at, took: 812, report, error: null };
  await store.recordJobRun("open tickets", run, 4);
  await world.until(program, "12:05");
  const app = statusApp({
    store,
    now: () => world.now,
    ticketUrl: (id) => freshdesk.ticketUrl(id),
    budget: () => freshdesk.budget,
    startedAt: at,
    mode: "open",
    production: true,
  });
  const answer = await app.request(path);
  assertEquals(answer.status, 200);
  return await answer.json();
}

function apiDocs(path: string, fn: () => Promise<void>): void {
  const name = `docs/status.md shows what ${path} answers`;
  Deno.test({
    name: `API docs: ${name}${
      mayRead ? "" : " (left out: needs --allow-read)"
    }`,
    ignore: !mayRead,
    fn,
  });
}

apiDocs("/api/tickets", async () => {
  const answer = await answerOf("/api/tickets");
  assertEquals(shapeOf(exampleOf("/api/tickets")), shapeOf(answer));
});

apiDocs("/api/tickets/42", async () => {
  const answer = await answerOf("/api/tickets/1");
  const { tickets } = await answerOf("/api/tickets");
  const [ticket] = tickets as Record<string, unknown>[];
  const example = { ...ticket, ...exampleOf("/api/tickets/42") as object };
  assertEquals(shapeOf(example), shapeOf(answer));
});

apiDocs("/api/jobs", async () => {
  const answer = await answerOf("/api/jobs");
  assertEquals(shapeOf(exampleOf("/api/jobs")), shapeOf(answer));
});
