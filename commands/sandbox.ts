/**
 * `deno task sandbox`: a strict stand-in for Freshdesk on this machine. Settings: `SANDBOX_PORT`
 * (8787) and `SANDBOX_LIMIT` (calls per minute, 5000).
 *
 * @module
 */
import { Sandbox } from "../sandbox/sandbox.ts";
import { listen } from "../sandbox/server.ts";
import { readArguments } from "../startup/arguments.ts";

const STOP_SIGNALS: Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGTERM"];

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
