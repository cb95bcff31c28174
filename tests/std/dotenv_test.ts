import { assertEquals } from "@std/assert";
import { load } from "@std/dotenv";

const may = (["read", "write", "env"] as const).every((name) =>
  Deno.permissions.querySync({ name }).state === "granted"
);

/** Defines a test that reads files. */
function test(name: string, fn: () => Promise<void>): void {
  const leftOut = may ? "" : " (left out: needs --allow-read, -write, -env)";
  Deno.test({ name: `${name}${leftOut}`, ignore: !may, fn });
}

/** What a `.env` file of this text sets. */
async function read(text: string): Promise<Record<string, string>> {
  const envPath = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(envPath, text);
    return { ...await load({ envPath }) };
  } finally {
    await Deno.remove(envPath);
  }
}

/** These hold for `@std/dotenv` and for its stand-in. */
const FILES: [what: string, text: string, values: Record<string, string>][] = [
  ["lines", "A=1\nB = two words \n\n# C=3\nexport D=4\r\nE=", {
    A: "1",
    B: "two words",
    D: "4",
    E: "",
  }],
  ["a comment after a value", "A=1 # one\nB='#2' # two", { A: "1", B: "#2" }],
  ["a reference, with and without braces", "A=x\nB=${A}y\nC=$A", {
    A: "x",
    B: "xy",
    C: "x",
  }],
  ["a reference to the environment", "A=$DOTENV_TEST", { A: "from outside" }],
  ["a reference to nothing", "A=pa$$word1\nB=${NONE_SUCH}", {
    A: "paundefined",
    B: "undefined",
  }],
  ["a default", "A=${NONE_SUCH:-x}\nB=$NONE_SUCH:-y", { A: "x", B: "y" }],
  ["a $ in single quotes", "A='pa$$word1'\nB='${HOME}'", {
    A: "pa$$word1",
    B: "${HOME}",
  }],
  ["a $ in double quotes", 'A="pa$word1"', { A: "pa$word1" }],
  ["a $ after a backslash", "A=\\$HOME", { A: "\\$HOME" }],
  ["a byte order mark", "\uFEFFA=1", { A: "1" }],
  ["backticks", "A=`x y`", { A: "`x y`" }],
  ["several lines in quotes", "A='\nx\ny\n'\nB=\"x\ny\"", {
    A: "x\ny",
    B: "x\ny",
  }],
  ["escapes in double quotes", "A=\"x\\ny\"\nB='x\\ny'\nC=x\\ny", {
    A: "x\ny",
    B: "x\\ny",
    C: "x\\ny",
  }],
  ["a quote in quotes", "A='it''s'\nB='x", { A: "it", B: "'x" }],
  ["names that no variable has", "1A=1\nA-B=2\nC=3", { C: "3" }],
];

for (const [what, text, values] of FILES) {
  test(`dotenv: reads ${what}`, async () => {
    Deno.env.set("DOTENV_TEST", "from outside");
    const warn = console.warn;
    console.warn = () => {};
    try {
      assertEquals(await read(text), values);
    } finally {
      console.warn = warn;
      Deno.env.delete("DOTENV_TEST");
    }
  });
}

test("dotenv: returns nothing without a .env", async () => {
  assertEquals({ ...await load({ envPath: "/no/such/.env" }) }, {});
});
