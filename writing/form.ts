/**
 * The form of a desk's files: `desk.yaml` and `topics/*.yaml`. docs/desks.md explains it.
 *
 * @module
 */
import * as z from "zod";
import { type Outcome, OUTCOMES, type Pace, PACES } from "../workflow/plan.ts";
import { didYouMean } from "./text.ts";

/** Every message of a thread, and who writes it. */
export const MESSAGES = {
  opening: "contact",
  reply: "agent",
  answer: "contact",
  resolution: "agent",
  solved: "agent",
  reply2: "agent",
  answer2: "contact",
  reminder: "agent",
  thanks: "contact",
  waiting: "agent",
  reopen: "contact",
  resolution2: "agent",
  handover: "agent",
  refusal: "agent",
  withdrawal: "contact",
  acknowledgement: "agent",
} as const;

/** The name of a message. */
export type MessageName = keyof typeof MESSAGES;

/** The form of the files that this version reads. */
export const FORM = 1;

/** Priorities by name, on Freshdesk's scale. */
export const PRIORITIES = { low: 1, medium: 2, high: 3, urgent: 4 } as const;
/** Sources by name, as Freshdesk numbers them. */
export const SOURCES = { email: 1, portal: 2, phone: 3, widget: 9 } as const;

/** Something that keeps a value from its form. Which keys it has depends on its code. */
export interface Issue {
  /** Its kind, such as `unrecognized_keys`. */
  readonly code: string;
  /** Where the value stands in what was read. */
  readonly path: readonly PropertyKey[];
  /** In words. */
  readonly message: string;
  /** Of `unrecognized_keys`: the keys. */
  readonly keys?: readonly string[];
  /** Of `invalid_union`: what is wrong for each way to write the value. */
  readonly errors?: readonly (readonly Issue[])[];
  /** Of `invalid_key`: what is wrong with the key. */
  readonly issues?: readonly Issue[];
  /** Of `invalid_value`: the values that may stand there. */
  readonly values?: readonly unknown[];
  /** Of `invalid_type`: the type that may stand there. */
  readonly expected?: string;
}

/** Holds a value to a form, and returns its data or all that is wrong. */
export interface Reader<T> {
  /** Throws nothing. */
  safeParse(value: unknown): { success: true; data: T } | {
    success: false;
    data?: never;
    error: { readonly issues: readonly Issue[] };
  };
}

/** What a file is held to. */
export interface Form<T> extends Reader<T> {
  /** What the value of each key is held to. */
  readonly shape: Readonly<Record<string, Reader<unknown>>>;
}

/** The name of a priority. */
export type PriorityName = keyof typeof PRIORITIES;
/** The name of a source. */
export type SourceName = keyof typeof SOURCES;

/** One alternative: a text, or the texts that a condition allows. */
export type AlternativeFile = string | Record<string, string | string[]>;

/** A message: its slots by name. */
export type MessageFile = Record<
  string,
  AlternativeFile[] | { when: string; texts: AlternativeFile[] }
>;

/** What every fact may say besides. */
export interface FactBase {
  /** Who knows it without having been told. Default: the contact. */
  by?: "contact" | "agent" | "both" | undefined;
}

/** A fact: one of seven kinds, told apart by their first key. */
export type FactFile =
  & FactBase
  & (
    | { number: string }
    | {
      item: string | string[];
      where?: string | undefined;
      except?: string | undefined;
    }
    | { amount: string | number }
    | { count: string }
    | { date: string | number; workday?: boolean | undefined }
    | { "one of": (string | number | Record<string, string | number>)[] }
    | { yes: number }
  );

