/**
 * The text in a piece of HTML, as a person reads it and as two texts are compared. It takes linear
 * time: whatever a pattern here starts with, a failed match costs no more than up to the next `<`.
 *
 * @module
 */
import { decodeHTML } from "entities";

/** The text of simple HTML: paragraphs parted by a blank line, `<br>` as a line break. */
export function plainText(html: string): string {
  const text = html.replace(/\s+/g, " ")
    .replace(/<br ?\/?>/gi, "\n")
    .replace(/<\/(p|div|li|blockquote)>/gi, "\n\n")
    .replace(/<[^<>]*>/g, "");
  const lines = text.split("\n").map((line) => line.trim()).join("\n");
  return decodeHTML(lines).replace(/\n{3,}/g, "\n\n").trim();
}

/**
 * What is left of a message when all that Freshdesk may change about it is taken away: tags,
 * entities, white space, punctuation, case. Two messages that say the same fold to the same.
 */
export function normalizeMessage(html: string): string {
  return plainText(html).normalize("NFKC").toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
}

/** A text as one line: line breaks, control characters and marks that turn the direction of reading become spaces. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu, " ");
}

/** The beginning of a text that may be of any length: enough to be read, little enough to be stored. */
export function shorten(text: string, length = 1000): string {
  return text.length > length ? `${text.slice(0, length - 3)}...` : text;
}
