// The workflows of the shop: which there are, and one as a graph, as YAML that can be changed, with its tests and versions.
import { html } from "htm/preact";
import { route, href } from "../lib/route.js";
import { useResource } from "../lib/resource.js";
import { count } from "../lib/words.js";
import { Badge, Empty, Page, Shown } from "../parts/ui.js";
import { Icon } from "../parts/icon.js";
import { Gallery, Menu, Ready } from "./gallery.js";
import { Workflow } from "./workflow.js";

export default function Workflows() {
  const [, name, ready] = route.value.parts;
  if (name === "gallery") return ready ? html`<${Ready} key=${ready} name=${ready} />` : html`<${Gallery} />`;
  return name ? html`<${Workflow} key=${name} name=${name} />` : html`<${List} />`;
}

function List() {
  const workflows = useResource("/workflows", {}, { kinds: ["workflow", "run"] });
  return html`
    <${Page} title="Workflows" lead="What the shop does by itself, and when.">
      <${Menu} now="shop" />
      <${Shown} of=${workflows}>${({ items }) => items.length === 0
        ? html`<${Empty} icon="flow" title="No workflow yet" action=${html`<a class="button" href=${href(["workflows", "gallery"])}>See the gallery</a>`}>Put one into the shop's folder workflows/, or adopt one of the gallery.<//>`
        : html`<ul class="cards">${items.map((one) => html`
          <li key=${one.name}><a class="card workflow-card" href=${href(["workflows", one.name])}>
            <span class="workflow-icon"><${Icon} name="flow" /></span>
            <span class="grow"><strong>${one.title || one.name}</strong><small>${one.name}</small></span>
            ${one.enabled === false && html`<${Badge}>off<//>`}
            <span class="workflow-about">${[one.on].flat().filter(Boolean).map((on) => html`<${Badge} key=${on} tone="accent" icon="bolt">${on}<//>`)}</span>
            <span class="workflow-open"><strong>${count(one.runs_open ?? 0)}</strong><small>open runs</small></span>
          </a></li>`)}</ul>`}<//>
    <//>`;
}
