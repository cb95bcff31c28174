import { assert, assertEquals } from "@std/assert";
import { inFolder, program, ROOT } from "../helpers/program.ts";

program(
  "bench: its parts run, and write what they found",
  () =>
    inFolder(async (folder) => {
      const out = `${folder}/figures.json`;
      const { code, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [
          "task",
          "-q",
          "bench",
          "engine",
          "budget",
          "--quick",
          `--out=${out}`,
        ],
        cwd: ROOT,
      }).output();
      assertEquals(code, 0, new TextDecoder().decode(stderr));
      const { parts } = JSON.parse(await Deno.readTextFile(out));
      assertEquals(Object.keys(parts), ["engine", "budget"]);
      for (const part of ["engine", "budget"]) {
        assert(parts[part].figures.length > 0, part);
      }
    }),
);
