import assert from "node:assert/strict";
import { newPage } from "./support/browser.mjs";
import { invited, owner, password } from "./support/people.mjs";
import { openShop } from "./support/shop.mjs";
import { eventually, test } from "./support/story.mjs";

test("the first start's link makes the owner, once; who was invited chooses a password; out is out", async () => {
  const shop = await openShop();
  const maria = await owner(shop);
  assert.match(maria.url(), /#\/inbox/);
  const late = await newPage();
  await late.goto(shop.url + shop.setupLink);
  await late.getByLabel("Your name").fill("Eve");
  await late.getByLabel("Email").fill("eve@shop.example");
  await late.getByLabel("Password").fill(password);
  await late.getByRole("button", { name: "Come in" }).click();
  await late.getByRole("alert").waitFor();

  await maria.goto(`${shop.url}/console/#/settings/people`);
  await maria.getByRole("button", { name: "Add somebody" }).click();
  await maria.getByLabel("Name", { exact: true }).fill("Olaf Nilsen");
  await maria.getByRole("dialog").getByLabel("Email").fill("olaf@shop.example");
  await maria.getByRole("button", { name: "Add", exact: true }).click();
  const link = await maria.getByRole("textbox", { name: "Link" }).inputValue();
  const olaf = await newPage();
  await olaf.goto(link);
  await olaf.getByText("olaf@shop.example").waitFor();
  await olaf.getByLabel("Password").fill(password);
  await olaf.getByRole("button", { name: "Come in" }).click();
  await olaf.getByRole("link", { name: "Inbox", exact: true }).waitFor();
  await olaf.goto(`${shop.url}/console/#/settings`);
  await olaf.getByRole("heading", { name: "Olaf Nilsen" }).waitFor();
  assert.equal(await olaf.getByRole("link", { name: "People" }).count(), 0, "an agent does not see to people");

  await olaf.getByRole("button", { name: "You: Olaf Nilsen" }).click();
  await olaf.getByRole("button", { name: "Sign out" }).click();
  await olaf.getByRole("heading", { name: "Sign in" }).waitFor();
  await olaf.getByLabel("Email").fill("olaf@shop.example");
  await olaf.getByLabel("Password").fill("not the password");
  await olaf.getByRole("button", { name: "Sign in" }).click();
  await eventually(() => olaf.getByRole("alert").isVisible(), "the refusal");
  await olaf.getByLabel("Password").fill(password);
  await olaf.keyboard.press("Enter");
  await olaf.getByRole("navigation", { name: "Pages" }).waitFor();
  for (const page of [maria, olaf, late]) assert.deepEqual(page.mishaps, []);
  await shop.stop();
});

test("a new password ends the other sessions", async () => {
  const shop = await openShop();
  const maria = await owner(shop);
  const elsewhere = await newPage();
  await elsewhere.goto(`${shop.url}/console/`);
  await elsewhere.getByLabel("Email").fill("maria@shop.example");
  await elsewhere.getByLabel("Password").fill(password);
  await elsewhere.getByRole("button", { name: "Sign in" }).click();
  await elsewhere.getByRole("navigation", { name: "Pages" }).waitFor();
  await maria.goto(`${shop.url}/console/#/settings/me`);
  await maria.getByLabel("Password now").fill(password);
  await maria.getByLabel("New password").fill("another horse battery");
  await maria.getByRole("button", { name: "Change it" }).click();
  await maria.getByText("Your password is changed").waitFor();
  await elsewhere.reload();
  await elsewhere.getByRole("heading", { name: "Sign in" }).waitFor();
  await maria.reload();
  await maria.getByRole("navigation", { name: "Pages" }).waitFor();
  await shop.stop();
});
