// The frame round every page: who is here, where one can go, and the page itself, loaded when it is first opened.
import { html } from "htm/preact";
import { useEffect, useState } from "preact/hooks";
import { load, me, session, signOut } from "./lib/session.js";
import { go, href, route } from "./lib/route.js";
import { useKeys } from "./lib/keys.js";
import * as live from "./lib/live.js";
import { chooseTheme, theme } from "./lib/theme.js";
import { openHelp, openPalette, Overlays } from "./parts/palette.js";
import { Toasts } from "./parts/toast.js";
import { Avatar, Button, Empty, Failed, Key, Loading, Popover } from "./parts/ui.js";
import { Icon } from "./parts/icon.js";
import { SetUp, SignIn } from "./access/sign_in.js";

const pages = [
  { name: "inbox", title: "Inbox", icon: "inbox", key: "i", load: () => import("./inbox/inbox.js") },
  { name: "runs", title: "Runs", icon: "runs", key: "r", load: () => import("./runs/runs.js") },
  { name: "workflows", title: "Workflows", icon: "flow", key: "w", load: () => import("./workflows/workflows.js") },
  { name: "customers", title: "Customers", icon: "people", key: "c", load: () => import("./customers/customers.js") },
  { name: "sources", title: "Sources", icon: "plug", key: "s", load: () => import("./sources/sources.js") },
  { name: "reports", title: "Reports", icon: "chart", key: "p", load: () => import("./reports/reports.js") },
  { name: "settings", title: "Settings", icon: "cog", key: ",", load: () => import("./settings/settings.js") },
];

export function App() {
  const [problem, setProblem] = useState(null);
  const ask = () => {
    setProblem(null);
    load().catch(setProblem);
  };
  useEffect(ask, []);
  const who = session.value?.person?.id;
  useEffect(() => {
    if (who === undefined) return;
    live.start();
    return live.stop;
  }, [who]);
  const [first, second] = route.value.parts;
  if (problem) return html`<main class="alone"><${Failed} problem=${problem} retry=${ask} /></main>`;
  if (first === "setup") return html`<${SetUp} token=${second ?? ""} />`;
  if (session.value === undefined) return html`<main class="alone"><${Loading} rows=${3} /></main>`;
  if (session.value === null) return html`<${SignIn} />`;
  return html`<${Shell} name=${first ?? "inbox"} />`;
}

function Shell({ name }) {
  const page = pages.find((one) => one.name === name);
  useKeys([
    { keys: ["?"], does: "Show the keys", run: openHelp },
    { keys: ["mod+k"], does: "Open the commands", run: openPalette, always: true },
    ...pages.map((one) => ({ keys: [`g ${one.key}`], does: `Go to ${one.title}`, run: () => go([one.name]) })),
    { keys: ["g t"], does: "Switch between light and dark", run: () => chooseTheme(theme.value === "dark" ? "light" : "dark") },
  ]);
  useEffect(() => {
    document.title = page ? `${page.title} · Shopbell` : "Shopbell";
  }, [page]);
  return html`
    <a class="skip" href="#main" onClick=${(e) => (e.preventDefault(), document.getElementById("main")?.focus())}>Skip to the page</a>
    <div class="shell">
      <${Rail} name=${name} />
      <main id="main" tabIndex="0">
        ${live.connected.value === "again" && html`<div class="lost" role="status"><${Icon} name="warn" size=${16} /> Not connected. What you see may be old; trying again.</div>`}
        ${page ? html`<${Lazy} key=${page.name} page=${page} />` : html`<${Empty} icon="search" title="There is no such page" action=${html`<a class="button" href=${href(["inbox"])}>Go to the inbox</a>`} />`}
      </main>
    </div>
    <${Overlays} pages=${[{ does: "Sign out", run: signOut }]} />
    <${Toasts} />`;
}

const loaded = new Map();

function Lazy({ page }) {
  const [, again] = useState(0);
  const [problem, setProblem] = useState(null);
  const Shown = loaded.get(page.name);
  const fetchPage = () => {
    setProblem(null);
    page.load().then((module) => (loaded.set(page.name, module.default), again((n) => n + 1)), () => setProblem({ message: "The page could not be fetched. Is there a connection?" }));
  };
  useEffect(() => {
    if (!Shown) fetchPage();
  }, []);
  if (problem) return html`<div class="page"><${Failed} problem=${problem} retry=${fetchPage} /></div>`;
  return Shown ? html`<${Shown} />` : html`<div class="page"><${Loading} /></div>`;
}

function Rail({ name }) {
  const person = me();
  return html`
    <nav class="rail" aria-label="Pages">
      <a class="brand" href=${href(["inbox"])} aria-label="Shopbell"><${Icon} name="bell" size=${22} /></a>
      <ul>
        ${pages.map((page) => html`
          <li key=${page.name}><a href=${href([page.name])} aria-current=${page.name === name ? "page" : undefined} title=${`${page.title}  (g ${page.key})`}>
            <${Icon} name=${page.icon} size=${20} /><span>${page.title}</span></a></li>`)}
      </ul>
      <div class="rail-end">
        <${Button} kind="ghost rail-help" icon="command" aria-label="Commands" hint="Commands (Ctrl+K)" onClick=${openPalette} />
        <span class="me">
          <${Popover} kind="ghost avatar-button" face=${html`<${Avatar} name=${person.name} /><span class="sr">You: ${person.name}</span>`} hint=${`You: ${person.name}`}>
            ${(close) => html`
              <div class="me-menu">
                <div class="me-who"><strong>${person.name}</strong><small>${person.email}</small><small>${person.role}</small></div>
                <fieldset class="segmented"><legend class="sr">Theme</legend>
                  ${[["light", "Light"], ["dark", "Dark"], ["system", "System"]].map(([value, text]) => html`
                    <label key=${value}><input type="radio" name="theme" checked=${theme.value === value} onChange=${() => chooseTheme(value)} /><span>${text}</span></label>`)}
                </fieldset>
                <${Button} kind="ghost row" icon="info" onClick=${() => (close(), openHelp())}>Keys <${Key}>?<//><//>
                <a class="button ghost row" href=${href(["settings", "me"])} onClick=${close}><${Icon} name="key" size=${16} /><span>Your password</span></a>
                <${Button} kind="ghost row" icon="out" onClick=${signOut}>Sign out<//>
              </div>`}
          <//>
        </span>
      </div>
    </nav>`;
}
