import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/// What axe finds wrong with the page as it is: sentences. `rules`: these alone.
export async function violations(page, rules) {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axe);
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map((one) => one.finished))); // a colour on its way is no colour
  const { violations: found } = await page.evaluate((only) => globalThis.axe.run(only ? { runOnly: only } : {}), rules);
  return found.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.target.join(" ")} ${node.any[0]?.message ?? ""}`));
}
