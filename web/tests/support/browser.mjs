// One Chromium for all tests; a fresh context (cookies, storage) for each person in a story.
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

export const chromiumPath = () => ["/usr/bin/chromium", "/usr/bin/chromium-browser", process.env.CHROMIUM].find((path) => path && existsSync(path));

let browser;
function launched() {
  browser ??= chromium.launch({
    executablePath: chromiumPath(),
    headless: true,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  return browser;
}

export async function closeBrowser() {
  await (await browser)?.close();
}

/// A page of a new person. What breaks in it (exceptions, refusals by the policy) is gathered in page.mishaps.
export async function newPage(options = {}) {
  const context = await (await launched()).newContext({ viewport: { width: 1280, height: 800 }, ...options });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  page.mishaps = [];
  page.on("pageerror", (error) => page.mishaps.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && /Content Security Policy|Refused to/.test(message.text())) page.mishaps.push(message.text());
  });
  return page;
}
