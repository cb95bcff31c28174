/**
 * `deno task sandbox`: serves a strict Freshdesk sandbox on this machine. Settings: `SANDBOX_PORT` (8787)
 * and `SANDBOX_LIMIT` (calls per minute, 5000).
 *
 * @module
 */
import { Sandbox } from "../sandbox/sandbox.ts";
import { listen } from "../sandbox/server.ts";
import { errorMessage } from "../lib/error.ts";
import { readArguments } from "../startup/arguments.ts";
import { exitWithError } from "../startup/exit.ts";
import { STOP_SIGNALS } from "../startup/shutdown.ts";

readArguments({
  name: "sandbox",
  summary: `Serves a Freshdesk sandbox on this machine; its API key is sandbox.
Settings: SANDBOX_PORT (8787) and SANDBOX_LIMIT (calls per minute, 5000).`,
});
const port = numberFrom("SANDBOX_PORT", 8787, 65_535);
const limit = numberFrom("SANDBOX_LIMIT", 5000, 1_000_000);
const sandbox = new Sandbox({ limit });
const { url, close } = await listen(sandbox, port).catch((error) =>
  exitWithError(`Cannot listen on port ${port}: ${explain(error)}`)
);
console.log(
  `A Freshdesk sandbox: nothing here reaches anyone.
  FRESHDESK_URL      ${url}
  FRESHDESK_API_KEY  ${sandbox.apiKey}
  calls per minute   ${limit}
  requests           ${url}/_sandbox/requests
  tickets            ${url}/_sandbox/tickets`,
);

for (const signal of STOP_SIGNALS) Deno.addSignalListener(signal, close);

function numberFrom(name: string, otherwise: number, max: number): number {
  const text = Deno.env.get(name);
  if (!text) return otherwise;
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= max) return value;
  return exitWithError(
    `Cannot use ${name} as it must be a whole number from 0 to ${max}: current value is '${text}'`,
  );
}

function explain(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : "";
  return code === "EADDRINUSE"
    ? "it is in use. Set SANDBOX_PORT to another port"
    : errorMessage(error);
}
