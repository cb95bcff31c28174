/** Every action in a browser, with scripts and without; and the pages that actions lead to. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { violations } from "../helpers/axe.ts";
import { seen, type Stage } from "../helpers/page.ts";

/** Makes the first contact somebody who may be a real person. */
function inviteRealPeople({ world }: Stage): void {
  world.sandbox.contacts[0]!.email = "amina@gmail.com";
}

for (const colorScheme of ["light", "dark"] as const) {
  seen(
    `axe finds nothing against what is not there in ${colorScheme} mode`,
    async ({ page, origin }) => {
      for (const path of ["/tickets/404", "/nothing", "/tickets?priority=9"]) {
        await page.goto(origin + path);
        assertEquals(await violations(page), [], path);
      }
    },
    { browser: { colorScheme, bypassCSP: true }, complaints: /status of 40/ },
  );

  seen(
    `axe finds nothing against the question before real people are mailed in ${colorScheme} mode`,
    async (stage) => {
      const { page, origin } = stage;
      inviteRealPeople(stage);
      await page.goto(origin);
      await page.getByRole("button", { name: "Open now" }).click();
      await page.getByRole("heading", { name: "Please confirm" }).waitFor();
      assertEquals(await violations(page), []);
    },
    {
      browser: { colorScheme, bypassCSP: true },
      complaints: /status of 409/,
      program: () => ({ contactDomains: undefined }),
    },
  );
}

/** Lets tickets fail, as if Freshdesk had refused them. */
async function fail({ world, program }: Stage, ...ids: number[]) {
  const lastError = { at: world.now, message: "400: no", hint: "Look there." };
  for (const id of ids) {
    const entry = await program.store.getById(id);
    const change = { state: "failed", completedAt: world.now } as const;
    await program.store.update(entry!, { ...change, lastError });
  }
}

for (const javaScriptEnabled of [true, false]) {
  const how = `${javaScriptEnabled ? "with" : "without"} scripts`;
  const browser = { javaScriptEnabled };

  seen(
    `tickets are opened about a topic, ${how}`,
    async ({ world, program, page, origin }) => {
      await page.goto(origin);
      await page.getByLabel("How many tickets").fill("2");
      await page.getByLabel("Topic").selectOption({ label: "delivery late" });
      await page.getByRole("button", { name: "Open now" }).click();
      await page.locator(".flash.ok").getByText("Opened 2 tickets").waitFor();
      assertEquals(await page.locator(".cards .ticket").count(), 2);
      assertEquals(world.sandbox.tickets.size, 2);
      for (const { tag } of await world.tickets()) {
        assertEquals((await program.store.plan(tag))?.topic, "delivery-late");
      }
    },
    { browser },
  );

  seen(
    `tickets for people who may be real are opened once it is confirmed, ${how}`,
    async (stage) => {
      const { world, page, origin } = stage;
      inviteRealPeople(stage);
      await page.goto(origin);
      await page.getByRole("button", { name: "Open now" }).click();
      await page.getByRole("link", { name: "Cancel" }).click();
      await page.waitForURL(`${origin}/`);
      await page.getByRole("button", { name: "Open now" }).click();
      assertEquals(world.sandbox.tickets.size, 0);
      await page.getByRole("button", { name: "Confirm" }).click();
      await page.locator(".flash.ok").getByText("Opened #1").waitFor();
      assertEquals(world.sandbox.tickets.size, 1);
    },
    {
      browser,
      complaints: /status of 409/,
      program: () => ({ contactDomains: undefined }),
    },
  );

  seen(
    `one failed ticket is retried, then all, ${how}`,
    async (stage) => {
      const { world, program, page, origin } = stage;
      await world.create(program, "12:00");
      await fail(stage, 1, 2, 3);
      await page.goto(origin);
      await page.getByRole("button", { name: "Retry ticket 2" }).click();
      await page.locator(".flash.ok").getByText("#2 goes on").waitFor();
      assertEquals(await world.count("failed"), 2);
      await page.getByRole("button", { name: "Retry all" }).click();
      await page.locator(".flash.ok").getByText("2 tickets go on").waitFor();
      assertEquals(await world.count("failed"), 0);
      assertEquals(await page.locator("#failed").count(), 0);
    },
    { browser, tickets: 3 },
  );

  seen(
    `what the next hours bring is shown, ${how}`,
    async ({ world, program, page, origin }) => {
      await world.create(program, "12:00");
      await page.goto(origin);
      await page.getByRole("link", { name: "Coming up" }).click();
      await page.getByRole("heading", {
        name: "Coming up in the next 12 hours",
      })
        .waitFor();
      const rows = await page.locator(".upcoming tr").allInnerTexts();
      assertMatch(rows[0]!, /Hour\s+Opening\s+First reply$/);
      assertMatch(rows[1]!, /^Mon 23 12:00\s+2$/);
      assertMatch(rows[2]!, /^Mon 23 13:00\s+2\s*$/);
      const openings = page.locator('[aria-labelledby="openings"] li');
      assert(await openings.count() > 1);
    },
    { browser: { ...browser, timezoneId: "UTC" }, tickets: 2 },
  );

  const gate = Promise.withResolvers<void>();
  seen(
    `a clean-up is seen, confirmed, followed and over, ${how}`,
    async ({ world, program, actions, page, origin }) => {
      await world.create(program, "12:00");
      await page.goto(origin);
      await page.getByRole("link", { name: "Clean up" }).click();
      await page.getByRole("heading", { name: "3 tickets go to" }).waitFor();
      assertEquals(await page.locator(".rows > li").count(), 3);

      const confirm = page.getByLabel("Type acme.freshdesk.com to confirm");
      await confirm.fill("acme");
      await page.getByRole("button", { name: "Clean up" }).click();
      await page.locator(".flash.bad").getByText("Nothing is moved").waitFor();
      assertEquals(world.writes.filter((one) => one.includes("DELETE")), []);

      await confirm.fill("acme.freshdesk.com");
      await page.getByRole("button", { name: "Clean up" }).click();
      await page.locator(".flash.ok").getByText("has begun").waitFor();
      assertEquals(new URL(page.url()).pathname, "/cleanup");
      if (!javaScriptEnabled) {
        while ((await program.store.cleanup())!.total === 0) {
          await page.reload();
        }
        await page.reload();
      }
      await page.getByRole("heading", { name: "0 of 3 tickets" }).waitFor();
      assertEquals(await page.getByRole("progressbar").count(), 1);

      gate.resolve();
      await actions.finish();
      if (!javaScriptEnabled) await page.reload();
      await page.getByText("3 moved to trash").waitFor();
      assertEquals(
        [...world.sandbox.tickets.values()].filter(({ deleted }) => !deleted),
        [],
      );
      assertEquals(await world.tickets(), []);
      await page.getByRole("link", { name: "Board" }).first().click();
      await page.locator(".state.running").waitFor();
      await page.getByRole("button", { name: "Open now" }).click();
      await page.locator(".flash.ok").getByText("Opened #4").waitFor();
    },
    {
      browser,
      tickets: 3,
      patience: 50,
      program: ({ sandbox }) => ({
        fetch: async (request) => {
          if (request.method === "DELETE") await gate.promise;
          return await sandbox.fetch(request);
        },
      }),
    },
  );
}
