/**
 * The files of a desk in a folder.
 *
 * @module
 */

/** Reads `desk.yaml` and `topics/*.yaml` of a folder. */
export async function readFolder(path: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (
    const [folder, prefix] of [[path, ""], [
      `${path}/topics`,
      "topics/",
    ]] as const
  ) {
    for await (const entry of Deno.readDir(folder)) {
      if (!/\.ya?ml$/.test(entry.name)) continue;
      files.set(
        prefix + entry.name,
        await Deno.readTextFile(`${folder}/${entry.name}`),
      );
    }
  }
  return files;
}

/** The folder of a desk: a built-in one by its name, or the path of one of your own. */
export function deskFolder(name: string): string {
  return name.includes("/") || name.startsWith(".")
    ? name
    : new URL(`../desks/${name}`, import.meta.url).pathname;
}
