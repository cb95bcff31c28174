/** The docs against the code: settings, commands, files and links. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import config from "../deno.json" with { type: "json" };
import { SETTINGS } from "../startup/config.ts";

const ROOT = new URL("..", import.meta.url);
const mayRead =
  Deno.permissions.querySync({ name: "read", path: ROOT }).state === "granted";

function docs(name: string, fn: () => void): void {
  Deno.test({
    name: mayRead ? name : `${name} (left out: needs --allow-read)`,
    ignore: !mayRead,
    fn,
  });
}

function read(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}

/** What git ignores, as `.gitignore` says: names, endings and folders. */
function isIgnored(name: string): boolean {
  return read(".gitignore").split("\n").filter(Boolean).some((pattern) =>
    pattern.startsWith("*")
      ? name.endsWith(pattern.slice(1))
      : name === pattern.replace(/\/$/, "")
  );
}

/** All files of the project, as paths from its root. */
function filesIn(folder = ""): string[] {
  return [...Deno.readDirSync(new URL(`./${folder}`, ROOT))]
    .filter(({ name }) => name !== ".git" && !isIgnored(name))
    .flatMap(({ name, isDirectory }) =>
      isDirectory ? filesIn(`${folder}${name}/`) : [folder + name]
    );
}

/** Every page that people read. */
function pages(): string[] {
  return filesIn().filter((path) =>
    path.endsWith(".md") && !path.startsWith("tests/")
  );
}

/** A page without its code blocks, where no link and no heading is meant. */
function prose(page: string): string {
  return read(page).replaceAll(/^```.*?^```/gms, "");
}

// Doc comments

docs(
  "`deno task doc` reads every module, and each says in a sentence what it is",
  () => {
    const globs = config.tasks.doc.split(" ").filter((word) =>
      /\.tsx?$/.test(word)
    ).map((glob) =>
      new RegExp(
        `^${
          RegExp.escape(glob).replaceAll("\\*\\*\\/", "(?:.+/)?")
            .replaceAll("\\*", "[^/]*")
        }$`,
      )
    );
    const modules = filesIn().filter((path) =>
      /\.tsx?$/.test(path) && !/^(tests|std)\//.test(path)
    );
    const leftOut = modules.filter((path) =>
      !globs.some((glob) => glob.test(path))
    );
    assertEquals(leftOut, []);
    const silent = modules.filter((path) => !read(path).includes("@module"));
    assertEquals(silent, []);
  },
);

// Settings

/** The rows of the table in docs/settings.md: a setting's default by its name. */
function documentedDefaults(): Record<string, string> {
  const rows = read("docs/settings.md")
    .matchAll(/^\| `([A-Z][A-Z_]*)` *\| ([^|]*)\|/gm);
  return Object.fromEntries(
    rows.map(([_, name = "", value = ""]) => [
      name,
      value.trim().replaceAll("`", ""),
    ]),
  );
}

docs(
  "docs/settings.md has every setting with its default, and no other",
  () => {
    const expected = Object.fromEntries(
      Object.values(SETTINGS).map((
        setting,
      ) => [setting.name, setting.default ?? ""]),
    );
    assertEquals(documentedDefaults(), expected);
  },
);

