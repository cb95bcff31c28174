/**
 * `deno task preview`: threads as they would be written, without an account.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { stream } from "../lib/random.ts";
import { plainText } from "../text.ts";
import {
  type Outcome,
  OUTCOMES,
  type Person,
  type Plan,
} from "../workflow/plan.ts";
import { type Desk, DeskError, readDesk } from "../writing/desk.ts";
import { deskFolder, readFolder } from "../writing/folder.ts";
import { topicOf, writePlan } from "../writing/write.ts";

const HELP = `deno task preview [options]

Prints threads as they would be written, without an account.

  --desk NAME      a built-in desk or a folder of your own (default: shop)
  --count N        how many threads (default: 3)
  --seed TEXT      the same seed gives the same threads (default: preview)
  --topic NAME     only this topic
  --outcome NAME   only this outcome: ${OUTCOMES.join(", ")}
  --classic        one reply, one answer, one resolution
  --json           one thread a line, as JSON
  --help           this text`;

const NAMES =
  ("Emma Clarke|Oliver Hughes|Amelia Patel|Jack Thompson|Isla Murray|Harry Edwards|Mia Okafor|George Whitfield|" +
    "Freya Lindqvist|Noah Bennett|Grace O'Neill|Leo Marchetti|Ruby Sinclair|Arthur Pemberton|Chloe Dubois|Theo Andersen|" +
    "Ella Robertson|Oscar Novak|Poppy Hargreaves|Henry Castellano|Sophie Lang|Samuel Adeyemi|Hannah Fischer|Max Dempsey|" +
    "Lucy Barrett|Ethan McAllister|Zara Hussain|Callum Reid|Nina Kowalska|Tom Ashworth|Alice Moreau|Daniel Frost|" +
    "Katie Donnelly|Ben Varga|Laura Jennings|Piotr Zielinski|Megan Doyle|Adam Farrow|Eva Horvath|Ryan Blackwood")
    .split("|");
const AGENTS = [
  "Sam Rivera",
  "Priya Nair",
  "Joe Lister",
  "Kim Park",
  "Marta Silva",
  "Dan Whelan",
];

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      desk: { type: "string", default: "shop" },
      count: { type: "string", default: "3" },
      seed: { type: "string", default: "preview" },
      topic: { type: "string" },
      outcome: { type: "string" },
      classic: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(HELP);
  const desk = await load(values.desk);
  if (
    values.topic !== undefined &&
    !desk.topics.some(({ name }) => name === values.topic)
  ) {
    fail(
      `Unknown topic '${values.topic}'. Topics: ${
        desk.topics.map(({ name }) => name).join(", ")
      }`,
    );
  }
  const outcome = OUTCOMES.find((known) => known === values.outcome);
  if (values.outcome !== undefined && !outcome) {
    fail(
      `Unknown outcome '${values.outcome}'. Outcomes: ${OUTCOMES.join(", ")}`,
    );
  }
  const count = Number(values.count);
  if (!Number.isInteger(count) || count < 1) {
    fail(
      `Cannot read --count '${values.count}': expected a whole number from 1`,
    );
  }
  for (
    const plan of preview(desk, values.seed, count, {
      ...(values.topic !== undefined && { topic: values.topic }),
      ...(outcome && { outcome }),
      pace: values.classic ? "classic" : "natural",
    })
  ) {
    console.log(values.json ? JSON.stringify(threadOf(plan)) : readable(plan));
  }
}

async function load(name: string): Promise<Desk> {
  try {
    return readDesk(name, await readFolder(deskFolder(name)));
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

/** The plans of the first threads of a seed. */
export function* preview(
  desk: Desk,
  seed: string,
  count: number,
  options: { topic?: string; outcome?: Outcome; pace: "classic" | "natural" },
): Generator<Plan> {
  const used = new Map<number, Set<string>>();
  const now = Date.UTC(2026, 2, 10, 10);
  for (let n = 0; n < count; n++) {
    const topic = options.topic ?? topicOf(desk, seed, n).topic.name;
    const who = stream(seed, "who", n);
    const contact = drawContact(topic, used, who);
    const agent = Math.floor(who() ** 1.5 * AGENTS.length);
    yield writePlan({
      desk,
      seed,
      n,
      contact: {
        id: contact + 1,
        name: NAMES[contact] ?? "",
        email: `contact${contact + 1}@example.com`,
      },
      agent: agentAt(agent),
      colleague: agentAt((agent + 1) % AGENTS.length),
      now: now + n * 3_600_000,
      ...options,
    });
  }
}

/** Some write often, most seldom; nobody brings a topic up again before all others. */
function drawContact(
  topic: string,
  used: Map<number, Set<string>>,
  who: () => number,
): number {
  for (let attempt = 0; attempt < 20; attempt++) {
    const contact = Math.floor(who() ** 1.6 * NAMES.length);
    const topics = used.get(contact) ?? new Set();
    if (topics.has(topic)) continue;
    used.set(contact, topics.add(topic));
    return contact;
  }
  return Math.floor(who() * NAMES.length);
}

function agentAt(i: number): Person {
  return {
    id: 101 + i,
    name: AGENTS[i] ?? "",
    email: `agent${i + 1}@example.com`,
  };
}

/** A thread as `--json` prints it. */
export function threadOf(plan: Plan) {
  let afterMinutes = 0;
  const messages: {
    from: "contact" | "agent";
    text: string;
    private: boolean;
    afterMinutes: number;
  }[] = [];
  for (const step of plan.steps) {
    afterMinutes += step.wait?.minutes ??
      (step.sameTick || step.kind === "create" ? 0 : 5);
    if (!("body" in step)) continue;
    messages.push({
      from: step.kind === "create" || step.kind === "answer"
        ? "contact"
        : "agent",
      text: plainText(step.body),
      private: step.kind === "note",
      afterMinutes,
    });
  }
  return {
    subject: plan.subject,
    topic: plan.topic,
    type: plan.type ?? null,
    priority: plan.priority,
    source: plan.source,
    outcome: plan.outcome,
    contact: plan.contact.name,
    agent: plan.agent.name,
    messages,
  };
}

function readable(plan: Plan): string {
  const thread = threadOf(plan);
  return [
    `=== ${thread.subject}`,
    `    ${plan.topic}, ${plan.outcome}, priority ${plan.priority}, source ${plan.source}, ${thread.contact} -> ${thread.agent}`,
    ...thread.messages.map(({ from, text, private: hidden, afterMinutes }) =>
      `\n--- ${from}${
        hidden ? ", private" : ""
      }, after ${afterMinutes} min\n${text}`
    ),
    "",
  ].join("\n");
}

function fail(message: string): never {
  console.error(message);
  Deno.exit(1);
}

if (import.meta.main) await main();
