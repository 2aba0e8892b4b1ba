// Where events come from: whether they come as usual, and what was rejected, and why.
import { html } from "htm/preact";
import { useResource } from "../lib/resource.js";
import { count, since } from "../lib/words.js";
import { Badge, Empty, Page, Shown, Time } from "../parts/ui.js";
import { Icon } from "../parts/icon.js";

function health(source) {
  if (source.silent === "yes" || source.silent === true) return ["bad", "Silent for longer than usual"];
  if (!source.events) return ["", "Nothing has come yet"];
  if (source.rejected > 0 && new Date(source.rejected_at) > Date.now() - 86_400_000) return ["warn", "Some were rejected today"];
  return ["good", "As usual"];
}

export default function Sources() {
  const sources = useResource("/sources", {}, { kinds: ["event", "source"] });
  return html`
    <${Page} title="Sources" lead="Who sends events to this shop, and how well it goes.">
      <${Shown} of=${sources}>${(data) => {
        const items = data.items ?? data.sources ?? [];
        return items.length === 0
          ? html`<${Empty} icon="plug" title="No source has sent anything yet">Sources stand under sources: in shopbell.yaml; each has its address at /hooks/NAME.<//>`
          : html`<ul class="cards sources">${items.map((source) => html`<${Source} key=${source.name} source=${source} />`)}</ul>`;
      }}<//>
    <//>`;
}

function Source({ source }) {
  const [tone, words] = health(source);
  return html`
    <li class="card source">
      <header><span class=${`source-icon ${tone}`}><${Icon} name="plug" /></span><h2>${source.name}</h2><${Badge} tone=${tone}>${words}<//></header>
      <div class="figures">
        <div><strong>${count(source.events ?? 0)}</strong><small>events</small></div>
        <div><strong>${source.last_event_at ? since(source.last_event_at) : "–"}</strong><small>since the last one</small></div>
        <div><strong>${source.usual_gap ?? "–"}</strong><small>usual gap</small></div>
        <div><strong class=${source.rejected > 0 ? "bad-text" : ""}>${count(source.rejected ?? 0)}</strong><small>rejected</small></div>
      </div>
      ${source.reason && html`<p class="card-body source-reason"><${Icon} name="warn" size=${16} /><span>Rejected <${Time} at=${source.rejected_at} />: ${source.reason}</span></p>`}
      ${source.requests?.length > 0 && html`<ul class="card-body plain-list">${source.requests.map((one, i) => html`<li key=${i}><span>${one.reason}</span><${Time} at=${one.at} /></li>`)}</ul>`}
    </li>`;
}
