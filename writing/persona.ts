/**
 * How a contact writes and how an agent does: always the same for the same id. Only small letters
 * depend on who else writes.
 *
 * @module
 */
import { pick, type Random, stream } from "../lib/random.ts";
import type { Register } from "./condition.ts";
import type { DeskFile } from "./form.ts";
import { firstName } from "./text.ts";

/** A writer's habits. */
export interface Style {
  /** Before the first message; "" for none. May use {company}, {other}, {other.first}. */
  greeting: string;
  /** Before later messages. */
  laterGreeting: string;
  /** After the first message. */
  closing: string;
  /** After later messages. */
  laterClosing: string;
  /** How paragraphs are made of sentences. */
  layout: "paragraphs" | "block" | "pairs";
  /** Which optional slots are written, from 0 to 1. */
  detail: number;
  /** Begins in small letters. */
  small: boolean;
  /** Mistyped words, of all. */
  typos: number;
}

/** A contact's habits. */
export interface Persona extends Style {
  /** How formal they are. */
  register: Register;
  /** Waits longer or shorter than others: a factor. */
  patience: number;
}

const CONTACTS: Record<Register, {
  greetings: string[];
  laterGreetings: string[];
  closings: string[];
  laterClosings: string[];
  signatures: ("full" | "first" | "none")[];
  layouts: Style["layout"][];
  detail: [number, number];
}> = {
  formal: {
    greetings: [
      "Dear {company} team,",
      "Hello,",
      "Good day,",
      "Dear all,",
      "Hello everyone,",
    ],
    laterGreetings: [
      "Dear {other.first},",
      "Hello {other.first},",
      "Dear {other},",
    ],
    closings: [
      "Kind regards,",
      "Best regards,",
      "With kind regards,",
      "Regards,",
      "Thank you in advance,",
    ],
    laterClosings: ["Kind regards,", "Best regards,", "Regards,"],
    signatures: ["full"],
    layouts: ["paragraphs", "pairs"],
    detail: [0.7, 1],
  },
  neutral: {
    greetings: [
      "Hi,",
      "Hello,",
      "Hi there,",
      "Hi all,",
      "Hi {company},",
      "Hello there,",
      "",
    ],
    laterGreetings: [
      "Hi {other.first},",
      "Hi {other.first},",
      "",
      "",
      "Hello {other.first},",
      "Hi again,",
    ],
    closings: [
      "Thanks,",
      "Many thanks,",
      "Best,",
      "Thanks in advance,",
      "Thank you!",
      "Best wishes,",
      "",
    ],
    laterClosings: ["Thanks,", "", "Thanks again,", ""],
    signatures: ["first", "first", "full"],
    layouts: ["paragraphs", "pairs", "block"],
    detail: [0.2, 1],
  },
  curt: {
    greetings: ["", "", "", "Hi", "Hello"],
    laterGreetings: [""],
    closings: ["", "", "", "thx", "Thanks"],
    laterClosings: [""],
    signatures: ["none", "none", "first"],
    layouts: ["block"],
    detail: [0, 0.1],
  },
};

type Words = Partial<
  Record<"greetings" | "closings" | "laterClosings", string[]>
>;

const AMERICAN: Partial<Record<Register, Words>> = {
  formal: {
    greetings: ["To the {company} team,"],
    closings: ["Sincerely,", "Respectfully,"],
  },
  neutral: {
    greetings: ["Hey,", "Hey there,"],
    closings: ["Thanks so much,"],
    laterClosings: ["Thanks so much,"],
  },
};
const BRITISH: Partial<Record<Register, Words>> = {
  formal: {
    greetings: ["Dear team,"],
    closings: ["Yours sincerely,", "With best wishes,"],
  },
  neutral: {
    greetings: ["Hiya,", "Hello all,"],
    closings: ["Cheers,"],
    laterClosings: ["Cheers,"],
  },
};
/** What people say in some countries only, besides what they say everywhere. */
const REGIONS: Record<string, Partial<Record<Register, Words>>> = {
  US: AMERICAN,
  CA: AMERICAN,
  GB: BRITISH,
  IE: BRITISH,
  AU: BRITISH,
  NZ: BRITISH,
};

/** How formal a contact is. */
export function registerOf(seed: string, id: number): Register {
  const chance = stream(seed, "persona", id)();
  return chance < 0.25 ? "formal" : chance < 0.72 ? "neutral" : "curt";
}

