/**
 * `deno task resume`: ends a pause.
 *
 * @module
 */
import { readArguments } from "../startup/arguments.ts";
import { act } from "./act.ts";

readArguments({
  name: "resume",
  summary:
    "Ends a pause: what is due goes on at the next tick of the running program.",
});
await act(({ actions, by }) => actions.resume({ by }));
