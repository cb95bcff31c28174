import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  type Scenario,
  SCENARIOS,
  type Script,
  writeScript,
} from "../../desks/scenarios.ts";

const MESSAGES = ["description", "reply", "answer", "resolution"] as const;
const BY_CONTACT = ["description", "answer"] as const;
const BY_AGENT = ["reply", "resolution"] as const;

const JANE = { contact: "Jane Doe", agent: "Sam Rivera" };

const PEOPLE = [
  JANE,
  { contact: "", agent: "" },
  { contact: "Cher", agent: "Bo" },
  { contact: "<script>alert(1)</script>", agent: '"><img src=x>' },
  { contact: "O'Brien & Sons", agent: "Sam\r\n\r\n</p>Rivera" },
  { contact: "🎉🎉", agent: "Søren Ångström" },
  { contact: "Jo ".repeat(100), agent: "x".repeat(300) },
  { contact: "{agent} {nobody} $& $1", agent: "{contact}" },
];

function seeded(seed: number): () => number {
  return () => {
    seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return seed / 2 ** 32;
  };
}

function script(scenario: Scenario, people = JANE, seed = 7): Script {
  return writeScript(scenario, people, seeded(seed));
}

function everyScript(check: (script: Script) => void) {
  for (const people of PEOPLE) {
    for (const scenario of SCENARIOS) check(script(scenario, people));
  }
}

function scenario(texts: Partial<Scenario>): Scenario {
  return {
    name: "made-up",
    priority: 1,
    subject: "A subject",
    description: "A description",
    reply: "A reply",
    answer: "An answer",
    resolution: "A resolution",
    ...texts,
  };
}

function plain(html: string): string {
  return html
    .replaceAll("<br>", "\n")
    .replaceAll("</p><p>", "\n\n")
    .replace(/<[^>]*>/g, "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");
}

function folded(html: string): string {
  return plain(html).toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
}

function lastLine(html: string): string {
  return plain(html).split("\n").at(-1) ?? "";
}

function everyText(): { where: string; text: string }[] {
  return SCENARIOS.flatMap((scenario) =>
    (["subject", ...MESSAGES] as const).map((part) => ({
      where: `${scenario.name}, ${part}`,
      text: scenario[part],
    }))
  );
}

Deno.test("there are 24 scenarios, each with its own name and subject", () => {
  assertEquals(SCENARIOS.length, 24);
  assertEquals(new Set(SCENARIOS.map(({ name }) => name)).size, 24);
  assertEquals(new Set(SCENARIOS.map(({ subject }) => subject)).size, 24);
  for (const { name } of SCENARIOS) assertMatch(name, /^[a-z]+(-[a-z]+)*$/);
});

Deno.test("every priority occurs", () => {
  const priorities = new Set(SCENARIOS.map(({ priority }) => priority));
  assertEquals([...priorities].sort(), [1, 2, 3, 4]);
});

Deno.test("no message of any thread equals or contains another of its thread", () => {
  everyScript((script) => {
    for (const one of MESSAGES) {
      for (const other of MESSAGES.filter((other) => other !== one)) {
        assert(
          !folded(script[one]).includes(folded(script[other])),
          `${script.scenario}: ${one} contains ${other}`,
        );
      }
    }
  });
});

Deno.test("no message is used in two scenarios", () => {
  const messages = SCENARIOS.flatMap((scenario) =>
    MESSAGES.map((part) => folded(script(scenario)[part]))
  );
  assertEquals(new Set(messages).size, messages.length);
});

Deno.test("every message has at least 80 letters and digits", () => {
  everyScript((script) => {
    for (const part of MESSAGES) {
      const { length } = folded(script[part]);
      assert(length >= 80, `${script.scenario}: ${part} has ${length}`);
    }
  });
});

Deno.test("no placeholder is left after filling in", () => {
  for (const scenario of SCENARIOS) {
    const { subject, ...rest } = script(scenario);
    assert(!/[{}]/.test(subject + MESSAGES.map((part) => rest[part]).join()));
  }
});

