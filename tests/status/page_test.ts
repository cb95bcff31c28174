import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Store } from "../../workflow/store.ts";
import { jobOf, JOBS, labelOf, nextTick } from "../../workflow/schedule.ts";
import { seen } from "../helpers/page.ts";
import { moment, type TestEnv } from "../helpers/test_env.ts";

const MINUTE = 60_000;
const HOSTILE = `<script>alert("name")</script><img src=x onerror=alert(1)>`;

seen("the board fills while the workflow runs, without a reload", async ({
  world,
  program,
  page,
  origin,
}) => {
  await page.goto(origin);
  await page.locator("#live.live").waitFor();
  await page.evaluate("globalThis.untouched = true");
  await world.create(program, "12:00");
  await page.locator('[aria-labelledby="first_reply"] .ticket').waitFor();
  await world.until(program, "12:15");
  await page.locator('[aria-labelledby="closing"] .ticket').waitFor();
  await world.until(program, "12:20");
  await page.locator('[aria-labelledby="closed"] .ticket').waitFor();
  assertEquals(await page.locator(".ticket").count(), 1);
  assertEquals(await page.evaluate("globalThis.untouched"), true);
});

seen("a ticket opens as a thread, which grows while it is read", async ({
  world,
  program,
  page,
  origin,
}) => {
  await world.create(program, "12:00");
  await page.goto(origin);
  await page.locator(".ticket a").click();
  await page.locator(".messages li.contact").waitFor();
  assertEquals(await page.locator(".messages li").count(), 1);
  await page.locator("#live.live").waitFor();
  await world.until(program, "12:15");
  await page.locator(".messages li").nth(3).waitFor();
  assertEquals(
    await page.getByRole("link", { name: "Open in Freshdesk" })
      .getAttribute("href"),
    "https://acme.freshdesk.com/a/tickets/1",
  );
});

seen("a hostile name and a hostile reply stay text", async ({
  world,
  program,
  page,
  origin,
}) => {
  await world.create(program, "12:00");
  const { tag, contact, step } = await world.theTicket();
  const plan = await world.thePlan();
  const body =
    `<p>Look: &lt;img src=x onerror=alert(2)&gt;</p><script>alert(3)</script><iframe src="https://evil.example"></iframe>`;
  const steps = plan.steps.with(step, {
    kind: "reply",
    agent: plan.agent,
    body,
  });
  const entry = await program.store.get(tag);
  await program.store.update(entry!, {
    contact: { ...contact, name: HOSTILE },
    lastError: { at: world.now, message: HOSTILE, hint: HOSTILE },
  }, {
    message: { name: HOSTILE, at: world.now, conversationId: 1 },
    plan: { ...plan, steps },
  });
  for (const path of ["/", "/tickets/1"]) {
    await page.goto(origin + path);
    await page.locator("#live.live").waitFor();
    assertStringIncludes(await page.locator("main").innerText(), HOSTILE);
    // Once more through the swap.
    const stamp = await page.locator("main").getAttribute("data-stamp");
    await program.store.recordJobRun("closings", {
      at: world.now,
      took: 1,
      report: null,
      error: HOSTILE,
    }, 1);
    await page.locator(`main:not([data-stamp="${stamp}"])`).waitFor();
    assertEquals(await page.locator("script").count(), 1);
    assertEquals(await page.locator("img, iframe").count(), 0);
  }
  assertStringIncludes(
    await page.locator(".messages .text").last().innerText(),
    "Look: <img src=x onerror=alert(2)>",
  );
});

seen("a ticket is reached and opened by keyboard alone", async ({
  world,
  program,
  page,
  origin,
}) => {
  await world.create(program, "12:00");
  await page.goto(origin);
  const focused = () =>
    page.evaluate("document.activeElement.getAttribute('href')");
  await page.keyboard.press("Tab");
  assertEquals(await focused(), "#main");
  await page.keyboard.press("Enter");
  // Past what acts on all tickets.
  for (let i = 0; i < 6 && await focused() !== "/tickets/1"; i++) {
    await page.keyboard.press("Tab");
  }
  assertEquals(await focused(), "/tickets/1");
  await page.keyboard.press("Enter");
  await page.waitForURL(`${origin}/tickets/1`);
  await page.locator(".messages").waitFor();
});

seen("an update takes neither the focus nor the place from the reader", async ({
  world,
  program,
  page,
  origin,
}) => {
  await world.create(program, "12:00");
  await page.goto(origin);
  await page.locator("#live.live").waitFor();
  await page.locator('a[href="/tickets/5"]').focus();
  await page.evaluate("scrollTo(0, 200)");
  await world.until(program, "12:05");
  const column = page.locator('[aria-labelledby="customer_reply"]');
  await column.locator('a[href="/tickets/5"]').waitFor();
  assertEquals(
    await page.evaluate("document.activeElement.getAttribute('href')"),
    "/tickets/5",
  );
  assertEquals(await page.evaluate("scrollY"), 200);
}, { tickets: 8 });

seen("a phone's width is enough", async ({ world, program, page, origin }) => {
  await world.create(program, "12:00");
  await world.until(program, "12:05");
  await program.store.recordJobRun("customer replies", {
    at: world.now,
    took: 61_000,
    report: null,
    error: "https://acme.freshdesk.com/api/v2/" + "tickets/".repeat(20),
  }, 1);
  for (
    const path of [
      "/",
      "/tickets/1",
      "/tickets?state=customer%20reply",
      "/agents",
    ]
  ) {
    await page.goto(origin + path);
    const width = await page.evaluate("document.documentElement.scrollWidth");
    assert(Number(width) <= 360, `${path} is ${width} px wide`);
  }
}, { browser: { viewport: { width: 360, height: 740 } }, tickets: 3 });

