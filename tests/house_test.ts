/**
 * Who may import whom. Imports point downwards only, so that a file can be read knowing only what
 * lies below it.
 */
import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("..", import.meta.url);

/** What each room may import besides itself. `main.ts`, commands and bench may import any room. */
const MAY_IMPORT: Record<string, string[]> = {
  lib: [],
  desks: [],
  freshdesk: ["lib"],
  sandbox: ["lib"],
  writing: ["desks", "lib", "workflow/plan.ts"],
  workflow: ["freshdesk", "lib"],
  // It makes the writer that main.ts and commands hand to the workflow.
  startup: ["workflow", "writing", "freshdesk", "lib"],
  status: ["workflow", "freshdesk", "lib"],
};
const ROOMS = Object.keys(MAY_IMPORT);

const may =
  Deno.permissions.querySync({ name: "read", path: ROOT }).state === "granted";

function test(name: string, fn: () => void): void {
  const leftOut = may ? "" : " (left out: needs --allow-read)";
  Deno.test({ name: `house: ${name}${leftOut}`, ignore: !may, fn });
}

test("every room imports only what lies below it", () => {
  const wrong = imports().filter(({ from, to }) => {
    const allowed = MAY_IMPORT[roomOf(from)];
    return allowed && roomOf(to) !== roomOf(from) && !allowed.includes(to) &&
      !allowed.includes(roomOf(to));
  });
  assertEquals(wrong.map(asText), []);
});

test("only commands and bench import the sandbox", () => {
  const wrong = imports().filter(({ from, to }) =>
    roomOf(to) === "sandbox" &&
    !["sandbox", "commands", "bench"].includes(roomOf(from))
  );
  assertEquals(wrong.map(asText), []);
});

test("nobody imports main.ts or a command", () => {
  // A command may be a file with a folder of its parts.
  const wrong = imports().filter(({ from, to }) =>
    to === "main.ts" ||
    to.startsWith("commands/") && !to.startsWith(from.replace(".ts", "/")) &&
      folderOf(to) !== folderOf(from)
  );
  assertEquals(wrong.map(asText), []);
});

test("actions import nothing of the page, and are reached by status/actions.ts alone", () => {
  const isAction = (file: string) => file.startsWith("status/actions/");
  const wrong = imports().filter(({ from, to }) =>
    isAction(from)
      ? roomOf(to) === "status" && !isAction(to)
      : isAction(to) && from !== "status/actions.ts"
  );
  assertEquals(wrong.map(asText), []);
});

test("no file imports itself in a circle", () => {
  const all = imports();
  const done = new Set<string>();
  function walk(file: string, path: string[]): void {
    const start = path.indexOf(file);
    assert(start < 0, [...path.slice(start), file].join(" -> "));
    if (done.has(file)) return;
    for (const { from, to } of all) {
      if (from === file) walk(to, [...path, file]);
    }
    done.add(file);
  }
  for (const { from } of all) walk(from, []);
});

/** The room that a file belongs to: `freshdesk` for `freshdesk.ts` and `freshdesk/errors.ts`. */
function roomOf(file: string): string {
  return file.split("/")[0]!.replace(/\.ts$/, "");
}

function folderOf(file: string): string {
  return file.slice(0, file.lastIndexOf("/") + 1);
}

function asText({ from, to }: { from: string; to: string }): string {
  return `${from} imports ${to}`;
}

/** All imports of our own modules by our own modules, as paths below the project's folder. */
function imports(): { from: string; to: string }[] {
  return modules("").flatMap((from) =>
    specifiers(Deno.readTextFileSync(new URL(from, ROOT))).map((specifier) => {
      const { href } = new URL(specifier, new URL(from, ROOT));
      return { from, to: href.slice(ROOT.href.length) };
    })
  );
}

function specifiers(source: string): string[] {
  const pattern =
    /^(?:import|export)\b[^;"']*?["'](\.[^"']+\.tsx?)["']|\bimport\(\s*["'](\.[^"']+\.tsx?)["']/gm;
  return [...source.matchAll(pattern)].map(([, from, dynamic]) =>
    from ?? dynamic ?? ""
  );
}

function modules(folder: string): string[] {
  return [...Deno.readDirSync(new URL(folder || ".", ROOT))].flatMap(
    ({ name, isDirectory }) => {
      const path = folder + name;
      if (!isDirectory) return /\.tsx?$/.test(name) ? [path] : [];
      const ours = folder || ROOMS.includes(name) ||
        ["commands", "bench"].includes(name);
      return ours ? modules(`${path}/`) : [];
    },
  );
}
