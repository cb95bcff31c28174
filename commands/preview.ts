/**
 * `deno task preview`: threads as they would be written. Sends and stores nothing.
 *
 * @module
 */
import { exitWithUsage, readArguments } from "../startup/arguments.ts";
import { findPaceProblem } from "../startup/config.ts";
import { hoursOf } from "../startup/opener.ts";
import { readSettings } from "../startup/environment.ts";
import { Freshdesk } from "../freshdesk.ts";
import { DAY, formatWeekdayTime, HOUR } from "../lib/time.ts";
import { Arrivals } from "../workflow/arrivals.ts";
import { loadParticipants } from "../workflow/participants.ts";
import { plainText } from "../lib/text.ts";
import {
  type Outcome,
  OUTCOMES,
  type Pace,
  PACES,
  type Plan,
} from "../workflow/plan.ts";
import { bindWaits } from "../workflow/waits.ts";
import { type Desk, DeskError } from "../writing/desk.ts";
import { loadDesk } from "../writing/folder.ts";
import { sample, type SampleOptions } from "../writing/sample.ts";
import { didYouMean, shorten } from "../writing/text.ts";
import { waitShapesOf } from "../writing/time.ts";

const COMMAND = {
  name: "preview",
  summary: `Prints threads as they would be written. Sends and stores nothing.`,
  options: {
    desk: {
      value: "NAME",
      about: "a built-in desk, or the folder of your own",
      default: "classic",
    },
    count: { value: "N", about: "how many threads", default: "3" },
    seed: {
      value: "TEXT",
      about: "the same seed gives the same threads",
      default: "preview",
    },
    topic: { value: "NAME", about: "only this topic" },
    outcome: {
      value: "NAME",
      about: `only this outcome: ${OUTCOMES.join(", ")}`,
    },
    pace: {
      value: "NAME",
      about: `${PACES.join(", ")}; without it, the desk's own`,
    },
    account: { about: "with the contacts and agents of your account" },
    day: {
      about:
        "the next 24 hours as a table, with TICKETS_PER_HOUR, BUSINESS_HOURS and TIME_ZONE",
    },
    json: { about: "one thread a line, as JSON" },
  },
} as const;

async function main(): Promise<void> {
  const { values } = readArguments(COMMAND);
  const desk = await load(values.desk);
  const count = Number(values.count);
  if (!Number.isInteger(count) || count < 1) {
    exitWithUsage(
      COMMAND,
      `Cannot use --count: it must be a whole number from 1: current value is '${values.count}'`,
    );
  }
  const topics = desk.topics.map(({ name }) => name);
  const topic = known("topic", values.topic, topics);
  const outcome = known("outcome", values.outcome, OUTCOMES);
  const pace = known("pace", values.pace, PACES) ?? desk.file.pace ?? "natural";
  const problem = outcomeProblem(desk, topic, outcome, pace);
  if (problem !== undefined) fail(problem);
  const settings = await readSettings([
    "ticketsPerHour",
    "businessHours",
    "timeZone",
    "historyDays",
  ]);
  const { hours, calendars } = hoursOf(desk, settings);
  const options: SampleOptions = {
    pace,
    waits: bindWaits({
      pace,
      calendars: () => calendars,
      maxDays: settings.historyDays,
      shapes: waitShapesOf(desk.file),
    }),
    ...(topic !== undefined && { topic }),
    ...(outcome && { outcome }),
    ...(values.account && await accountPeople()),
  };
  if (values.day) {
    const problem = findPaceProblem(settings.ticketsPerHour, pace);
    if (problem) fail(problem);
    const arrivals = new Arrivals({
      seed: values.seed,
      ticketsPerHour: settings.ticketsPerHour,
      profile: pace === "fast" ? "constant" : "business",
      businessHours: hours,
      ...(desk.file.arrivals && { shares: desk.file.arrivals }),
    });
    const now = Date.now();
    const times = pace === "classic"
      ? hourly(now, settings.ticketsPerHour)
      : arrivalsOfDay(arrivals, now);
    return await printDay(desk, values.seed, options, times, hours.timeZone);
  }
  for await (const plan of sample(desk, values.seed, count, options)) {
    console.log(values.json ? JSON.stringify(threadOf(plan)) : readable(plan));
  }
}

/** The option's value, if it is one of those that exist. */
function known<T extends string>(
  option: string,
  value: string | undefined,
  all: readonly T[],
): T | undefined {
  const found = all.find((one) => one === value);
  if (value === undefined || found !== undefined) return found;
  const near = didYouMean(value, all);
  fail(
    `Unknown ${option} '${value}'; expected one of ${all.join(", ")}${
      near ? `. Did you mean '${near}'?` : ""
    }`,
  );
}

