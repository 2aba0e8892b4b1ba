import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { asked, invited, owner, sees } from "./support/people.mjs";
import { ask, message, openShop, send, writes } from "./support/shop.mjs";
import { eventually, test } from "./support/story.mjs";
import { violations } from "./support/axe.mjs";

const ada = { id: 7, name: "Ada Lindqvist", email: "ada@example.com" };
const inbox = (shop, view = "open") => `${shop.url}/console/#/inbox/${view}`;
const messages = (page) => page.getByRole("log", { name: "Messages" });

test("an agent's morning: takes a conversation, leaves a note, answers, resolves; all by the keyboard", async () => {
  const shop = await openShop();
  const boss = await owner(shop);
  await writes(shop, ada, "Can I talk to a human? My parcel is lost.");
  const olaf = await invited(shop, boss, { name: "Olaf Nilsen", email: "olaf@shop.example", role: "agent", agent: "olaf" });
  await olaf.goto(inbox(shop));
  await sees(olaf, "Ada Lindqvist");
  await olaf.keyboard.press("j");
  await eventually(() => messages(olaf).getByText("My parcel is lost.").isVisible(), "the conversation");
  await olaf.getByRole("button", { name: "Take over", exact: true }).waitFor();
  await olaf.keyboard.press("t");
  await olaf.getByText("It is yours").waitFor();

  await olaf.keyboard.press("n");
  await eventually(() => olaf.getByLabel("Note for the team").evaluate((box) => box === document.activeElement), "the note");
  await olaf.keyboard.type("The carrier lost it in Leipzig.");
  await olaf.keyboard.press("Control+Enter");
  await eventually(() => messages(olaf).getByText("The carrier lost it in Leipzig.").isVisible(), "the note");

  await olaf.keyboard.press("Escape");
  await olaf.keyboard.press("r");
  await eventually(() => olaf.getByLabel("Reply to Ada Lindqvist").evaluate((box) => box === document.activeElement), "the reply");
  await olaf.keyboard.type("A new one leaves us today.");
  await olaf.keyboard.press("Control+Enter");
  await eventually(() => messages(olaf).getByText("A new one leaves us today.").isVisible(), "the reply");
  const sent = (await ask(shop, "/api/messages")).messages.filter((one) => one.direction === "out").map((one) => one.text);
  assert.ok(sent.includes("A new one leaves us today."));
  assert.ok(!sent.some((text) => text.includes("Leipzig")), "a note is never sent");

  await olaf.keyboard.press("Escape");
  await olaf.keyboard.press("e");
  await olaf.getByText("Resolved", { exact: true }).last().waitFor();
  await olaf.goto(inbox(shop, "resolved"));
  await sees(olaf, "Ada Lindqvist");

  // Another thread of hers is taken in, split off again, and answered by a macro.
  await asked(boss, "POST", "/macros", { name: "Bag", text: "Dear {{customer.first_name}}, it is on its way.", tags: ["bag"], then: "resolve" });
  await writes(shop, ada, "And can I have a human for the red bag?", "t7b");
  await olaf.goto(inbox(shop));
  await olaf.reload();
  await olaf.getByRole("link", { name: /Ada Lindqvist/ }).waitFor();
  await olaf.keyboard.press("j");
  await eventually(() => messages(olaf).getByText("red bag").first().isVisible(), "the other conversation");
  await olaf.keyboard.press("o");
  const dialog = olaf.getByRole("dialog");
  await dialog.getByRole("radio").first().check();
  await dialog.getByRole("button", { name: "Take it in" }).click();
  await eventually(() => messages(olaf).getByText("My parcel is lost.").isVisible(), "what was said there");
  await messages(olaf).getByText("The carrier lost it in Leipzig.").waitFor();
  await olaf.keyboard.press("x");
  await dialog.getByRole("radio", { name: /red bag/ }).check();
  await dialog.getByRole("button", { name: "Split it off" }).click();
  await eventually(async () => (await messages(olaf).getByText("red bag").count()) > 0 && (await messages(olaf).getByText("My parcel is lost.").count()) === 0, "the conversation of its own");
  await olaf.getByRole("button", { name: /^Macros/ }).click();
  await olaf.getByRole("button", { name: /^Bag/ }).click();
  await olaf.getByText("Bag: done").waitFor();
  await eventually(async () => (await ask(shop, "/api/messages")).messages.some((one) => one.text === "Dear Ada, it is on its way."), "the answer");
  assert.deepEqual(olaf.mishaps, []);
  await shop.stop();
});

