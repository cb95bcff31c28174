/**
 * Reads a topic from its file: facts, rules, outcomes and texts, each held to what it names.
 *
 * @module
 */
import type { Outcome } from "../workflow/plan.ts";
import { OF_TICKET, parseCondition, type Term } from "./condition.ts";
import { parseExpression, parseRule } from "./expression.ts";
import {
  type AlternativeFile,
  type DeskFile,
  type FactFile,
  type MessageFile,
  type MessageName,
  MESSAGES,
  type TopicFile,
  TopicForm,
} from "./form.ts";
import { hint, type Path, type Source } from "./source.ts";
import { parseText, placeholders } from "./text.ts";
import {
  type Alternative,
  BUILT_IN,
  type Fact,
  isWhere,
  type Slot,
  THREADS,
  type Topic,
  type Where,
} from "./topic.ts";

/** Reads a topic; `undefined` if too little of it is right. Every mistake goes to its source. */
export function readTopic(
  name: string,
  source: Source,
  desk: DeskFile,
  deskSource: Source,
): Topic | undefined {
  const file = source.read(TopicForm) ?? partsOf(source);
  if (!file) return;
  const teams = Object.keys(desk.teams ?? {});
  if (file.team !== undefined && !teams.includes(file.team)) {
    const { team } = file;
    source.mistake(
      ["team"],
      `unknown team '${team}'${hint(team, teams)}; desk.yaml has ${
        teams.join(", ") || "none"
      }`,
    );
  }
  const reader = new TopicReader(source, desk, file);
  const facts = reader.facts();
  const messages = new Map<MessageName, Slot[]>();
  for (const key of Object.keys(MESSAGES) as MessageName[]) {
    const own = file[key];
    if (
      own && own !== NO_MESSAGE &&
      Object.keys(own).every((slot) => slot.endsWith("?"))
    ) {
      source.mistake(
        [key],
        `every slot of '${key}' may be left out; at least one must be without ?`,
      );
    }
    const general = desk.messages?.[key];
    if (own) messages.set(key, reader.slots([key], own));
    else if (general) {
      messages.set(
        key,
        new TopicReader(deskSource, desk, file, facts)
          .slots(["messages", key], general),
      );
    }
  }
  const outcomes = new Map<Outcome, Term[]>();
  const listed = Array.isArray(file.outcomes)
    ? file.outcomes.map((outcome, i) => [outcome, null, [i]] as const)
    : Object.entries(file.outcomes).map(([outcome, when]) =>
      [outcome as Outcome, when ?? null, [outcome]] as const
    );
  for (const [outcome, when, path] of listed) {
    outcomes.set(
      outcome,
      when === null ? [] : reader.condition(["outcomes", ...path], when),
    );
    const missing = THREADS[outcome].filter((key) =>
      !messages.has(key) && !(key in NO_TOPIC) &&
      source.valueOf(key) === undefined
    );
    if (missing.length > 0) {
      source.mistake(
        ["outcomes", ...path],
        `outcome '${outcome}' needs the message ${
          missing.map((m) => `'${m}'`).join(", ")
        }`,
      );
    }
  }
  return {
    name,
    file,
    facts,
    rules: (file.rules ?? []).flatMap((rule, i) =>
      reader.parsed(["rules", i], () => {
        const read = parseRule(rule);
        reader.known(["rules", i], read.names);
        return [read];
      }) ?? []
    ),
    weight: file.weight ?? 1,
    outcomes,
    subject: {
      name: "subject",
      optional: false,
      when: [],
      place: source.place(["subject"]),
      alternatives: reader.alternatives(["subject"], file.subject),
    },
    messages,
    place: source.place([]),
  };
}

/** What stands in for the parts of a topic that are missing or wrong, and told already. */
const NO_MESSAGE: MessageFile = {};
const NO_TOPIC: TopicFile = {
  outcomes: [],
  subject: [],
  opening: NO_MESSAGE,
  reply: NO_MESSAGE,
  answer: NO_MESSAGE,
  resolution: NO_MESSAGE,
};

/** The good parts of a topic that has mistakes; nothing if its facts have some, since texts rest on them. */
function partsOf(source: Source): TopicFile | undefined {
  const parts = Object.entries(TopicForm.shape).flatMap(([key, form]) => {
    const value = source.valueOf(key);
    if (value === undefined) return [];
    const { success, data } = form.safeParse(value);
    return success ? [[key, data] as const] : [];
  });
  const areFactsGood = source.valueOf("facts") === undefined ||
    parts.some(([key]) => key === "facts");
  return source.isYaml && areFactsGood
    ? { ...NO_TOPIC, ...Object.fromEntries(parts) }
    : undefined;
}

/** Reads the parts of a topic; every mistake goes to the source. */
class TopicReader {
  readonly #source: Source;
  readonly #desk: DeskFile;
  readonly #file: TopicFile;
  #facts: Map<string, Fact>;

  constructor(
    source: Source,
    desk: DeskFile,
    file: TopicFile,
    facts: Fact[] = [],
  ) {
    this.#source = source;
    this.#desk = desk;
    this.#file = file;
    this.#facts = new Map(facts.map((fact) => [fact.name, fact]));
  }

