// From a key to the paint of what it did, on a list of 10,000 conversations that is held whole. Measured, not asserted: machines differ.
// usage: node tests/speed.mjs SHOPBELL
import { rmSync } from "node:fs";
import { closeBrowser } from "./support/browser.mjs";
import { owner } from "./support/people.mjs";
import { conversations, message, openShop, send } from "./support/shop.mjs";
import { eventually } from "./support/story.mjs";

process.env.SHOPBELL = process.argv[2];
const wanted = Number(process.argv[3] ?? 10_000);
const keys = 200;

const shop = await openShop();
await shop.restart(() => rmSync(`${shop.folder}/workflows/support-triage.yaml`)); // nobody answers: the list alone is measured
const page = await owner(shop);
for (let i = 0; i < wanted; i += 500) {
  await send(shop, Array.from({ length: Math.min(500, wanted - i) }, (_, n) => message({ id: i + n, name: `Customer ${i + n}`, email: `c${i + n}@example.com` }, "Can I talk to a human? My order has not come.")));
}
await eventually(async () => (await conversations(shop, "open")).length > 0, "the conversations", 60_000);
await page.goto(`${shop.url}/console/#/inbox/open`);
const list = page.getByRole("list", { name: "Conversations" });
await list.waitFor();
// Down to the end, until all of it is in the page's memory.
await eventually(async () => {
  await list.evaluate((box) => (box.scrollTop = box.scrollHeight));
  const held = await list.getByRole("listitem").first().getAttribute("aria-setsize");
  return Number(held) >= wanted;
}, "the whole list", 120_000);
await list.evaluate((box) => (box.scrollTop = 0));

const took = await page.evaluate(async (times) => {
  const painted = () => new Promise((resolve) => requestAnimationFrame(() => { const { port1, port2 } = new MessageChannel(); port1.onmessage = resolve; port2.postMessage(0); }));
  const found = [];
  for (let i = 0; i < times; ++i) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const begun = performance.now();
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "j", bubbles: true, cancelable: true }));
    await painted();
    found.push(performance.now() - begun);
  }
  return found.sort((a, b) => a - b);
}, keys);
const at = (share) => took[Math.min(took.length - 1, Math.floor(took.length * share))].toFixed(1);
const held = await list.getByRole("listitem").first().getAttribute("aria-setsize");
console.log(`${held} conversations in the list, ${keys} keys: key to paint p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms, worst ${at(1)} ms`);
await closeBrowser();
await shop.stop();
process.exit(0);
