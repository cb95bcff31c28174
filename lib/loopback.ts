/**
 * Tells the names of this machine from those of others.
 *
 * @module
 */

/** Whether only this machine can reach a host, as written in a URL or in a setting. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d+){3}|::1|\[::1\])$/.test(host);
}
