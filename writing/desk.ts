/**
 * Reads a desk from the text of its files, and finds the mistakes in them with their place.
 *
 * @module
 */
import {
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
} from "yaml";
import type * as z from "zod";
import type { Outcome } from "../workflow/plan.ts";
import { OF_TICKET, parseCondition, type Term } from "./condition.ts";
import {
  type Expression,
  parseExpression,
  parseRule,
  type Rule,
} from "./expression.ts";
import {
  type AlternativeFile,
  type DeskFile,
  DeskForm,
  type FactFile,
  FORM,
  type MessageFile,
  type MessageName,
  MESSAGES,
  type TopicFile,
  TopicForm,
} from "./form.ts";
import { didYouMean, parseText, type Parts, placeholders } from "./text.ts";

/** The messages of each outcome, in their order. */
export const THREADS: Record<Outcome, readonly MessageName[]> = {
  solved_by_first_reply: ["opening", "solved"],
  one_round: ["opening", "reply", "answer", "resolution"],
  more_rounds: [
    "opening",
    "reply",
    "answer",
    "reply2",
    "answer2",
    "resolution",
  ],
  no_answer: ["opening", "reply", "reminder"],
  third_party: ["opening", "reply", "answer", "waiting", "resolution"],
  reopened: [
    "opening",
    "reply",
    "answer",
    "resolution",
    "reopen",
    "resolution2",
  ],
  handed_over: ["opening", "handover", "reply", "answer", "resolution"],
  refused: ["opening", "reply", "answer", "refusal"],
  withdrawn: ["opening", "withdrawal", "acknowledgement"],
};

/** Words that every text may use, besides the desk's own. */
export const BUILT_IN = ["company", "contact", "agent", "team"] as const;

/** Who can say a fact without having been told. */
export type Knows = "contact" | "agent" | "both";

/** Which items of a category: those with one of these values, or with none of them. */
export interface Where {
  /** A key of the catalogue. */
  key: string;
  /** Its values. */
  values: string[];
  /** Those with another value. */
  not: boolean;
}

/** A fact of a topic. */
export type Fact =
  & { name: string; by: Knows }
  & (
    | { kind: "number"; pattern: string }
    | { kind: "item"; categories: string[]; where?: Where; except?: string }
    | { kind: "amount"; expression: Expression }
    | { kind: "count"; from: number; to: number }
    | {
      kind: "date";
      base?: string;
      from: number;
      to: number;
      workday: boolean;
    }
    | { kind: "one of"; options: Record<string, string>[] }
    | { kind: "yes"; chance: number }
  );

/** One way to say it. */
export interface Alternative {
  /** As written. */
  text: string;
  /** The text, taken apart. */
  parts: Parts;
  /** When it may be taken. */
  when: Term[];
  /** The facts it rests on: those it names, and those its conditions ask for. */
  facts: string[];
  /** The facts it says: not those of which its conditions only exclude a value. */
  says: string[];
  /** `file:line:column`. */
  place: string;
}

/** A place in a message that takes one of several texts. */
export interface Slot {
  /** Its name, without the ?. */
  name: string;
  /** May be left out. */
  optional: boolean;
  /** When it is written at all. */
  when: Term[];
  /** One of these is taken. */
  alternatives: Alternative[];
  /** `file:line:column`. */
  place: string;
}

/** A topic, ready to write from. */
export interface Topic {
  /** The file's name without its ending. */
  name: string;
  /** The file as it was read. */
  file: TopicFile;
  /** What is drawn for a ticket, in this order. */
  facts: Fact[];
  /** What must hold between the facts. */
  rules: Rule[];
  /** How often it comes, compared with the others. */
  weight: number;
  /** How it may go, each with what must hold for it. */
  outcomes: Map<Outcome, Term[]>;
  /** The subject, as a slot. */
  subject: Slot;
  /** Its messages, those of desk.yaml included. */
  messages: Map<MessageName, Slot[]>;
  /** `file:line:column`. */
  place: string;
}

/** A desk, ready to write from. */
export interface Desk {
  /** Its name, or that of its folder. */
  name: string;
  /** desk.yaml as it was read. */
  file: DeskFile;
  /** What people write about. */
  topics: Topic[];
}

/** Something wrong in a file. */
export interface Mistake {
  /** `file:line:column`. */
  place: string;
  /** What is wrong, what was expected, and what may have been meant. */
  message: string;
}

