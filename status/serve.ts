/**
 * Puts the status page on a port, open only to those who may see it.
 *
 * @module
 */
import { errorMessage } from "../lib/error.ts";
import { isLoopback } from "../lib/loopback.ts";
import { type Access, statusApp, type StatusOptions } from "./app.ts";

/** Where the status page listens, and what it shows. */
export interface ServeOptions
  extends Omit<StatusOptions, "mode" | "readsAhead"> {
  /** The address to listen on. */
  host: string;
  /** Its port. */
  port: number;
  /** The password; `undefined` means the page is only open to this machine. */
  password: string | undefined;
  /** Whether Deno Deploy serves it, at an address of its own. */
  isDenoDeploy: boolean;
  /** Logs where the page is. */
  log: {
    /** Logs a line at level INFO. */
    info(message: string): unknown;
    /** Logs a line at level WARN. */
    warn(message: string): unknown;
  };
}

/** Serves the status page. Throws, and says what to do, if the address or the port cannot be used. */
export function serveStatus(options: ServeOptions): Deno.HttpServer {
  const { host: hostname, port, isDenoDeploy, ...appOptions } = options;
  const { log } = options;
  const mode = accessFor(options);
  // On Deno Deploy every tick may start a process that nobody looks at, and reads are paid for.
  const readsAhead = !isDenoDeploy && (mode === "open" || "password" in mode);
  const app = statusApp({ ...appOptions, mode, readsAhead });
  const server = {
    ...(isDenoDeploy ? {} : { hostname, port }),
    onListen({ hostname, port }: Deno.NetAddr) {
      const host = hostname.includes(":") ? `[${hostname}]` : hostname;
      log.info(
        typeof mode === "object" && "off" in mode
          ? `Listening on http://${host}:${port}/healthz; the status page is off. ${mode.off}`
          : `Status page: http://${host}:${port}/`,
      );
    },
  };
  try {
    return Deno.serve(server, (request, info) => app.fetch(request, info));
  } catch (error) {
    throw new Error(
      `Cannot listen on ${hostname}:${port}: ${
        errorMessage(error)
      }. Set HOST and PORT to an address and a port that are free.`,
      { cause: error },
    );
  }
}

function accessFor({ password, host, isDenoDeploy }: ServeOptions): Access {
  if (password) return { password };
  if (isLoopback(host) && !isDenoDeploy) return "open";
  return { off: "Set STATUS_PASSWORD to open the status page here." };
}
