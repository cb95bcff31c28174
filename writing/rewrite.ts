/**
 * Rewrites what is left of a plan when another agent takes over.
 *
 * @module
 */
import type { Person, Plan, PlanStep } from "../workflow/plan.ts";
import { escapeHtml, firstName, oneLine } from "./text.ts";

/**
 * The plan with another agent from step `from` on: who acts, how messages are signed, and whom the
 * contact addresses. Steps before it, and those of a third agent, stay as they are.
 */
export function rewriteForAgent(plan: Plan, agent: Person, from: number): Plan {
  const old = activeAgent(plan, from);
  const steps = plan.steps.map((step, i) =>
    i < from ? step : rewritten(step, old, agent)
  );
  return { ...plan, ...(from <= 1 && { agent }), steps };
}

/** Who is at it when step `from` comes: the next agent named, or the last one before. */
function activeAgent(plan: Plan, from: number): Person {
  const agents = (steps: readonly PlanStep[]) =>
    steps.flatMap((step) => "agent" in step ? [step.agent] : []);
  return agents(plan.steps.slice(from))[0] ??
    agents(plan.steps.slice(0, from)).at(-1) ?? plan.agent;
}

function rewritten(step: PlanStep, old: Person, agent: Person): PlanStep {
  switch (step.kind) {
    case "assign":
      return step.agent.id === old.id ? { ...step, agent } : step;
    case "reply":
    case "note":
      return step.agent.id === old.id
        ? { ...step, agent, body: renamed(step.body, old, agent) }
        : step;
    case "answer":
      return { ...step, body: renamed(step.body, old, agent) };
    default:
      return step;
  }
}

/** HTML in which one person is named instead of another. */
function renamed(body: string, old: Person, agent: Person): string {
  const [oldName, name] = [old, agent].map(({ name }) =>
    escapeHtml(oneLine(name))
  ) as [string, string];
  const [oldFirst, first] = [oldName, name].map(firstName) as [string, string];
  if (oldName === "") return body;
  const full = body.replaceAll(oldName, () => name || oldFirst);
  if (oldFirst === "" || oldFirst === oldName && name !== "") return full;
  // A first name may be a word as well ("Will", "Mark"): at the start of a line it is one only when
  // nothing follows but a comma or the line's end.
  const escaped = oldFirst.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return full.replace(
    new RegExp(
      `(?<=<p>|<br>)${escaped}(?=,|<br>|</p>)|(?<=[\\p{L},] )${escaped}(?![\\p{L}\\p{N}])`,
      "gu",
    ),
    () => first || name,
  );
}
