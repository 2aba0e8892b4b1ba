// People at the console: the owner who was the first, and who was invited by a link. Each has a browser of their own.
import { newPage } from "./browser.mjs";
import { eventually } from "./story.mjs";

export const password = "correct horse battery";

export async function owner(shop, options) {
  const page = await newPage(options);
  await page.goto(shop.url + shop.setupLink);
  await page.getByLabel("Your name").fill("Maria Lund");
  await page.getByLabel("Email").fill("maria@shop.example");
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Come in" }).click();
  await page.getByRole("navigation", { name: "Pages" }).waitFor();
  return page;
}

/// Over the API as the page does it: with its cookie and its token against forged requests.
export const asked = (page, method, path, body) =>
  page.evaluate(async ([m, p, b]) => {
    const session = await (await fetch("/api/v1/session")).json();
    const answer = await fetch(`/api/v1${p}`, { method: m, headers: { "Content-Type": "application/json", "X-CSRF-Token": session.csrf, "Idempotency-Key": crypto.randomUUID() }, body: b === undefined ? undefined : JSON.stringify(b) });
    const text = await answer.text();
    return { status: answer.status, body: text ? JSON.parse(text) : null };
  }, [method, path, body]);

/// Gives the owner the agent's name that conversations are assigned to.
export async function isAgent(page, agent) {
  const { body } = await asked(page, "GET", "/session");
  await asked(page, "PATCH", `/people/${encodeURIComponent(body.person.id)}`, { agent });
  await page.reload();
  await page.getByRole("navigation", { name: "Pages" }).waitFor();
}

export async function invited(shop, boss, { name, email, role, agent }, options) {
  const { body } = await asked(boss, "POST", "/people", { name, email, role, agent });
  const page = await newPage(options);
  await page.goto(`${shop.url}${body.link}?for=${encodeURIComponent(email)}`);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Come in" }).click();
  await page.getByRole("navigation", { name: "Pages" }).waitFor();
  return page;
}

export const sees = (page, text, patience) => eventually(() => page.getByText(text).first().isVisible(), `the text ${text}`, patience);