  facts(): Fact[] {
    for (const [name, file] of Object.entries(this.#file.facts ?? {})) {
      const path = ["facts", name];
      if (this.#isWord(name)) {
        this.#source.mistake(
          path,
          `the name '${name}' is taken by a word every text may use`,
        );
      }
      const fact = this.parsed(path, () => this.#fact(name, file, path));
      if (fact) this.#facts.set(name, fact);
    }
    return [...this.#facts.values()];
  }

  #fact(name: string, file: FactFile, path: Path): Fact {
    const base = { name, by: file.by ?? "contact" } as const;
    if ("number" in file) {
      return { ...base, kind: "number", pattern: file.number };
    }
    if ("yes" in file) return { ...base, kind: "yes", chance: file.yes };
    if ("item" in file) {
      const categories = [file.item].flat();
      for (const category of categories) {
        const all = Object.keys(this.#desk.catalogue ?? {});
        if (!all.includes(category)) {
          this.#source.mistake(
            [...path, "item"],
            `unknown category '${category}'${
              hint(category, all)
            }; the catalogue has ${all.join(", ") || "none"}`,
          );
        }
      }
      if (file.except !== undefined) {
        this.known([...path, "except"], [file.except]);
      }
      const where = file.where === undefined
        ? undefined
        : this.#where(file.where, categories, [...path, "where"]);
      return {
        ...base,
        kind: "item",
        categories,
        ...(where && { where }),
        ...(file.except !== undefined && { except: file.except }),
      };
    }
    if ("amount" in file) {
      const expression = parseExpression(String(file.amount));
      this.known([...path, "amount"], expression.names);
      return { ...base, kind: "amount", expression };
    }
    if ("count" in file) {
      const [, from, to] = /^(\d+)\.\.(\d+)$/.exec(file.count) ?? [];
      if (from === undefined) {
        throw new SyntaxError("expected a range such as 2..4");
      }
      if (Number(from) > Number(to)) {
        throw new SyntaxError(
          `'${file.count}' ends before it begins; expected ${to}..${from}`,
        );
      }
      return { ...base, kind: "count", from: Number(from), to: Number(to) };
    }
    if ("date" in file) {
      const match =
        /^(?:([a-z][a-z0-9_]*)\s*([+-])\s*)?([+-]?\d+)(?:\.\.([+-]?\d+))?$/
          .exec(String(file.date));
      if (!match) {
        throw new SyntaxError(
          "expected days from now such as -9..-3, or from another date such as ordered + 2..4",
        );
      }
      const [, other, sign, from, to = from] = match;
      if (other !== undefined) this.known([...path, "date"], [other]);
      const days = [Number(from), Number(to)].map((n) => sign === "-" ? -n : n)
        .sort((a, b) => a - b) as [number, number];
      return {
        ...base,
        kind: "date",
        from: days[0],
        to: days[1],
        workday: file.workday ?? false,
        ...(other !== undefined && { base: other }),
      };
    }
    return {
      ...base,
      kind: "one of",
      options: file["one of"].map((option) =>
        typeof option === "object"
          ? Object.fromEntries(
            Object.entries(option).map(([key, value], i) =>
              [key, String(value), i] as const
            )
              .flatMap(([key, value, i]) =>
                i === 0 ? [["", value], [key, value]] : [[key, value]]
              ),
          )
          : { "": String(option) }
      ),
    };
  }

  #where(
    text: string,
    categories: readonly string[],
    path: Path,
  ): Where | undefined {
    return this.parsed(path, () => {
      const [term, ...more] = parseCondition(text);
      if (term?.kind !== "is" || more.length > 0) {
        throw new SyntaxError(
          "expected a key and its values, such as kind is boots or shoes",
        );
      }
      const { name: key, values, not } = term;
      const items = categories.flatMap((category) =>
        this.#desk.catalogue?.[category] ?? []
      );
      const keys = common(items.map((item) => Object.keys(item)));
      if (!keys.includes(key)) {
        throw new SyntaxError(
          `not every item has '${key}'${hint(key, keys)}`,
        );
      }
      const where = { key, values, not };
      if (!items.some((item) => isWhere(item, where))) {
        throw new SyntaxError("leaves no item");
      }
      return where;
    });
  }

  slots(path: Path, message: MessageFile): Slot[] {
    return Object.entries(message).map(([key, slot]) => {
      const at = [...path, key];
      const list = Array.isArray(slot);
      const when = list ? [] : this.condition([...at, "when"], slot.when);
      return {
        name: key.replace("?", ""),
        optional: key.endsWith("?"),
        when,
        alternatives: list
          ? this.alternatives(at, slot)
          : this.alternatives([...at, "texts"], slot.texts, when),
        place: this.#source.place(at),
      };
    });
  }

