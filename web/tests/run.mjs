// Runs the tests of the web parts against the real program and the system's Chromium; ends with `N passed, N failed`.
// usage: node tests/run.mjs SHOPBELL [PART_OF_A_TEST'S_NAME]
import { readdirSync } from "node:fs";
import { stopAll } from "./support/shop.mjs";
import { chromiumPath, closeBrowser } from "./support/browser.mjs";
import { tests } from "./support/story.mjs";

const [program, only = ""] = process.argv.slice(2);
if (!program) {
  console.error("usage: node tests/run.mjs SHOPBELL [PART_OF_A_TEST'S_NAME]");
  process.exit(2);
}
process.env.SHOPBELL = program;

if (!chromiumPath()) {
  console.log("skipped: there is no chromium (packages.txt)");
  console.log("0 passed, 0 failed");
  process.exit(0);
}

const folder = new URL("./", import.meta.url);
for (const file of readdirSync(folder).sort()) if (file.endsWith(".test.mjs")) await import(new URL(file, folder));

// Two at a time: a story has a shop and people of its own, and mostly waits.
const lanes = 2;
let passed = 0, failed = 0;
const wanted = tests.filter(({ name }) => name.includes(only));
async function lane() {
  for (let next; (next = wanted.shift()); ) {
    const begun = Date.now();
    try {
      await next.run();
      ++passed;
      if (process.env.SHOPBELL_WEB_TIMES) console.log(`${Date.now() - begun} ms  ${next.name}`);
    } catch (error) {
      ++failed;
      console.log(`failed: ${next.name}\n${error.stack}`);
    }
  }
}
await Promise.all(Array.from({ length: lanes }, lane));
await closeBrowser();
await stopAll();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
