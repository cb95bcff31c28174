/**
 * Stands in for `@std/assert` where JSR cannot be reached: the same code, compiled, from npm.
 *
 * @module
 */
// @ts-types="./assert.d.ts"
export {
  assert,
  assertEquals,
  assertExists,
  assertInstanceOf,
  AssertionError,
  assertMatch,
  assertObjectMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "npm:deno-std@1.4.0/assert/mod.js";
