/**
 * What the checks of `deno task doctor` find, and how it is put.
 *
 * @module
 */
import { errorMessage } from "../../lib/error.ts";
import { hintFor } from "../../workflow/failures.ts";

/** The checks in order. */
export const CHECKS = [
  "settings",
  "URL",
  "connection",
  "key",
  "owner",
  "role",
  "limit",
  "agents",
  "contacts",
  "required fields",
  "mail",
  "database",
  "clock",
] as const;

/** The name of a check. */
export type Check = typeof CHECKS[number];

/** What a check found. */
export interface Finding {
  /** The check. */
  check: Check;
  /** `WARNING`: it works, but look at it; `PROBLEM`: it does not work. */
  level: "OK" | "WARNING" | "PROBLEM";
  /** The result and, unless it is OK, what to do. */
  text: string;
}

/** A finding without the name of its check. */
export type CheckResult = Omit<Finding, "check">;

/** Formats a finding. */
export function line({ check, level, text }: Finding): string {
  return `${level.padEnd(8)} ${check}: ${text}`;
}

/** Sums up all findings in one line. */
export function summary(findings: readonly Finding[]): string {
  const count = (level: Finding["level"]) =>
    findings.filter((finding) => finding.level === level).length;
  const problems = count("PROBLEM");
  const warnings = count("WARNING");
  const made = new Set(findings.map(({ check }) => check));
  const skipped = CHECKS.filter((check) => !made.has(check));
  const verdict = problems > 0
    ? `${plural(problems, "problem")}, ${plural(warnings, "warning")}.`
    : warnings > 0
    ? `No problem, ${plural(warnings, "warning")}: the program can be started.`
    : "All checks passed: the program can be started.";
  return skipped.length > 0
    ? `${verdict} Could not be checked: ${skipped.join(", ")}.`
    : verdict;
}

/** It works. */
export function ok(text: string): CheckResult {
  return { level: "OK", text };
}

/** It works, but look at it. */
export function warning(text: string): CheckResult {
  return { level: "WARNING", text: sentence(text) };
}

/** It does not work. */
export function problem(text: string): CheckResult {
  return { level: "PROBLEM", text: sentence(text) };
}

function sentence(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}

/** An error and what to do about it. */
export function explain(error: unknown): string {
  return `${errorMessage(error)}. ${hintFor(error)}`;
}

/** A number of things. */
export function plural(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? "" : "s"}`;
}
