// One run: the way that it took on its workflow's graph, and step by step in time.
import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { post, seg } from "../lib/api.js";
import { may } from "../lib/session.js";
import { href } from "../lib/route.js";
import { useResource } from "../lib/resource.js";
import { full } from "../lib/words.js";
import { complain, say } from "../parts/toast.js";
import { Button, Empty, Page, Shown, Status, Time } from "../parts/ui.js";
import { Graph } from "../parts/graph.js";
import { decide, verbs } from "./attention.js";
import { Retime } from "./retime.js";
import { subjectLink, took } from "./list.js";
import { wayOf } from "./way.js";
import { Steps, Waterfall } from "./trace.js";
import { Notes } from "./why.js";

export function Run({ id }) {
  const run = useResource(`/runs/${seg(id)}`, {}, { kinds: ["run"], when: (happening) => !happening.id || happening.id === id });
  return html`<${Shown} of=${run} page="Run">${(data) => html`<${Known} run=${data} reload=${run.reload} />`}<//>`;
}

const open = (run) => !run.ended && !["done", "cancelled", "stopped", "skipped"].includes(run.status);

function Known({ run, reload }) {
  const [chosen, setChosen] = useState(null);
  const [busy, setBusy] = useState(false);
  const trace = (run.trace ?? []).map((step, i) => ({ ...step, i }));
  const { marks, along } = wayOf(run, trace);
  const act = async (one) => {
    setBusy(true);
    try {
      await decide(run, one.verb);
      say(`The run was ${one.done}`);
      await reload();
    } catch (problem) {
      complain(problem);
    }
    setBusy(false);
  };
  const able = may("runs.decide");
  const retime = async (due) => {
    try {
      await post(`/runs/${seg(run.id)}/retime`, { due });
      say("It goes on when you said");
      await reload();
    } catch (problem) {
      complain(problem);
    }
  };
  const offered = run.status === "failed" ? verbs : open(run) ? verbs.filter((one) => one.verb === "cancel") : [];
  return html`
    <${Page} title=${run.workflow} lead=${html`<a href=${href(["runs"])}>Runs</a> · <${Status} of=${run.status} /> · began <${Time} at=${run.started} style="full" />`}
      tools=${able && html`${run.status === "waiting" && run.due && html`<${Retime} due=${run.due} onDone=${retime} />`}${offered.map((one) => html`<${Button} key=${one.verb} icon=${one.icon} kind=${one.verb === "retry" ? "primary" : one.kind} disabled=${busy} onClick=${() => act(one)}>${one.name}<//>`)}`}>
      ${run.reason && html`<p class=${`reason ${run.status === "failed" ? "bad" : ""}`}>${run.reason}</p>`}
      <div class="columns run">
        <div class="stack">
          ${run.graph?.nodes?.length > 0 && html`<section class="card"><header><h2>The way it took</h2></header><${Graph} graph=${run.graph} marks=${marks} along=${along} label="The workflow's graph, with the run's way" chosen=${chosen} onNode=${setChosen} /></section>`}
          <section class="card"><header><h2>Facts</h2></header><div class="card-body"><dl class="facts">
            <dt>For</dt><dd>${subjectLink(run.subject)}</dd>
            <dt>Workflow</dt><dd><a href=${href(["workflows", run.workflow])}>${run.workflow}</a> ${run.version && html`<code>${run.version.slice(0, 10)}</code>`}</dd>
            ${run.event && html`<dt>Event</dt><dd><a href=${href(["runs", "events", run.event])}>${run.event}</a></dd>`}
            ${run.ended && html`<dt>Took</dt><dd>${took(run)}, until ${full(run.ended)}</dd>`}
            ${run.due && html`<dt>Due</dt><dd>${full(run.due)}</dd>`}
            <dt>Run</dt><dd><code>${run.id}</code></dd>
          </dl></div></section>
        </div>
        <div class="stack">
          ${trace.length > 0 && html`<section class="card"><header><h2>In time</h2></header><${Waterfall} run=${run} trace=${trace} onStep=${(step) => setChosen(step.node)} /></section>`}
          <section class="card"><header><h2>Step by step</h2>${chosen && html`<${Button} kind="ghost small" onClick=${() => setChosen(null)}>Show all<//>`}</header>
            ${trace.length > 0 ? html`<${Steps} trace=${chosen ? trace.filter((step) => step.node === chosen) : trace} graph=${run.graph} />`
              : run.notes?.length ? html`<div class="card-body"><${Notes} notes=${run.notes} /></div>` : html`<${Empty} icon="runs" title="Nothing was noted yet" />`}
          </section>
        </div>
      </div>
    <//>`;
}
