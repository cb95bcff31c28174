/**
 * Puts the sandbox on a local port. Settings: `SANDBOX_PORT` (8787),
 * `SANDBOX_LIMIT` (calls per minute, 5000).
 *
 * @module
 */
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { readArguments } from "../command.ts";
import { Sandbox } from "./sandbox.ts";

/** A sandbox that listens. */
export interface ListeningSandbox {
  /** Where it listens, without a slash at the end. */
  url: string;
  /** Stops listening and drops the connections that are left. */
  close(): Promise<void>;
}

/**
 * Listens on the loopback interface; port 0 takes any free one. This is
 * `node:http` because a lost connection must be one: `Deno.serve` sends a status
 * before it lets go.
 */
export function listen(
  sandbox: Sandbox,
  port: number,
): Promise<ListeningSandbox> {
  const server = createServer((incoming, outgoing) => {
    answer(sandbox, incoming, outgoing).catch(() => hangUp(outgoing));
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, HOST, () => {
      const address = server.address();
      const bound = typeof address === "object" ? address?.port : port;
      resolve({ url: `http://${HOST}:${bound}`, close: () => close(server) });
    });
  });
}

async function answer(
  sandbox: Sandbox,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const caller = new AbortController();
  outgoing.on("close", () => caller.abort());
  const response = await sandbox.fetch(
    await toRequest(incoming, caller.signal),
  );
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  for await (const chunk of response.body ?? []) outgoing.write(chunk);
  outgoing.end();
}

/** What was written gets out first; the answer stays shorter than it said. */
function hangUp(outgoing: ServerResponse): void {
  if (outgoing.headersSent) outgoing.end(() => outgoing.destroy());
  else outgoing.destroy();
}

async function toRequest(
  incoming: IncomingMessage,
  signal: AbortSignal,
): Promise<Request> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    headers.set(name, String(value));
  }
  return new Request(`http://${incoming.headers.host}${incoming.url}`, {
    method: incoming.method ?? "GET",
    headers,
    signal,
    body: chunks.length > 0 ? new Blob(chunks) : null,
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function main(): Promise<void> {
  readArguments({
    name: "sandbox",
    summary:
      `Serves a stand-in for Freshdesk on this machine; its API key is sandbox.
Settings: SANDBOX_PORT (8787) and SANDBOX_LIMIT (calls per minute, 5000).`,
  });
  const port = numberFrom("SANDBOX_PORT", 8787, 65_535);
  const limit = numberFrom("SANDBOX_LIMIT", 5000, 1_000_000);
  const sandbox = new Sandbox({ limit });
  const { url, close } = await listen(sandbox, port).catch((error) =>
    giveUp(`Cannot listen on port ${port}: ${explained(error)}`)
  );
  console.log(
    `A stand-in for Freshdesk, not Freshdesk: nothing here reaches anyone.
  FRESHDESK_URL      ${url}
  FRESHDESK_API_KEY  ${sandbox.apiKey}
  calls per minute   ${limit}
  what it was asked  ${url}/_sandbox/requests
  what it holds      ${url}/_sandbox/tickets`,
  );

  for (const signal of STOP_SIGNALS) Deno.addSignalListener(signal, close);
}

function numberFrom(name: string, otherwise: number, max: number): number {
  const text = Deno.env.get(name);
  if (!text) return otherwise;
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= max) return value;
  return giveUp(
    `Cannot use ${name}: it must be a whole number from 0 to ${max}: current value is '${text}'`,
  );
}

function explained(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : "";
  return code === "EADDRINUSE"
    ? "it is in use. Set SANDBOX_PORT to another one"
    : String(error);
}

function giveUp(message: string): never {
  console.error(message);
  Deno.exit(1);
}

const HOST = "127.0.0.1";
const STOP_SIGNALS: Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGTERM"];

if (import.meta.main) await main();
