/**
 * Runs a short chaos, and the control that must fail.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";

const may = Deno.permissions.querySync({ name: "run" }).state === "granted";
const JSR = import.meta.resolve("@std/log").startsWith("jsr:");
const ROOT = new URL("../..", import.meta.url).pathname;

/** Runs a short chaos. Returns its last line and its exit code. */
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
    `chaos: loses and repeats nothing when killed ten times with a third of responses faulty${
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
  name: `chaos: fails without look-ups${
    may ? "" : " (left out: needs --allow-run)"
  }`,
  ignore: !may,
  async fn() {
    const { code, verdict } = await chaos(
      ...["--rounds", "8", "--tickets", "60", "--seed", "7", "--no-lookup"],
    );
    assert(verdict.duplicated > 0, JSON.stringify(verdict));
    assertEquals(code, 1);
  },
});
