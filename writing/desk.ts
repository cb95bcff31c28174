/**
 * Reads a desk from the text of its files, and finds the mistakes in them with their place.
 *
 * @module
 */
import { type DeskFile, DeskForm, FORM, TopicForm } from "./form.ts";
import { type Mistake, Source } from "./source.ts";
import { readTopic } from "./topic_reader.ts";
import type { Topic } from "./topic.ts";

/** A desk, ready to write from. */
export interface Desk {
  /** Its name, or that of its folder. */
  name: string;
  /** desk.yaml as it was read. */
  file: DeskFile;
  /** What people write about. */
  topics: Topic[];
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

/** By file, line and column; each once, since all topics share what stands in desk.yaml. */
export function inOrder(mistakes: readonly Mistake[]): Mistake[] {
  const each = new Map(
    mistakes.map((one) => [`${one.place}: ${one.message}`, one]),
  );
  return [...each.values()].sort((a, b) =>
    a.place.localeCompare(b.place, "en", { numeric: true })
  );
}
