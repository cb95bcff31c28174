/**
 * `deno task desk-index`: lists the files of the built-in desks in `desks/index.ts`.
 *
 * @module
 */

const HERE = new URL("./", import.meta.url);

/** `desks/index.ts`, as the folder has it. */
export async function makeIndex(): Promise<string> {
  const imports: string[] = [];
  const desks: string[] = [];
  for (const name of await namesIn(HERE, (entry) => entry.isDirectory)) {
    const topics = await namesIn(
      new URL(`${name}/topics/`, HERE),
      (entry) => entry.name.endsWith(".yaml"),
    );
    const paths = ["desk.yaml", ...topics.map((topic) => `topics/${topic}`)];
    const entries = paths.map((path) => {
      const variable = `text${imports.length + 1}`;
      imports.push(
        `import ${variable} from "./${name}/${path}" with { type: "text" };`,
      );
      return `    ["${path}", ${variable}],\n`;
    });
    desks.push(`  "${name}": new Map([\n${entries.join("")}  ]),\n`);
  }
  return `// Made by \`deno task desk-index\`.
// deno-fmt-ignore-file
/**
 * The built-in desks, as text.
 *
 * @module
 */
${imports.join("\n")}

/** The files of the built-in desks: by the desk's name, then by their path in its folder. */
export const DESKS: Readonly<Record<string, ReadonlyMap<string, string>>> = {
${desks.join("")}};
`;
}

async function namesIn(
  folder: URL,
  wanted: (entry: Deno.DirEntry) => boolean,
): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  return entries.filter(wanted).map(({ name }) => name).sort();
}

if (import.meta.main) {
  await Deno.writeTextFile(new URL("index.ts", HERE), await makeIndex());
}
