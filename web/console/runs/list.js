import { html } from "htm/preact";
import { post } from "../lib/api.js";
import { may } from "../lib/session.js";
import { go, href, route } from "../lib/route.js";
import { usePaged } from "../lib/paged.js";
import { useResource } from "../lib/resource.js";
import { useTyped } from "../lib/typed.js";
import { many, span } from "../lib/words.js";
import { complain, say } from "../parts/toast.js";
import { Empty, Status, Time } from "../parts/ui.js";
import { Icon } from "../parts/icon.js";
import { Table } from "../parts/table.js";
import { Retime } from "./retime.js";

const states = ["waiting", "calling", "queued", "done", "stopped", "failed"];
export const took = (run) => (run.ended ? span(new Date(run.ended) - new Date(run.started)) : "");
export const subjectLink = (subject) => (subject?.startsWith("customer:") ? html`<a href=${href(["customers", subject])}>${subject}</a>` : subject);

export function RunList() {
  const { workflow = "", status = "", q = "", subject = "", event = "", since = "", until = "" } = route.value.query;
  const query = { workflow, status, q, subject, event, since, until };
  const ask = (change) => go(["runs"], { ...query, ...change }, { replace: true });
  const [text, setText] = useTyped(q, (value) => ask({ q: value }));
  const workflows = useResource("/workflows");
  const runs = usePaged("/runs", query, { kinds: ["run"] });
  const retime = async (due) => {
    try {
      let given = 0, before;
      do {
        const part = await post("/runs/retime", { due, workflow: workflow || undefined, subject: subject || undefined, all: !workflow && !subject, before });
        given += part.given;
        before = part.next;
      } while (before);
      say(`${many(given, "run")} told when to go on`);
    } catch (problem) {
      complain(problem);
    }
    runs.reload();
  };
  const filtered = Object.values(query).some(Boolean);
  return html`
    <div class="filters">
      <select aria-label="Workflow" value=${workflow} onChange=${(e) => ask({ workflow: e.target.value })}>
        <option value="">All workflows</option>
        ${(workflows.data?.items ?? []).map((one) => html`<option key=${one.name} value=${one.name} selected=${one.name === workflow}>${one.title || one.name}</option>`)}
      </select>
      <select aria-label="Status" value=${status} onChange=${(e) => ask({ status: e.target.value })}>
        <option value="">Any status</option>${states.map((state) => html`<option key=${state} value=${state} selected=${state === status}>${state}</option>`)}
      </select>
      <div class="searchbox grow"><${Icon} name="search" size=${16} /><input type="search" aria-label="Search runs" placeholder="Customer, event, id, step, or what was noted" value=${text} onInput=${(e) => setText(e.target.value)} /></div>
      <label class="check">From <input type="date" aria-label="Began on or after" value=${since} onChange=${(e) => ask({ since: e.target.value })} /></label>
      <label class="check">to <input type="date" aria-label="Began on or before" value=${until} onChange=${(e) => ask({ until: e.target.value })} /></label>
      ${[["subject", subject, "Show those of everybody"], ["event", event, "Show those of every event"]].filter(([, value]) => value).map(([name, value, hint]) => html`<a key=${name} class="badge accent" href=${href(["runs"], { ...query, [name]: "" })} title=${hint}>${value} ×</a>`)}
    </div>
    ${status === "waiting" && !q && !event && !since && !until && may("runs.decide") && runs.items.length > 0 && html`
      <div class="filters"><span class="muted">All that wait${workflow && ` of ${workflow}`}${subject && ` for ${subject}`}</span><${Retime} label="Change when they go on" onDone=${retime} /></div>`}
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
