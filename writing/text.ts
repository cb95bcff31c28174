/**
 * A text of a desk, taken apart: words and placeholders such as `{order}` or `{boots.price}`.
 *
 * @module
 */
import { distance } from "fastest-levenshtein";

/** A placeholder: a fact or a built-in word, and a field of it. */
export interface Placeholder {
  /** The fact or word. */
  name: string;
  /** Empty: the fact itself. */
  field: string;
}

/** A text in the order of its parts. */
export type Parts = (string | Placeholder)[];

/** Takes a text apart. */
export function parseText(text: string): Parts {
  const tidy = text.trim().split(/\n\s*\n/).map((paragraph) =>
    paragraph.split("\n").map((line) => line.trim()).join("\n")
  ).join("\n\n");
  return tidy.split(/(\{[^{}]*\})/).filter((part) => part !== "").map(
    (part) => {
      if (!part.startsWith("{")) return part;
      const [name = "", ...field] = part.slice(1, -1).split(".");
      return { name, field: field.join(".") };
    },
  );
}

/** The placeholders of a text. */
export function placeholders(parts: Parts): Placeholder[] {
  return parts.filter((part) => typeof part !== "string");
}

/** One line of plain text, whatever the text holds. */
export function oneLine(text: string): string {
  return text.toWellFormed().replace(/[\p{Cc}\s]+/gu, " ").trim();
}

/** "Jane" of "Jane Doe", "Dr. Jane Doe" and "Doe, Jane"; empty when there is none. */
export function firstName(name: string): string {
  const [, given = name] = /^[^\s,]+, (.+)$/.exec(name) ?? [];
  return given.split(" ").find((word) =>
    /\p{L}/u.test(word) && !/^(dr|mr|mrs|ms|mx|prof)\.?$/i.test(word)
  ) ?? "";
}

/** Cuts at a word where one ends near, never inside a surrogate pair. */
export function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  const kept = text.slice(0, length - 1).replace(/\p{Surrogate}$/u, "")
    .replace(/\s+\S{0,20}$/, "");
  return `${kept}…`;
}

/** Plain text as HTML: a blank line parts paragraphs, a single line break stays one. */
export function toHtml(text: string): string {
  return text.split(/\n\s*\n/).map((paragraph) =>
    paragraph.split("\n").map((line) => escapeHtml(line.trim()))
      .filter((line) => line !== "").join("<br>")
  ).filter((paragraph) => paragraph !== "")
    .map((paragraph) => `<p>${paragraph}</p>`).join("");
}

/** Text as it stands in HTML. */
export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;").replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/** The known word nearest to a mistaken one, or `undefined` if none is near. */
export function didYouMean(
  word: string,
  known: Iterable<string>,
): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const edits = distance(word, candidate);
    if (edits < least) [best, least] = [candidate, edits];
  }
  return best;
}