/** Why no thread can go this way; nothing when some can. */
export function outcomeProblem(
  desk: Desk,
  topic: string | undefined,
  outcome: Outcome | undefined,
  pace: Pace = desk.file.pace ?? "natural",
): string | undefined {
  if (!outcome) return undefined;
  if (pace === "classic" && outcome !== "one_round") {
    return "With the pace classic every thread goes as one_round; add --pace natural";
  }
  const able = desk.topics.filter(({ outcomes }) => outcomes.has(outcome));
  if (able.some(({ name }) => topic === undefined || name === topic)) {
    return undefined;
  }
  return topic === undefined
    ? `No topic of this desk has the outcome '${outcome}'`
    : `The topic '${topic}' does not have the outcome '${outcome}'; these do: ${
      able.map(({ name }) => name).join(", ") || "none"
    }`;
}

async function load(name: string): Promise<Desk> {
  try {
    return await loadDesk(name);
  } catch (error) {
    if (error instanceof DeskError) fail(error.message);
    throw error;
  }
}

/** Whom the settings allow to draw; only reads from the account. */
async function accountPeople(): Promise<
  Pick<SampleOptions, "contacts" | "agents">
> {
  const config = await readSettings();
  try {
    const people = await loadParticipants(new Freshdesk(config), config);
    if (people.contacts.length === 0) {
      fail("The account has no contact to draw");
    }
    if (people.agents.length === 0) fail("The account has no agent to draw");
    return people;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    fail(`Cannot read the account's people: ${error.message}`);
  }
}

/** The next 24 hours: which tickets arrive when, and who answers. */
async function printDay(
  desk: Desk,
  seed: string,
  options: SampleOptions,
  times: readonly number[],
  timeZone: string,
): Promise<void> {
  const plans = sample(desk, seed, times.length, {
    ...options,
    at: (n) => times[n] ?? 0,
  });
  const rows: string[][] = [[
    timeZone,
    "contact",
    "agent",
    "outcome",
    "subject",
  ]];
  let n = 0;
  for await (const plan of plans) {
    rows.push([
      formatWeekdayTime(times[n++] ?? 0, timeZone),
      plan.contact.name,
      plan.agent.name,
      plan.outcome.replaceAll("_", " "),
      plan.subject,
    ]);
  }
  console.log(
    times.length > 0 ? table(rows) : "No ticket arrives in the next 24 hours.",
  );
}

/** When the tickets of the next 24 hours are opened in classic pace: at each full hour. */
export function hourly(now: number, ticketsPerHour: number): number[] {
  const next = Math.ceil(now / HOUR) * HOUR;
  return Array.from({ length: 24 }, (_, i) => next + i * HOUR).flatMap((at) =>
    Array.from({ length: ticketsPerHour }, () => at)
  );
}

/** When the tickets of the next 24 hours arrive. */
export function arrivalsOfDay(arrivals: Arrivals, now: number): number[] {
  return Array.from({ length: 25 }, (_, i) => arrivals.inHour(now + i * HOUR))
    .flat().filter((at) => at > now && at <= now + DAY);
}

/** Columns as wide as their widest cell, the last one open. */
export function table(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => shorten(cell, 28)));
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0))
  );
  return cells.map((row, i) =>
    row.map((cell, column) =>
      column === row.length - 1
        ? rows[i]?.[column] ?? ""
        : cell.padEnd(widths[column] ?? 0)
    ).join("  ").trimEnd()
  ).join("\n");
}

/** A thread as `--json` prints it. */
export interface Thread {
  /** The ticket's subject. */
  subject: string;
  /** What it is about. */
  topic: string;
  /** The ticket type, if the topic has one. */
  type: string | null;
  /** 1 (low) to 4 (urgent). */
  priority: number;
  /** As Freshdesk numbers sources. */
  source: number;
  /** How the conversation goes. */
  outcome: Outcome;
  /** Full name of who writes in. */
  contact: string;
  /** Full name of who answers first. */
  agent: string;
  /** All messages in their order; `afterMinutes` counts from the opening. */
  messages: {
    from: "contact" | "agent";
    text: string;
    private: boolean;
    afterMinutes: number;
  }[];
}

/** A plan as a thread of plain text. */
export function threadOf(plan: Plan): Thread {
  let afterMinutes = 0;
  const messages: Thread["messages"] = [];
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