test("two agents on one conversation: each sees the other, an answer that came between is shown and nothing is sent twice; what comes in appears by itself", async () => {
  const shop = await openShop();
  const maria = await owner(shop);
  await writes(shop, ada, "Can I talk to a human?");
  const olaf = await invited(shop, maria, { name: "Olaf Nilsen", email: "olaf@shop.example", role: "agent", agent: "olaf" });
  for (const page of [maria, olaf]) {
    await page.goto(inbox(shop));
    await page.getByRole("link", { name: /Ada Lindqvist/ }).first().click();
    await messages(page).waitFor();
  }
  await eventually(() => maria.getByText("Olaf Nilsen is looking, too").count(), "the other one");
  await olaf.getByRole("button", { name: "Take over", exact: true }).click();
  await olaf.getByText("It is yours").waitFor();
  await olaf.getByLabel("Reply to Ada Lindqvist").fill("What Olaf thinks");
  await writes(shop, ada, "I have found it, by the way!");
  await eventually(() => messages(maria).getByText("I have found it, by the way!").isVisible(), "the new message, live");

  // As if the message had come a moment before it was sent: what was seen last is older.
  await olaf.route("**/replies", async (route) => {
    const body = JSON.parse(route.request().postData());
    await route.continue({ postData: JSON.stringify({ ...body, last_seen: "m-of-before" }) });
  });
  await olaf.getByRole("button", { name: /^Send/ }).click();
  await olaf.getByText("Not sent: something was said meanwhile.").waitFor();
  assert.equal(await olaf.getByLabel("Reply to Ada Lindqvist").inputValue(), "What Olaf thinks");
  await olaf.unroute("**/replies");
  await olaf.getByRole("button", { name: /^Send/ }).click();
  await eventually(() => messages(maria).getByText("What Olaf thinks").isVisible(), "the answer, live");
  assert.equal((await ask(shop, "/api/messages")).messages.filter((one) => one.text === "What Olaf thinks").length, 1);

  const files = [{ kind: "image", type: "image/jpeg", name: "parcel.jpg", size: 48213, id: "media-1" }, { kind: "document", name: "bill.pdf", url: "javascript:alert(1)" }];
  await send(shop, message(ada, "", "t7", { attachments: files }));
  await eventually(() => messages(maria).getByText(/^Picture · parcel.jpg · 48.2 kB$/).isVisible(), "the picture is told of");
  await messages(maria).getByText("File · bill.pdf").waitFor();
  await eventually(() => maria.getByText("(image)", { exact: true }).isVisible(), "it stands in the list, too");
  assert.equal(await messages(maria).getByRole("link").count(), 0);
  if (process.env.SHOPBELL_WEB_PICTURES) await maria.screenshot({ path: `${process.env.SHOPBELL_WEB_PICTURES}/inbox-attachments.png` });
  for (const page of [maria, olaf]) assert.deepEqual(page.mishaps, []);
  await shop.stop();
});

