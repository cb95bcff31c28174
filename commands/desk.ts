/**
 * `deno task desk`: checks a desk, or prints the JSON Schema of its files.
 *
 * @module
 */
import { parseArgs } from "node:util";
import * as z from "zod";
import { checkDesk } from "../writing/check.ts";
import { DeskError, readDesk, type Topic } from "../writing/desk.ts";
import { deskFolder, readFolder } from "../writing/folder.ts";
import { DeskForm, type MessageName, TopicForm } from "../writing/form.ts";

const HELP = `deno task desk check NAME|FOLDER [--topic NAME]
deno task desk schema desk|topic

check    lists every mistake as file:line:column, and exits 1 if there is one
schema   prints the JSON Schema of desk.yaml or of a topic's file`;

async function main(): Promise<void> {
  const { values, positionals: [command, what, ...more] } = parseArgs({
    allowPositionals: true,
    options: {
      topic: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(HELP);
  if (command === "schema" && (what === "desk" || what === "topic")) {
    const form = what === "desk" ? DeskForm : TopicForm;
    return console.log(JSON.stringify(z.toJSONSchema(form), null, 2));
  }
  if (command !== "check" || what === undefined || more.length > 0) fail(HELP);
  await check(what, values.topic);
}

async function check(name: string, topic?: string): Promise<void> {
  try {
    const desk = readDesk(name, await readFolder(deskFolder(name)));
    const topics = desk.topics.filter((one) =>
      topic === undefined || one.name === topic
    );
    if (topics.length === 0) fail(`Unknown topic '${topic}'`);
    const mistakes = checkDesk(desk, topics);
    if (mistakes.length > 0) throw new DeskError(mistakes);
    for (const topic of topics) console.log(volume(topic));
    console.log(`${topics.length} topics, no mistakes`);
  } catch (error) {
    if (error instanceof DeskError) fail(error.message);
    if (error instanceof Deno.errors.NotFound) {
      fail(
        `Cannot find the desk '${name}': expected a folder with desk.yaml and topics/`,
      );
    }
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

function fail(message: string): never {
  console.error(message);
  Deno.exit(1);
}

if (import.meta.main) await main();
