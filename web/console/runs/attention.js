// Failed runs wait for a person: try the step again, go on behind it, or end the run; one or many.
import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { post, seg } from "../lib/api.js";
import { may } from "../lib/session.js";
import { href } from "../lib/route.js";
import { usePaged } from "../lib/paged.js";
import { many } from "../lib/words.js";
import { complain, say } from "../parts/toast.js";
import { Button, Empty, Time } from "../parts/ui.js";
import { Table } from "../parts/table.js";
import { subjectLink } from "./list.js";

export const decide = (run, verb) => post(`/runs/${seg(run.id)}/${verb}`, run.subject ? { subject: run.subject } : {});
export const verbs = [
  { verb: "retry", name: "Try again", icon: "retry", done: "tried again" },
  { verb: "skip", name: "Skip the step", icon: "skip", done: "skipped" },
  { verb: "cancel", name: "Cancel", icon: "stop", done: "cancelled", kind: "danger" },
];

export function Attention() {
  const runs = usePaged("/attention", {}, { kinds: ["run"] });
  const [chosen, setChosen] = useState(new Set());
  const [busy, setBusy] = useState(false);
  const marked = runs.items.filter((run) => chosen.has(run.id));
  const mark = (id, is) => setChosen((was) => (is ? new Set(was).add(id) : new Set([...was].filter((one) => one !== id))));
  const act = async (some, { verb, done }) => {
    setBusy(true);
    let good = 0;
    for (const run of some) {
      try {
        await decide(run, verb);
        ++good;
      } catch (problem) {
        complain(problem);
        break;
      }
    }
    setBusy(false);
    if (good) say(`${many(good, "run")} ${done}`);
    setChosen(new Set());
    runs.reload();
  };
  const able = may("runs.decide");
  return html`
    ${able && runs.items.length > 0 && html`
      <div class="filters" role="toolbar" aria-label="Decide about the marked runs">
        <label class="check"><input type="checkbox" checked=${marked.length === runs.items.length} onChange=${(e) => setChosen(new Set(e.target.checked ? runs.items.map((run) => run.id) : []))} /> ${marked.length ? `${marked.length} marked` : "Mark all"}</label>
        ${verbs.map((one) => html`<${Button} key=${one.verb} icon=${one.icon} kind=${one.kind} disabled=${marked.length === 0 || busy} onClick=${() => act(marked, one)}>${one.name}<//>`)}
      </div>`}
    <${Table} of=${runs} label="Runs that need a decision" keyOf=${(run) => run.id} to=${(run) => [["runs", run.id]]}
      columns=${[
        ...(able ? [{ name: "Mark", head: html`<span class="sr">Mark</span>`, cell: (run) => html`<input type="checkbox" aria-label=${`Mark the run of ${run.workflow} for ${run.subject}`} checked=${chosen.has(run.id)} onChange=${(e) => mark(run.id, e.target.checked)} />` }] : []),
        { name: "Workflow", cell: (run) => html`<a class="strong" href=${href(["runs", run.id])}>${run.workflow}</a><div class="sub bad-text">${run.reason}</div>` },
        { name: "For", cell: (run) => subjectLink(run.subject), className: "clip" },
        { name: "Failed", cell: (run) => html`<${Time} at=${run.ended ?? run.started} />`, className: "nowrap" },
        ...(able ? [{ name: "Decide", cell: (run) => html`<div class="row-tools">${verbs.map((one) => html`<${Button} key=${one.verb} kind=${`ghost small ${one.kind ?? ""}`} icon=${one.icon} hint=${one.name} aria-label=${`${one.name}: ${run.workflow}`} disabled=${busy} onClick=${() => act([run], one)} />`)}</div>` }] : []),
      ]}
      empty=${html`<${Empty} icon="check" title="Nothing needs you">No run has failed, or all were decided about.<//>`} />`;
}
