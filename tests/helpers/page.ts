/**
 * Tests of the page in a real browser.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { BrowserContextOptions } from "playwright-core";
import { Actions } from "../../status/actions.ts";
import { statusApp } from "../../status/app.ts";
import { findChromium, type Look, look } from "./browser.ts";
import { type ShopDays, shopDays } from "./shop_days.ts";
import {
  type Program,
  type ProgramOptions,
  TestEnv,
  TOPICS,
} from "./test_env.ts";

const chromium = await findChromium();
if ("missing" in chromium) {
  console.log(`The page is not tested in a browser: ${chromium.missing}`);
}

/** The page in a browser, with the account, the program and the clock behind it. */
export interface Stage {
  world: TestEnv;
  program: Program;
  actions: Actions;
  page: Look["page"];
  origin: string;
}

/** What a test in a browser can be given. */
export interface SeenOptions {
  browser?: BrowserContextOptions;
  /** Tickets an hour. */
  tickets?: number;
  /** How the program is set up. */
  program?: (world: TestEnv) => ProgramOptions;
  /** What the console may complain of. */
  complaints?: RegExp;
  /** How long an answer waits for the work (ms). */
  patience?: number;
}

/**
 * A test in a real browser. Whatever it shows, no dialog opens, nothing is complained of, and
 * nothing is asked of anybody else.
 */
export function seen(
  name: string,
  play: (stage: Stage) => Promise<void>,
  options: SeenOptions = {},
): void {
  inBrowser(name, async () => {
    using world = await TestEnv.open();
    const program = world.program({
      ticketsPerHour: options.tickets ?? 1,
      contactDomains: "*",
      ...options.program?.(world),
    });
    const stopping = new AbortController();
    const { store, freshdesk, workflow, opener } = program;
    const actions = new Actions({
      store,
      freshdesk,
      workflow,
      prepare: () => Promise.resolve({ opener, writer: { topics: TOPICS } }),
      account: "acme.freshdesk.com",
      now: () => world.now,
      log: world.log,
      ...(options.patience !== undefined && { patience: options.patience }),
    });
    const app = statusApp({
      store,
      now: () => world.now,
      ticketUrl: (id) => freshdesk.ticketUrl(id),
      budget: () => freshdesk.budget,
      startedAt: world.now,
      mode: "open",
      production: true,
      actions,
      signal: stopping.signal,
    });
    await show(
      app,
      stopping,
      options,
      (page, origin) => play({ world, program, actions, page, origin }),
    );
  });
}

/** A test in a real browser of a shop's desk some days in. */
export function seenShop(
  name: string,
  play: (
    stage: { desk: ShopDays; page: Look["page"]; origin: string },
  ) => Promise<void>,
  options: SeenOptions = {},
): void {
  inBrowser(name, async () => {
    const stopping = new AbortController();
    using desk = await shopDays({
      from: "2026-11-19T06:00:00Z",
      to: "2026-11-24T13:47:00Z",
      ticketsPerHour: options.tickets ?? 3,
      signal: stopping.signal,
    });
    await show(
      desk.app,
      stopping,
      options,
      (page, origin) => play({ desk, page, origin }),
    );
  });
}

function inBrowser(name: string, fn: () => Promise<void>): void {
  const isMissing = "missing" in chromium;
  Deno.test({
    name: `page: ${name}${isMissing ? " (not run: no browser)" : ""}`,
    ignore: isMissing,
    // The driver keeps timers and a child process of its own, which end some time after it.
    sanitizeOps: false,
    sanitizeResources: false,
    fn,
  });
}

async function show(
  app: ReturnType<typeof statusApp>,
  stopping: AbortController,
  options: SeenOptions,
  play: (page: Look["page"], origin: string) => Promise<void>,
): Promise<void> {
  if ("missing" in chromium) return;
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    app.fetch,
  );
  const origin = `http://127.0.0.1:${server.addr.port}`;
  try {
    await using browser = await look(chromium.path, options.browser);
    const { page, complaints, asked, dialogs } = browser;
    await play(page, origin);
    const others = complaints.filter((text) => !options.complaints?.test(text));
    assertEquals(others, [], "complaints in the console");
    assertEquals(dialogs, [], "dialogs");
    const strange = asked.filter((url) =>
      !url.startsWith(`${origin}/`) && !url.startsWith("data:")
    );
    assertEquals(strange, [], "requests to elsewhere");
  } finally {
    stopping.abort();
    await server.shutdown();
  }
}
