/**
 * Ends a command with a message and an exit code.
 *
 * @module
 */

/**
 * The exit code if a person must fix something first (EX_CONFIG in sysexits.h), so that starting
 * again does not help. Any other failure exits with 1.
 */
export const NEEDS_A_PERSON = 78;

/** Prints why the program cannot go on, and exits. */
export function exitWithError(message: string, code = 1): never {
  console.error(message);
  Deno.exit(code);
}
