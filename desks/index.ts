// Made by `deno task desk-index`.
// deno-fmt-ignore-file
/**
 * The built-in desks, as text.
 *
 * @module
 */
import text1 from "./shop/desk.yaml" with { type: "text" };
import text2 from "./shop/topics/boots-too-tight.yaml" with { type: "text" };
import text3 from "./shop/topics/discount-missing.yaml" with { type: "text" };

/** The files of the built-in desks: by the desk's name, then by their path in its folder. */
export const DESKS: Readonly<Record<string, ReadonlyMap<string, string>>> = {
  "shop": new Map([
    ["desk.yaml", text1],
    ["topics/boots-too-tight.yaml", text2],
    ["topics/discount-missing.yaml", text3],
  ]),
};
