import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { owner } from "./support/people.mjs";
import { conversations, event, message, openShop, send } from "./support/shop.mjs";
import { eventually, test } from "./support/story.mjs";

const folder = join(process.env.SHOPBELL_CONFORMANCE ?? new URL("../../../shared/conformance", import.meta.url).pathname, "hostile");
const count = 200;

// Every nth of each file, so that all kinds are there.
function strings() {
  const files = ["xss", "template_injection", "naughty_strings", "csv_formula", "xml_xxe"].map((name) =>
    readFileSync(join(folder, `${name}.jsonl`), "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line).value).filter((value) => value && value.trim() && value.length < 2000));
  const shares = [100, 30, 50, 5, 15];
  return files.flatMap((all, i) => all.filter((_, n) => n % Math.max(1, Math.floor(all.length / shares[i])) === 0).slice(0, shares[i])).slice(0, count);
}

/// Whatever a string has brought about that is not text.
const harm = (page) =>
  page.evaluate(() => ({
    ran: globalThis.harm,
    made: [...document.querySelectorAll("script:not([src^='/console/assets/']), iframe, object, embed, img, video, audio, form[action], base, meta[http-equiv], link:not([href^='/console/assets/'], [href='/console/bell.svg']), [onerror], [onload], [onclick], [onmouseover], a[href^='javascript' i], a[href^='data' i]")].map((one) => one.outerHTML.slice(0, 200)),
  }));

async function watched(page) {
  const strangers = [];
  page.on("dialog", (dialog) => (strangers.push(`a dialog: ${dialog.message()}`), dialog.dismiss()));
  page.on("request", (request) => new URL(request.url()).origin !== new URL(page.url()).origin && strangers.push(request.url()));
  await page.addInitScript(() => {
    globalThis.harm = [];
    for (const name of ["alert", "confirm", "prompt", "open"]) globalThis[name] = (...args) => void globalThis.harm.push(`${name}(${args})`);
    addEventListener("securitypolicyviolation", (violation) => globalThis.harm.push(`${violation.violatedDirective}: ${violation.blockedURI}`));
  });
  return strangers;
}

test("200 hostile strings, in every field that a customer can fill, are text on every page, and run nothing", async () => {
  if (!existsSync(folder)) return console.log(`skipped: there is no ${folder}`);
  const shop = await openShop();
  const page = await owner(shop);
  const strangers = await watched(page);
  const all = strings();
  assert.equal(all.length, count);
  const person = (text, i) => ({ id: `h${i}`, name: text, first_name: text, last_name: text, email: `h${i}@example.com`, tags: [text.slice(0, 60)], note: text });
  const events = all.flatMap((text, i) => [
    message(person(text, i), `${text} — can I talk to a human?`, `h${i % 190}`, { from: text.slice(0, 100), subject: text }),
    event("order.placed", person(text, i), { order: { id: i, name: text, total: 300, currency: "EUR", note: text, shipping_address: { city: text, address1: text } } }),
  ]);
  for (let i = 0; i < events.length; i += 100) await send(shop, events.slice(i, i + 100));
  await eventually(async () => (await conversations(shop, "open")).length >= 190, "the conversations");

  const look = async (hash, ready) => {
    await page.goto(`${shop.url}/console/#/${hash}`);
    await page.reload();
    await ready();
    const found = await harm(page);
    assert.deepEqual(found, { ran: [], made: [] }, hash);
  };
  await look("inbox/open", () => page.getByRole("listitem").first().waitFor());
  const box = page.getByRole("list", { name: "Conversations" });
  for (let seen = 0; seen < 12; ++seen) {
    await box.evaluate((list) => list.scrollBy(0, list.clientHeight * 2));
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  const listed = await conversations(shop, "open");
  for (const one of listed.filter((_, i) => i % 16 === 0)) {
    await page.goto(`${shop.url}/console/#/inbox/open/${encodeURIComponent(one.id)}?of=${encodeURIComponent(one.subject)}`);
    await eventually(async () => (await page.getByRole("log", { name: "Messages" }).textContent())?.includes("can I talk to a human?"), "the messages");
    assert.deepEqual(await harm(page), { ran: [], made: [] }, one.id);
  }
  assert.ok((await page.getByRole("log", { name: "Messages" }).textContent()).includes(listed[Math.floor((listed.length - 1) / 16) * 16].last.text.slice(0, 20)), "they are shown as they were written");
  for (const hash of ["customers", `customers/${encodeURIComponent("customer:h3")}`, "runs", "runs/events", "runs/attention"]) await look(hash, () => page.getByRole("heading", { level: 1 }).waitFor());
  assert.deepEqual(strangers, []);
  assert.deepEqual(page.mishaps, []);
  await shop.stop();
});
