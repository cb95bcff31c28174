import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  escapeControls,
  isDiskFull,
  logFileProblem,
  textLine,
} from "../../startup/log.ts";
import { AuthenticationError } from "../../freshdesk/errors.ts";
import { Sandbox } from "../../sandbox/sandbox.ts";
import { oneLine } from "../../lib/text.ts";
import { lineOf, program, runOn } from "../helpers/program.ts";
import { TestEnv } from "../helpers/test_env.ts";

/** A name that would forge a line of the log, clear the terminal, and turn the text around. */
const HOSTILE =
  "Eve\r\nBcc: all@example.com\n2026-11-23 12:00:00 ERROR forged\x1b[2J\x9b2J\u2028\u202etxt";
// deno-lint-ignore no-control-regex
const COMMANDS = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/;

function record(msg: string) {
  return {
    msg,
    datetime: new Date(Date.UTC(2026, 10, 23, 12)),
    levelName: "INFO",
  };
}

Deno.test("log: turns a text into one line without terminal commands", () => {
  const line = oneLine(HOSTILE);
  assert(!COMMANDS.test(line) && !line.includes("\n"), JSON.stringify(line));
  assertEquals(oneLine("Zoë Müller 佐藤"), "Zoë Müller 佐藤");
});

Deno.test("log: cannot be made to forge a line or command a terminal", () => {
  const text = textLine(record(`#1 opened by ${HOSTILE}`));
  assert(!COMMANDS.test(text), JSON.stringify(text));
  const lines = text.split("\n");
  assertEquals(lines.filter((line) => /^\S/.test(line)).length, 1, text);
  const json = escapeControls(JSON.stringify({ message: HOSTILE }));
  assert(!COMMANDS.test(json) && !json.includes("\n"), JSON.stringify(json));
  assertEquals(JSON.parse(json).message, HOSTILE);
});

Deno.test("log: has one line per error, whatever Freshdesk said", () => {
  const { message } = new AuthenticationError({
    method: "GET",
    path: "/agents/me",
    status: 401,
    detail: HOSTILE,
  });
  assert(!COMMANDS.test(message) && !message.includes("\n"), message);
});

Deno.test("names: reach log, history, mail and subject without control characters", async () => {
  using world = await TestEnv.open();
  for (const person of world.sandbox.contacts) person.name = HOSTILE;
  for (const agent of world.sandbox.agents) agent.contact.name = HOSTILE;
  const program = world.program();
  await world.create(program, "12:00");
  await world.until(program, "12:20");
  const me = await program.freshdesk.getMe();
  const { contact, agent, tag } = await world.theTicket();
  const history = await program.store.messageHistory(tag);
  const names = [me.name, contact.name, agent.name];
  const subject = world.sandbox.tickets.get(1)?.subject ?? "";
  const said = [
    ...names,
    subject,
    ...world.lines,
    ...history.map(({ name }) => name),
  ];
  for (const text of said) {
    assert(
      !COMMANDS.test(text) && !text.includes("\n"),
      JSON.stringify(text),
    );
  }
});

Deno.test("subject: is sent as one line", async () => {
  using world = await TestEnv.open();
  const { freshdesk } = world.program();
  const { email } = world.sandbox.contacts[0]!;
  await freshdesk.createTicket(
    `Order\r\nBcc: x@example.com`,
    "<p>a</p>",
    email!,
  );
  assertEquals(
    world.sandbox.tickets.get(1)?.subject,
    "Order  Bcc: x@example.com",
  );
});

Deno.test("log: tells a full disk from a file without permission", () => {
  const full = new Error("No space left on device (os error 28)");
  assert(isDiskFull(full));
  assertStringIncludes(logFileProblem("a.log", full), "The disk is full");
  assertStringIncludes(logFileProblem("a.log", full), "Free some space");
  const denied = new Error("Permission denied (os error 13)");
  assert(!isDiskFull(denied));
  assertStringIncludes(
    logFileProblem("a.log", denied),
    "this user may write to",
  );
});

const hasFull = await Deno.stat("/dev/full").then(() => true, () => false);
if (hasFull) {
  program(
    "log: reports a full disk once, and the program goes on",
    async () => {
      const { code, errors } = await runOn(new Sandbox(), {
        LOG_FILE: "/dev/full",
      }, async ({ child, lines }) => {
        await lineOf(lines, /Next \(UTC\)/);
        child.kill("SIGTERM");
        await lineOf(lines, /Stopped/);
      });
      assertEquals(code, 0, errors);
      assertEquals(errors.match(/The disk is full/g)?.length, 1, errors);
    },
  );
}
