/**
 * Which names lead to this very machine.
 *
 * @module
 */

/** Whether a host, as it stands in a URL or in a setting, is this machine alone. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d+){3}|::1|\[::1\])$/.test(host);
}
