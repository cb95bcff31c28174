/**
 * Text: from HTML to what a person reads, and from there to lines of a terminal. All of it takes
 * linear time: whatever a pattern here starts with, a failed match costs no more than up to the next `<`.
 *
 * @module
 */
import { decodeHTML } from "entities";

/** Returns the text of simple HTML: a blank line between paragraphs, `<br>` as a line break. */
export function plainText(html: string): string {
  const text = html.replace(/\s+/g, " ")
    .replace(/<br ?\/?>/gi, "\n")
    .replace(/<\/(p|div|li|blockquote)>/gi, "\n\n")
    .replace(/<[^<>]*>/g, "");
  const lines = text.split("\n").map((line) => line.trim()).join("\n");
  return decodeHTML(lines).replace(/\n{3,}/g, "\n\n").trim();
}

/**
 * Returns a message without all that Freshdesk may change about it: tags, entities, white space,
 * punctuation, case. Two messages that say the same have the same normal form.
 */
export function normalizeMessage(html: string): string {
  return plainText(html).normalize("NFKC").toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
}

/** Returns a text on one line: line breaks, control characters and marks that change the direction of reading become spaces. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu, " ");
}

/** Cuts a text to `length` characters, the last three being `...`. */
export function shorten(text: string, length = 1000): string {
  if (text.length <= length) return text;
  return `${text.slice(0, length - 3).replace(/\p{Surrogate}$/u, "")}...`;
}

/** Breaks a line between words, so that no part is wider than `width` unless one word is. */
export function wrapWords(line: string, width: number): string[] {
  const lines = [""];
  for (const word of line.split(" ")) {
    const last = lines.at(-1)!;
    if (last && last.length + word.length >= width) lines.push(word);
    else lines[lines.length - 1] = last ? `${last} ${word}` : word;
  }
  return lines;
}

/** Formats rows of equal length as lines, with columns as wide as their widest cell. */
export function textTable(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) =>
    Math.max(...rows.map((row) => row[i]?.length ?? 0))
  );
  return rows.map((row) =>
    row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ").trimEnd()
  );
}
