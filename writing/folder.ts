/**
 * Finds a desk: a built-in one by its name, or one's own by the path of its folder.
 *
 * @module
 */
import { DESKS } from "../desks/index.ts";
import { type Desk, DeskError, readDesk } from "./desk.ts";
import { didYouMean } from "./text.ts";

/**
 * Reads a built-in desk, or the folder of one's own. Only the latter reads from disk.
 *
 * @throws {DeskError} With every mistake in its files, or if there is none.
 */
export async function loadDesk(name: string): Promise<Desk> {
  return readDesk(nameOf(name), DESKS[name] ?? await readFolder(name));
}

/** Whether a desk is built in, and not the folder of one's own. */
export function isBuiltIn(name: string): boolean {
  return Object.hasOwn(DESKS, name);
}

/** Reads `desk.yaml` and `topics/*.yaml` of a folder. */
export async function readFolder(path: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  if (!(await isFolder(path))) throw missing(path);
  for (
    const [folder, prefix] of [
      [path, ""],
      [`${path}/topics`, "topics/"],
    ] as const
  ) {
    if (!(await isFolder(folder))) continue;
    for await (const { name } of Deno.readDir(folder)) {
      if (!/\.ya?ml$/.test(name)) continue;
      files.set(prefix + name, await Deno.readTextFile(`${folder}/${name}`));
    }
  }
  return files;
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function missing(path: string): DeskError {
  const names = Object.keys(DESKS);
  const near = didYouMean(path, names);
  return new DeskError([{
    place: path,
    message: `Cannot find this desk; expected ${
      names.join(", ")
    }, or the path of a folder with desk.yaml and topics/${
      near ? `. Did you mean '${near}'?` : ""
    }`,
  }]);
}

/** The last part of a path. */
function nameOf(path: string): string {
  return path.replace(/[\\/]+$/, "").split(/[\\/]/).at(-1) || "desk";
}
