/** The demo with its page: what can be done there. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { lineOf, linesOf, program, ROOT } from "../helpers/program.ts";

/** The flags of the task, without the one that says what @std is. */
const FLAGS = config.tasks.demo.split(" ")
  .filter((word) => /^--allow-/.test(word));
const JSR = import.meta.resolve("@std/log").startsWith("jsr:");

program(
  "the page of the demo opens, hurries, pauses, resumes and cleans up, with the permissions of its task",
  async () => {
    const stdIns = JSR ? [] : [
      "--no-lock",
      `--import-map=${new URL("std/import_map.json", ROOT).pathname}`,
    ];
    const demo = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-prompt",
        ...FLAGS,
        ...stdIns,
        new URL("commands/demo.ts", ROOT).pathname,
        "--serve",
        "--port=0",
      ],
      env: { NO_COLOR: "1" },
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    try {
      const lines = linesOf(demo.stdout);
      const line = await lineOf(lines, /stays open at/);
      const { origin } = new URL(/http:\S+/.exec(line)![0]);
      const ask = async (path: string, values?: Record<string, unknown>) => {
        const answer = await fetch(`${origin}/api/${path}`, {
          ...(values && { method: "POST", body: JSON.stringify(values) }),
          headers: { "content-type": "application/json" },
        });
        const said = await answer.json();
        assertEquals(answer.status, 200, JSON.stringify(said));
        return said;
      };
      const board = await (await fetch(origin)).text();
      assert(board.includes("Open now"), "the page has actions");

      const opened = await ask("open", {
        count: 1,
        token: crypto.randomUUID(),
      });
      assertMatch(opened.message, /^Opened #\d+: /);
      const [{ id }] = opened.tickets;
      assertMatch((await ask("preview?hours=2")).message, /to open/);
      // The demo goes on meanwhile: the ticket may have moved on between two questions.
      let hurried: Response;
      for (;;) {
        const { step } = await ask(`tickets/${id}`);
        hurried = await fetch(`${origin}/api/hurry`, {
          method: "POST",
          body: JSON.stringify({ ticket: id, step }),
          headers: { "content-type": "application/json" },
        });
        if (hurried.status !== 409) break;
        await hurried.body?.cancel();
      }
      assertMatch((await hurried.json()).message, / is done; it waits for /);
      // What the page links to is the sandbox's ticket, and nobody's account.
      const { url } = await ask(`tickets/${id}`);
      assert(url.startsWith(`${origin}/`), url);
      const inSandbox = await fetch(url);
      assertEquals(inSandbox.status, 200);
      assert((await inSandbox.text()).includes(opened.tickets[0].subject));

      assertMatch(
        (await ask("pause", { minutes: 60 })).message,
        /^Paused until/,
      );
      assertMatch((await ask("resume", {})).message, /^Resumed/);
      const { confirm, total } = await ask("cleanup");
      assert(total >= 4);
      const cleaned = await ask("cleanup", { confirm });
      assertMatch(cleaned.message, /moved to trash/);
      // Nothing else holds it back.
      await lineOf(lines, /Clean-up by/);
      lines.return(undefined);
    } finally {
      demo.kill("SIGKILL");
      await demo.status;
    }
  },
);
