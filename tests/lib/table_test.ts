import { assertEquals } from "@std/assert";
import { shorten, textTable, wrapWords } from "../../lib/text.ts";

Deno.test("textTable: pads columns to their widest cell", () => {
  const rows = [["Job", "Took"], ["first replies", "2 s"], ["x", ""]];
  assertEquals(textTable(rows), [
    "Job            Took",
    "first replies  2 s",
    "x",
  ]);
  assertEquals(textTable([]), []);
});

Deno.test("wrapWords: breaks between words only", () => {
  assertEquals(wrapWords("one two three", 8), ["one two", "three"]);
  assertEquals(wrapWords("unbreakable", 4), ["unbreakable"]);
  assertEquals(wrapWords("", 4), [""]);
});

Deno.test("shorten: keeps within the length", () => {
  assertEquals(shorten("abcdef", 6), "abcdef");
  assertEquals(shorten("abcdefg", 6), "abc...");
});
