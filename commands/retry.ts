/**
 * `deno task retry [ID...]`: puts failed tickets back before the step they failed in, and takes it.
 *
 * @module
 */
import { readArguments } from "../startup/arguments.ts";
import { act } from "./act.ts";

const { positionals: names } = readArguments({
  name: "retry",
  summary:
    `Puts failed tickets back before the step they failed in, and takes it: all of them, or
those named by Freshdesk's id or by their own tag. An abandoned ticket is put
back only by name.`,
  positionals: "[ID...]",
});
await act(async ({ actions, by }) => {
  if (names.length === 0) return await actions.retry(undefined, { by });
  const [last, ...rest] = names.toReversed();
  for (const name of rest.toReversed()) {
    console.log((await actions.retry(name, { by })).message);
  }
  return await actions.retry(last, { by });
});
