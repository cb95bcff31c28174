import { assert, assertEquals } from "@std/assert";
import { readDesk } from "../../writing/desk.ts";
import { smallWriters } from "../../writing/people.ts";
import { CONTACTS, sampleOf } from "../../writing/sample.ts";
import { textsOf } from "../../writing/variety.ts";
import { SMALL_DESK } from "../helpers/small_desk.ts";

Deno.test("personas: who writes in small letters writes no name half in capitals", async () => {
  const desk = readDesk(
    "x",
    new Map([
      [
        "desk.yaml",
        SMALL_DESK,
      ],
      [
        "topics/x.yaml",
        `outcomes: [one_round]
subject: [ThinkPad]
opening: { say: [ThinkPad is slow. API too.] }
reply: { say: [Reply] }
answer: { say: [Answer] }
resolution: { say: [Resolution] }
`,
      ],
    ]),
  );
  const small = smallWriters(CONTACTS, "a");
  const plans = (await sampleOf(desk, "a", 80)).filter(({ contact }) =>
    small.has(contact.id)
  );
  assert(plans.length > 0);
  for (const plan of plans) {
    const said = /thinkpad is slow\. API too\./i.exec(textsOf(plan)[1] ?? "");
    assertEquals(said?.[0], "thinkpad is slow. API too.");
  }
});