/** A file of `topics/`, as it is read. {@linkcode TopicForm} says what each key means. */
export type TopicFile =
  & { [name in MessageName]?: MessageFile | undefined }
  & {
    team?: string | undefined;
    type?: string | undefined;
    priorities?: PriorityName[] | undefined;
    sources?: SourceName[] | undefined;
    tags?: string[] | undefined;
    weight?: number | undefined;
    erasure?: boolean | undefined;
    outcomes: Outcome[] | { [outcome in Outcome]?: string | null };
    facts?: Record<string, FactFile> | undefined;
    rules?: string[] | undefined;
    subject: AlternativeFile[];
    opening: MessageFile;
    reply: MessageFile;
    answer: MessageFile;
    resolution: MessageFile;
  };

/** The waits that a desk may set; each is the name of a shape of `workflow/waits.ts`. */
export type WaitName =
  | "first_reply"
  | "reply"
  | "answer"
  | "reminder"
  | "third_party"
  | "close";

/** `desk.yaml`, as it is read. {@linkcode DeskForm} says what each key means. */
export type DeskFile = {
  form: typeof FORM;
  company?: string | undefined;
  about?: string | undefined;
  words?: Record<string, string | number> | undefined;
  pace?: Pace | undefined;
  locale: string;
  currency: string;
  zone: string;
  hours: { days: string; from: string; to: string };
  arrivals?: {
    weekdays?: number[] | undefined;
    hours?: number[] | undefined;
  } | undefined;
  waits?:
    | { [name in WaitName]?: { median: number; p90: number } }
    | undefined;
  outcomes: { [outcome in Outcome]?: number };
  priorities: { [priority in PriorityName]?: number };
  sources: { [source in SourceName]?: number };
  teams?: Record<string, string> | undefined;
  tone?: { greetings: string[]; closings: string[] } | undefined;
  catalogue?:
    | Record<
      string,
      (
        & { name: string; price?: number | undefined }
        & Record<
          string,
          string | number
        >
      )[]
    >
    | undefined;
  messages?: { [name in MessageName]?: MessageFile | undefined } | undefined;
};

const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;

const name = z.string().regex(
  /^[a-z][a-z0-9_]*$/,
  "expected a name of small letters, digits and _",
);
const text = z.string().min(1);
const share = z.number().min(0);
const priority = z.enum(keys(PRIORITIES));
const source = z.enum(keys(SOURCES));
const outcome = z.enum(OUTCOMES);
const condition = text.describe(
  "When: `damaged`, `not damaged`, `asks is box or colour`, `asks is not box`, `order said`, `formal`, `neutral`, `curt`, `outcome is refused`, `source is phone`; several joined with `and`.",
);

const alternative = z.union([
  text.describe("A text. `{order}` and `{boots.price}` stand for facts."),
  z.record(
    condition,
    z.union([text, z.array(text).min(1)]),
  ).describe("A condition, and the text or texts that need it."),
]);
const alternatives = z.array(alternative).min(1);
const slot = z.union([
  alternatives.describe("One of these texts is taken."),
  z.strictObject({
    when: condition,
    texts: alternatives.describe("One of these texts is taken."),
  }).describe("A slot that is written only when its condition holds."),
]);
const message = z.record(
  z.string().regex(
    /^[a-z][a-z0-9_]*\??$/,
    "expected a slot name of small letters, with ? at its end if it may be left out",
  ),
  slot,
);

const by = z.enum(["contact", "agent", "both"]).optional().describe(
  "Who knows it without having been told. By default the contact: the agent may use it only once it was said.",
);
const value = z.union([text, z.number()]);
const fact = z.union([
  z.strictObject({
    number: text.describe("A pattern: # a digit, @ a letter, such as A-#####."),
    by,
  }),
  z.strictObject({
    item: z.union([name, z.array(name).min(1)]).describe(
      "An item from one or several categories of the catalogue: {x}, {x.price}, and its other keys.",
    ),
    where: text.optional().describe(
      "Only some of them, by a key of the catalogue: kind is boots or shoes; kind is not boots.",
    ),
    except: name.optional().describe("Another item fact that it differs from."),
    by,
  }),
  z.strictObject({
    amount: z.union([text, z.number()]).describe(
      "Money, computed from facts above: tent.price + 4.95; + - * / and brackets.",
    ),
    by,
  }),
  z.strictObject({
    count: text.describe("A whole number, such as 2..4: {x}, {x.word}."),
    by,
  }),
  z.strictObject({
    date: value.describe(
      "Days from now, such as -5..-2, or from another date: due + 1..3. Gives {x}, {x.weekday}, {x.short}.",
    ),
    workday: z.boolean().optional().describe("Not at a weekend."),
    by,
  }),
  z.strictObject({
    "one of": z.array(z.union([value, z.record(name, value)])).min(2).describe(
      "One of several values; with keys, {x} is the first of them and {x.key} any other.",
    ),
    by,
  }),
  z.strictObject({
    yes: z.number().min(0).max(1).describe(
      "The chance that it is so, from 0 to 1; for conditions only.",
    ),
    by,
  }),
]);

