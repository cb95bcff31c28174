/**
 * `deno task doctor`: checks the settings, the account and the database, and prints one line per check.
 * Changes nothing in Freshdesk. Exits with 1 if there is a problem.
 *
 * @module
 */
import { readArguments } from "../startup/arguments.ts";
import { hintForMissingFile, readEnvironment } from "../startup/environment.ts";
import { type Finding, line, runChecks, summary } from "./doctor/checks.ts";

readArguments({
  name: "doctor",
  summary:
    `Checks the settings, the account and the database, and says what to do.
Changes nothing in Freshdesk.`,
});
const findings: Finding[] = [];
for await (const finding of runChecks(await readEnvironment())) {
  findings.push(finding);
  console.log(line(finding));
}
console.log(summary(findings));
const problems = findings.filter(({ level }) => level === "PROBLEM");
if (problems.some(({ check }) => check === "settings")) {
  for (const hint of await hintForMissingFile()) console.log(hint);
}
if (problems.length > 0) Deno.exit(1);
