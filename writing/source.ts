/**
 * A YAML file of a desk, whose mistakes are found with their place.
 *
 * @module
 */
import process from "node:process";
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
import {
  DeskForm,
  type Issue,
  MESSAGES,
  type Reader,
  TopicForm,
} from "./form.ts";
import { didYouMean } from "./text.ts";

/** Something wrong in a file. */
export interface Mistake {
  /** `file:line:column`. */
  place: string;
  /** What is wrong, what was expected, and what may have been meant. */
  message: string;
}

/** The keys that lead to a value. */
export type Path = readonly (string | number)[];

/** A YAML file that knows where its values stand. */
export class Source {
  readonly #path: string;
  readonly #lines = new LineCounter();
  readonly #document: ReturnType<typeof parseDocument>;
  readonly #mistakes: Mistake[];

  /** Reads a file; its mistakes are added to the list. */
  constructor(path: string, text: string, mistakes: Mistake[]) {
    this.#path = path;
    this.#mistakes = mistakes;
    this.#document = withoutEnvironment(() =>
      parseDocument(text, { lineCounter: this.#lines, prettyErrors: false })
    );
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

  /** The file in its form; `undefined` if it has mistakes. */
  read<T>(form: Reader<T>): T | undefined {
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

  /** Adds a mistake at a value. */
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

  #explain(issue: Issue, above: Path): void {
    const path = [
      ...above,
      ...issue.path.map((key) => typeof key === "number" ? key : String(key)),
    ];
    const found = path.length > 0 ? this.#document.getIn(path) : undefined;
    switch (issue.code) {
      case "unrecognized_keys":
        for (const key of issue.keys ?? []) {
          this.mistake(
            [...path, key],
            `unknown key '${key}'${hint(key, path.length ? KEYS : TOP_KEYS)}`,
          );
        }
        return;
      case "invalid_union": {
        // The branch that got furthest knows best what is wrong.
        const best =
          [...issue.errors ?? []].sort((a, b) =>
            depth(b) - depth(a) || wrongKeys(a) - wrongKeys(b) ||
            a.length - b.length
          )[0] ?? [];
        for (const inner of best) this.#explain(inner, path);
        if (best.length > 0) return;
        break;
      }
      case "invalid_key":
        for (const inner of issue.issues ?? []) this.#explain(inner, path);
        return;
      case "invalid_value": {
        if (!issue.message.startsWith("Invalid")) break;
        const values = (issue.values ?? []).map(String);
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
            : `expected ${TYPES[issue.expected ?? ""] ?? issue.expected}`,
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

function wrongKeys(issues: readonly Issue[]): number {
  return issues.filter(({ code }) => code === "unrecognized_keys").length;
}

function depth(issues: readonly Issue[]): number {
  return Math.max(0, ...issues.map(({ path }) => path.length));
}

/** Asks whether a known word was meant; empty where none is like it. */
export function hint(word: string, known: Iterable<string>): string {
  const near = didYouMean(word, known);
  return near ? `. Did you mean '${near}'?` : "";
}

/** The parser reads variables that print what it does: without them it needs no permission. */
function withoutEnvironment<T>(parse: () => T): T {
  const { env } = process;
  process.env = {};
  try {
    return parse();
  } finally {
    process.env = env;
  }
}
