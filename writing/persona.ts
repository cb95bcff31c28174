/**
 * How a contact writes and how an agent does: always the same for the same id. Only small letters
 * depend on who else writes.
 *
 * @module
 */
import { pick, type Random, shuffle, stream } from "../lib/random.ts";
import type { Register } from "./condition.ts";
import type { DeskFile } from "./form.ts";
import { agentSlipsOf, NO_SLIPS, type Slips, slipsOf } from "./slips.ts";
import { teamsOf } from "./teams.ts";
import { firstName } from "./text.ts";

/** A writer's habits. Of greetings and closings the usual one comes first, see {@linkcode usually}. */
export interface Style {
  /** Before the first message; "" for none. May use {company}, {other}, {other.first}. */
  greetings: readonly string[];
  /** Before later messages. */
  laterGreetings: readonly string[];
  /** After the first message. */
  closings: readonly string[];
  /** After later messages. */
  laterClosings: readonly string[];
  /** Goes on in the line of the greeting. */
  runsOn: boolean;
  /** How paragraphs are made of sentences. */
  layout: "paragraphs" | "block" | "pairs";
  /** Which optional slots are written, from 0 to 1. */
  detail: number;
  /** Begins in small letters. */
  small: boolean;
  /** Signs in small letters. */
  smallName: boolean;
  /** What they get wrong when they type. */
  slips: Slips;
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
      "Dear support team,",
      "Dear Sir or Madam,",
      "Hello {company} team,",
    ],
    laterGreetings: [
      "Dear {other.first},",
      "Hello {other.first},",
      "Dear {other},",
      "Hello,",
    ],
    closings: [
      "Kind regards,",
      "Best regards,",
      "With kind regards,",
      "Regards,",
      "Thank you in advance,",
      "Many thanks and kind regards,",
      "Thank you and best regards,",
    ],
    laterClosings: [
      "Kind regards,",
      "Best regards,",
      "Regards,",
      "Thank you,",
      "With thanks,",
    ],
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
      "Hi team,",
      "Hello team,",
      "Hi!",
      "Hi",
      "",
    ],
    laterGreetings: [
      "Hi {other.first},",
      "Hi {other.first}",
      "",
      "",
      "Hello {other.first},",
      "Hi again,",
      "Hi,",
      "{other.first},",
    ],
    closings: [
      "Thanks,",
      "Many thanks,",
      "Best,",
      "Thanks in advance,",
      "Thank you!",
      "Best wishes,",
      "Thanks!",
      "Thanks",
      "Thank you,",
      "Regards,",
      "",
    ],
    laterClosings: ["Thanks,", "", "Thanks again,", "", "Thanks", "Best,"],
    signatures: ["first", "first", "full"],
    layouts: ["paragraphs", "pairs", "block"],
    detail: [0.2, 1],
  },
  curt: {
    greetings: ["", "", "", "Hi", "Hello", "Hi,", "Hi there"],
    laterGreetings: ["", "", "", "", "Hi {other.first}", "Hi,"],
    closings: ["", "", "", "thx", "Thanks", "Thanks.", "Thank you", "Regards"],
    laterClosings: ["", "", "", "", "Thanks"],
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
    greetings: ["Hey,", "Hey there,", "Hi guys,", "Hi folks,"],
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
  const formal = register === "formal";
  const usual = (items: readonly string[], more: readonly string[] = []) =>
    shuffle([...items, ...more], random).slice(0, KNOWN)
      .map((text) => small ? lowered(text) : text);
  const [least, most] = kind.detail;
  const greetings = usual(kind.greetings, local?.greetings);
  const closings = usual(kind.closings, local?.closings);
  const laterClosings = usual(kind.laterClosings, local?.laterClosings);
  return {
    register,
    greetings,
    laterGreetings: usual(kind.laterGreetings),
    closings: closings.map((text) => signed(text, signature)),
    laterClosings: laterClosings.map((text) =>
      signed(text, formal || signature === "none" ? signature : "first")
    ),
    runsOn: !formal && random() < (register === "curt" ? 0.6 : 0.2),
    layout: one(kind.layouts, random),
    detail: least + (most - least) * random(),
    small,
    smallName: small && random() < 0.5,
    slips: formal ? NO_SLIPS : slipsOf(seed, id),
    patience: 0.5 + random() * 1.5,
  };
}

/** How many greetings and closings somebody has. */
const KNOWN = 3;

/** The usual one of the habits most of the time, else one of the others. */
export function usually(items: readonly string[], random: Random): string {
  const chance = random();
  return items[chance < 0.6 ? 0 : chance < 0.87 ? 1 : 2] ?? items[0] ?? "";
}

const AGENT_GREETINGS = [
  "Hi {other.first},",
  "Hello {other.first},",
  "Hi {other.first}",
  "Dear {other.first},",
  "Hello {other.first}",
  "Hi there {other.first},",
];
const AGENT_LATER_GREETINGS = [
  "Hi {other.first},",
  "{other.first},",
  "Hi again,",
  "Hello {other.first},",
  "",
  "",
];
const AGENT_CLOSINGS = [
  "Best wishes,",
  "Kind regards,",
  "Best,",
  "All the best,",
  "Regards,",
  "Many thanks,",
  "Thanks,",
  "Best regards,",
];

/** The habits of an agent. */
export function agentStyle(seed: string, id: number, desk: DeskFile): Style {
  const random = stream(seed, "agent style", id);
  const usual = (items: readonly string[]) =>
    shuffle([...new Set(items)], random).slice(0, KNOWN);
  const greetings = usual(desk.tone?.greetings ?? AGENT_GREETINGS);
  const closings = usual(desk.tone?.closings ?? AGENT_CLOSINGS);
  const [team = ""] = teamsOf(id, Object.keys(desk.teams ?? {}), seed);
  const [signature = "", other = ""] = shuffle([
    "{self.first}",
    "{self}",
    "{self.first}\n{company}",
    "{self}\n{company}",
    ...team === "" ? [] : [
      `{self}, ${team}`,
      `{self.first}, ${team}`,
      `{self}\n${team}, {company}`,
    ],
  ], random);
  const brief = random() < 0.4;
  const [first = ""] = closings;
  return {
    greetings,
    laterGreetings: usual(AGENT_LATER_GREETINGS),
    closings: closings.map((closing, i) =>
      `${closing}\n${i < 2 ? signature : other}`
    ),
    laterClosings: brief
      ? ["{self.first}", `${first}\n{self.first}`, ""]
      : closings.map((closing) => `${closing}\n{self.first}`),
    runsOn: random() < 0.15,
    layout: one(["paragraphs", "paragraphs", "pairs", "block"], random),
    detail: brief ? 0.35 : 0.75,
    small: false,
    smallName: false,
    slips: agentSlipsOf(seed, id),
  };
}

/** A greeting or closing with names filled in; a line that needs a name nobody has is left out. */
export function fillNames(
  text: string,
  names: { self: string; other: string; company: string },
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
    if (/^(hi|hello|hey)(?: there)? \{other/i.test(line)) {
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
): string {
  const name = { full: "{self}", first: "{self.first}", none: "" }[signature];
  return [closing, name].filter(Boolean).join("\n");
}

/** A greeting or closing in small letters; names to be filled in keep theirs. */
function lowered(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function one<T>(items: readonly T[], random: Random): T {
  const item = pick(items, random);
  if (item === undefined) throw new RangeError("Cannot pick from nothing");
  return item;
}
