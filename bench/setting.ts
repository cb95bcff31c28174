/**
 * What the parts share: processes of their own, databases in files, and a workflow whose tickets are
 * put there instead of opened.
 *
 * @module
 */
import type { HttpClientOptions } from "../freshdesk/http_client.ts";
import { Freshdesk } from "../freshdesk.ts";
import { HOUR } from "../lib/time.ts";
import { lineOf, linesOf } from "../tests/helpers/program.ts";
import { makeTicket } from "../tests/helpers/tickets.ts";
import { Store } from "../workflow/store.ts";
import type { Ticket } from "../workflow/ticket.ts";
import { Workflow } from "../workflow.ts";

/** A log that says nothing. */
export const SILENT = { info() {}, warn() {}, error() {}, debug() {} };

/** Makes a workflow that opens no tickets. */
export function makeWorkflow(
  kv: Deno.Kv,
  options:
    & Pick<HttpClientOptions, "url">
    & Partial<Pick<HttpClientOptions, "fetch" | "now" | "sleep" | "share">>,
): { workflow: Workflow; store: Store; freshdesk: Freshdesk } {
  const { now = Date.now } = options;
  const freshdesk = new Freshdesk({ apiKey: "sandbox", share: 1, ...options });
  const store = new Store(kv, { now });
  const workflow = new Workflow({
    freshdesk,
    store,
    prepare: () =>
      Promise.resolve({
        opener: {
          openHour: () => Promise.resolve([]),
          previewed: 0,
          forgetLists: () => Promise.resolve(),
          calendars: () => Promise.reject(new Error("No step has a wait")),
        },
        writer: { rewriteForAgent: (plan) => plan },
      }),
    now,
    monotonic: now,
    log: SILENT,
  });
  return { workflow, store, freshdesk };
}

/** Tickets that wait for their first reply. */
export function waitingTickets(
  count: number,
  dueAt: number,
  now = Date.now(),
): Ticket[] {
  return Array.from(
    { length: count },
    (_, i) =>
      makeTicket(`tw-${String(i).padStart(6, "0")}`, dueAt, {
        id: i + 1,
        number: i,
        step: 2,
        waitsFor: "first reply",
        createdAt: now,
        stepSince: now,
        tagSeenAt: now,
      }),
  );
}

/** The last full hour: a tick of every job. */
export function lastFullHour(now = Date.now()): number {
  return now - now % HOUR;
}

/** Does something with a folder that is removed afterwards. */
export async function withFolder<T>(
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "bench-" });
  try {
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A process of a file in this folder, which says one line when it is ready. */
export interface Process extends AsyncDisposable {
  /** What it said. */
  line: string;
  /** The process. */
  child: Deno.ChildProcess;
  /** Sends it a line. */
  send(line: string): Promise<void>;
  /** Its next line. */
  next(): Promise<string>;
}

/** Where `@std` comes from in this very process, for those that it starts. */
function imports(): string[] {
  if (import.meta.resolve("@std/log").startsWith("jsr:")) return [];
  const map = new URL("../std/import_map.json", import.meta.url).href;
  return ["--no-lock", `--import-map=${map}`];
}

/** Starts a file of this folder in a process of its own. */
export async function startProcess(
  file: string,
  args: string[] = [],
  env: Record<string, string> = {},
): Promise<Process> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "-q",
      ...imports(),
      new URL(file, import.meta.url).href,
      ...args,
    ],
    env,
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const lines = linesOf(child.stdout);
  const writer = child.stdin.getWriter();
  const next = () => lineOf(lines, /./);
  return {
    line: await next(),
    child,
    send: (line) => writer.write(new TextEncoder().encode(`${line}\n`)),
    next,
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended.
      }
      await child.status;
      await lines.return?.();
      await writer.close().catch(() => {});
    },
  };
}

/** Milliseconds that something takes. */
export async function timed(task: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await task();
  return performance.now() - start;
}

/** Runs a task for each item, at most `slots` side by side. */
export async function sideBySide<T>(
  items: readonly T[],
  task: (item: T) => Promise<unknown>,
  slots: number,
): Promise<void> {
  const rest = items.values();
  await Promise.all(Array.from({ length: slots }, async () => {
    for (const item of rest) await task(item);
  }));
}