/** The habits of a contact; `locale` says where they live, `small` that they write in small letters. */
export function personaOf(
  seed: string,
  id: number,
  locale: string,
  small = false,
): Persona {
  const random = stream(seed, "habits", id);
  const register = registerOf(seed, id);
  const kind = CONTACTS[register];
  const local = REGIONS[new Intl.Locale(locale).region ?? ""]?.[register];
  const signature = one(kind.signatures, random);
  const careless = random();
  const greeting = one([...kind.greetings, ...local?.greetings ?? []], random);
  const [least, most] = kind.detail;
  return {
    register,
    greeting: small ? greeting.toLowerCase() : greeting,
    laterGreeting: one(kind.laterGreetings, random),
    closing: signed(
      one([...kind.closings, ...local?.closings ?? []], random),
      signature,
      small,
    ),
    laterClosing: signed(
      one([...kind.laterClosings, ...local?.laterClosings ?? []], random),
      register === "formal" ? "full" : signature === "none" ? "none" : "first",
      small,
    ),
    layout: one(kind.layouts, random),
    detail: least + (most - least) * random(),
    small,
    typos: register === "formal"
      ? 0
      : careless < 0.7
      ? 0.002
      : careless < 0.9
      ? 0.015
      : 0.04,
    patience: 0.5 + random() * 1.5,
  };
}

const AGENT_GREETINGS = [
  "Hi {other.first},",
  "Hello {other.first},",
  "Hi {other.first},",
];
const AGENT_CLOSINGS = [
  "Best wishes,",
  "Kind regards,",
  "Best,",
  "All the best,",
  "Regards,",
];

/** The habits of an agent. */
export function agentStyle(seed: string, id: number, desk: DeskFile): Style {
  const random = stream(seed, "agent style", id);
  const greeting = one(desk.tone?.greetings ?? AGENT_GREETINGS, random);
  const closing = one(desk.tone?.closings ?? AGENT_CLOSINGS, random);
  const signature = one([
    "{self.first}",
    "{self}",
    "{self.first}\n{company}",
    "{self}, {team}",
    "{self.first}, {team}",
  ], random);
  const brief = random() < 0.4;
  return {
    greeting,
    laterGreeting: brief
      ? one(["{other.first},", "Hi {other.first},", "Hi again,", ""], random)
      : greeting,
    closing: `${closing}\n${signature}`,
    laterClosing: brief ? "{self.first}" : `${closing}\n{self.first}`,
    layout: one(["paragraphs", "paragraphs", "pairs"], random),
    detail: brief ? 0.35 : 0.75,
    small: false,
    typos: 0,
  };
}

/** A greeting or closing with names filled in; a line that needs a name nobody has is left out. */
export function fillNames(
  text: string,
  names: { self: string; other: string; company: string; team: string },
): string {
  const values: Record<string, string> = {
    ...names,
    "self.first": firstName(names.self),
    "other.first": firstName(names.other),
  };
  return text.split("\n").map((line) => {
    const empty = [...line.matchAll(/\{([\w.]+)\}/g)].some(([, key = ""]) =>
      !values[key]
    );
    if (!empty) {
      return line.replace(
        /\{([\w.]+)\}/g,
        (_, key: string) => values[key] ?? "",
      );
    }
    if (/^(hi|hello) \{other/i.test(line)) {
      return line.replace(/ \{.*$/, " there,");
    }
    if (/^dear \{other/i.test(line)) return "Hello,";
    return line.replace(/,? *\{[\w.]+\}/g, (match) => {
      const key = match.replace(/[^\w.]/g, "");
      return values[key] ? match.replace(/\{[\w.]+\}/, values[key]) : "";
    }).replace(/^[,\s]+/, "");
  }).filter((line) => line !== "").join("\n");
}

function signed(
  closing: string,
  signature: "full" | "first" | "none",
  small: boolean,
): string {
  const name = { full: "{self}", first: "{self.first}", none: "" }[signature];
  return [small ? closing.toLowerCase() : closing, name].filter(Boolean).join(
    "\n",
  );
}

function one<T>(items: readonly T[], random: Random): T {
  const item = pick(items, random);
  if (item === undefined) throw new RangeError("Cannot pick from nothing");
  return item;
}