  alternatives(
    path: Path,
    list: readonly AlternativeFile[],
    slotWhen: readonly Term[] = [],
  ): Alternative[] {
    return list.flatMap((alternative, i) => {
      const at = [...path, i];
      if (typeof alternative === "string") {
        return [this.#alternative(at, alternative, [], slotWhen)];
      }
      return Object.entries(alternative).flatMap(([condition, texts]) => {
        const when = this.condition([...at, condition], condition);
        return typeof texts === "string"
          ? [this.#alternative([...at, condition], texts, when, slotWhen)]
          : texts.map((text, j) =>
            this.#alternative([...at, condition, j], text, when, slotWhen)
          );
      });
    });
  }

  #alternative(
    path: Path,
    text: string,
    when: Term[],
    slotWhen: readonly Term[],
  ): Alternative {
    const parts = parseText(text);
    for (const { name, field } of placeholders(parts)) {
      this.#placeholder(path, name, field);
    }
    const named = placeholders(parts).map(({ name }) => name);
    const asked = [...when, ...slotWhen].flatMap((term) =>
      term.kind === "yes" || term.kind === "is" ? [term] : []
    );
    const told = asked.filter(({ kind, not }) => kind === "yes" || !not);
    const factsIn = (names: readonly string[]) =>
      [...new Set(names)].filter((name) => this.#facts.has(name));
    return {
      text,
      parts,
      when,
      facts: factsIn([...named, ...asked.map(({ name }) => name)]),
      says: factsIn([...named, ...told.map(({ name }) => name)]),
      place: this.#source.place(path),
    };
  }

  condition(path: Path, text: string): Term[] {
    return this.parsed(path, () => {
      const terms = parseCondition(text);
      for (const term of terms) {
        if (!("name" in term) || term.name in OF_TICKET) continue;
        this.known(path, [term.name]);
        const fact = this.#facts.get(term.name);
        if (!fact) continue;
        if (term.kind === "said") term.isYes = fact.kind === "yes";
        if (term.kind === "yes" && fact.kind !== "yes") {
          throw new SyntaxError(
            `'${term.name}' is not a yes/no fact; expected '${term.name} is ...' or '${term.name} said'`,
          );
        }
        if (term.kind === "is" && fact.kind === "one of") {
          const all = fact.options.map((option) => option[""] ?? "");
          const wrong = term.values.find((value) => !all.includes(value));
          if (wrong !== undefined) {
            throw new SyntaxError(
              `'${term.name}' is never '${wrong}'${hint(wrong, all)}`,
            );
          }
        }
      }
      return terms;
    }) ?? [];
  }

  known(path: Path, names: readonly string[]): void {
    for (const name of names) {
      if (this.#facts.has(name) || this.#isWord(name)) continue;
      const all = Object.keys(this.#file.facts ?? {});
      this.#source.mistake(
        path,
        all.includes(name)
          ? `'${name}' stands further down; a fact may use those above it`
          : `unknown fact '${name}'${hint(name, all)}`,
      );
    }
  }

  parsed<T>(path: Path, parse: () => T): T | undefined {
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      this.#source.mistake(path, error.message);
      return undefined;
    }
  }

  #isWord(name: string): boolean {
    return (BUILT_IN as readonly string[]).includes(name) ||
      name in (this.#desk.words ?? {});
  }

  #placeholder(path: Path, name: string, field: string): void {
    const fact = this.#facts.get(name);
    if (!fact) {
      if (!this.#isWord(name)) {
        const all = [
          ...this.#facts.keys(),
          ...BUILT_IN,
          ...Object.keys(this.#desk.words ?? {}),
        ];
        this.#source.mistake(
          path,
          `unknown placeholder '{${name}}'${hint(name, all)}`,
        );
      } else if (
        field &&
        !(field === "first" && (name === "contact" || name === "agent"))
      ) {
        this.#source.mistake(
          path,
          `'{${name}.${field}}' does not exist; expected '{${name}}'`,
        );
      }
      return;
    }
    if (fact.kind === "yes") {
      this.#source.mistake(
        path,
        `'{${name}}' is a yes/no fact: use it in 'when'`,
      );
      return;
    }
    const fields = fieldsOf(fact, this.#desk);
    // A fact that is itself mistaken has no fields to speak of.
    if (fields.length > 0 && !fields.includes(field)) {
      this.#source.mistake(
        path,
        `'{${name}.${field}}' does not exist${
          hint(field, fields)
        }; expected one of ${
          fields.map((known) => known ? `{${name}.${known}}` : `{${name}}`)
            .join(", ")
        }`,
      );
    }
  }
}

/** The fields that all values of a fact have; "" is the value itself. */
function fieldsOf(fact: Fact, desk: DeskFile): string[] {
  switch (fact.kind) {
    case "item":
      return common(
        fact.categories.flatMap((category) => desk.catalogue?.[category] ?? [])
          .map((item) => ["", ...Object.keys(item)]),
      );
    case "one of":
      return common(fact.options.map((option) => Object.keys(option)));
    case "date":
      return ["", "weekday", "short"];
    case "count":
      return ["", "word"];
    default:
      return [""];
  }
}

function common(lists: readonly string[][]): string[] {
  return (lists[0] ?? []).filter((key) =>
    lists.every((list) => list.includes(key))
  );
}
