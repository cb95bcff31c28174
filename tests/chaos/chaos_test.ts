import { assert, assertEquals } from "@std/assert";

const may = Deno.permissions.querySync({ name: "run" }).state === "granted";
const JSR = import.meta.resolve("@std/log").startsWith("jsr:");
const ROOT = new URL("../..", import.meta.url).pathname;

/** A short chaos: its last line, and its exit code. */
async function chaos(...args: string[]) {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      ...(JSR ? [] : ["--no-lock", `--import-map=${ROOT}std/import_map.json`]),
      `${ROOT}tests/chaos/chaos.ts`,
      ...args,
    ],
    stderr: "inherit",
  }).output();
  const last = new TextDecoder().decode(stdout).trim().split("\n").at(-1)!;
  return { code, verdict: JSON.parse(last) };
}

Deno.test({
  name:
    `killed ten times, with a third of the answers faulty, nothing is lost and nothing is said twice${
      may ? "" : " (left out: needs --allow-run)"
    }`,
  ignore: !may,
  async fn() {
    const { code, verdict } = await chaos(
      "--rounds",
      "12",
      "--tickets",
      "30",
      "--seed",
      "7",
    );
    const { lost, duplicated, outOfOrder, kills, tickets } = verdict;
    assertEquals([lost, duplicated, outOfOrder, code], [0, 0, 0, 0]);
    assert(kills > 5 && tickets > 0, JSON.stringify(verdict));
  },
});

Deno.test({
  name: `without the look-ups the proof fails${
    may ? "" : " (left out: needs --allow-run)"
  }`,
  ignore: !may,
  async fn() {
    const { code, verdict } = await chaos(
      ...["--rounds", "8", "--tickets", "60", "--seed", "7", "--blind"],
    );
    assert(verdict.duplicated > 0, JSON.stringify(verdict));
    assertEquals(code, 1);
  },
});
