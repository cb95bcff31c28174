import { assert, assertEquals, assertMatch } from "@std/assert";
import { isUnreachable } from "../../std/resolve.ts";

const UNREACHABLE = [
  "error: JSR package manifest for '@std/log' failed to load. Import 'https://jsr.example/@std/log/meta.json' failed.\n    at file:///app/main.ts:7:22",
  "error: Import 'https://jsr.example/@std/log/0.224.14/mod.ts' failed.\n  0: error sending request for url (https://jsr.example/@std/log/0.224.14/mod.ts): client error (Connect)",
];

const OTHERWISE = [
  'error: The lockfile is out of date. Run `deno install --frozen=false`, or rerun with `--frozen=false` to update it.\nchanges:\n 7 | -    "jsr:@std/log@~0.224.14": "0.224.14",',
  "error: Integrity check failed for package. The source code is invalid, as it does not match the expected hash in the lock file.\n\n  Package: @std/log@0.224.14\n  Actual: 257f7adc\n  Expected: 00000000",
  "error: Integrity check failed for remote specifier. The source code is invalid, as it does not match the expected hash in the lock file.\n\n  Specifier: https://jsr.example/@std/log/0.224.14/mod.ts",
  "error: Could not find version of '@std/log' that matches specified version constraint '^9'",
  "error: The module's source code could not be parsed: Expression expected at file:///app/main.ts:1:1",
];

Deno.test("std: is used if JSR cannot be reached", () => {
  for (const error of UNREACHABLE) assert(isUnreachable(error), error);
});

Deno.test("std: is not used after other errors", () => {
  for (const error of OTHERWISE) assert(!isUnreachable(error), error);
});

const may = Deno.permissions.querySync({ name: "run" }).state === "granted";

/** A project with these files and this project's own `std` task; runs `deno task NAME` there. */
async function task(name: string, files: Record<string, string>) {
  const folder = await Deno.makeTempDir();
  try {
    const root = new URL("../..", import.meta.url);
    const { tasks } = JSON.parse(
      await Deno.readTextFile(new URL("deno.json", root)),
    );
    await Deno.mkdir(`${folder}/std`);
    await Deno.copyFile(
      new URL("std/resolve.ts", root),
      `${folder}/std/resolve.ts`,
    );
    const config = {
      lock: { frozen: true },
      nodeModulesDir: "none",
      tasks: { std: tasks.std, start: "deno run $(deno task -q std) main.ts" },
    };
    await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify(config));
    for (const [file, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${file}`, text);
    }
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["task", "-q", name],
      cwd: folder,
      env: { NO_COLOR: "1" },
    }).output();
    const decoder = new TextDecoder();
    return {
      code,
      out: decoder.decode(stdout),
      error: decoder.decode(stderr),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A lock that does not know what the program imports. */
const MISMATCH = {
  "main.ts": 'import "npm:entities@9.0.0";\n',
  "deno.lock": JSON.stringify({ version: "5" }),
};

Deno.test({
  name: `std: is not used for a lock that does not match${
    may ? "" : " (left out: needs -A)"
  }`,
  ignore: !may,
  async fn() {
    const std = await task("std", MISMATCH);
    assertEquals([std.out, std.error], ["", ""]);
    const start = await task("start", MISMATCH);
    assert(start.code !== 0);
    assertMatch(start.error, /The lockfile is out of date/);
    assert(!start.error.includes("JSR cannot be reached"), start.error);
  },
});
