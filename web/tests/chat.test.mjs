// The chat of a shop's page: the script that stands in it, the frame, a bot, a person; and what becomes of the page when there is no
// server.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHmac } from "node:crypto";
import http from "node:http";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { newPage } from "./support/browser.mjs";
import { openShop } from "./support/shop.mjs";
import { eventually, test } from "./support/story.mjs";
import { linked } from "../chat/view.js";
import { pauseBefore } from "../chat/link.js";

const run = promisify(execFile);
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const secret = "demo-secret-not-for-production", token = "demo-token-not-for-production";
const picture = async (page, name) => process.env.SHOPBELL_WEB_PICTURES && page.screenshot({ path: `${process.env.SHOPBELL_WEB_PICTURES}/${name}.png` });

const jwt = (claims) => {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${part({ alg: "HS256", typ: "JWT" })}.${part({ exp: Math.floor(Date.now() / 1000) + 600, ...claims })}`;
  return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
};

async function openChat(page, url) {
  await page.goto(url);
  await page.getByRole("button", { name: "Open the chat" }).click();
  const frame = page.frameLocator("iframe");
  await frame.getByText("Our assistant answers at once").waitFor();
  return frame;
}

const say = async (frame, text) => {
  await frame.getByRole("textbox", { name: "Your message" }).fill(text);
  await frame.getByRole("textbox", { name: "Your message" }).press("Enter");
};

const conversation = async (shop) => {
  const answer = await fetch(`${shop.url}/api/conversations`, { headers: { Authorization: `Bearer ${token}` } });
  return (await answer.json()).conversations[0];
};
const post = (shop, path, body) =>
  fetch(shop.url + path, { method: "POST", headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" }, body: JSON.stringify(body) });

test("the chat's parts are as small as they are meant to be", async () => {
  const shop = await openShop();
  const size = async (path) => gzipSync(Buffer.from(await (await fetch(shop.url + path)).arrayBuffer()), { level: 9 }).length;
  const loader = await size("/chat/widget.js");
  const markup = await (await fetch(`${shop.url}/chat/`)).text();
  let frame = await size("/chat/");
  for (const [, path] of markup.matchAll(/(?:src|href)="(\/chat\/assets\/[^"]+)"/g)) frame += await size(path);
  if (process.env.SHOPBELL_WEB_TIMES) console.log(`loader ${loader}, frame ${frame} bytes by gzip`);
  assert.ok(loader <= 3 * 1024, `the loader has ${loader} bytes`);
  assert.ok(frame <= 25 * 1024, `the frame has ${frame} bytes`);
  assert.ok(frame > 1024);
  await shop.stop();
});

test("a customer chats, the bot answers, a person takes over, and the next page shows it all", async () => {
  const shop = await openShop();
  const page = await newPage();
  const sent = [];
  page.on("websocket", (socket) => socket.on("framesent", ({ payload }) => sent.push(JSON.parse(payload))));
  const frame = await openChat(page, `${shop.url}/chat/page`);
  await picture(page, "chat-open");
  await say(frame, "Hello, can I talk to a person?");
  await frame.getByText("A colleague takes over from here").waitFor();
  await frame.getByText("A person will answer here").waitFor();
  assert.deepEqual(sent.map(({ type }) => type), ["hello", "typing", "message"]);
  const { id, epoch } = await conversation(shop);
  assert.match(id, /^web:v-/);
  await run(process.env.SHOPBELL, ["takeover", id, "--epoch", String(epoch), "--by", "ana", "--to", shop.url, "--token", token]);
  await frame.getByText("Ana has joined the conversation").waitFor();
  await frame.getByText("Ana is here").waitFor();
  await post(shop, `/api/v1/conversations/${encodeURIComponent(id)}/presence`, { looking: true, typing: true });
  await frame.getByText(/ is writing…$/).waitFor();
  const reply = { id: "r1", channel: "web", from: "ana", to: id.slice(4), text: "Hello! Look at https://demo.example/returns, please.\nAna" };
  await post(shop, "/events", { specversion: "1.0", id: "r1", source: "test", type: "message.sent", data: { message: reply } });
  const link = frame.getByRole("link", { name: "https://demo.example/returns" });
  await link.waitFor();
  assert.equal(await link.getAttribute("href"), "https://demo.example/returns");
  assert.equal(await link.getAttribute("rel"), "noopener noreferrer nofollow ugc");
  await say(frame, "Thank you <b>Ana</b> & javascript:alert(1)");
  await frame.getByText("Thank you <b>Ana</b> & javascript:alert(1)").waitFor();
  await eventually(async () => (await frame.locator(".sending").count()) === 0, "the message is kept");
  await picture(page, "chat-person");
  const texts = await frame.locator("li > p").allTextContents();
  assert.equal(texts.length, 4);

  await page.goto(`${shop.url}/chat/page?again`);
  await page.getByRole("button", { name: "Open the chat" }).click();
  await frame.getByText("Ana is here").waitFor();
  assert.deepEqual(await frame.locator("li > p").allTextContents(), texts);
  assert.deepEqual(page.mishaps, []);
  await shop.stop();
});

test("a question's buttons are tapped, and are gone when they are answered", async () => {
  const shop = await openShop();
  const workflow = readFileSync(new URL("../../workflows/gallery/triage.yaml", import.meta.url), "utf8");
  await shop.restart(() => {
    rmSync(`${shop.folder}/workflows/support-triage.yaml`);
    writeFileSync(`${shop.folder}/workflows/triage.yaml`, workflow);
  });
  const page = await newPage();
  const frame = await openChat(page, `${shop.url}/chat/page`);
  await say(frame, "hmm, zzz qqq");
  await frame.getByRole("button", { name: "Order status" }).waitFor();
  await picture(page, "chat-buttons");
  await frame.getByRole("button", { name: "Order status" }).click();
  await eventually(async () => (await frame.locator("li.bot").count()) === 2, "the next question");
  assert.equal(await frame.getByRole("button", { name: "Order status" }).count(), 0);
  assert.deepEqual(await frame.locator("li.customer > p").allTextContents(), ["hmm, zzz qqq", "Order status"]);
  assert.deepEqual(page.mishaps, []);
  await shop.stop();
});

test("what comes while the chat is closed is counted on the button", async () => {
  const shop = await openShop();
  const page = await newPage();
  const frame = await openChat(page, `${shop.url}/chat/page`);
  await say(frame, "Where do you ship to?");
  await eventually(async () => (await frame.locator("li.bot").count()) === 1, "an answer");
  await page.keyboard.press("Escape");
  await frame.locator("body").waitFor({ state: "hidden" });
  const { id } = await conversation(shop);
  const reply = { id: "r1", channel: "web", from: "ana", to: id.slice(4), text: "One thing more" };
  await post(shop, "/events", { specversion: "1.0", id: "r1", source: "test", type: "message.sent", data: { message: reply } });
  await page.getByRole("button", { name: "Open the chat (1)" }).waitFor();
  await picture(page, "chat-unread");
  await page.getByRole("button", { name: "Open the chat (1)" }).click();
  await frame.getByText("One thing more").waitFor();
  await page.getByRole("button", { name: "Close the chat" }).first().waitFor();
  assert.deepEqual(page.mishaps, []);
  await shop.stop();
});

test("the connection breaks and the server is away: what was written meanwhile arrives, once", async () => {
  const shop = await openShop();
  const page = await newPage();
  const frame = await openChat(page, `${shop.url}/chat/page`);
  await say(frame, "one");
  await eventually(async () => (await frame.locator("li.bot").count()) === 1, "an answer");
  await shop.restart(async () => {
    await frame.getByText("No connection. Trying again…").waitFor();
    await say(frame, "two");
  });
  await eventually(async () => (await frame.locator(".sending").count()) === 0 && (await frame.locator("li.bot").count()) >= 2, "the second is answered", 30_000);
  const texts = await frame.locator("li.customer > p").allTextContents();
  assert.deepEqual(texts, ["one", "two"]);
  await shop.stop();
});

test("who is signed in is named by the shop's token; signed out, the browser shows nothing of it", async () => {
  const shop = await openShop();
  const page = await newPage();
  const frame = await openChat(page, `${shop.url}/chat/page`);
  await page.evaluate((identity) => window.Shopbell.identify(identity), jwt({ sub: "7", name: "Ada" }));
  await say(frame, "it is me");
  await eventually(async () => (await frame.locator("li.bot").count()) === 1, "an answer");
  const { id, subject } = await conversation(shop);
  assert.equal(subject, "customer:7");
  assert.equal(id, "web:u-7");
  await page.evaluate(() => window.Shopbell.identify(""));
  await eventually(async () => (await frame.locator("li").count()) === 0, "an empty chat");
  await shop.stop();
});

test("keyboard and screen reader: roles, names, a live region, nothing that axe finds; in light and dark, and in Spanish", async () => {
  const shop = await openShop();
  for (const colorScheme of ["light", "dark"]) {
    const page = await newPage({ colorScheme, reducedMotion: "reduce", ...(colorScheme === "dark" ? { viewport: { width: 390, height: 780 } } : {}) });
    await page.goto(`${shop.url}/chat/page`);
    await page.locator("shopbell-chat button").waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    const frame = page.frameLocator("iframe");
    await frame.getByText("Our assistant answers at once").waitFor();
    await eventually(async () => (await frame.locator(":focus").getAttribute("id")) === "text", "the focus is where one writes");
    await page.keyboard.type("Can I talk to a human?");
    await page.keyboard.press("Enter");
    await frame.getByText("A colleague takes over from here").waitFor();
    assert.equal(await frame.getByRole("log", { name: "Conversation" }).getAttribute("aria-live"), "polite");
    const inner = page.frames().find((one) => one.url().includes("/chat/#"));
    await inner.evaluate(readFileSync(axe, "utf8"));
    const found = await inner.evaluate(() => window.axe.run());
    assert.deepEqual(found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(" ")}`), []);
    await picture(page, `chat-${colorScheme}`);
    await page.keyboard.press("Escape");
    await eventually(() => page.evaluate(() => document.activeElement?.tagName === "SHOPBELL-CHAT"), "the focus is back at the button");
    assert.deepEqual(page.mishaps, []);
  }
  const spanish = await newPage({ locale: "es-ES" });
  await spanish.goto(`${shop.url}/chat/page`);
  await spanish.evaluate(() => (document.documentElement.lang = "es"));
  await spanish.getByRole("button", { name: /Open the chat|Abrir el chat/ }).waitFor();
  await shop.stop();
});

