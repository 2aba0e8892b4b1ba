import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import http from "node:http";
import { violations } from "./support/axe.mjs";
import { owner } from "./support/people.mjs";
import { ask, event, message, openShop, send } from "./support/shop.mjs";
import { eventually, test } from "./support/story.mjs";

const ada = { id: 7, name: "Ada Lindqvist", email: "ada@example.com" };
const order = (total, id = 1) => event("order.placed", ada, { order: { id, name: `#${id}`, total, currency: "EUR" } });

test("a merchant's story: sees why nothing came of an order, mends the workflow by what the engine says, tests it, sees what it would have done, deploys it, goes back, and adopts another", async () => {
  const shop = await openShop();
  const maria = await owner(shop);
  const small = order(100);
  await send(shop, small);
  await maria.goto(`${shop.url}/console/#/runs/why`);
  await maria.getByLabel("Event").fill(small.id);
  await maria.getByRole("button", { name: "Why?" }).click();
  const answer = maria.getByRole("region", { name: "The answer" }).or(maria.locator("section[aria-label='The answer']")).getByRole("listitem").filter({ hasText: "vip-order" }).first();
  await answer.getByText("did not begin").waitFor();

  await maria.getByRole("link", { name: "Workflows" }).click();
  await maria.getByRole("link", { name: /A large order/ }).click();
  await maria.getByRole("group", { name: "The workflow as a graph" }).locator("svg text", { hasText: "http" }).first().waitFor();
  await maria.getByRole("link", { name: "YAML" }).click();
  const text = maria.getByRole("textbox", { name: "The workflow's YAML" });
  await text.waitFor();
  const change = async (from, to) => {
    const whole = await maria.evaluate(async () => (await (await fetch("/api/v1/workflows/vip-order")).json()).yaml);
    await text.click();
    await maria.keyboard.press("Control+a");
    await text.evaluate((box, fresh) => {
      const data = new DataTransfer();
      data.setData("text/plain", fresh);
      box.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
    }, whole.replace(from, to));
  };
  await text.click();
  await maria.keyboard.press("Control+End");
  await maria.keyboard.type("\nmod");
  const offered = maria.getByRole("option", { name: "mode" });
  await offered.waitFor();
  await maria.getByText("What a trigger does while a run", { exact: false }).first().waitFor();
  await offered.click();
  await maria.getByRole("option", { name: "restart" }).click();
  await text.getByText("mode: restart").waitFor();
  await text.getByText("steps", { exact: true }).first().hover();
  await maria.getByText("What to do, one step after the other.").first().waitFor();
  await change("order.total >= 250", "order.totl >= 90");
  await maria.getByText("order has no field totl").first().waitFor();
  assert.equal(await maria.getByRole("button", { name: "Deploy" }).isDisabled(), true, "what has mistakes is not deployed");
  await change("order.total >= 250", "order.total >= 90");
  await maria.getByText("All in order").waitFor();
  await maria.getByRole("link", { name: "Tests" }).click();
  await maria.getByRole("button", { name: "Run them" }).click();
  await maria.getByRole("heading", { name: "3 passed, 0 failed" }).waitFor();
  await maria.getByRole("link", { name: "Backtest" }).click();
  await maria.getByRole("button", { name: "Play the log" }).click();
  const changed = maria.getByRole("region", { name: "By workflow" }).getByRole("row").filter({ hasText: "vip-order" });
  await changed.getByText("+1").first().waitFor();
  await maria.getByText("Everybody gets what they get now").waitFor();
  await maria.getByRole("button", { name: "Deploy" }).click();
  await maria.getByText("Deployed").waitFor();
  await eventually(async () => {
    await send(shop, order(100, Date.now()));
    return (await ask(shop, "/api/runs?workflow=vip-order")).runs.length > 0;
  }, "a run of the mended workflow");
  await maria.getByRole("link", { name: /Versions/ }).click();
  await maria.getByRole("button", { name: "Compare" }).first().click();
  await maria.getByRole("region", { name: "Differences" }).getByText("order.total >= 90").first().waitFor();
  await maria.getByRole("button", { name: "Go back to it" }).first().click();
  await maria.getByText("The older version is deployed again").waitFor();
  await maria.getByRole("link", { name: "Reports" }).click();
  await maria.getByRole("radio", { name: "30 days" }).check({ force: true });
  await maria.getByText("Contacts", { exact: true }).first().waitFor();
  await maria.getByRole("region", { name: "Orders by workflow" }).getByRole("row").filter({ hasText: "vip-order" }).waitFor();
  await maria.getByRole("link", { name: "Workflows" }).click();
  await maria.getByRole("link", { name: "Gallery" }).click();
  await maria.getByRole("link", { name: /A person answers a bad review/ }).click();
  await maria.getByText("two stars are for a person").waitFor();
  await maria.getByRole("button", { name: "Adopt" }).click();
  await maria.getByRole("link", { name: "YAML" }).waitFor();
  assert.match(readFileSync(`${shop.folder}/workflows/bad-review.yaml`, "utf8"), /^workflow: bad-review$/m);
  assert.deepEqual(maria.mishaps, []);
  await shop.stop();
});

