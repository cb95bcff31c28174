/**
 * Tests that need a permission, which plain `deno test` does not give.
 *
 * @module
 */

/** Defines a test that is left out, by name, where a permission is missing. */
export function testWith(
  permissions: readonly ("read" | "write" | "net" | "env" | "run")[],
  name: string,
  fn: () => void | Promise<void>,
): void {
  const missing = permissions.filter((permission) =>
    Deno.permissions.querySync({ name: permission }).state !== "granted"
  ).map((permission) => `--allow-${permission}`);
  const leftOut = missing.length > 0
    ? ` (left out: needs ${missing.join(", ")})`
    : "";
  Deno.test({ name: `${name}${leftOut}`, ignore: missing.length > 0, fn });
}