// A shop's page of another server, under a policy that allows the chat and nothing else that is not its own.
const openPageOf = (script, policy) =>
  new Promise((resolve) => {
    const server = http.createServer((request, response) => {
      response.writeHead(200, { "Content-Type": "text/html", ...(policy ? { "Content-Security-Policy": policy } : {}) });
      response.end(`<!doctype html><title>A shop</title><h1>A shop</h1><script async src="${script}"></script>`);
    });
    server.listen(0, "127.0.0.1", () => resolve({ url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() }));
  });

test("the shop's page does not suffer when the server is down, hangs, or forbids", async () => {
  const shop = await openShop();
  const script = await (await fetch(`${shop.url}/chat/widget.js`)).text();
  const url = shop.url;
  await shop.stop();
  // Down: the script does not come.
  const page = await newPage();
  const without = await openPageOf(`${url}/chat/widget.js`);
  await page.goto(without.url);
  await page.getByRole("heading", { name: "A shop" }).waitFor();
  assert.deepEqual(page.mishaps, []);
  // It hangs: the script was in the cache, and the frame never comes. The button says so, and the page works on.
  const hanging = http.createServer((request, response) => request.url.endsWith("widget.js") && response.end(script));
  await new Promise((resolve) => hanging.listen(0, "127.0.0.1", resolve));
  const hung = await openPageOf(`http://127.0.0.1:${hanging.address().port}/chat/widget.js`);
  await page.clock.install();
  await page.goto(hung.url);
  await page.getByRole("button", { name: "Open the chat" }).click();
  await page.clock.fastForward(13_000);
  await page.getByText("The chat is not available just now.").waitFor();
  assert.deepEqual(page.mishaps, []);
  for (const one of [without, hung]) one.close();
  hanging.closeAllConnections?.();
  hanging.close();
});

