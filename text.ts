/**
 * The text in a piece of HTML, as a person reads it and as two texts are compared.
 *
 * @module
 */
import { decodeHTML } from "entities";

/** The text of simple HTML: paragraphs parted by a blank line, `<br>` as a line break. */
export function plainText(html: string): string {
  const text = html.replace(/\s+/g, " ")
    .replace(/<br\s*\/?>\s*/gi, "\n")
    .replace(/\s*<\/(p|div|li|blockquote)>\s*/gi, "\n\n")
    .replace(/<[^>]*>/g, "");
  return decodeHTML(text).replace(/\n{3,}/g, "\n\n").trim();
}

/**
 * What is left of a message when all that Freshdesk may change about it is taken away: tags,
 * entities, white space, punctuation, case. Two messages that say the same fold to the same.
 */
export function fold(html: string): string {
  return plainText(html).normalize("NFKC").toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
}

/** A text as one line: line breaks, control characters and marks that turn the direction of reading become spaces. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu, " ");
}