/** All mistakes of a desk, a line each. */
export class DeskError extends Error {
  /** Its class. */
  override name = "DeskError";
  /** The mistakes in the order of files and lines. */
  readonly mistakes: readonly Mistake[];
  /** Joins the mistakes, a line each. */
  constructor(mistakes: readonly Mistake[]) {
    super(
      mistakes.map(({ place, message }) => `${place}: ${message}`).join("\n"),
    );
    this.mistakes = mistakes;
  }
}

/**
 * Reads a desk. `files` holds the text of `desk.yaml` and of each `topics/NAME.yaml`.
 *
 * @throws {DeskError} With every mistake in the files.
 */
export function readDesk(
  name: string,
  files: ReadonlyMap<string, string>,
): Desk {
  const { desk, mistakes } = tryToRead(name, files);
  if (mistakes.length > 0 || !desk) throw new DeskError(mistakes);
  return desk;
}

/** Reads what can be read of a desk: the topics without mistakes, and the mistakes of the others. */
export function tryToRead(
  name: string,
  files: ReadonlyMap<string, string>,
): { desk?: Desk; mistakes: Mistake[] } {
  const mistakes: Mistake[] = [];
  const text = files.get("desk.yaml");
  if (text === undefined) {
    return {
      mistakes: [{
        place: "desk.yaml",
        message: "missing; a desk is a folder with desk.yaml and topics/*.yaml",
      }],
    };
  }
  const source = new Source("desk.yaml", text, mistakes);
  const form = source.valueOf("form");
  if (typeof form === "number" && form > FORM) {
    source.mistake(
      ["form"],
      `form ${form} is of a later version of this program, which reads form ${FORM}: update it`,
    );
    return { mistakes };
  }
  const file = source.read(DeskForm);
  const topics: Topic[] = [];
  const paths = [...files.keys()].filter((path) => TOPIC.test(path)).sort();
  for (const path of paths) {
    const own: Mistake[] = [];
    const topicSource = new Source(path, files.get(path) ?? "", own);
    const [, topic = ""] = TOPIC.exec(path) ?? [];
    if (!file) topicSource.read(TopicForm);
    else {
      const read = readTopic(topic, topicSource, file, source);
      if (read && own.length === 0) topics.push(read);
    }
    mistakes.push(...own);
  }
  if (paths.length === 0) {
    source.mistake([], "no topics; expected at least one file in topics/");
  }
  return {
    mistakes: inOrder(mistakes),
    ...(file && topics.length > 0 && { desk: { name, file, topics } }),
  };
}

const TOPIC = /^topics\/(.+)\.ya?ml$/;

