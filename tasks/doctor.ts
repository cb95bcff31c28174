/**
 * `deno task doctor`: says, a line each, what is in order, what to look at and what does not work.
 * Changes nothing in Freshdesk. Exit code 1 with a problem.
 *
 * @module
 */
import { readEnvironment } from "../entry.ts";
import { examine, type Finding, line, summary } from "./checks.ts";

const findings: Finding[] = [];
for await (const finding of examine(await readEnvironment())) {
  findings.push(finding);
  console.log(line(finding));
}
console.log(summary(findings));
if (findings.some(({ level }) => level === "PROBLEM")) Deno.exit(1);