/** What a message is for, as editors show it. */
const ABOUT: Record<MessageName, string> = {
  opening: "The contact writes first.",
  reply: "The agent's first reply, which asks something.",
  answer: "The contact answers what was asked.",
  resolution: "The agent solves it.",
  solved: "The agent solves it in the first reply.",
  reply2: "The agent asks once more.",
  answer2: "The contact answers once more.",
  reminder: "The agent reminds a contact who does not answer.",
  thanks: "The contact says thanks, after a solution.",
  waiting: "The agent has to wait for somebody else.",
  reopen: "The contact comes back: it is not solved.",
  resolution2: "The agent solves it for good.",
  handover: "A private note for the agent who takes over.",
  refusal: "The agent says no, politely.",
  withdrawal: "The contact needs nothing any more.",
  acknowledgement: "The agent closes after that.",
};
const messages = Object.fromEntries(
  keys(MESSAGES).map((key) => [key, message.optional().describe(ABOUT[key])]),
) as Record<MessageName, z.ZodOptional<typeof message>>;

/** What a file of `topics/` is held to. */
export const TopicForm: Form<TopicFile> = z.strictObject({
  team: text.optional().describe(
    "One of the teams of desk.yaml; its agents get the tickets.",
  ),
  type: text.optional().describe(
    "The ticket type, such as Question, Incident, Problem, Feature Request or Refund; left out where the account lacks it.",
  ),
  priorities: z.array(priority).min(1).optional().describe(
    "The priorities that fit; by default all.",
  ),
  sources: z.array(source).min(1).optional().describe(
    "How people get in touch about it; by default in all ways.",
  ),
  tags: z.array(text).optional().describe("Tags of the tickets."),
  weight: z.number().positive().optional().describe(
    "How often it comes: 8 often, 4 usual, 1 rare.",
  ),
  erasure: z.boolean().optional().describe(
    "The contact asks to be erased, and never writes again unless it was refused, withdrawn or not answered.",
  ),
  outcomes: z.union([
    z.array(outcome).min(1),
    z.partialRecord(outcome, condition.nullable()),
  ]).describe(
    "How it may go: a list, or a mapping from outcomes to the condition on which they come.",
  ),
  facts: z.record(name, fact).optional().describe(
    "What happened, drawn once a ticket. A fact may use those above it.",
  ),
  rules: z.array(text.describe("A comparison, such as paid < total."))
    .optional()
    .describe("What must hold between facts."),
  subject: alternatives.describe("The ticket's subject, one of these."),
  ...messages,
  opening: message.describe(ABOUT.opening),
  reply: message.describe(ABOUT.reply),
  answer: message.describe(ABOUT.answer),
  resolution: message.describe(ABOUT.resolution),
});

const wait = z.strictObject({
  median: z.number().positive().describe(
    "Minutes that half of them take at most.",
  ),
  p90: z.number().positive().describe("Minutes that nine in ten take at most."),
});

