/**
 * The form of a desk's files: `desk.yaml` and `topics/*.yaml`. docs/desks.md explains it.
 *
 * @module
 */
import * as z from "zod";
import { OUTCOMES } from "../workflow/plan.ts";

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

const name = z.string().regex(
  /^[a-z][a-z0-9_]*$/,
  "expected a name of small letters, digits and _",
);
const text = z.string().min(1);
const share = z.number().min(0);
const priority = z.enum(keys(PRIORITIES));
const source = z.enum(keys(SOURCES));
const outcome = z.enum(OUTCOMES);

const alternative = z.union([
  text,
  z.record(text, z.union([text, z.array(text).min(1)])),
]);
const slot = z.union([
  z.array(alternative).min(1),
  z.strictObject({ when: text, texts: z.array(alternative).min(1) }),
]);
const message = z.record(
  z.string().regex(
    /^[a-z][a-z0-9_]*\??$/,
    "expected a slot name of small letters, with ? at its end if it may be left out",
  ),
  slot,
);

const by = z.enum(["contact", "agent", "both"]).optional();
const value = z.union([text, z.number()]);
const fact = z.union([
  z.strictObject({ number: text, by }),
  z.strictObject({
    item: z.union([name, z.array(name).min(1)]),
    except: name.optional(),
    by,
  }),
  z.strictObject({ amount: z.union([text, z.number()]), by }),
  z.strictObject({ count: text, by }),
  z.strictObject({ date: value, workday: z.boolean().optional(), by }),
  z.strictObject({
    "one of": z.array(z.union([value, z.record(name, value)])).min(2),
    by,
  }),
  z.strictObject({ yes: z.number().min(0).max(1), by }),
]);

const messages = Object.fromEntries(
  keys(MESSAGES).map((key) => [key, message.optional()]),
) as Record<MessageName, z.ZodOptional<typeof message>>;

/** A file of `topics/`. */
export const TopicForm = z.strictObject({
  team: text.optional(),
  type: text.optional(),
  priorities: z.array(priority).min(1).optional(),
  sources: z.array(source).min(1).optional(),
  tags: z.array(text).optional(),
  weight: z.number().positive().optional(),
  erasure: z.boolean().optional(),
  outcomes: z.union([
    z.array(outcome).min(1),
    z.partialRecord(outcome, text.nullable()),
  ]),
  facts: z.record(name, fact).optional(),
  rules: z.array(text).optional(),
  subject: z.array(alternative).min(1),
  ...messages,
  opening: message,
  reply: message,
  answer: message,
  resolution: message,
});

const wait = z.strictObject({
  median: z.number().positive(),
  p90: z.number().positive(),
});

/** `desk.yaml`. */
export const DeskForm = z.strictObject({
  form: z.literal(FORM, `expected ${FORM}, the form that this version reads`),
  company: text.optional(),
  about: text.optional(),
  words: z.record(name, value).optional(),
  pace: z.enum(["classic", "natural", "fast"]).optional(),
  locale: text,
  currency: z.string().regex(/^[A-Z]{3}$/, "expected a code such as EUR"),
  zone: text,
  hours: z.strictObject({
    days: z.string().regex(
      /^(mon|tue|wed|thu|fri|sat|sun)-(mon|tue|wed|thu|fri|sat|sun)$/,
      "expected days such as mon-fri",
    ),
    from: z.string().regex(/^\d\d:\d\d$/, "expected a time such as 09:00"),
    to: z.string().regex(/^\d\d:\d\d$/, "expected a time such as 18:00"),
  }),
  arrivals: z.strictObject({
    weekdays: z.array(share).length(7).optional(),
    hours: z.array(share).length(24).optional(),
  }).optional(),
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
  ).optional(),
  outcomes: z.partialRecord(outcome, share),
  priorities: z.partialRecord(priority, share),
  sources: z.partialRecord(source, share),
  teams: z.record(text, text).optional(),
  tone: z.strictObject({
    greetings: z.array(text).min(1),
    closings: z.array(text).min(1),
  }).optional(),
  catalogue: z.record(
    name,
    z.array(z.intersection(
      z.object({ name: text, price: z.number().positive().optional() }),
      z.record(name, value),
    )).min(1),
  ).optional(),
  messages: z.strictObject(messages).optional(),
});

/** A file of `topics/`, as it is read. */
export type TopicFile = z.infer<typeof TopicForm>;
/** `desk.yaml`, as it is read. */
export type DeskFile = z.infer<typeof DeskForm>;
/** A fact, as it is read. */
export type FactFile = z.infer<typeof fact>;
/** A message, as it is read. */
export type MessageFile = z.infer<typeof message>;
/** One alternative, as it is read. */
export type AlternativeFile = z.infer<typeof alternative>;

function keys<T extends object>(object: T): (keyof T & string)[] {
  return Object.keys(object) as (keyof T & string)[];
}