docs(
  "docs/settings.md and .env.example list the settings in the same order",
  () => {
    const inExample = [
      ...read(".env.example").matchAll(/^(?:# ?)?([A-Z][A-Z_]*)=/gm),
    ].map(([_, name]) => name);
    assertEquals(Object.keys(documentedDefaults()), inExample);
  },
);

docs("the README's table of settings says what docs/settings.md says", () => {
  const rows = [
    ...read("README.md").matchAll(
      /^\| `([A-Z][A-Z_]*)` *\| ([^|]*)\|/gm,
    ),
  ];
  assert(rows.length >= 5, "the table is not found");
  const defaults = documentedDefaults();
  for (const [_, name = "", value = ""] of rows) {
    assertEquals(value.trim().replaceAll("`", ""), defaults[name], name);
  }
});

// Commands

/** The rows of a page's table of commands. */
function commandRows(page: string): string[] {
  return [...read(page).matchAll(/^\| `deno task ([\w-]+)`/gm)]
    .map(([_, name = ""]) => name);
}

docs(
  "every task is listed once: in the README for users, or in CONTRIBUTING.md for developers",
  () => {
    const listed = [
      ...commandRows("README.md"),
      ...commandRows("CONTRIBUTING.md"),
    ];
    assertEquals(listed.sort(), Object.keys(config.tasks).sort());
  },
);

docs("every `deno task` in the docs exists", () => {
  for (const page of [...pages(), ".env.example"]) {
    const named = read(page)
      .matchAll(/\bdeno(?:@[\d.]+)? task (?:-q )?([a-z][\w-]*)/g);
    for (const [_, name = ""] of named) {
      assert(name in config.tasks, `${page}: there is no task ${name}`);
    }
  }
});

/** Deno's own flags, and curl's, that the docs name. */
const FLAGS_OF_OTHERS = /^(allow-\w+|config|help|cached-only)$/;

docs("every option in the docs is one of a command", () => {
  const sources = filesIn()
    .filter((path) => /^(commands|bench|tests\/chaos)\/.*\.ts$/.test(path))
    .map(read).join("\n");
  for (const page of pages()) {
    for (
      const [_, option = ""] of read(page).matchAll(/[ `]--([a-z][\w-]+)/g)
    ) {
      if (FLAGS_OF_OTHERS.test(option)) continue;
      assert(
        new RegExp(`\\b"?${option}"?: \\{`).test(sources),
        `${page}: no command has --${option}`,
      );
    }
  }
});

// Messages

/** What Freshdesk and Deno say themselves. */
const MESSAGES_OF_OTHERS = [
  "401",
  "403",
  "404",
  "429",
  "client error (Connect)",
  "database is locked",
  "Integrity check",
  "The lockfile is out of date",
];

docs(
  "every message in docs/troubleshooting.md is one that the program gives",
  () => {
    const sources = filesIn()
      .filter((path) => path.endsWith(".ts") && !path.startsWith("tests/"))
      .map(read).join("\n");
    const rows = read("docs/troubleshooting.md").matchAll(/^\| (`.*?) +\|/gm);
    const messages = [...rows]
      .flatMap(([_, cell = ""]) => [...cell.matchAll(/`([^`]+)`/g)])
      .flatMap(([_, message = ""]) => message.split(" ... "));
    assert(messages.length > 20, "the tables are not found");
    assertEquals(
      messages.filter((message) =>
        !MESSAGES_OF_OTHERS.includes(message) && !sources.includes(message)
      ),
      [],
    );
  },
);

// Files

/** The files and folders that docs/architecture.md lists, as paths from the root. */
function listed(): string[] {
  const [, tree = ""] = prose("docs/architecture.md").split(
    /^## Every file$/m,
  );
  const [sections = ""] = tree.split(/^## /m);
  return [...sections.matchAll(/^### `(.*?)`\n(.*?)(?=^### |$(?![\s\S]))/gms)]
    .flatMap(([_, folder = "", text = ""]) => {
      // An item ends at its colon: what follows explains it.
      const items = text.split(/^- /m).slice(1)
        .map((item) => item.split(/: |\n\n/)[0] ?? "");
      return items.flatMap((item) => [...item.matchAll(/`([^`]+)`/g)])
        .map(([_, name = ""]) => (folder === "./" ? "" : folder) + name);
    });
}

docs("docs/architecture.md lists every file", () => {
  const all = listed();
  const folders = all.filter((path) => path.endsWith("/"));
  const missing = filesIn().filter((path) =>
    !all.includes(path) && !folders.some((folder) => path.startsWith(folder))
  );
  assertEquals(missing, []);
});

docs("docs/architecture.md lists no file that is gone", () => {
  const files = filesIn();
  const gone = listed().filter((path) =>
    path.endsWith("/")
      ? !files.some((file) => file.startsWith(path))
      : !files.includes(path)
  );
  assertEquals(gone, []);
});

docs(
  "docs/architecture.md lists folders only of tests, desks and results",
  () => {
    const folders = listed().filter((path) => path.endsWith("/"));
    assertEquals(
      folders.filter((path) => !/^(tests|desks|bench\/results)\//.test(path)),
      [],
    );
  },
);

// Links

/** A heading's anchor, as GitHub makes it. */
function anchorOf(heading: string): string {
  return heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").trim()
    .replaceAll(" ", "-");
}

function anchorsOf(page: string): string[] {
  return [...prose(page).matchAll(/^#+ (.+)$/gm)]
    .map(([_, heading = ""]) => anchorOf(heading));
}

docs(
  "every relative link leads to a file, and every anchor to a heading",
  () => {
    const files = filesIn();
    for (const page of pages()) {
      for (const [_, link = ""] of prose(page).matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^[a-z]+:/.test(link)) continue;
        const [path = "", anchor] = link.split("#");
        const base = new URL(page, "file:///");
        const target = path === ""
          ? page
          : new URL(path, base).pathname.slice(1);
        assert(files.includes(target), `${page}: ${link} leads nowhere`);
        if (anchor === undefined) continue;
        assert(
          anchorsOf(target).includes(anchor),
          `${page}: ${link}: there is no such heading`,
        );
      }
    }
  },
);

docs("every page of docs/ can be reached from the README", () => {
  const reached = new Set(["README.md"]);
  for (const page of reached) {
    for (const [_, link = ""] of prose(page).matchAll(/\]\(([^)\s#]+)/g)) {
      if (/^[a-z]+:/.test(link) || !link.endsWith(".md")) continue;
      reached.add(new URL(link, new URL(page, "file:///")).pathname.slice(1));
    }
  }
  const lost = pages().filter((page) =>
    page.startsWith("docs/") && !reached.has(page)
  );
  assertEquals(lost, []);
});

// The README

docs("the README has at most 150 lines", () => {
  const lines = read("README.md").trimEnd().split("\n").length;
  assert(lines <= 150, `${lines} lines`);
});

docs(
  "the README's first screen has the two commands a fresh machine needs",
  () => {
    const screen = read("README.md").split("\n").slice(0, 40).join("\n");
    assertStringIncludes(screen, "npx -y deno@2.9.6 task demo");
    assertStringIncludes(screen, "npx -y deno@2.9.6 task test");
  },
);
