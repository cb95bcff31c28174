/**
 * `deno task desk`: checks a desk, or writes the JSON Schema of its files.
 *
 * @module
 */
import { exitWithUsage, readArguments } from "../startup/arguments.ts";
import { checkDesk } from "../writing/check.ts";
import { DeskError } from "../writing/desk.ts";
import type { Topic } from "../writing/topic.ts";
import { loadDesk } from "../writing/folder.ts";
import {
  DeskForm,
  jsonSchemaOf,
  type MessageName,
  TopicForm,
} from "../writing/form.ts";
import { artefactsOf, weaknessesOf } from "../writing/variety.ts";

const COMMAND = {
  name: "desk",
  summary:
    `check    lists every mistake of a desk as file:line:column, and exits 1 if there is
         one; then what would make its texts more varied
schema   writes desks/desk.schema.json and desks/topic.schema.json, with which
         an editor completes and explains the files of a desk

After adding a file to a built-in desk, run deno task desk-index.`,
  options: { topic: { value: "NAME", about: "checks only this topic" } },
  positionals: "check NAME|FOLDER, or schema",
} as const;

const DESKS = new URL("../desks/", import.meta.url);

async function main(): Promise<void> {
  const { values, positionals } = readArguments(COMMAND);
  const [command, what, ...more] = positionals;
  if (command === "schema" && what === undefined) return await writeSchemas();
  if (command !== "check" || what === undefined || more.length > 0) {
    exitWithUsage(
      COMMAND,
      `Cannot read the arguments '${positionals.join(" ")}'`,
    );
  }
  await check(what, values.topic);
}

async function check(name: string, only?: string): Promise<void> {
  try {
    const desk = await loadDesk(name);
    const topics = desk.topics.filter((topic) =>
      only === undefined || topic.name === only
    );
    if (topics.length === 0) {
      fail(
        `Unknown topic '${only}'; expected one of ${
          desk.topics.map(({ name }) => name).join(", ")
        }`,
      );
    }
    const mistakes = checkDesk(desk, topics);
    if (mistakes.length > 0) throw new DeskError(mistakes);
    for (const topic of topics) console.log(volume(topic));
    const warnings = [
      ...await artefactsOf(desk, only),
      ...only === undefined ? await weaknessesOf(desk) : [],
    ];
    for (const warning of warnings) console.log(`warning: ${warning}`);
    console.log(
      `${
        topics.length === 1 ? "1 topic" : `${topics.length} topics`
      }, no mistakes`,
    );
  } catch (error) {
    if (error instanceof DeskError) fail(error.message);
    throw error;
  }
}

/** What makes texts varied enough, in words. */
const ENOUGH = { opening: 300, reply: 180, answer: 120, resolution: 180 };

function volume({ name, messages }: Topic): string {
  const counts = Object.entries(ENOUGH).map(([message, enough]) => {
    const words = (messages.get(message as MessageName) ?? [])
      .flatMap((slot) => slot.alternatives)
      .reduce((sum, { text }) => sum + text.split(/\s+/).length, 0);
    return `${message} ${words}${words < enough ? ` (below ${enough})` : ""}`;
  });
  return `${name}: words of ${counts.join(", ")}`;
}

/** The JSON Schema of a file, as it stands in `desks/`. */
export function schemaOf(file: "desk" | "topic"): string {
  const form = file === "desk" ? DeskForm : TopicForm;
  return `${
    JSON.stringify(
      jsonSchemaOf(form),
      null,
      2,
    )
  }\n`;
}

async function writeSchemas(): Promise<void> {
  for (const file of ["desk", "topic"] as const) {
    await Deno.writeTextFile(
      new URL(`${file}.schema.json`, DESKS),
      schemaOf(file),
    );
  }
}

function fail(message: string): never {
  console.error(message);
  Deno.exit(1);
}

if (import.meta.main) await main();
