/**
 * Whether a plan can be carried out.
 *
 * @module
 */
import { normalizeMessage } from "../lib/text.ts";
import type { Plan } from "./plan.ts";

/** A plan has no more steps. */
const STEPS = 60;
/** Deno KV takes 64 KiB a value, as bytes; a character may take two. */
const BODIES = 28_000;

/**
 * Checks that a plan begins with its opening, ends with its closing, and that its messages can be
 * told apart by their letters and digits: a message that may have been posted is found by its text.
 *
 * @returns what is wrong with it; `undefined` if nothing is
 */
export function validatePlan({ steps, subject }: Plan): string | undefined {
  const kinds = steps.map(({ kind }) => kind);
  if (kinds[0] !== "create" || kinds.lastIndexOf("create") !== 0) {
    return "its first step, and no other, must open the ticket";
  }
  if (kinds.indexOf("close") !== kinds.length - 1) {
    return "its last step, and no other, must close the ticket";
  }
  if (steps.length > STEPS) return `it has more than ${STEPS} steps`;
  if (subject.trim() === "") return "its subject is empty";
  const bodies = steps.flatMap((step) => "body" in step ? [step.body] : []);
  if (bodies.reduce((sum, { length }) => sum + length, 0) > BODIES) {
    return `its messages have more than ${BODIES} characters`;
  }
  const said: { kind: string; text: string }[] = [];
  for (const step of steps) {
    if (!("body" in step)) continue;
    const { kind } = step;
    const text = normalizeMessage(step.body);
    if (text === "") return "a message has neither letters nor digits";
    if (said.some((other) => other.text === text)) {
      return "two messages have the same letters and digits";
    }
    // Freshdesk may add to a message, so it is looked for as a part of what is there.
    if (said.some((one) => one.kind === kind && one.text.includes(text))) {
      return "a message is a part of an earlier one of its kind";
    }
    said.push({ kind, text });
  }
  return undefined;
}
