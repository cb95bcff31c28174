/** What the page shows and lets people do, in a browser. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { violations } from "../helpers/axe.ts";
import { seen, seenShop } from "../helpers/page.ts";

const MINUTE = 60_000;
const VIEWS = [
  "/",
  "/tickets",
  "/tickets?q=order&state=open",
  "/tickets?q=nothing-like-this",
  "/agents",
  "/tickets/1",
  "/upcoming",
  "/cleanup",
];

for (const colorScheme of ["light", "dark"] as const) {
  seenShop(
    `axe finds nothing against any view in ${colorScheme} mode`,
    async ({ desk, page, origin }) => {
      const { tickets } = await desk.store.list("closing", 1);
      const entry = await desk.store.getById(tickets[0]!.id!);
      await desk.store.update(entry!, {
        state: "failed",
        completedAt: desk.now,
        lastError: { at: desk.now, message: "400: no", hint: "Look there." },
      });
      for (const path of [...VIEWS, `/tickets/${tickets[0]!.id}`]) {
        await page.goto(origin + path);
        assertEquals(await violations(page), [], path);
      }
      await page.goto(origin);
      await page.locator("#jobs-details > summary").click();
      await page.locator("#menu-pause > summary").click();
      assertEquals(await violations(page), [], "with menus open");
      await desk.store.setPause("Ana", null);
      await page.goto(origin);
      assertEquals(await violations(page), [], "paused");
    },
    {
      browser: { colorScheme, bypassCSP: true },
    },
  );
}

seen("axe finds nothing against the first view", async ({ page, origin }) => {
  await page.goto(origin);
  await page.getByText("No ticket yet").waitFor();
  assertEquals(await violations(page), []);
}, { browser: { bypassCSP: true } });

seenShop("no word breaks and nothing is cut off at 360 px", async ({
  page,
  origin,
}) => {
  for (const path of VIEWS) {
    await page.goto(origin + path);
    assertEquals(
      await page.evaluate("document.documentElement.scrollWidth"),
      360,
      path,
    );
    assertEquals(await page.evaluate(BROKEN), [], path);
  }
}, { browser: { viewport: { width: 360, height: 740 } } });

seenShop(
  "a search finds words, people, priorities and states, and says where it looked",
  async ({
    desk,
    page,
    origin,
  }) => {
    await page.goto(`${origin}/tickets`);
    await page.getByLabel("Words").fill("order");
    await page.getByLabel("State").selectOption("resolved");
    await page.getByRole("button", { name: "Search" }).click();
    await page.waitForURL(/q=order/);
    for (const subject of await page.locator(".found .open").allInnerTexts()) {
      assertStringIncludes(subject.toLowerCase(), "order");
    }
    await page.goto(`${origin}/agents`);
    const [agent] = await page.locator(".agents tbody a").allInnerTexts();
    await page.getByRole("link", { name: agent! }).click();
    await page.waitForURL(/agent=/);
    const people = await page.locator(".found .people").allInnerTexts();
    assert(people.length > 3);
    for (const line of people) assertStringIncludes(line, agent!);
    const searched = await page.locator(".searched").innerText();
    const open = (await desk.store.waiting(1000)).length;
    assertStringIncludes(searched, `all ${open} unfinished tickets`);
  },
);

seenShop("a ticket shows its plan ahead, and leads to Freshdesk", async ({
  desk,
  page,
  origin,
}) => {
  const { tickets } = await desk.store.list("customer reply", 1);
  const { id, contact } = tickets[0]!;
  await page.goto(`${origin}/tickets/${id}`);
  const ahead = page.locator(".ahead > li");
  const next = await ahead.first().innerText();
  assertStringIncludes(next, `${contact.name} answers at `);
  assertStringIncludes(await ahead.last().innerText(), "It is closed about ");
  await ahead.first().getByText("What will be said").click();
  assert((await ahead.first().locator(".text").innerText()).length > 2);
  assertEquals(
    await page.getByRole("link", { name: "Open in Freshdesk" })
      .getAttribute("href"),
    `https://acme.freshdesk.com/a/tickets/${id}`,
  );
});

seenShop("the chart says in words and numbers what it shows", async ({
  page,
  origin,
}) => {
  await page.goto(origin);
  const label = await page.locator(".plot svg").getAttribute("aria-label");
  assert(
    /^Tickets over the last \d days: now \d+ open, \d+ pending, \d+ resolved; at most \d+ at once$/
      .test(label!),
    label!,
  );
  const values = await page.locator(".values span").allInnerTexts();
  assertEquals(values.length, 3);
  assertEquals(Number(values[0]), 2 * Number(values[1]));
  assertEquals(await page.locator(".hours time").count(), 4);
});

seen("times are the reader's own, with UTC when pointed at", async ({
  world,
  program,
  page,
  origin,
}) => {
  await world.create(program, "12:00");
  await page.goto(origin);
  await page.locator("#live.live").waitFor();
  const due = page.locator(".card time, .cards time").last();
  assertEquals(await due.innerText(), "21:05");
  assertEquals(await due.getAttribute("title"), "2026-11-23 12:05:00 UTC");
  assertStringIncludes(
    await page.locator("#zone").innerText(),
    "your own (Asia/Tokyo)",
  );
}, { browser: { timezoneId: "Asia/Tokyo" } });

seen(
  "an empty start explains itself, and opens the first ticket at once",
  async ({
    page,
    origin,
  }) => {
    await page.goto(origin);
    await page.getByText("No ticket yet: this is how it goes").waitFor();
    assertEquals(await page.locator(".column, table:visible").count(), 0);
    await page.getByRole("button", { name: "Open now" }).click();
    await page.locator(".flash.ok").waitFor();
    assertStringIncludes(await page.locator(".cards").innerText(), "#1");
  },
);

for (const javaScriptEnabled of [true, false]) {
  seen(
    `pause, resume, hurry and retry work ${
      javaScriptEnabled ? "with" : "without"
    } scripts`,
    async ({ world, program, page, origin }) => {
      await world.create(program, "12:00");
      world.now += 2 * MINUTE;
      await page.goto(`${origin}/tickets/1`);
      await page.getByRole("button", { name: "Do it now" }).click();
      await page.locator(".flash").waitFor();
      await page.locator(".messages .agent").waitFor();
      assertEquals(new URL(page.url()).pathname, "/tickets/1");

      await page.goto(origin);
      await page.locator("#menu-pause > summary").click();
      await page.getByRole("button", { name: "Pause" }).click();
      await page.locator(".state.held").getByText("Paused until").waitFor();
      assertEquals(
        await page.getByRole("button", { name: "Open now" }).count(),
        0,
      );
      await page.getByRole("button", { name: "Resume" }).click();
      await page.locator(".state.running").waitFor();

      const entry = await program.store.getById(1);
      await program.store.update(entry!, {
        state: "failed",
        completedAt: world.now,
        lastError: { at: world.now, message: "400: no", hint: "Look there." },
      });
      await page.goto(origin);
      await page.getByRole("button", { name: "Retry" }).click();
      await page.locator(".flash.ok").waitFor();
      assertEquals((await program.store.getById(1))?.ticket.state, "active");
    },
    { browser: { javaScriptEnabled } },
  );
}

seen("what is being filled in survives an update", async ({
  world,
  program,
  page,
  origin,
}) => {
  await world.create(program, "12:00");
  await page.goto(origin);
  await page.locator("#live.live").waitFor();
  await page.locator("#menu-pause > summary").click();
  await page.locator("#pause-minutes").selectOption("240");
  const count = page.locator("#open-count");
  await count.fill("7");
  await count.focus();
  await world.until(program, "12:05");
  await page.locator('[aria-labelledby="customer_reply"] .ticket').waitFor();
  assertEquals(await page.locator("#pause-minutes").inputValue(), "240");
  assertEquals(await count.inputValue(), "7");
  assertEquals(
    await page.evaluate("document.activeElement.id"),
    "open-count",
  );
});

seenShop("an update does not move what is being read", async ({
  desk,
  page,
  origin,
}) => {
  await page.goto(origin);
  await page.locator("#live.live").waitFor();
  const read = page.locator('[aria-labelledby="closing"] .ticket').nth(4);
  await read.scrollIntoViewIfNeeded();
  const key = await read.getAttribute("data-key");
  const top = () =>
    page.evaluate(
      `document.querySelector('[data-key="${key}"]').getBoundingClientRect().top`,
    );
  await page.evaluate(`scrollBy(0, ${await top()} - 120)`);
  const before = Number(await top());
  const stamp = await page.locator("main").getAttribute("data-stamp");
  const { tickets } = await desk.store.list("closing", 1);
  const entry = await desk.store.getById(tickets[0]!.id!);
  await desk.store.update(entry!, {
    state: "failed",
    completedAt: desk.now,
    lastError: { at: desk.now, message: "400: no", hint: "Look there." },
  });
  await page.locator(`main:not([data-stamp="${stamp}"])`).waitFor();
  await page.locator("#failed").waitFor();
  assert(Math.abs(Number(await top()) - before) < 2, `${await top()}`);
}, { browser: { viewport: { width: 390, height: 844 } } });

// `deno task picture` writes the pictures of the docs.
seenShop("the pictures of the docs show a shop some days in", async ({
  desk,
  page,
  origin,
}) => {
  const write = Deno.env.get("UPDATE_PICTURE") === "1";
  await page.goto(origin);
  await page.locator("#live.live").waitFor();
  assert(await page.locator(".cards > li").count() > 15);
  if (write) await page.screenshot({ path: "docs/board.png" });
  const { tickets } = await desk.store.list("resolution", 50);
  const longest = tickets.toSorted((a, b) => b.step - a.step)[0]!;
  await page.goto(`${origin}/tickets/${longest.id}`);
  await page.locator("#live.live").waitFor();
  assert(await page.locator(".messages > li").count() > 2);
  if (write) await page.screenshot({ path: "docs/thread.png" });
}, { browser: { viewport: { width: 1440, height: 920 } } });

/** Words that are broken in the middle: a text of one word that takes more than one line. */
const BROKEN = `(() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const broken = [];
  while (walker.nextNode()) {
    const { data, parentElement } = walker.currentNode;
    if (parentElement.closest(".sr, .skip, svg, option, script, code")) continue;
    for (const { 0: word, index } of data.matchAll(/[\\p{L}\\p{N}]+/gu)) {
      const range = document.createRange();
      range.setStart(walker.currentNode, index);
      range.setEnd(walker.currentNode, index + word.length);
      const tops = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
      if (tops.size > 1) broken.push(word);
    }
  }
  return broken;
})()`;