function readTopic(
  name: string,
  source: Source,
  desk: DeskFile,
  deskSource: Source,
): Topic | undefined {
  const file = source.read(TopicForm) ?? partsOf(source);
  if (!file) return;
  if (file.team !== undefined && !(file.team in (desk.teams ?? {}))) {
    source.mistake(
      ["team"],
      `unknown team '${file.team}'${
        hint(file.team, Object.keys(desk.teams ?? {}))
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

type Path = readonly (string | number)[];

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
            `unknown category '${category}'${hint(category, all)}`,
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
    if (!fields.includes(field)) {
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

/** By file, line and column; each once, since all topics share what stands in desk.yaml. */
export function inOrder(mistakes: readonly Mistake[]): Mistake[] {
  const each = new Map(
    mistakes.map((one) => [`${one.place}: ${one.message}`, one]),
  );
  return [...each.values()].sort((a, b) =>
    a.place.localeCompare(b.place, "en", { numeric: true })
  );
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

/** Whether an item of the catalogue is one of those. */
export function isWhere(
  item: Record<string, unknown>,
  { key, values, not }: Where,
): boolean {
  return values.includes(String(item[key])) !== not;
}

function common(lists: readonly string[][]): string[] {
  return (lists[0] ?? []).filter((key) =>
    lists.every((list) => list.includes(key))
  );
}

function hint(word: string, known: Iterable<string>): string {
  const near = didYouMean(word, known);
  return near ? `. Did you mean '${near}'?` : "";
}

/** A YAML file that knows where its values stand. */
class Source {
  readonly #path: string;
  readonly #lines = new LineCounter();
  readonly #document: ReturnType<typeof parseDocument>;
  readonly #mistakes: Mistake[];

  constructor(path: string, text: string, mistakes: Mistake[]) {
    this.#path = path;
    this.#mistakes = mistakes;
    this.#document = parseDocument(text, {
      lineCounter: this.#lines,
      prettyErrors: false,
    });
  }

  /** Whether the file is YAML at all. */
  get isYaml(): boolean {
    return this.#document.errors.length === 0;
  }

  /** A value at the top, whatever else is wrong. */
  valueOf(key: string): unknown {
    if (!isMap(this.#document.contents)) return undefined;
    const value = this.#document.get(key);
    return isNode(value) ? value.toJS(this.#document) : value;
  }

  read<T>(form: z.ZodType<T>): T | undefined {
    const { errors } = this.#document;
    // After a bracket that is not closed, all the rest seems wrong.
    const first = errors.find(({ code }) => code !== "DUPLICATE_KEY");
    for (const error of errors) {
      if (error !== first && error.code !== "DUPLICATE_KEY") continue;
      this.#mistakes.push({
        place: this.#at(error.pos[0]),
        message: `YAML: ${error.message}`,
      });
    }
    if (errors.length > 0) return undefined;
    const result = form.safeParse(this.#document.toJS());
    if (result.success) return result.data;
    for (const issue of result.error.issues) this.#explain(issue, []);
    return undefined;
  }

  mistake(path: Path, message: string): void {
    this.#mistakes.push({ place: this.place(path), message });
  }

  /**
   * `file:line:column` of a value; of the nearest one around it if it does not exist. What is used
   * again by its name (`*name`) stands where it was written.
   */
  place(path: Path): string {
    let offset = 0;
    let node: Node | null | undefined = this.#document.contents;
    for (const key of path) {
      if (isAlias(node)) node = node.resolve(this.#document);
      if (!isCollection(node)) break;
      const value: unknown = node.get(key, true);
      const label: unknown = isMap(node)
        ? node.items.find(({ key: k }) => isScalar(k) && k.value === key)?.key
        : value;
      if (!isNode(label)) break;
      offset = label.range?.[0] ?? offset;
      node = isNode(value) ? value : undefined;
    }
    return this.#at(offset);
  }

  #explain(issue: z.core.$ZodIssue, above: Path): void {
    const path = [
      ...above,
      ...issue.path.map((key) => typeof key === "number" ? key : String(key)),
    ];
    const found = path.length > 0 ? this.#document.getIn(path) : undefined;
    switch (issue.code) {
      case "unrecognized_keys":
        for (const key of issue.keys) {
          this.mistake(
            [...path, key],
            `unknown key '${key}'${hint(key, path.length ? KEYS : TOP_KEYS)}`,
          );
        }
        return;
      case "invalid_union": {
        // The branch that got furthest knows best what is wrong.
        const best =
          [...issue.errors].sort((a, b) =>
            depth(b) - depth(a) || wrongKeys(a) - wrongKeys(b) ||
            a.length - b.length
          )[0] ?? [];
        for (const inner of best) this.#explain(inner, path);
        if (best.length > 0) return;
        break;
      }
      case "invalid_key":
        for (const inner of issue.issues) this.#explain(inner, path);
        return;
      case "invalid_value": {
        if (!issue.message.startsWith("Invalid")) break;
        const values = issue.values.map(String);
        this.mistake(
          path,
          found === undefined
            ? `missing '${path.at(-1)}'; expected ${values.join(", ")}`
            : `unknown '${found}'; expected ${values.join(", ")}${
              hint(String(found), values)
            }`,
        );
        return;
      }
      case "invalid_type":
        this.mistake(
          path,
          found === undefined
            ? `missing '${path.at(-1) ?? "content"}'`
            : `expected ${TYPES[issue.expected] ?? issue.expected}`,
        );
        return;
    }
    this.mistake(path, issue.message.replace(/^Invalid input: /, ""));
  }

  #at(offset: number): string {
    const { line, col } = this.#lines.linePos(offset);
    return `${this.#path}:${line || 1}:${col || 1}`;
  }
}

/** What zod calls a type, in the words of the form. */
const TYPES: Record<string, string> = {
  string: "a text",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  object: "a mapping",
  record: "a mapping",
};

const TOP_KEYS = [
  ...Object.keys(TopicForm.shape),
  ...Object.keys(DeskForm.shape),
];
const KEYS = [
  ...[
    "number",
    "item",
    "where",
    "except",
    "amount",
    "count",
    "date",
    "workday",
  ],
  ...["one of", "yes", "by", "when", "texts", "median", "p90"],
  ...Object.keys(MESSAGES),
];

function wrongKeys(issues: readonly z.core.$ZodIssue[]): number {
  return issues.filter(({ code }) => code === "unrecognized_keys").length;
}

function depth(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map(({ path }) => path.length));
}
