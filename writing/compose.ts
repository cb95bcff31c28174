/**
 * Composes one message from its slots: chooses texts that say only what the speaker can know, fills
 * them in, and puts them on paper as the writer would.
 *
 * @module
 */
import { bag, pick, type Random, stream } from "../lib/random.ts";
import { holds, type Register, type Situation } from "./condition.ts";
import type { Alternative, Slot, Topic } from "./topic.ts";
import type { Desk } from "./desk.ts";
import type { Facts } from "./facts.ts";
import { fillNames, type Style, usually } from "./persona.ts";
import { ended, NO_SLIPS, typeOut } from "./slips.ts";
import { firstName, oneLine, type Placeholder, placeholders } from "./text.ts";

/** What a thread knows while it is written. */
export interface Thread {
  /** Whose thread it is. */
  desk: Desk;
  /** What it is about. */
  topic: Topic;
  /** What was drawn for it. */
  facts: Facts;
  /** How it goes. */
  outcome: string;
  /** How the contact got in touch. */
  source: string;
  /** How the contact writes. */
  register: Register;
  /** The facts that were named so far. */
  said: Set<string>;
  /** The contact's full name; may be empty. */
  contact: string;
  /** The full name of the agent who writes; may be empty. */
  agent: string;
  /** Everything random follows from it. */
  seed: string;
  /** The ticket's number in the desk. */
  n: number;
  /** How often the topic was used before. */
  use: number;
  /** Draws that belong to this thread alone. */
  random: Random;
  /** Called with every text that was chosen. */
  onChoice?: (alternative: Alternative) => void;
  /** Called with every text that was passed over only because the contact is curt. */
  onTooLong?: (alternative: Alternative) => void;
}

/** A slot that must be filled has no text that may be used. */
export class NoTextError extends Error {
  /** Its class. */
  override name = "NoTextError";
  /** Names the slot, and all that a text could have rested on. */
  constructor(readonly slot: Slot, thread: Thread) {
    super(
      `slot '${slot.name}' has no text for outcome '${thread.outcome}', register '${thread.register}', with ${
        [...thread.facts].map(([name, { texts }]) =>
          `${name} '${texts[""]}'${thread.said.has(name) ? " (said)" : ""}`
        ).join(", ") || "no facts"
      }; add one that fits, or end the slot's name with ?`,
    );
  }
}

/**
 * The subject of a thread whose opening is written: one that says no more than the opening, unless the
 * topic has too few of those.
 */
export function composeSubject(thread: Thread, style: Style): string {
  const slot = thread.topic.subject;
  const situation = situationOf(thread);
  const told = slot.alternatives.filter((text) =>
    holds(text.when, situation) &&
    [...text.says].every((name) => thread.said.has(name))
  );
  const text = choose(
    told.length < LEAST_BRIEF ? slot : { ...slot, alternatives: told },
    "subject",
    thread,
    "contact",
    0,
  );
  const slips = stream(thread.seed, "slips", thread.n, "subject");
  const parts = typeOut(text.parts, style.slips, slips);
  return cased(oneLine(fill(parts, thread)), "contact", style);
}

/**
 * Writes a message. `turn` counts the messages of this speaker from 0; `again` above 0 takes the
 * next texts instead.
 */
export function composeMessage(
  slots: readonly Slot[],
  message: string,
  speaker: "contact" | "agent",
  style: Style,
  turn: number,
  thread: Thread,
  again = 0,
): string {
  const sentences: string[] = [];
  const slips = stream(thread.seed, "slips", thread.n, message);
  const situation = situationOf(thread);
  for (const slot of slots) {
    if (!holds(slot.when, situation)) continue;
    if (slot.optional && thread.random() >= style.detail) continue;
    const text = tryToChoose(slot, message, thread, speaker, again);
    if (!text) {
      if (slot.optional) continue;
      throw new NoTextError(slot, thread);
    }
    const filled = fill(typeOut(text.parts, style.slips, slips), thread);
    if (filled === "") continue;
    sentences.push(cased(filled, speaker, style));
  }
  const names = {
    self: speaker === "contact" ? thread.contact : thread.agent,
    other: speaker === "contact" ? thread.agent : thread.contact,
    company: thread.desk.file.company ?? "",
  };
  const manners = stream(thread.seed, "manners", thread.n, message);
  const [greetings, closings] = turn === 0
    ? [style.greetings, style.closings]
    : [style.laterGreetings, style.laterClosings];
  const greeting = fillNames(usually(greetings, manners), names);
  const closing = fillNames(usually(closings, manners), names);
  const body = ended(layOut(sentences, style.layout), style.slips, slips);
  return [
    ...(style.runsOn && greeting.endsWith(",") && FUNCTION_WORDS.test(body)
      ? [`${greeting} ${continued(body)}`]
      : [greeting, body]),
    style.smallName ? closing.toLowerCase() : closing,
  ].filter((part) => part !== "").join("\n\n");
}