test("drafts are kept for their writer alone; saved replies are filled in; snoozed is out of sight", async () => {
  const shop = await openShop();
  const maria = await owner(shop);
  await writes(shop, ada, "Can I talk to a human?");
  const olaf = await invited(shop, maria, { name: "Olaf Nilsen", email: "olaf@shop.example", role: "agent", agent: "olaf" });
  await asked(olaf, "POST", "/saved-replies", { name: "Late parcel", text: "Hello {{customer.first_name}}, I am sorry. {{order.nothing}} {{agent.name}}" });
  const open = async (page) => {
    await page.goto(inbox(shop));
    await page.reload();
    await page.getByRole("link", { name: /Ada Lindqvist/ }).first().click();
    await messages(page).waitFor();
  };
  await open(olaf);
  await olaf.keyboard.press(";");
  await olaf.getByRole("searchbox", { name: "Search saved replies" }).fill("late");
  await olaf.getByRole("button", { name: /^Late parcel/ }).waitFor();
  await olaf.keyboard.press("Enter");
  const written = "Hello Ada, I am sorry. {{order.nothing}} Olaf Nilsen";
  await eventually(async () => (await olaf.getByLabel("Reply to Ada Lindqvist").inputValue()) === written, "the saved reply");
  await olaf.getByText("Draft kept").waitFor();
  await open(olaf);
  await eventually(async () => (await olaf.getByLabel("Reply to Ada Lindqvist").inputValue()) === written, "the draft");
  await open(maria);
  assert.equal(await maria.getByLabel("Reply to Ada Lindqvist").inputValue(), "");

  await olaf.keyboard.press("s");
  await olaf.getByRole("button", { name: "Tomorrow morning" }).click();
  await olaf.goto(inbox(shop, "snoozed"));
  await sees(olaf, "Ada Lindqvist");
  for (const page of [maria, olaf]) assert.deepEqual(await violations(page), []);

  // And at her own page: consent, all that is kept as a file, and to be forgotten.
  await maria.goto(`${shop.url}/console/#/customers/customer%3A7`);
  await maria.getByRole("button", { name: "Email: agrees" }).click();
  await maria.getByRole("button", { name: "Email: withdraw" }).waitFor();
  await maria.getByRole("button", { name: "Export" }).click();
  const file = await maria.getByRole("link", { name: "Download the file" }).getAttribute("href");
  assert.match(await maria.evaluate(async (address) => (await fetch(address)).text(), file), /ada@example\.com/);
  await maria.getByRole("button", { name: "Erase…" }).click();
  const erase = maria.getByRole("dialog").getByRole("button", { name: "Erase", exact: true });
  await maria.getByLabel(/to go on/).fill("ada@example.org");
  assert.equal(await erase.isDisabled(), true);
  await maria.getByLabel(/to go on/).fill("ada@example.com");
  await erase.click();
  await maria.getByText("It is being forgotten").waitFor();
  await eventually(async () => !JSON.stringify(await ask(shop, "/api/messages")).includes("human"), "the end of what was said");
  await shop.stop();
});

test("a list of several pages stays whole while conversations move in it", async () => {
  const shop = await openShop();
  await shop.restart(() => rmSync(`${shop.folder}/workflows/support-triage.yaml`)); // nobody answers
  const maria = await owner(shop);
  const many = 450;
  await send(shop, Array.from({ length: many }, (_, i) => message({ id: 1000 + i, name: `Customer ${i}` }, "Can I talk to a human?")));
  const list = maria.getByRole("list", { name: "Conversations" });
  const held = async () => Number(await list.getByRole("listitem").first().getAttribute("aria-setsize"));
  const load = () => eventually(async () => (await list.evaluate((box) => (box.scrollTop = box.scrollHeight)), (await held()) === many), "the whole list");
  await maria.goto(inbox(shop));
  await list.waitFor();
  await load();
  await send(shop, Array.from({ length: 40 }, (_, i) => message({ id: 1000 + i, name: `Customer ${i}` }, "Hello? Anybody?")));
  await list.evaluate((box) => (box.scrollTop = 0));
  await eventually(async () => /^Customer [0-3]?[0-9]$/.test(await list.locator(".row-who").first().textContent()), "what is new, at the top");
  assert.equal(await held(), many);

  // More than a page comes while the list cannot be asked for: nothing is missing in its midst.
  const asked = (address) => address.pathname === "/api/v1/conversations";
  await maria.route(asked, (route) => route.abort());
  const later = 250;
  await send(shop, Array.from({ length: later }, (_, i) => message({ id: 2000 + i, name: `Newcomer ${i}` }, "Can I talk to a human?")));
  await eventually(async () => Object.values(await maria.evaluate(async () => (await (await fetch("/api/v1/conversations/counts")).json()).open)).reduce((sum, n) => sum + n, 0) === many + later, "the newcomers");
  await maria.unroute(asked);
  await send(shop, message({ id: 3000, name: "The last" }, "Can I talk to a human?"));
  await eventually(async () => (await list.evaluate((box) => (box.scrollTop = box.scrollHeight)), (await held()) === many + later + 1), "the whole list again");
  await shop.stop();
});