for (const colorScheme of ["light", "dark"] as const) {
  seen(
    `text can be read on its ground in ${colorScheme} mode`,
    async ({ world, program, page, origin }) => {
      await world.create(program, "12:00");
      await world.until(program, "12:15");
      await ask(program.store, 1, world.now);
      await program.store.recordJobRun("closings", {
        at: world.now,
        took: 1,
        report: null,
        error: "The key is wrong. Check FRESHDESK_API_KEY",
      }, 1);
      for (const path of ["/", "/tickets/1", "/tickets/2"]) {
        await page.goto(origin + path);
        const faint = await page.evaluate(FAINT) as string[];
        assertEquals(faint, [], path);
      }
      const ground = await page.evaluate(
        "getComputedStyle(document.body).backgroundColor",
      );
      assertEquals(
        ground,
        colorScheme === "dark" ? "rgb(17, 21, 27)" : "rgb(244, 245, 247)",
      );
    },
    { browser: { colorScheme }, tickets: 2 },
  );
}

seen("without scripts everything can be read", async ({
  world,
  program,
  page,
  origin,
}) => {
  await world.create(program, "12:00");
  await page.goto(origin);
  await page.locator(".ticket a").click();
  await page.locator(".messages li.contact").waitFor();
}, { browser: { javaScriptEnabled: false } });

seen(
  "a busy day has tickets in every column, and the failed one on top",
  async ({ world, program, page, origin }) => {
    await busyDay(world);
    await program.freshdesk.getMe(); // tells what is left of the account's calls
    await page.goto(origin);
    await page.locator("#live.live").waitFor();
    for (const column of await page.locator(".column").all()) {
      assert(await column.locator(".ticket").count() > 0, "an empty column");
    }
  },
  { browser: { viewport: { width: 1200, height: 860 } } },
);

/** A day with quiet and busy hours, tickets in every stage, and one that asks for a person. */
async function busyDay(world: TestEnv): Promise<void> {
  const perHour = [1, 0, 2, 1, 3, 2, 5, 4, 3, 6, 4, 3, 12];
  for (const [hour, ticketsPerHour] of perHour.entries()) {
    const program = world.program({ ticketsPerHour });
    const start = moment(`${hour}:00`);
    const end = hour === 12 ? moment("12:07") : start + 59 * MINUTE;
    for (let at = start; at <= end; at += MINUTE) {
      world.now = at;
      for (const { name, every } of JOBS) {
        if ((at / MINUTE) % every !== 0) continue;
        const before = program.freshdesk.requestCount;
        const report = every === 60
          ? await program.workflow.createAndHandleTicket(at)
          : await program.workflow.tick(every, at);
        const run = { at, took: 240 + 610 * report.done, report, error: null };
        await program.store.recordJobRun(
          name,
          run,
          program.freshdesk.requestCount - before,
        );
      }
    }
  }
  const { store } = world.program();
  const { tickets } = await store.list("customer reply", 12);
  const stages = [
    ...["opening", "first reply", "first reply", "first reply"] as const,
    ...["customer reply", "customer reply", "customer reply"] as const,
    ...["resolution", "resolution", "closing", "closing"] as const,
  ];
  for (const [i, waitsFor] of stages.entries()) {
    const since = world.now - (i % 3) * MINUTE;
    const entry = await store.get(tickets[i]!.tag);
    const plan = await store.plan(tickets[i]!.tag);
    const step = plan!.steps.findIndex((step) => labelOf(step) === waitsFor);
    const job = jobOf(plan!, step);
    const dueAt = nextTick(job, since);
    await store.update(entry!, {
      waitsFor,
      step,
      job,
      stepSince: since,
      dueAt,
    });
  }
  await ask(store, tickets[11]!.id!, world.now - 2 * MINUTE);
}

/** A ticket that Freshdesk refused for want of a field. */
async function ask(
  store: Store,
  id: number,
  at: number,
): Promise<void> {
  const entry = await store.getById(id);
  await store.update(entry!, {
    state: "failed",
    completedAt: at,
    stepSince: at,
    lastError: {
      at,
      message:
        `PUT /tickets/${id}: 400 Validation failed: cf_root_cause: It should be one of these values (missing_field)`,
      hint:
        "The account demands the field cf_root_cause for closing: give it a default in Freshdesk, or make it optional.",
    },
  });
}

/** Texts whose contrast with the colour behind them is below 4.5 (WCAG AA). */
const FAINT = `(() => {
  const numbers = (color) => {
    const c = document.createElement("canvas").getContext("2d");
    c.fillStyle = color;
    c.fillRect(0, 0, 1, 1);
    return [...c.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((v) => {
    v /= 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  }).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const color = numbers(getComputedStyle(e).backgroundColor);
      if (color[3] === 255) return color;
    }
    return [255, 255, 255, 255];
  };
  return [...document.querySelectorAll("body *")].filter((e) =>
    !e.closest("script, svg, .sr, .skip") &&
    [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim())
  ).filter((e) => {
    const pair = [light(numbers(getComputedStyle(e).color)), light(ground(e))];
    return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05) < 4.5;
  }).map((e) => e.outerHTML);
})()`;
