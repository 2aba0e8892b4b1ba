import { html } from "htm/preact";
import { may } from "../lib/session.js";
import { href, route } from "../lib/route.js";
import { Empty, Page, Tabs } from "../parts/ui.js";
import { Audit } from "./audit.js";
import { Macros } from "./macros.js";
import { Me } from "./me.js";
import { People } from "./people.js";
import { Queues } from "./queues.js";
import { Tokens } from "./tokens.js";

const parts = [
  { name: "me", title: "You", Shown: Me },
  { name: "people", title: "People", Shown: People, needs: "people.manage" },
  { name: "tokens", title: "Tokens", Shown: Tokens, needs: "people.manage" },
  { name: "queues", title: "Queues and hours", Shown: Queues, needs: "inbox.read" },
  { name: "macros", title: "Macros", Shown: Macros, needs: "inbox.read" },
  { name: "audit", title: "Audit", Shown: Audit, needs: "audit.read" },
];

export default function Settings() {
  const mine = parts.filter((part) => !part.needs || may(part.needs));
  const [, name = mine.some((part) => part.name === "people") ? "people" : "me"] = route.value.parts;
  const part = mine.find((one) => one.name === name);
  return html`
    <${Page} title="Settings">
      <div class="page-tabs"><${Tabs} label="Settings" tabs=${mine.map((one) => ({ name: one.title, href: href(["settings", one.name]), on: one.name === name }))} /></div>
      ${part ? html`<${part.Shown} />` : html`<${Empty} icon="key" title="Not for your role" />`}
    <//>`;
}