/** What `desk.yaml` is held to. */
export const DeskForm: Form<DeskFile> = z.strictObject({
  form: z.literal(FORM, `expected ${FORM}, the form that this version reads`)
    .describe("The form that these files are written in."),
  company: text.optional().describe(
    "The company's name; without one, texts and greetings do without.",
  ),
  about: text.optional().describe("Who it is, for people who read this file."),
  words: z.record(name, value).optional().describe(
    "Words that every text may use: {site}, {phone}.",
  ),
  pace: z.enum(PACES).optional().describe(
    "classic: everything within 20 minutes. natural: as people take it. fast: a tenth of that, around the clock.",
  ),
  locale: text.refine(isLocale, {
    error: ({ input }) =>
      `unknown locale '${input}'; expected one such as en-GB`,
  }).describe("How numbers and dates are written, such as en-GB."),
  currency: z.string().regex(/^[A-Z]{3}$/, "expected a code such as EUR")
    .describe("The currency of prices, such as EUR."),
  zone: text.refine(isZone, {
    error: ({ input }) => {
      const near = didYouMean(
        String(input),
        Intl.supportedValuesOf("timeZone"),
      );
      return `unknown time zone '${input}'; expected one such as Europe/London${
        near ? `. Did you mean '${near}'?` : ""
      }`;
    },
  }).describe("The time zone, such as Europe/London."),
  hours: z.strictObject({
    days: z.string().regex(
      /^(mon|tue|wed|thu|fri|sat|sun)-(mon|tue|wed|thu|fri|sat|sun)$/,
      "expected days such as mon-fri",
    ),
    from: z.string().regex(TIME, "expected a time such as 09:00"),
    to: z.string().regex(TIME, "expected a time such as 18:00"),
  }).describe("When agents work."),
  arrivals: z.strictObject({
    weekdays: z.array(share).length(7).optional().describe(
      "Shares of the days from Monday on.",
    ),
    hours: z.array(share).length(24).optional().describe(
      "Shares of the hours from 00:00 on.",
    ),
  }).optional().describe("When tickets arrive."),
  waits: z.partialRecord(
    z.enum([
      "first_reply",
      "reply",
      "answer",
      "reminder",
      "third_party",
      "close",
    ]),
    wait,
  ).optional().describe("How long people take."),
  outcomes: z.partialRecord(outcome, share).describe(
    "Shares of the ways in which tickets go, over the whole desk.",
  ),
  priorities: z.partialRecord(priority, share).describe(
    "Shares of the priorities, over the whole desk.",
  ),
  sources: z.partialRecord(source, share).describe(
    "Shares of the ways in which people get in touch.",
  ),
  teams: z.record(text, text).optional().describe(
    "The teams, and what each looks after. A group of the account with that name gets the team's tickets.",
  ),
  tone: z.strictObject({
    greetings: alternativesOf("An agent's greeting: {other}, {other.first}."),
    closings: alternativesOf("An agent's closing, before the name."),
  }).optional().describe("How agents greet and close; each has their own way."),
  catalogue: z.record(
    name,
    z.array(z.intersection(
      z.object({
        name: text,
        price: z.number().positive().optional().describe("In the currency."),
      }),
      z.record(name, value),
    )).min(1),
  ).optional().describe("What the company sells, by category."),
  messages: z.strictObject(messages).optional().describe(
    "Messages that topics have unless they have their own.",
  ),
});

function alternativesOf(about: string) {
  return z.array(text).min(1).describe(about);
}

/** The JSON Schema of a form, with which editors complete and check. */
export function jsonSchemaOf(form: Form<unknown>): Record<string, unknown> {
  if (!(form instanceof z.ZodType)) throw new TypeError("Not a form of zod's");
  return { ...z.toJSONSchema(form, { io: "input", reused: "ref" }) };
}

function isLocale(value: string): boolean {
  try {
    return Intl.NumberFormat.supportedLocalesOf(value).length > 0;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function isZone(value: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: value }) !== undefined;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function keys<T extends object>(object: T): (keyof T & string)[] {
  return Object.keys(object) as (keyof T & string)[];
}
