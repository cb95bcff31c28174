import { assertEquals, assertMatch } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import standIns from "../../std/import_map.json" with { type: "json" };

/** The name under which a package is imported: `@std/testing/mock` and `hono/` are parts of one. */
function packageOf(name: string): string {
  return name.split("/").slice(0, name.startsWith("@") ? 2 : 1).join("/");
}

Deno.test("std: has the same packages in both import maps", () => {
  const names = new Set(Object.keys(standIns.imports).map(packageOf));
  assertEquals([...names].sort(), Object.keys(config.imports).sort());
});

Deno.test("std: has the same npm versions in both import maps", () => {
  const stands: Record<string, string> = standIns.imports;
  for (const [name, specifier] of Object.entries(config.imports)) {
    if (!specifier.startsWith("npm:")) continue;
    assertMatch(specifier, /@\d+\.\d+\.\d+$/);
    assertEquals(stands[name], specifier);
  }
});

Deno.test("std: replaces every package of @std", () => {
  const stands: Record<string, string> = standIns.imports;
  for (const [name, file] of Object.entries(stands)) {
    if (name.startsWith("@std/")) assertMatch(file, /^\.\/\w+\.ts$/);
  }
});
