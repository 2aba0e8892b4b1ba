import { html } from "htm/preact";
import { go, href, route } from "../lib/route.js";
import { usePaged } from "../lib/paged.js";
import { useResource } from "../lib/resource.js";
import { useTyped } from "../lib/typed.js";
import { span } from "../lib/words.js";
import { Empty, Status, Time } from "../parts/ui.js";
import { Icon } from "../parts/icon.js";
import { Table } from "../parts/table.js";

const states = ["running", "waiting", "held", "failed", "done", "stopped", "cancelled", "skipped"];
export const took = (run) => (run.ended ? span(new Date(run.ended) - new Date(run.started)) : "");
export const subjectLink = (subject) => (subject?.startsWith("customer:") ? html`<a href=${href(["customers", subject])}>${subject}</a>` : subject);

export function RunList() {
  const { workflow = "", status = "", q = "", subject = "" } = route.value.query;
  const ask = (change) => go(["runs"], { workflow, status, q, subject, ...change }, { replace: true });
  const [text, setText] = useTyped(q, (value) => ask({ q: value }));
  const workflows = useResource("/workflows");
  const runs = usePaged("/runs", { workflow, status, q, subject }, { kinds: ["run"] });
  const filtered = workflow || status || q || subject;
  return html`
    <div class="filters">
      <select aria-label="Workflow" value=${workflow} onChange=${(e) => ask({ workflow: e.target.value })}>
        <option value="">All workflows</option>
        ${(workflows.data?.items ?? []).map((one) => html`<option key=${one.name} value=${one.name}>${one.title || one.name}</option>`)}
      </select>
      <select aria-label="Status" value=${status} onChange=${(e) => ask({ status: e.target.value })}>
        <option value="">Any status</option>${states.map((state) => html`<option key=${state} value=${state}>${state}</option>`)}
      </select>
      <div class="searchbox grow"><${Icon} name="search" size=${16} /><input type="search" aria-label="Search runs" placeholder="Customer, order, id or reason" value=${text} onInput=${(e) => setText(e.target.value)} /></div>
      ${subject && html`<a class="badge accent" href=${href(["runs"], { workflow, status, q })} title="Show those of everybody">${subject} ×</a>`}
    </div>
    <${Table} of=${runs} label="Runs" keyOf=${(run) => run.id} to=${(run) => [["runs", run.id]]}
      columns=${[
        { name: "Workflow", cell: (run) => html`<a class="strong" href=${href(["runs", run.id])}>${run.workflow}</a>${run.reason && html`<div class="sub">${run.reason}</div>`}` },
        { name: "Status", cell: (run) => html`<${Status} of=${run.status} />` },
        { name: "For", cell: (run) => subjectLink(run.subject), className: "clip" },
        { name: "Started", cell: (run) => html`<${Time} at=${run.started} />`, className: "nowrap" },
        { name: "Took", num: true, cell: (run) => took(run) || (run.due ? html`<span class="muted">due <${Time} at=${run.due} /></span>` : "") },
      ]}
      empty=${filtered
        ? html`<${Empty} icon="search" title="No run is like that" action=${html`<a class="button" href=${href(["runs"])}>Show all runs</a>`} />`
        : html`<${Empty} icon="runs" title="Nothing has run yet">As soon as an event starts a workflow, its run is here.<//>`} />`;
}
