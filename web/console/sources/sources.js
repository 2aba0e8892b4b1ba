// Where events come from: whether they come as usual, and what was rejected, and why.
import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { post, remove, seg } from "../lib/api.js";
import { may } from "../lib/session.js";
import { useResource } from "../lib/resource.js";
import { usePaged } from "../lib/paged.js";
import { complain, say } from "../parts/toast.js";
import { Json } from "../parts/json.js";
import { count, since } from "../lib/words.js";
import { Badge, Button, Empty, Page, Shown, Time } from "../parts/ui.js";
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
      ${source.name.includes("/") && html`<${Refused} source=${source} />`}
    </li>`;
}

const name = (source) => source.name.split("/").at(-1);

// What was refused, without its texts; each may be given once more when the cause is mended.
function Refused({ source }) {
  const [open, setOpen] = useState(false);
  return html`<details class="rejected-requests" onToggle=${(e) => setOpen(e.target.open)}><summary>Requests that were refused</summary>${open && html`<${RefusedList} source=${source} />`}</details>`;
}

function RefusedList({ source }) {
  const list = usePaged(`/sources/${seg(name(source))}/rejected`, {}, { limit: 10, kinds: ["source"] });
  const [busy, setBusy] = useState(null);
  const act = async (one, work, done) => {
    setBusy(one.id);
    try {
      await work();
      say(done);
    } catch (problem) {
      complain(problem);
    }
    setBusy(null);
    list.reload();
  };
  const path = (one) => `/sources/${seg(name(source))}/rejected/${seg(one.id)}`;
  if (list.loading) return null;
  if (list.items.length === 0) return html`<p class="card-body muted">None is kept: they are for a week, and the newest only.</p>`;
  return html`<ul class="refusals">${list.items.map((one) => html`<li key=${one.id}>
      <div class="step-head"><span class="bad-text">${one.reason}</span><small><${Time} at=${one.at} /></small></div>
      <details><summary>What came</summary><p class="muted">${one.headers.join(", ")}</p>${one.body !== null ? html`<${Json} value=${one.body} label="What came" />` : html`<p class="muted">${one.whole ? "It is no JSON." : "It was too long to be kept."}</p>`}</details>
      ${may("runs.decide") && html`<div class="row-tools">${one.whole && html`<${Button} kind="small" icon="retry" busy=${busy === one.id} onClick=${() => act(one, () => post(`${path(one)}/resend`), "It was taken")}>Give it once more<//>`}
        <${Button} kind="ghost small" icon="close" disabled=${busy === one.id} onClick=${() => act(one, () => remove(path(one)), "It is dropped")}>Drop<//></div>`}
    </li>`)}</ul>${list.more && html`<div class="more"><${Button} onClick=${list.more}>Show more<//></div>`}`;
}
