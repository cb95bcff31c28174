/**
 * Stops the program when it gets a signal.
 *
 * @module
 */
import { errorMessage } from "../lib/error.ts";
import { SECOND } from "../lib/time.ts";

/** Options of {@linkcode shutdown}. */
export interface ShutdownOptions {
  /** Lets no further step begin. */
  abort: () => void;
  /** Finishes what is running and closes what is open. May never settle: a database can be away. */
  finish: () => Promise<void>;
  /** Ends the process. */
  exit: (code: number) => void;
  /** Logs what happens. */
  log: {
    /** Logs a line at level INFO. */
    info(message: string): unknown;
    /** Logs a line at level WARN. */
    warn(message: string): unknown;
  };
}

/** How long running steps may take. */
const FINISH_TIMEOUT = 10 * SECOND;
/** `deno task` passes on a Ctrl-C that the program also gets from the terminal. */
const ECHO_TIME = 500;

/** The signals that stop the program. Windows has no SIGTERM. */
export const STOP_SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM"];

/** Stops the program at the first of {@linkcode STOP_SIGNALS}; see {@linkcode shutdown}. */
export function stopOnSignals(options: ShutdownOptions): void {
  const stop = shutdown(options);
  for (const name of STOP_SIGNALS) {
    Deno.addSignalListener(name, () => stop(name));
  }
}

/**
 * Returns a handler for signals. The first signal stops the program as soon as the running steps
 * are done; a second one, or 10 seconds, ends it at once.
 */
export function shutdown(options: ShutdownOptions): (signal: string) => void {
  const { abort, finish, exit, log } = options;
  let first: string | undefined;
  let echo: string | undefined;
  const endNow = (reason: string) => {
    log.warn(
      `${reason}: ends now. Unfinished steps are looked up at the next start`,
    );
    exit(1);
  };
  return (signal) => {
    if (signal === echo) return;
    if (first) return endNow(`A second signal, ${signal}`);
    first = echo = signal;
    log.info(
      `${signal}: stopping when the running steps are done, in ${
        FINISH_TIMEOUT / SECOND
      } seconds at most`,
    );
    abort();
    const echoTimer = setTimeout(() => echo = undefined, ECHO_TIME);
    const lateTimer = setTimeout(
      () => endNow(`Not done in ${FINISH_TIMEOUT / SECOND} seconds`),
      FINISH_TIMEOUT,
    );
    finish().then(() => {
      clearTimeout(echoTimer);
      clearTimeout(lateTimer);
      log.info("Stopped");
      exit(0);
    }, (error) => endNow(errorMessage(error)));
  };
}