test("what is typed while a page still loads is kept", async () => {
  const shop = await openShop();
  const maria = await owner(shop);
  let answer;
  await maria.route("**/api/v1/workflows", (route) => (answer = () => route.continue()));
  await maria.goto(`${shop.url}/console/#/runs/why`);
  await maria.getByLabel("Event").fill("web-1");
  await maria.getByLabel("When").fill("2026-11-24");
  await eventually(() => answer, "the question for the workflows");
  await answer();
  await maria.locator("#why-workflow option[value='vip-order']").waitFor({ state: "attached" });
  assert.equal(await maria.getByLabel("Event").inputValue(), "web-1");
  assert.equal(await maria.getByLabel("When").inputValue(), "2026-11-24");
  await shop.stop();
});

test("an ops person's story: a far side that refuses, what was tried and why it failed, mended and tried again, many at once; what waits goes on at another time; a request that was refused is given once more", async () => {
  const far = http.createServer((request, response) => response.writeHead(far.status).end()).listen(0, "127.0.0.1");
  far.status = 400;
  await eventually(() => far.address(), "the far side");
  const shop = await openShop();
  writeFileSync(`${shop.folder}/workflows/tell.yaml`, `workflow: tell\non: order.paid\nsteps:\n  - http: { url: "http://127.0.0.1:${far.address().port}/told", body: { order: "{{ order.name }}" } }\n`);
  writeFileSync(`${shop.folder}/workflows/later.yaml`, `workflow: later\non: order.paid\nsteps:\n  - wait: 2d\n  - note: it went on\n`);
  const yaml = readFileSync(`${shop.folder}/shopbell.yaml`, "utf8").replace("http://127.0.0.1:9099", `http://127.0.0.1:${far.address().port}`).replace("demo-secret-not-for-production", "the-new-secret");
  writeFileSync(`${shop.folder}/shopbell.yaml`, yaml);
  // The store signs with a secret that the shop does not know yet.
  const webhook = JSON.stringify({ id: 77, name: "#77", total_price: "12.00", currency: "EUR", customer: { id: 77, email: "eve@example.com" } });
  const signed = { "Content-Type": "application/json", "X-Shopify-Topic": "orders/create", "X-Shopify-Event-Id": "late-1", "X-Shopify-Hmac-Sha256": createHmac("sha256", "the-new-secret").update(webhook).digest("base64") };
  assert.equal((await fetch(`${shop.url}/hooks/my-shopify`, { method: "POST", body: webhook, headers: signed })).status, 401);
  await eventually(async () => (await ask(shop, "/api/v1/sources/my-shopify/rejected")).items.length === 1, "the request that was refused");
  await shop.restart(() => {});
  const maria = await owner(shop);
  await send(shop, [1, 2, 3].map((id) => event("order.paid", { ...ada, id }, { order: { id, name: `#${id}`, total: 10, currency: "EUR" } })));
  await maria.goto(`${shop.url}/console/#/runs/attention`);
  const rows = maria.getByRole("region", { name: "Runs that need a decision" }).getByRole("row");
  await eventually(async () => (await rows.count()) === 4, "three failed runs");
  await maria.getByRole("link", { name: "tell" }).first().click();
  await maria.getByRole("heading", { name: "Step by step" }).waitFor();
  await maria.getByText("400", { exact: false }).first().waitFor();
  await maria.getByText("Inputs").first().click();
  await maria.getByRole("region", { name: "Inputs" }).getByText("/told", { exact: false }).waitFor();
  assert.deepEqual(await violations(maria), []);
  far.status = 200;
  await maria.getByRole("button", { name: "Try again" }).click();
  await eventually(async () => (await ask(shop, "/api/runs?workflow=tell&status=done")).runs.length === 1, "the one that was tried again");
  await maria.goto(`${shop.url}/console/#/runs/attention`);
  await eventually(async () => (await rows.count()) === 3, "two more");
  await maria.getByLabel("Mark all").check();
  await maria.getByRole("button", { name: "Try again", exact: true }).click();
  await maria.getByText("2 runs tried again").waitFor();
  await maria.getByText("Nothing needs you").waitFor();
  await eventually(async () => (await ask(shop, "/api/runs?workflow=tell&status=done")).runs.length === 3, "all");
  await maria.goto(`${shop.url}/console/#/runs?workflow=later&status=waiting`);
  const waiting = maria.getByRole("region", { name: "Runs" }).getByRole("row");
  await eventually(async () => (await waiting.count()) === 4, "three that wait");
  await waiting.nth(1).getByRole("link", { name: "later" }).click();
  await maria.getByRole("button", { name: "Change when" }).click();
  await maria.getByRole("button", { name: "Now" }).click();
  await maria.getByText("it went on").first().waitFor();
  await maria.goto(`${shop.url}/console/#/runs?workflow=later&status=waiting`);
  await eventually(async () => (await waiting.count()) === 3, "two that wait");
  await maria.getByRole("button", { name: "Change when they go on" }).click();
  await maria.getByRole("button", { name: "Now" }).click();
  await maria.getByText("2 runs told when to go on").waitFor();
  await maria.getByText("No run is like that").waitFor();
  assert.ok((await ask(shop, "/api/v1/audit")).items.some((row) => row.what === "run.retimed"), "it is told in the audit trail");
  await maria.getByRole("link", { name: "Sources" }).click();
  await maria.getByRole("heading", { name: "web-tests" }).waitFor();
  const store = maria.getByRole("listitem").filter({ has: maria.getByRole("heading", { name: "shopify/my-shopify" }) });
  await store.getByText("Requests that were refused").click();
  await store.getByText("What came").click();
  await store.getByText("total_price").waitFor();
  assert.equal(await store.getByText("eve@example.com").count(), 0, "what stands in it is not shown");
  assert.deepEqual(await violations(maria), []);
  await store.getByRole("button", { name: "Give it once more" }).click();
  await maria.getByText("It was taken").waitFor();
  await store.getByText("None is kept", { exact: false }).waitFor();
  await eventually(async () => (await ask(shop, "/api/v1/events?q=late-1")).items.length > 0, "the event that was refused at first");
  assert.deepEqual(maria.mishaps, []);
  far.close();
  await shop.stop();
});

