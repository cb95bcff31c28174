/**
 * What axe-core finds against a page.
 *
 * @module
 */
import type { Page } from "playwright-core";

/** What axe-core finds against the page as it is; its context needs `bypassCSP`. */
export async function violations(page: Page): Promise<string[]> {
  // Read here, as it asks for a permission when it is imported.
  const { default: axe } = await import("axe-core");
  await page.evaluate(axe.source);
  const found = await page.evaluate("axe.run()") as {
    violations: { id: string; nodes: { html: string }[] }[];
  };
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html }) => `${id}: ${html}`)
  );
}
