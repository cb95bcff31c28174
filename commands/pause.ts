/**
 * `deno task pause [MINUTES]`: lets the program do nothing for a while, in all its processes.
 *
 * @module
 */
import { exitWithUsage, readArguments } from "../startup/arguments.ts";
import { LONGEST_PAUSE } from "../status/actions.ts";
import { act } from "./act.ts";

const COMMAND = {
  name: "pause",
  summary:
    `Lets the program do nothing for some minutes, or until deno task resume. It holds for
all processes on the same database, and survives a restart. What is due waits.`,
  positionals: "[MINUTES]",
};
const { positionals } = readArguments(COMMAND);
const [minutes, ...rest] = positionals;
const isRight = rest.length === 0 &&
  (minutes === undefined ||
    /^[1-9]\d{0,4}$/.test(minutes) && Number(minutes) <= LONGEST_PAUSE);
if (!isRight) {
  exitWithUsage(
    COMMAND,
    `Cannot pause as MINUTES must be a whole number from 1 to ${LONGEST_PAUSE}: current value is '${
      positionals.join(" ")
    }'`,
  );
}
await act(({ actions, by }) =>
  actions.pause({
    until: minutes === undefined ? null : Date.now() + Number(minutes) * 60_000,
    by,
  })
);