const pages = ["inbox/open", "inbox/resolved", "runs", "runs/events", "runs/why", "workflows", "workflows/support-triage", "workflows/support-triage/tests", "workflows/support-triage/backtest", "workflows/gallery", "workflows/gallery/triage", "customers", "customers/customer%3A7", "sources", "reports", "settings/me", "settings/people", "settings/tokens", "settings/queues", "settings/macros", "settings/audit"];

test("no page has anything that axe finds wrong, light and dark, wide and on a phone; and none moves sideways on a phone", async () => {
  const shop = await openShop();
  const maria = await owner(shop);
  await send(shop, [order(300), message(ada, "Can I talk to a human?")]);
  const found = [];
  const look = async (path, width, colorScheme, rules) => {
    await maria.setViewportSize({ width, height: 844 });
    await maria.emulateMedia({ colorScheme });
    found.push(...(await violations(maria, rules)).map((one) => `${path}, ${colorScheme}, ${width} wide: ${one}`));
  };
  for (const path of pages) {
    await maria.setViewportSize({ width: 1280, height: 844 });
    await maria.goto(`${shop.url}/console/#/${path}`);
    await maria.getByRole("heading", { level: 1 }).first().waitFor();
    await eventually(async () => (await maria.getByRole("status", { name: "Loading" }).count()) === 0, path);
    await look(path, 1280, "light");
    await look(path, 1280, "dark", ["color-contrast"]);
    await look(path, 390, "dark");
    assert.equal(await maria.getByRole("alert").count(), 0, `${path} shows no error`);
    assert.ok(await maria.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${path} fits`);
  }
  assert.deepEqual(found, []);
  assert.deepEqual(maria.mishaps, []);
  await shop.stop();
});

test("the keyboard alone suffices: pages by g and a letter, help by ?, everything by the palette, and Escape gives back where one was", async () => {
  const shop = await openShop();
  const maria = await owner(shop);
  for (const [key, heading] of [["r", "Runs"], ["w", "Workflows"], ["c", "Customers"], ["s", "Sources"], ["p", "Reports"], [",", "Settings"]]) {
    await maria.keyboard.press("g");
    await maria.keyboard.press(key);
    await maria.getByRole("heading", { level: 1, name: heading }).waitFor();
  }
  await maria.keyboard.press("?");
  await maria.getByRole("dialog", { name: "Keys" }).getByText("Go to Inbox").waitFor();
  await maria.keyboard.press("Escape");
  await eventually(async () => (await maria.getByRole("dialog").count()) === 0, "the end of the help");
  const palette = maria.getByRole("combobox", { name: "What to do" });
  // One press is enough, and what is typed right behind it is the palette's, on a slow machine, too: no key of the page below.
  const slow = await maria.context().newCDPSession(maria);
  await slow.send("Emulation.setCPUThrottlingRate", { rate: 20 });
  await maria.keyboard.press("Control+k");
  await maria.keyboard.type("go to work");
  assert.equal(await palette.inputValue(), "go to work");
  await slow.send("Emulation.setCPUThrottlingRate", { rate: 1 });
  await maria.keyboard.press("Enter");
  await maria.getByRole("heading", { level: 1, name: "Workflows" }).waitFor();
  await maria.keyboard.press("Tab");
  for (let i = 0; i < 40 && !(await maria.evaluate(() => document.activeElement?.matches("a") && document.activeElement.textContent.includes("Confirm an order"))); ++i) await maria.keyboard.press("Tab");
  await maria.keyboard.press("Enter");
  await maria.getByRole("heading", { level: 1, name: "Confirm an order" }).waitFor();
  await maria.keyboard.press("g");
  await maria.keyboard.press("t");
  await eventually(() => maria.evaluate(() => document.documentElement.dataset.theme === "dark"), "the dark theme");
  assert.deepEqual(maria.mishaps, []);
  await shop.stop();
});
