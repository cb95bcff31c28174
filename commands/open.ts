/**
 * `deno task open [N]`: opens tickets now, besides the hour's.
 *
 * @module
 */
import { exitWithUsage, readArguments } from "../startup/arguments.ts";
import { ActionError } from "../status/actions.ts";
import { act } from "./act.ts";

const COMMAND = {
  name: "open",
  summary:
    `Opens N tickets now (default: 1, at most 20), besides those of the hour. It may run
beside the program, which then goes on with them, or without it.`,
  options: {
    topic: { about: "only about this topic of the desk", value: "NAME" },
    yes: { about: "also where contacts may be real people" },
  },
  positionals: "[N]",
} as const;
const { values: { topic, yes }, positionals } = readArguments(COMMAND);
const [count = "1", ...rest] = positionals;
if (rest.length > 0 || !/^([1-9]|1\d|20)$/.test(count)) {
  exitWithUsage(
    COMMAND,
    `Cannot open tickets as N must be a whole number from 1 to 20: current value is '${
      positionals.join(" ")
    }'`,
  );
}
const wanted = { count: Number(count), topic, token: crypto.randomUUID() };
await act(async ({ actions, by }) => {
  try {
    return await actions.open({ ...wanted, confirm: yes, by });
  } catch (error) {
    if (!(error instanceof ActionError && error.needsConfirm)) throw error;
    const { status, message } = error;
    if (!Deno.stdin.isTerminal()) {
      throw new ActionError(
        status,
        `${message}: deno task open --yes ${count}`,
      );
    }
    if (prompt(`${message}. Type yes:`)?.trim().toLowerCase() !== "yes") {
      throw new ActionError(status, "Nothing is opened");
    }
    return await actions.open({ ...wanted, confirm: true, by });
  }
});
