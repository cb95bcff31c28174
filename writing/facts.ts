/**
 * Draws the facts of one ticket, once, before anything is written.
 *
 * @module
 */
import { between, pick, type Random } from "../lib/random.ts";
import { type Desk, type Fact, isWhere, type Topic } from "./desk.ts";

/** A fact as it was drawn: its texts by field ("" is the value itself), and its number if it has one. */
export interface Drawn {
  /** What stands in a text, by field. */
  texts: Record<string, string>;
  /** What can be computed with, by field. */
  numbers: Record<string, number>;
}

/** All facts of one ticket. */
export type Facts = ReadonlyMap<string, Drawn>;

const ATTEMPTS = 500;
const COUNT_WORDS =
  "zero one two three four five six seven eight nine ten eleven twelve".split(
    " ",
  );

/**
 * Draws all facts so that the topic's rules and `accept` hold.
 *
 * @throws {Error} If no such facts were found.
 */
export function drawFacts(
  desk: Desk,
  topic: Topic,
  now: number,
  random: Random,
  accept: (facts: Facts) => boolean = () => true,
): Facts {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const facts = new Map<string, Drawn>();
    for (const fact of topic.facts) {
      facts.set(fact.name, draw(fact, facts, desk, now, random));
    }
    const lookup = lookupIn(facts);
    if (topic.rules.every((rule) => rule.holds(lookup)) && accept(facts)) {
      return facts;
    }
  }
  throw new Error(
    `Cannot draw facts for topic '${topic.name}': its rules or the condition of the outcome never hold`,
  );
}

function draw(
  fact: Fact,
  facts: Map<string, Drawn>,
  desk: Desk,
  now: number,
  random: Random,
): Drawn {
  const { locale, currency, zone } = desk.file;
  switch (fact.kind) {
    case "number":
      return words({ "": fillPattern(fact.pattern, random) });
    case "yes":
      return words({ "": random() < fact.chance ? "yes" : "no" });
    case "one of": {
      const texts = pick(fact.options, random) ?? {};
      return { texts, numbers: numbersIn(texts) };
    }
    case "count": {
      const n = between(fact.from, fact.to, random);
      return {
        texts: { "": String(n), word: COUNT_WORDS[n] ?? String(n) },
        numbers: { "": n },
      };
    }
    case "amount": {
      const value = Math.round(fact.expression.value(lookupIn(facts)) * 100) /
        100;
      return {
        texts: { "": money(value, locale, currency) },
        numbers: { "": value },
      };
    }
    case "item": {
      const other = fact.except === undefined
        ? undefined
        : facts.get(fact.except)?.texts["name"];
      const items = fact.categories
        .flatMap((category) => desk.file.catalogue?.[category] ?? [])
        .filter((item) =>
          item.name !== other && (!fact.where || isWhere(item, fact.where))
        );
      const item = pick(items, random);
      if (!item) throw new Error(`Nothing in the catalogue for '${fact.name}'`);
      const texts: Record<string, string> = { "": item.name };
      const numbers: Record<string, number> = {};
      for (const [key, value] of Object.entries(item)) {
        texts[key] = key === "price"
          ? money(Number(value), locale, currency)
          : String(value);
        if (typeof value === "number") numbers[key] = value;
      }
      return { texts, numbers };
    }
    case "date": {
      const base = fact.base === undefined
        ? 0
        : facts.get(fact.base)?.numbers["days"] ?? 0;
      let days = base + between(fact.from, fact.to, random);
      const at = (n: number) =>
        Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone)
          .toPlainDate().add({ days: n });
      // Away from the date it follows, so that the order of dates stays.
      const step = fact.from + fact.to < 0 ? -1 : 1;
      while (fact.workday && at(days).dayOfWeek > 5) days += step;
      const date = at(days);
      const time = Date.UTC(date.year, date.month - 1, date.day);
      const format = (options: Intl.DateTimeFormatOptions) =>
        dateFormat(locale, options).format(time);
      return {
        texts: {
          "": format({ day: "numeric", month: "long" }),
          weekday: format({ weekday: "long" }),
          short: format({ day: "2-digit", month: "2-digit", year: "numeric" }),
        },
        numbers: { "": days, days },
      };
    }
  }
}

function words(texts: Record<string, string>): Drawn {
  return { texts, numbers: {} };
}

function lookupIn(facts: Facts) {
  return (name: string, field: string) =>
    facts.get(name)?.numbers[field] ?? NaN;
}

function numbersIn(texts: Record<string, string>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(texts).filter(([, text]) => /^-?\d+(\.\d+)?$/.test(text))
      .map(([key, text]) => [key, Number(text)]),
  );
}

/** `A-#####`: a digit for each #, the first of a row not 0; a letter for each @. */
function fillPattern(pattern: string, random: Random): string {
  return pattern.replace(
    /#|@/g,
    (sign, at: number) =>
      sign === "@"
        ? String.fromCharCode(65 + Math.floor(random() * 26))
        : String(
          pattern[at - 1] === "#"
            ? between(0, 9, random)
            : between(1, 9, random),
        ),
  );
}

function money(value: number, locale: string, currency: string): string {
  return cached(
    `${locale} ${currency}`,
    () => new Intl.NumberFormat(locale, { style: "currency", currency }),
  ).format(value);
}

function dateFormat(locale: string, options: Intl.DateTimeFormatOptions) {
  return cached(
    `${locale} ${Object.keys(options)}`,
    () => new Intl.DateTimeFormat(locale, { ...options, timeZone: "UTC" }),
  );
}

/** Formats are slow to make. */
const formats = new Map<string, unknown>();

function cached<T>(key: string, make: () => T): T {
  if (!formats.has(key)) formats.set(key, make());
  return formats.get(key) as T;
}
