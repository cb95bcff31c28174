import { assert, assertEquals } from "@std/assert";
import { normalizeMessage, plainText, shorten } from "../../lib/text.ts";

const PLAIN: [what: string, html: string, text: string][] = [
  ["tags are taken away", "Hello <b>Jane</b>", "Hello Jane"],
  ["attributes go with their tag", '<a href="/x?a=1&b">here</a>', "here"],
  ["paragraphs are parted by a blank line", "<p>a</p><p>b</p>", "a\n\nb"],
  ["divisions are parted too", "<div>a</div><div>b</div>", "a\n\nb"],
  ["nested ends part only once", "<div><p>a</p></div><p>b</p>", "a\n\nb"],
  ["<br> is a line break", "a<br>b<br/>c<br />d", "a\nb\nc\nd"],
  ["white space collapses", "<p>a\n   b\t c </p>\n\n<p>d</p>", "a b c\n\nd"],
  ["named entities are read", "Fish &amp; chips &eacute;", "Fish & chips é"],
  ["numbered entities are read", "it&#39;s &#x2713;", "it's ✓"],
  ["an escaped tag is text", "&lt;p&gt; is a tag", "<p> is a tag"],
  ["entities are read once", "&amp;lt;", "&lt;"],
  ["an ampersand alone stays", "R&D & more", "R&D & more"],
  ["an angle bracket alone stays", "a < b, <b>c</b>", "a < b, c"],
  ["angle brackets without end stay", "<".repeat(80_000), "<".repeat(80_000)],
  [
    "line breaks in a row part once",
    "a" + "<br>".repeat(80_000) + "b",
    "a\n\nb",
  ],
  ["white space before an end goes", "<p>a <br> </p>b", "a\n\nb"],
  ["nothing has no text", "", ""],
  ["empty tags have no text", "<div><br></div>", ""],
];

for (const [what, html, text] of PLAIN) {
  Deno.test(`plainText: ${what}`, () => assertEquals(plainText(html), text));
}

const SAME: [what: string, one: string, other: string][] = [
  ["wrapped in a division", "<p>Hi</p>", "<div><p>Hi</p></div>"],
  ["with its line breaks collapsed", "<p>Hi.</p><p>Bye</p>", "Hi. Bye"],
  ["without white space between its parts", "<p>Hi.</p><p>Bye</p>", "Hi.Bye"],
  ["with other entities", "it&#39;s &amp; is", "it's &#38; is"],
  ["with curly quotes", 'it\'s "so"', "it\u2019s \u201cso\u201d"],
  ["with no-break spaces", "a b", "a&nbsp;b"],
  ["with no-break spaces of its own", "a b", "a\u00a0b"],
  ["with another dash", "Mon - Tue", "Mon \u2013 Tue"],
  ["in capitals", "Thanks", "THANKS"],
  ["with its angle bracket escaped", "a < b <i>c</i>", "a &lt; b <i>c</i>"],
  ["with its accents composed", "caf\u00e9", "cafe\u0301"],
  ["with zero-width spaces", "thanks", "tha\u200bnks"],
  ["with links put around words", "see x", 'see <a href="http://x">x</a>'],
];

for (const [what, one, other] of SAME) {
  Deno.test(`normalizeMessage: is the same ${what}`, () =>
    assertEquals(normalizeMessage(one), normalizeMessage(other)));
}

const DIFFERENT: [what: string, one: string, other: string][] = [
  ["another word", "It works now", "It works not"],
  ["another number", "Order 1001", "Order 1002"],
  ["an accent", "resume", "résumé"],
  ["another script", "Привет", "Пока"],
];

for (const [what, one, other] of DIFFERENT) {
  Deno.test(`normalizeMessage: differs by ${what}`, () =>
    assert(normalizeMessage(one) !== normalizeMessage(other)));
}

Deno.test("normalizeMessage: keeps the letters of any script", () => {
  assertEquals(
    normalizeMessage("<p>Привет, 世界! Ça va?</p>"),
    "привет世界çava",
  );
});

Deno.test("shorten() cuts no character in two", () => {
  for (let before = 0; before < 12; before++) {
    const text = shorten(`${"x".repeat(before)}😀😀😀😀😀😀`, 10);
    assert(text.isWellFormed(), text);
    assert(text.length <= 10);
  }
});
