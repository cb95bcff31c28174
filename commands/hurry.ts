/**
 * `deno task hurry ID`: takes a ticket's next step now.
 *
 * @module
 */
import { exitWithUsage, readArguments } from "../startup/arguments.ts";
import { act } from "./act.ts";

const COMMAND = {
  name: "hurry",
  summary:
    `Takes the next step of a ticket now, named by Freshdesk's id or by its own tag. It may
run beside the program: each step is taken once.`,
  options: {
    step: {
      about: "only if it waits for this, such as 'first reply'",
      value: "NAME",
    },
  },
  positionals: "ID",
} as const;
const { values: { step }, positionals } = readArguments(COMMAND);
const [name, ...rest] = positionals;
if (name === undefined || rest.length > 0) {
  exitWithUsage(COMMAND, "Name one ticket: deno task hurry 12");
}
await act(async ({ actions, store, by }) => {
  const id = /^#?(\d{1,15})$/.exec(name)?.[1];
  const entry = id ? await store.getById(Number(id)) : await store.get(name);
  return await actions.hurry(name, step ?? entry?.ticket.step ?? 0, { by });
});