test("a page of the shop under a strict policy shows the chat, and a page of nobody's does not", async () => {
  const shop = await openShop();
  const page = await newPage();
  const stranger = await openPageOf(`${shop.url}/chat/widget.js`);
  await page.goto(stranger.url);
  await page.getByRole("button", { name: "Open the chat" }).click();
  await eventually(() => page.mishaps.some((one) => one.includes("frame-ancestors")), "the refusal");
  stranger.close();
  page.mishaps = [];
  const settings = `${shop.folder}/shopbell.yaml`;
  await shop.restart(() => writeFileSync(settings, readFileSync(settings, "utf8").replace("page: chat.html", 'origins: "http://127.0.0.1:*"')));
  const theirs = await openPageOf(`${shop.url}/chat/widget.js`, `default-src 'self'; script-src ${shop.url}; frame-src ${shop.url}`);
  const frame = await openChat(page, theirs.url);
  await say(frame, "Where do you ship to?");
  await eventually(async () => (await frame.locator("li.bot").count()) === 1, "an answer");
  assert.deepEqual(page.mishaps, []);
  theirs.close();
  await shop.stop();
});

test("links: only http and https, whole, and what an address ends with is no part of it", () => {
  const hrefs = (text) => [...linked(text)].filter((part) => typeof part !== "string").map((part) => part.href);
  for (const [text, expected] of [
    ["see https://a.example/b?c=d#e.", ["https://a.example/b?c=d#e"]],
    ["(http://a.example/x) and https://b.example/(y)", ["http://a.example/x", "https://b.example/(y)"]],
    ["javascript:alert(1) data:text/html,x ftp://a.example", []],
    ["https://bank.example@evil.example", []],
    ["https://", []],
    ["HTTPS://A.example", ["https://a.example/"]],
    ['https://a.example/"onmouseover="x', ["https://a.example/"]],
  ])
    assert.deepEqual(hrefs(text), expected, text);
  assert.equal([...linked("a https://b.example c")].map((part) => part.text ?? part).join(""), "a https://b.example c");
});

test("who was cut off comes back within a bound that grows, and not all at once", () => {
  assert.equal(pauseBefore(0, () => 0), 0);
  assert.equal(pauseBefore(0, () => 1), 500);
  assert.equal(pauseBefore(3, () => 0.5), 2000);
  assert.equal(pauseBefore(50, () => 1), 30_000);
});
