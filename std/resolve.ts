/**
 * `deno task -q std`: prints the flags that let `@std` resolve to the stand-ins in this folder where
 * JSR cannot be reached, and nothing anywhere else. Every other error is left to the command itself,
 * which meets it again and shows it.
 *
 * @module
 */

/** Whether Deno's error says that JSR did not answer; a lock that does not match says something else. */
export function isUnreachable(error: string): boolean {
  return /Import '\S+\/@std\/[^'\s]*' failed|error sending request for url \(\S+\/@std\//
    .test(error);
}

if (import.meta.main) {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["cache", "-q", "main.ts"],
    env: { NO_COLOR: "1" },
    stdout: "null",
  }).output();
  if (!success && isUnreachable(new TextDecoder().decode(stderr))) {
    console.error(
      "JSR cannot be reached: the packages in std/ are used instead. Nothing to do.",
    );
    console.log("--no-lock --import-map=std/import_map.json");
  }
}
