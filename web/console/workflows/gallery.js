// Workflows that are ready to be taken: what each does, what it needs of the shop, and the taking.
import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { post, seg } from "../lib/api.js";
import { may } from "../lib/session.js";
import { go, href } from "../lib/route.js";
import { useResource } from "../lib/resource.js";
import { many } from "../lib/words.js";
import { complain, say } from "../parts/toast.js";
import { Badge, Button, Empty, Page, Shown, Tabs } from "../parts/ui.js";
import { Icon } from "../parts/icon.js";
import { Graph } from "../parts/graph.js";

export const Menu = ({ now }) => html`<div class="page-tabs"><${Tabs} label="Views of workflows" tabs=${[
  { name: "Of this shop", href: href(["workflows"]), on: now === "shop" },
  { name: "Gallery", href: href(["workflows", "gallery"]), on: now === "gallery" },
]} /></div>`;

export function Gallery() {
  const gallery = useResource("/gallery");
  return html`
    <${Page} title="Workflows" lead="Ready-made ones to adopt: each is a file with its tests, yours to change from then on.">
      <${Menu} now="gallery" />
      <${Shown} of=${gallery}>${({ items }) => items.length === 0 ? html`<${Empty} icon="flow" title="There are none" />` : html`
        <ul class="gallery">${items.map((one) => html`<li key=${one.name}><a class="card ready" href=${href(["workflows", "gallery", one.name])}>
          <span class="ready-head"><strong>${one.title}</strong>${one.adopted && html`<${Badge} tone="good" icon="check">yours<//>`}</span>
          <p>${one.description}</p>
          <span class="badges">${one.on.map((on) => html`<${Badge} key=${on} tone="accent" icon="bolt">${on}<//>`)}</span>
        </a></li>`)}</ul>`}<//>
    <//>`;
}

export function Ready({ name }) {
  const ready = useResource(`/gallery/${seg(name)}`);
  return html`<${Shown} of=${ready} page="Workflow">${(data) => html`<${Known} one=${data} reload=${ready.reload} />`}<//>`;
}

function Known({ one, reload }) {
  const [busy, setBusy] = useState(false);
  const [text, setText] = useState(false);
  const adopt = async () => {
    setBusy(true);
    try {
      await post(`/gallery/${seg(one.name)}/adopt`);
      say(`${one.title}: it is yours now`);
      // The engine takes the file up in a moment.
      for (let tries = 0; tries < 40; ++tries) {
        const found = await fetch(`/api/v1/workflows/${seg(one.name)}`, { credentials: "same-origin" });
        if (found.ok) break;
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
      go(["workflows", one.name]);
    } catch (problem) {
      complain(problem);
      reload();
    }
    setBusy(false);
  };
  const needs = (names, lacks = []) => names.length === 0 ? html`<span class="muted">none</span>` : html`<span class="badges">${names.map((name) => html`<${Badge} key=${name} tone=${lacks.includes(name) ? "warn" : ""} icon=${lacks.includes(name) ? "warn" : undefined}>${name}<//>`)}</span>`;
  return html`
    <${Page} title=${one.title} lead=${html`<a href=${href(["workflows", "gallery"])}>Gallery</a> · ${one.name}`}
      tools=${one.adopted ? html`<a class="button" href=${href(["workflows", one.name])}><${Icon} name="check" size=${16} /><span>It is yours: open it</span></a>`
        : may("workflows.write") && html`<${Button} kind="primary" icon="plus" busy=${busy} onClick=${adopt}>Adopt<//>`}>
      <div class="columns">
        <section class="card"><header><h2>${text ? "Its text" : "What it does"}</h2><${Button} kind="ghost small" onClick=${() => setText(!text)}>${text ? "As a graph" : "As YAML"}<//></header>
          ${text ? html`<pre class="card-body yaml" tabIndex="0" role="region" aria-label="YAML">${one.yaml}</pre>` : html`<${Graph} graph=${one.graph} label="The workflow as a graph" />`}</section>
        <div class="stack">
          <section class="card"><header><h2>What it is for</h2></header><div class="card-body"><p>${one.description}</p></div></section>
          <section class="card"><header><h2>What it needs</h2></header><div class="card-body"><dl class="facts">
            <dt>Events</dt><dd>${needs(one.on)}</dd><dt>Actions</dt><dd>${needs(one.actions)}</dd><dt>Queues</dt><dd>${needs(one.queues, one.missing_queues)}</dd><dt>Templates</dt><dd>${needs(one.templates)}</dd></dl>
            ${one.missing_queues.length > 0 && html`<p class="warn-text">${one.missing_queues.length === 1 ? "A queue is missing" : "Queues are missing"}: name ${one.missing_queues.join(" and ")} under queues in shopbell.yaml.</p>`}</div></section>
          <section class="card"><header><h2>${many(one.tests.length, "test")}</h2></header><ul class="tests">${one.tests.map((test) => html`<li key=${test}><${Icon} name="check" size=${16} /><div>${test}</div></li>`)}</ul></section>
        </div>
      </div>
    <//>`;
}
