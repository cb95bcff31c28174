/**
 * How the program stops.
 *
 * @module
 */
import type { Log } from "../workflow/steps.ts";

/** What stopping is made of. */
export interface ShutdownOptions {
  /** Begins nothing further. */
  abort: () => void;
  /** Finishes what is running and closes what is open. May never settle: a database can be away. */
  finish: () => Promise<void>;
  /** Ends the process. */
  exit: (code: number) => void;
  /** Says what happens. */
  log: Pick<Log, "info" | "warn">;
}

/** What is running may take so many milliseconds. */
const PATIENCE = 10_000;
/** `deno task` passes on a Ctrl-C that the program gets from the terminal, too. */
const ECHO = 500;

/**
 * Returns what to call on a signal. The first one stops the program as soon as the running steps
 * are done; a second one, or 10 seconds, ends it at once.
 */
export function shutdown(options: ShutdownOptions): (signal: string) => void {
  const { abort, finish, exit, log } = options;
  let first: string | undefined;
  let echo: string | undefined;
  const endNow = (why: string) => {
    log.warn(
      `${why}: ends now. A step that was not finished is looked up at the next start`,
    );
    exit(1);
  };
  return (signal) => {
    if (signal === echo) return;
    if (first) return endNow(`A second signal, ${signal}`);
    first = echo = signal;
    log.info(
      `${signal}: stopping when the running steps are done, in ${
        PATIENCE / 1000
      } seconds at most`,
    );
    abort();
    const echoed = setTimeout(() => echo = undefined, ECHO);
    const late = setTimeout(
      () => endNow(`Not done in ${PATIENCE / 1000} seconds`),
      PATIENCE,
    );
    finish().then(() => {
      clearTimeout(echoed);
      clearTimeout(late);
      log.info("Stopped");
      exit(0);
    }, (error) => endNow(error.message));
  };
}
