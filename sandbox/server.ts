/**
 * Serves the sandbox on a local port.
 *
 * @module
 */
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { Sandbox } from "./sandbox.ts";

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

/** Sends what was written, then closes: the response is shorter than its length says. */
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

const HOST = "127.0.0.1";