Deno.test("an unknown placeholder is refused rather than posted", () => {
  assertThrows(
    () => script(scenario({ reply: "Hi {customer}," })),
    TypeError,
    "Cannot fill in scenario 'made-up' as a placeholder must be one of contact, contact_first, " +
      "agent, agent_first, reference, day: current value is '{customer}'",
  );
});

Deno.test("subjects are one line of at most 80 characters as written, 120 filled in", () => {
  for (const { subject } of SCENARIOS) assertMatch(subject, /^.{1,80}$/);
  everyScript(({ subject }) => assertMatch(subject, /^.{1,120}$/));
});

Deno.test("messages are paragraphs and line breaks with nothing open, empty or nested", () => {
  everyScript((script) => {
    for (const part of MESSAGES) {
      assertMatch(script[part], /^(<p>[^<>]+(<br>[^<>]+)*<\/p>)+$/);
      assert(!/&(?!(amp|lt|gt|quot|#39);)/.test(script[part]));
    }
  });
});

Deno.test("every agent message ends with a line naming the agent in full", () => {
  for (const scenario of SCENARIOS) {
    const written = script(scenario);
    for (const part of BY_AGENT) {
      assertMatch(lastLine(written[part]), /^Sam Rivera(,|$)/);
    }
  }
});

Deno.test("every customer message ends with the customer's name", () => {
  for (const scenario of SCENARIOS) {
    const written = script(scenario);
    for (const part of BY_CONTACT) {
      assertEquals(lastLine(written[part]), "Jane Doe");
    }
  }
});

Deno.test("first names stand only where 'there' can stand in for them", () => {
  for (const { where, text } of everyText()) {
    assert(
      !/(?<!\b(Hi|Hello) )\{(contact|agent)_first\}/.test(text),
      `${where}: a first name is used outside a greeting`,
    );
  }
});

Deno.test("a contact's full name stands only on a line of its own", () => {
  for (const { where, text } of everyText()) {
    for (const line of text.split("\n")) {
      assert(
        !line.includes("{contact}") || line.trim() === "{contact}",
        `${where}: ${line.trim()}`,
      );
    }
  }
});

const UNWANTED = {
  "an e-mail address": /@/,
  "a link": /:\/\/|www\.|(?<!\bexample)\.(com|net|org|io|dev)\b/i,
  "a phone number": /\+?\d[\d\s().-]{6,}\d/,
  "an emoji": /\p{Extended_Pictographic}/u,
  "a brand":
    /\b(amazon|android|apple|chrome|excel|fresh(desk|works)|google|iphone|ipad|microsoft|okta|outlook|paypal|safari|salesforce|shopify|slack|stripe|windows|zapier|zendesk|zoom)\b/i,
  "a time of day or a count of minutes":
    /\b(morning|noon|afternoon|evening|night|tonight|minutes?|hours?|o'clock)\b|\d ?[ap]m\b/i,
  "a British spelling":
    /colour|favour|neighbour|\bgrey\b|catalogue|cancelled|licence|centre|apologis|organis|recognis/i,
};

for (const [what, pattern] of Object.entries(UNWANTED)) {
  Deno.test(`no text holds ${what}`, () => {
    for (const { where, text } of everyText()) {
      assert(!pattern.test(text), `${where}: '${pattern.exec(text)?.[0]}'`);
    }
  });
}

Deno.test("the same seed gives the same script, another seed another", () => {
  for (const scenario of SCENARIOS) {
    assertEquals(script(scenario, JANE, 1), script(scenario, JANE, 1));
  }
  const [late] = SCENARIOS;
  assert(late);
  assert(
    script(late, JANE, 1).subject !== script(late, JANE, 2).subject,
  );
});

Deno.test("reference and day are the same through the whole thread", () => {
  const each = "{reference} {day}";
  const written = script(scenario({
    subject: each,
    description: each,
    reply: each,
    answer: each,
    resolution: each,
  }));
  assertMatch(written.subject, /^\d{6} (Mon|Tues|Wednes|Thurs|Fri)day$/);
  for (const part of MESSAGES) {
    assertEquals(written[part], `<p>${written.subject}</p>`);
  }
});

Deno.test("the ends of the random range are good references and days", () => {
  const both = scenario({ subject: "{reference} {day}" });
  const subject = (number: number) =>
    writeScript(both, JANE, () => number).subject;
  assertEquals(subject(0), "100000 Monday");
  assertEquals(subject(1 - Number.EPSILON), "999999 Friday");
});

Deno.test("a hostile name stays text in a message", () => {
  const { reply } = script(
    scenario({ reply: "Hi {contact_first},\n{agent}" }),
    {
      contact: `<script>&"'`,
      agent: "</p><b>Sam</b>",
    },
  );
  assertEquals(
    reply,
    "<p>Hi &lt;script&gt;&amp;&quot;&#39;,<br>&lt;/p&gt;&lt;b&gt;Sam&lt;/b&gt;</p>",
  );
});

Deno.test("a name that looks like a placeholder or a pattern is not filled in", () => {
  const { answer } = script(scenario({ answer: "{contact}" }), {
    contact: "{agent} {nobody} $& $1",
    agent: "Sam",
  });
  assertEquals(answer, "<p>{agent} {nobody} $&amp; $1</p>");
});

Deno.test("a name in the subject is raw text on one line", () => {
  const { subject } = script(scenario({ subject: "For {contact}" }), {
    contact: "O'Brien\r\n&\u2028<Sons>\u0000\tLtd \ud800",
    agent: "",
  });
  assertEquals(subject, "For O'Brien & <Sons> Ltd \ufffd");
});

Deno.test("line breaks in a name open no new line in a message", () => {
  const { answer } = script(scenario({ answer: "Thanks,\n{contact}" }), {
    contact: "Jane\n\nDoe",
    agent: "",
  });
  assertEquals(answer, "<p>Thanks,<br>Jane Doe</p>");
});

Deno.test("a subject that a name makes too long is cut after a word", () => {
  const { subject } = script(
    scenario({ subject: "For {contact}" }),
    { contact: "Maximilian ".repeat(20), agent: "" },
  );
  assertMatch(subject, /^For( Maximilian)+…$/);
  assert(subject.length > 100 && subject.length <= 120);
});

Deno.test("a subject is cut between characters where no word ends near", () => {
  for (const lead of ["", "x"]) {
    const { subject } = script(
      scenario({ subject: `${lead}{contact}` }),
      { contact: "🎉".repeat(150), agent: "" },
    );
    assertMatch(subject, /^x?🎉+…$/u);
    assert(subject.length >= 119 && subject.length <= 120);
  }
});

Deno.test("a contact is greeted by first name, or as 'there' where there is none", () => {
  const greeted = {
    "Jane Doe": "Jane",
    "Cher": "Cher",
    "  Jane   Doe ": "Jane",
    "Dr. Jane Doe": "Jane",
    "Doe, Jane": "Jane",
    "Jane Doe, PhD": "Jane",
    "O'Brien & Sons": "O'Brien",
    "李 小龍": "李",
    "": "there",
    " \n ": "there",
    "🎉": "there",
    "12345": "there",
  };
  for (const [contact, first] of Object.entries(greeted)) {
    const { reply } = script(
      scenario({ reply: "Hi {contact_first}," }),
      { contact, agent: "" },
    );
    assertEquals(plain(reply), `Hi ${first},`);
  }
});

Deno.test("a message of a contact without a name ends before the name", () => {
  const { answer } = script(
    scenario({ answer: "Yes.\n\nThanks,\n{contact}" }),
    { contact: "", agent: "" },
  );
  assertEquals(answer, "<p>Yes.</p><p>Thanks,</p>");
});

Deno.test("an agent without a name signs as Customer Support", () => {
  for (const scenario of SCENARIOS) {
    const { reply } = script(scenario, { contact: "Jane", agent: " " });
    assertStringIncludes(lastLine(reply), "Customer Support");
  }
});