/** Words that are no names, so that they need no capital after a greeting. */
const FUNCTION_WORDS =
  /^(?:an?|after|all|any|are|as|at|because|before|can|could|did|do|does|each|every|for|from|has|have|how|i|if|in|is|it|just|last|my|no|nobody|not|on|one|our|please|shall|should|since|some|someone|somebody|something|that|the|there|they|this|to|we|what|when|where|which|who|why|with|would|yes|you|your)(?:['’]\p{Ll}+)?[\s,]/iu;

function continued(body: string): string {
  return /^I(?!\p{L})/u.test(body)
    ? body
    : body.charAt(0).toLowerCase() + body.slice(1);
}

const BARE: Style = {
  greetings: [],
  laterGreetings: [],
  closings: [],
  laterClosings: [],
  runsOn: false,
  layout: "block",
  detail: 1,
  small: false,
  smallName: false,
  slips: NO_SLIPS,
};

/** A private note: no greeting, no closing. */
export function composeNote(
  slots: readonly Slot[],
  message: string,
  thread: Thread,
  detail: number,
): string {
  return composeMessage(
    slots,
    message,
    "agent",
    { ...BARE, detail },
    0,
    thread,
  );
}

const CALLS = [
  "{who} called:",
  "Phone call from {who}:",
  "{who} on the phone, as told:",
  "Call taken. {who} says:",
];

/** What an agent notes of a call: the caller's words without greeting, closing and typos. */
export function composeCall(
  slots: readonly Slot[],
  message: string,
  persona: Style,
  thread: Thread,
  again: number,
): string {
  const style = { ...BARE, detail: persona.detail };
  const told = composeMessage(
    slots,
    message,
    "contact",
    style,
    0,
    thread,
    again,
  );
  const intro = pick(CALLS, stream(thread.seed, "call", thread.agent)) ?? "";
  const who = thread.contact || "customer";
  const line = intro.replace("{who}", () => who);
  return `${line.charAt(0).toUpperCase()}${line.slice(1)}\n\n"${told}"`;
}

function choose(
  slot: Slot,
  message: string,
  thread: Thread,
  speaker: "contact" | "agent",
  again: number,
): Alternative {
  const text = tryToChoose(slot, message, thread, speaker, again);
  if (!text) throw new NoTextError(slot, thread);
  return text;
}

/** The next text of the slot's bag that may be used now. */
function tryToChoose(
  slot: Slot,
  message: string,
  thread: Thread,
  speaker: "contact" | "agent",
  again: number,
): Alternative | undefined {
  const situation = situationOf(thread);
  const usable = slot.alternatives.filter((text) =>
    holds(text.when, situation) && maySay(text, thread, speaker) &&
    // Nobody formal writes what begins in small letters.
    !(speaker === "contact" && thread.register === "formal" &&
      /^\p{Ll}/u.test(text.text))
  );
  const brief = speaker === "contact" && thread.register === "curt"
    ? shorterOnes(usable)
    : usable;
  for (const text of usable) {
    if (!brief.includes(text)) thread.onTooLong?.(text);
  }
  if (brief.length === 0) return undefined;
  const { items, position } = bag(
    brief,
    thread.use,
    thread.seed,
    "texts",
    thread.topic.name,
    message,
    slot.name,
  );
  const text = items[(position + again) % items.length];
  if (!text) return undefined;
  for (const name of text.says) thread.said.add(name);
  thread.onChoice?.(text);
  return text;
}

/** Fewer texts than these come again too soon. */
const LEAST_BRIEF = 3;

/** Contacts who are curt say it in the shorter ways, or as a text for them has it. */
function shorterOnes(texts: readonly Alternative[]): readonly Alternative[] {
  const shorter = new Set(
    texts.toSorted((a, b) => a.text.length - b.text.length)
      .slice(0, Math.max(LEAST_BRIEF, Math.floor(texts.length * 0.4))),
  );
  return texts.filter((text) =>
    shorter.has(text) ||
    text.when.some((term) =>
      term.kind === "register" && term.register === "curt" && !term.not
    )
  );
}

/** Whether the speaker can know all that the text speaks of, and nobody's missing name is needed. */
function maySay(
  text: Alternative,
  thread: Thread,
  speaker: "contact" | "agent",
): boolean {
  return text.facts.every((name) => {
    const by = thread.topic.facts.find((fact) => fact.name === name)?.by;
    return by === speaker || by === "both" || thread.said.has(name);
  }) &&
    placeholders(text.parts).every((part) =>
      thread.facts.has(part.name) || valueOf(part, thread) !== ""
    );
}

function situationOf(thread: Thread): Situation {
  return {
    outcome: thread.outcome,
    source: thread.source,
    register: thread.register,
    said: thread.said,
    valueOf: (name) =>
      thread.facts.get(name)?.texts[""] ??
        String(thread.desk.file.words?.[name] ?? ""),
  };
}

function fill(parts: Alternative["parts"], thread: Thread): string {
  let text = "";
  for (const [i, part] of parts.entries()) {
    const value = typeof part === "string" ? part : valueOf(part, thread);
    if (typeof part === "string") {
      // No second full stop after "7 a.m.".
      text += text.endsWith(".") ? value.replace(/^\.(?!\.)/, "") : value;
      continue;
    }
    const next = parts[i + 1];
    const starts = /(^|[.!?]\s+|\n)$/.test(text) &&
      isWord(value + (typeof next === "string" ? next : ""));
    text = withArticle(text, value) +
      (starts ? value.charAt(0).toUpperCase() + value.slice(1) : value);
  }
  return text;
}

/** Whether a text begins with a word, and not with an identifier such as "wh_12" or "iPhone". */
function isWord(text: string): boolean {
  return /^\p{Ll}+(?:[-'’]\p{Ll}+)*[,.;:!?)]*(?:\s|$)/u.test(text);
}

/** "a {x}" becomes "an {x}" before a vowel, and the other way round. */
function withArticle(before: string, value: string): string {
  const vowel = /^(?:(?!uni|us[eu]|eu|one\b|once\b)[aeiou]|hour|honest|heir|8)/i
    .test(value) || /^[AEFHILMNORSX](?:[A-Z]|\d)/.test(value);
  return before.replace(
    /(?<![\p{L}\p{N}])([Aa])n? $/u,
    (_, a: string) => `${a}${vowel ? "n" : ""} `,
  );
}

function valueOf({ name, field }: Placeholder, thread: Thread): string {
  const fact = thread.facts.get(name);
  if (fact) return fact.texts[field] ?? "";
  switch (name) {
    case "contact":
    case "agent":
      return field === "first" ? firstName(thread[name]) : thread[name];
    case "company":
      return thread.desk.file.company ?? "";
    case "team":
      return thread.topic.file.team ?? "";
    default:
      return String(thread.desk.file.words?.[name] ?? "");
  }
}

/** Lists and long texts stay paragraphs of their own; the rest as the writer likes it. */
function layOut(sentences: readonly string[], layout: Style["layout"]): string {
  const size = { paragraphs: 1, pairs: 2, block: Infinity }[layout];
  const paragraphs: string[][] = [];
  for (const [i, text] of sentences.entries()) {
    // A text without a full stop gets one when another follows.
    const sentence =
      i < sentences.length - 1 && /[\p{L}\p{N}]["”)]?$/u.test(text)
        ? `${text}.`
        : text;
    const last = paragraphs.at(-1);
    const own = sentence.includes("\n");
    if (
      !last || own || last.length >= size ||
      last.some((other) => other.includes("\n"))
    ) {
      paragraphs.push([sentence]);
    } else last.push(sentence);
  }
  return paragraphs.map((paragraph) => paragraph.join(" ")).join("\n\n");
}

/** Whether a contact begins in small letters is their habit alone, however the text is written. */
function cased(
  text: string,
  speaker: "contact" | "agent",
  style: Style,
): string {
  if (style.small) return startSmall(text);
  return speaker === "contact" && isWord(text) ? startLarge(text) : text;
}

/** "I have not" for a text that is written in small letters. */
function startLarge(text: string): string {
  return text.split(/(?<=[.!?]\s+|\n)/).map((sentence) =>
    isWord(sentence)
      ? sentence.charAt(0).toUpperCase() + sentence.slice(1)
      : sentence
  ).join("").replace(/\bi(?=[\s'])/g, "I");
}

/** "i have not", "thinkpad" for a writer who begins in small letters; "API" and "A-1234" stay. */
function startSmall(text: string): string {
  return text.replace(
    /(^|[.!?]\s+|\n)(\p{Lu}(?=\p{Ll}|\s|')\p{L}*)/gu,
    (_, before: string, word: string) => before + word.toLowerCase(),
  )
    .replace(/\bI(?=[\s'])/g, "i");
}
