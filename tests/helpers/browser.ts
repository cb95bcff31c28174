/**
 * A real browser for tests, if one is installed: Chromium, from Debian's package or at the path in the
 * environment variable CHROMIUM.
 *
 * @module
 */
import type { Browser, BrowserContextOptions, Page } from "playwright-core";

/** Starts Chromium without a window and without requests of its own. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Returns Chromium's path, or why it cannot be used. */
export async function findChromium(): Promise<
  { path: string } | { missing: string }
> {
  const kinds = ["env", "read", "write", "run", "net", "sys"] as const;
  for (const name of kinds) {
    if ((await Deno.permissions.query({ name })).state !== "granted") {
      return { missing: `it needs --allow-${name}` };
    }
  }
  const path = Deno.env.get("CHROMIUM") ?? "/usr/bin/chromium";
  try {
    await Deno.stat(path);
    return { path };
  } catch {
    return {
      missing:
        `${path} does not exist: install Chromium, or set CHROMIUM to its path`,
    };
  }
}

/** A page open in its own browser, and what it did. */
export interface Look extends AsyncDisposable {
  page: Page;
  /** Errors and warnings in its console. */
  complaints: string[];
  /** The URLs of all requests. */
  asked: string[];
  /** Dialogs that opened: signs of an injected script. */
  dialogs: string[];
}

/** Opens a browser with an empty profile and one page. */
export async function look(
  path: string,
  options: BrowserContextOptions = {},
): Promise<Look> {
  // Imported here because it needs permissions at once, which plain tests do not have.
  const { chromium } = await import("playwright-core");
  const browser: Browser = await chromium.launch({
    executablePath: path,
    headless: true,
    args: FLAGS,
  });
  const page = await browser.newPage(options);
  const complaints: string[] = [];
  const asked: string[] = [];
  const dialogs: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") {
      complaints.push(message.text());
    }
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => asked.push(request.url()));
  page.on("dialog", (dialog) => {
    dialogs.push(dialog.message());
    dialog.dismiss();
  });
  return {
    page,
    complaints,
    asked,
    dialogs,
    [Symbol.asyncDispose]: async () => await browser.close(),
  };
}
