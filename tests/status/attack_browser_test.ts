/** What a browser lets another page do to ours, and what it says of our own forms. */
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { Actions } from "../../status/actions.ts";
import { statusApp, type StatusOptions } from "../../status/app.ts";
import { findChromium, look } from "../helpers/browser.ts";
import { type Program, TestEnv } from "../helpers/test_env.ts";

const PASSWORD = "correct-horse-battery";

const chromium = await findChromium();

/** Our page, another page, and a browser that has been to ours before. */
interface Scene {
  page: Page;
  program: Program;
  /** Our page's origin. */
  ours: string;
  /** Opens a page of somebody else's with this in it. */
  visit: (html: string) => Promise<void>;
  /** Resolves once our server has answered `count` requests to a path. */
  asked: (path: string, count: number) => Promise<void>;
}

function attack(
  name: string,
  mode: StatusOptions["mode"],
  play: (scene: Scene) => Promise<void>,
): void {
  Deno.test({
    name: `access: ${name}${
      "missing" in chromium ? " (not run: no browser)" : ""
    }`,
    ignore: "missing" in chromium,
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      if ("missing" in chromium) return;
      using env = await TestEnv.open();
      const program = env.program({ contactDomains: "*" });
      const { store, freshdesk, workflow, opener } = program;
      const actions = new Actions({
        store,
        freshdesk,
        workflow,
        prepare: () => Promise.resolve({ opener, writer: { topics: [] } }),
        account: "acme.freshdesk.com",
        now: () => env.now,
        log: env.log,
      });
      const stopping = new AbortController();
      const app = statusApp({
        store,
        now: () => env.now,
        ticketUrl: (id) => freshdesk.ticketUrl(id),
        budget: () => freshdesk.budget,
        startedAt: env.now,
        mode,
        production: true,
        actions,
        signal: stopping.signal,
      });
      const answered: string[] = [];
      let hear = () => {};
      const options = { hostname: "127.0.0.1", port: 0, onListen() {} };
      const server = Deno.serve(options, async (request, info) => {
        const answer = await app.fetch(request, info);
        answered.push(`${request.method} ${new URL(request.url).pathname}`);
        hear();
        return answer;
      });
      let html = "";
      const evil = Deno.serve(
        options,
        () => new Response(html, { headers: { "content-type": "text/html" } }),
      );
      try {
        await using browser = await look(chromium.path, {
          httpCredentials: { username: "ana", password: PASSWORD },
        });
        const { page } = browser;
        const ours = `http://127.0.0.1:${server.addr.port}`;
        await page.goto(`${ours}/api/jobs`);
        await play({
          page,
          program,
          ours,
          async visit(content) {
            html = `<!doctype html><body>${content}`;
            // Another name is another site.
            await page.goto(`http://localhost:${evil.addr.port}/`);
          },
          async asked(path, count) {
            const isOver = () =>
              answered.filter((one) => one === path).length >= count;
            while (!isOver()) {
              await new Promise<void>((resolve) => {
                hear = resolve;
              });
            }
          },
        });
      } finally {
        stopping.abort();
        await server.shutdown();
        await evil.shutdown();
      }
    },
  });
}

for (const mode of ["open", { password: PASSWORD }] as const) {
  const where = mode === "open" ? "an open page" : "a page with a password";

  attack(
    `a browser's own form acts on ${where}`,
    mode,
    async ({ page, program, ours }) => {
      const answer = await page.goto(`${ours}/`);
      assertEquals(answer?.status(), 200);
      await page.evaluate(`
      const form = document.createElement("form");
      form.method = "post";
      form.action = "/actions/pause";
      form.id = "ours";
      document.body.append(form);
    `);
      await Promise.all([
        page.waitForNavigation(),
        page.evaluate(`document.getElementById("ours").submit()`),
      ]);
      assertEquals(page.url(), `${ours}/`);
      assert(await program.store.pause());
    },
  );

  attack(
    `another page's form does nothing to ${where}`,
    mode,
    async (scene) => {
      const { page, program, ours, visit } = scene;
      for (const type of ["application/x-www-form-urlencoded", "text/plain"]) {
        for (const path of ["/actions/pause", "/api/pause"]) {
          await visit(
            `<form method="post" enctype="${type}" action="${ours}${path}"><input name="minutes" value="5"></form>`,
          );
          await Promise.all([
            page.waitForNavigation(),
            page.evaluate(`document.forms[0].submit()`),
          ]);
          assertEquals(page.url(), `${ours}${path}`);
          assert(
            (await page.content()).includes("Only the status page itself"),
          );
          assertEquals(await program.store.pause(), undefined);
        }
      }
    },
  );

  attack(
    `another page's scripts do nothing to ${where}`,
    mode,
    async (scene) => {
      const { page, program, ours, visit, asked } = scene;
      await visit("");
      const tried = await page.evaluate(`(async () => {
      const send = (path, options) =>
        fetch("${ours}" + path, { method: "POST", credentials: "include", ...options })
          .then((answer) => answer.type, () => "refused");
      return [
        await send("/api/pause", { mode: "no-cors", body: "{}" }),
        await send("/actions/pause", {
          mode: "no-cors",
          body: new URLSearchParams({ minutes: "5" }),
        }),
        await send("/api/pause", {
          headers: { "content-type": "application/json" },
          body: "{}",
        }),
        navigator.sendBeacon("${ours}/actions/pause", new URLSearchParams()) ? "sent" : "",
      ];
    })()`);
      assertEquals(tried, ["refused", "refused", "refused", "sent"]);
      await asked("POST /api/pause", 1);
      await asked("POST /actions/pause", 2);
      assertEquals(await program.store.pause(), undefined);
    },
  );

  attack(
    `another page cannot hold ${where} in a frame`,
    mode,
    async (scene) => {
      const { page, ours, visit } = scene;
      await visit(`<iframe src="${ours}/"></iframe>`);
      const inside = page.frames().at(-1)!;
      assert(!(await inside.content()).includes("Freshdesk"));
    },
  );
}
