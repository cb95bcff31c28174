/**
 * Errors that can be anything: JavaScript lets a program throw any value.
 *
 * @module
 */

/** Returns the message of whatever was thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
