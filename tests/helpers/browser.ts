/**
 * A real browser for a test, where one can be had: Chromium, from Debian's package or from where
 * the environment variable CHROMIUM says.
 *
 * @module
 */
import type { Browser, BrowserContextOptions, Page } from "playwright-core";

/** What Chromium is started with: no window, and nothing asked of anybody. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Chromium's path, or why there is none to be had. */
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
        `there is no ${path}: install Chromium, or set CHROMIUM to where it is`,
    };
  }
}

/** A page that is open in a browser of its own, and what it did. */
export interface Look extends AsyncDisposable {
  page: Page;
  /** What the page complained of in its console. */
  complaints: string[];
  /** Every address that was asked for. */
  asked: string[];
  /** Dialogs that opened: a script that was none of ours. */
  dialogs: string[];
}

/** Opens a browser with an empty profile and one page. */
export async function look(
  path: string,
  options: BrowserContextOptions = {},
): Promise<Look> {
  // Imported here because it asks for permissions at once, which plain tests have not.
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
