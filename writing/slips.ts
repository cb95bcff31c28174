/**
 * Slips of the pen: what somebody misspells every time, and what their fingers do now and then.
 *
 * @module
 */
import { type Random, stream } from "../lib/random.ts";

/** What somebody gets wrong when they type. */
export interface Slips {
  /** Mistyped words, of all. */
  rate: number;
  /** What they always misspell, and how. */
  spelling: ReadonlyMap<string, string>;
  /** Types no apostrophes. */
  noApostrophes: boolean;
  /** Writes "i" for "I". */
  smallI: boolean;
  /** Commas left out before "but" and the like, of all. */
  noCommas: number;
  /** Messages whose last full stop is missing, of all. */
  noStop: number;
}

/** Those of somebody who makes none. */
export const NO_SLIPS: Slips = {
  rate: 0,
  spelling: new Map(),
  noApostrophes: false,
  smallI: false,
  noCommas: 0,
  noStop: 0,
};

/** What stands for a fact while the words around it are typed. */
const FACT = "\uE000";

const SPELLINGS = new Map(
  ("accidentally accidently|address adress|anything anyting|apparently apparantly|appointment apointment|" +
    "attached attatched|basically basicly|beginning begining|believe beleive|business buisness|calendar calender|" +
    "colleague collegue|colleagues collegues|definitely definately|different diffrent|" +
    "disappeared dissapeared|friend freind|immediately immediatly|maintenance maintainance|necessary neccessary|" +
    "occurred occured|paid payed|people poeple|probably probaly|really realy|receipt reciept|" +
    "receive recieve|received recieved|recommend reccomend|schedule shedule|separate seperate|something somthing|" +
    "successful succesful|technician technican|their thier|tomorrow tommorow|unfortunately unfortunatly|" +
    "until untill|usually usualy|weird wierd|whether wether|which wich")
    .split("|").map((pair) => pair.split(" ") as [string, string]),
);

/** Short words that fingers turn round, and one they often do. */
const TURNED = new Map(
  ("and adn|because becuase|from form|have ahve|just jsut|that taht|the teh|there htere|this thsi|what waht|" +
    "when wehn|with wiht|work wrok|your yoru")
    .split("|").map((pair) => pair.split(" ") as [string, string]),
);

/** How careful somebody is: the tidy half slips by accident alone, one in five has bad habits. */
const TIDY = 0.5;
const CARELESS = 0.8;

/** The slips of a contact who is not formal. */
export function slipsOf(seed: string, id: number): Slips {
  const random = stream(seed, "slips", id);
  const care = random();
  if (care < TIDY) return { ...NO_SLIPS, rate: 0.001 };
  const careless = care >= CARELESS;
  const chance = () => random() < (careless ? 0.45 : 0.15);
  const spelling = [...SPELLINGS].filter(() =>
    random() < (careless ? 0.4 : 0.15)
  );
  return {
    rate: careless ? 0.012 : 0.004,
    spelling: new Map(spelling),
    noApostrophes: chance(),
    smallI: chance(),
    noCommas: chance() ? 0.6 : 0,
    noStop: chance() ? 0.8 : 0,
  };
}

/** The slips of an agent: most make none. */
export function agentSlipsOf(seed: string, id: number): Slips {
  return stream(seed, "agent slips", id)() < 0.7
    ? NO_SLIPS
    : { ...NO_SLIPS, rate: 0.0015 };
}

/**
 * Types a text, whose parts that are not strings are facts. Facts, numbers, names, addresses and
 * quotations come out as they are.
 */
export function typeOut<T>(
  parts: readonly (string | T)[],
  slips: Slips,
  random: Random,
): (string | T)[] {
  if (slips === NO_SLIPS) return [...parts];
  const facts = parts.filter((part) => typeof part !== "string");
  const text = parts.map((part) => typeof part === "string" ? part : FACT)
    .join("");
  return text.split(/("[^"]*"|“[^”]*”)/)
    .map((said, i) => i % 2 === 1 ? said : typed(said, slips, random)).join("")
    .split(new RegExp(`(${FACT})`))
    .flatMap((part): (string | T)[] =>
      part === FACT ? facts.splice(0, 1) : part === "" ? [] : [part]
    );
}

/** A message without its last full stop, if its writer leaves that out. */
export function ended(text: string, slips: Slips, random: Random): string {
  return slips.noStop > 0 && random() < slips.noStop
    ? text.replace(/(?<=\p{Ll}{2})\.$/u, "")
    : text;
}

function typed(text: string, slips: Slips, random: Random): string {
  const words = text.split(/(\s+)/).map((word) => {
    const [, before, core, after] =
      /^(\(?)(\p{Ll}{2,})([.,;:!?)]*)$/u.exec(word) ?? [];
    if (core === undefined) return word;
    const spelt = slips.spelling.get(core) ?? core;
    return `${before}${
      random() < slips.rate ? mistyped(spelt, random) : spelt
    }${after}`;
  }).join("");
  return [
    (text: string) =>
      slips.noCommas === 0 ? text : text.replace(
        /(?<=\p{Ll}),(?= (?:but|and|so|which|because|then|please|or|if)\b)/gu,
        (comma) => random() < slips.noCommas ? "" : comma,
      ),
    (text: string) =>
      slips.noApostrophes
        ? text.replace(
          /(?<=(?<![\p{L}\uE000])\p{L}\p{Ll}*)['’](?=(?:t|s|re|ve|ll|d|m)(?!\p{L}))/gu,
          "",
        )
        : text,
    (text: string) =>
      slips.smallI
        ? text.replace(/(?<![^\s(])I(?=[\s'’]|m |ll |ve |d |$)/g, "i")
        : text,
  ].reduce((text, change) => change(text), words);
}

/** A word with two letters swapped, one left out, or one doubled or no longer doubled. */
function mistyped(word: string, random: Random): string {
  const turned = TURNED.get(word);
  if (turned !== undefined) return turned;
  if (word.length < 5) return word;
  const doubled = /(\p{Ll})\1/u.exec(word);
  const kind = random();
  // The first letters are those that people look at.
  const at = 2 + Math.floor(random() * (word.length - 3));
  if (doubled && kind < 0.5) {
    return word.slice(0, doubled.index) + word.slice(doubled.index + 1);
  }
  const [a = "", b = ""] = [word[at], word[at + 1]];
  if (kind < 0.6 && b !== "" && a !== b) {
    return word.slice(0, at) + b + a + word.slice(at + 2);
  }
  return kind < 0.85
    ? word.slice(0, at) + word.slice(at + 1)
    : word.slice(0, at) + a + word.slice(at);
}
