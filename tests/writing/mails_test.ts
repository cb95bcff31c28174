import { assert, assertEquals } from "@std/assert";
import { OUTCOMES, type Plan } from "../../workflow/plan.ts";
import { loadDesk } from "../../writing/folder.ts";
import { mailsOf, mailsPerTicket } from "../../writing/mails.ts";
import { sampleOf } from "../../writing/sample.ts";

/** Freshdesk mails the requester at these steps. */
function mailsIn({ steps }: Plan): number {
  return steps.filter((step) =>
    step.kind === "create" || step.kind === "reply" || step.kind === "close" ||
    step.kind === "status" && step.status === "resolved"
  ).length;
}

Deno.test("mails: a ticket of each outcome gets four to seven", async () => {
  const desk = await loadDesk("shop");
  for (const outcome of OUTCOMES) {
    const [plan] = await sampleOf(desk, "mails", 1, { outcome });
    assert(plan);
    // Thanks that come afterwards leave the ticket resolved.
    const thanks = plan.steps.at(-3)?.kind === "answer" ? 1 : 0;
    assertEquals(mailsIn(plan) - thanks, mailsOf(outcome), outcome);
    assert(mailsOf(outcome) >= 4 && mailsOf(outcome) <= 7, outcome);
  }
});

Deno.test("mails: a desk's average ticket follows its outcomes, a classic one gets four", async () => {
  const desk = await loadDesk("shop");
  const plans = await sampleOf(desk, "mails", 300);
  const written = plans.reduce((sum, plan) => sum + mailsIn(plan), 0) / 300;
  const expected = mailsPerTicket(desk, "natural");
  assert(Math.abs(written - expected) < 0.3, `${written} and ${expected}`);
  assertEquals(mailsPerTicket(desk, "fast"), expected);
  assertEquals(mailsPerTicket(desk, "classic"), 4);
});
