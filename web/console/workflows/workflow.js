import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { post, put, seg } from "../lib/api.js";
import { may } from "../lib/session.js";
import { href, route } from "../lib/route.js";
import { useResource } from "../lib/resource.js";
import { count } from "../lib/words.js";
import { say } from "../parts/toast.js";
import { Badge, Button, Empty, Failed, Page, Shown, Tabs, Time } from "../parts/ui.js";
import { Icon } from "../parts/icon.js";
import { Graph } from "../parts/graph.js";
import { Editor } from "./editor.js";
import { Diff } from "./diff.js";

export function Workflow({ name }) {
  const workflow = useResource(`/workflows/${seg(name)}`);
  return html`<${Shown} of=${workflow}>${(data) => html`<${Known} key=${data.hash} workflow=${data} reload=${workflow.reload} />`}<//>`;
}

const views = [["", "Graph"], ["yaml", "YAML"], ["tests", "Tests"], ["versions", "Versions"]];

function Known({ workflow, reload }) {
  const [, name, view = ""] = route.value.parts;
  const [yaml, setYaml] = useState(workflow.yaml);
  const [checked, setChecked] = useState({ diagnostics: [] });
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const changed = yaml !== workflow.yaml;
  const errors = checked.diagnostics.filter((one) => one.severity === "error").length;
  const deploy = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await put(`/workflows/${seg(name)}`, { yaml, hash: workflow.hash });
      say("Deployed: new runs begin on it");
      await reload();
    } catch (found) {
      setProblem(found);
      if (found.body.diagnostics) setChecked({ diagnostics: found.body.diagnostics });
    }
    setBusy(false);
  };
  return html`
    <${Page} title=${workflow.title || name} lead=${html`<a href=${href(["workflows"])}>Workflows</a> · ${name} · <code>${workflow.hash?.slice(0, 10)}</code>`}
      tools=${html`${changed && html`<${Button} onClick=${() => setYaml(workflow.yaml)}>Undo all<//>`}
        ${may("workflows.write") && html`<${Button} kind="primary" icon="check" busy=${busy} disabled=${!changed || errors > 0} onClick=${deploy}>Deploy<//>`}`}>
      ${problem && html`<${Failed} problem=${problem} />`}
      <div class="page-tabs"><${Tabs} label="Views of the workflow" tabs=${views.map(([path, title]) => ({ name: title, href: href(["workflows", name, path].filter(Boolean)), on: view === path, count: path === "yaml" && errors ? errors : path === "versions" ? workflow.versions?.length : undefined }))} /></div>
      ${view === "yaml" ? html`<${Editor} value=${yaml} name=${name} onChange=${setYaml} onChecked=${setChecked} readOnly=${!may("workflows.write")} />`
        : view === "tests" ? html`<${Tests} yaml=${yaml} name=${name} tests=${workflow.tests} />`
        : view === "versions" ? html`<${Versions} workflow=${workflow} yaml=${yaml} use=${setYaml} />`
        : workflow.graph?.nodes?.length ? html`<section class="card"><${Graph} graph=${(changed && checked.graph) || workflow.graph} label="The workflow as a graph" /></section>`
        : html`<${Empty} icon="flow" title="No picture of it" />`}
    <//>`;
}

function Tests({ yaml, name, tests = [] }) {
  const [result, setResult] = useState(null);
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    setProblem(null);
    try {
      setResult(await post("/workflows/test", { yaml, name }));
    } catch (found) {
      setProblem(found);
    }
    setBusy(false);
  };
  const shown = result?.tests ?? tests;
  return html`
    <section class="card"><header><h2>${result ? `${result.passed} passed, ${result.failed} failed` : "Its own tests"}</h2><${Button} icon="play" kind="primary" busy=${busy} onClick=${run}>Run them<//></header>
      ${problem && html`<${Failed} problem=${problem} />`}
      ${shown.length === 0 ? html`<${Empty} icon="check" title="It has no tests yet">Write them under tests: in the YAML; they are run in virtual time, nothing is sent.<//>`
        : html`<ul class="tests">${shown.map((test, i) => html`<li key=${i}><${Icon} name=${test.passed === undefined ? "dots" : test.passed ? "check" : "close"} size=${16} label=${test.passed === undefined ? "not run yet" : test.passed ? "passed" : "failed"} />
          <div class=${test.passed === false ? "bad-text" : ""}>${test.name}${test.message && html`<pre>${test.message}</pre>`}</div></li>`)}</ul>`}
    </section>`;
}

function Versions({ workflow, yaml, use }) {
  const { versions = [] } = workflow;
  const [shown, setShown] = useState(null);
  return html`
    ${yaml !== workflow.yaml && html`<section class="card"><header><h2>What you changed</h2></header><${Diff} before=${workflow.yaml} after=${yaml} /></section>`}
    <section class="card"><header><h2>Versions</h2></header>
      ${versions.length === 0 ? html`<${Empty} icon="clock" title="One version so far" />` : html`
      <div class="table-box"><table><thead><tr><th>Version</th><th>Since</th><th class="num">Open runs on it</th><th><span class="sr">Look</span></th></tr></thead><tbody>
        ${versions.map((version) => html`<tr key=${version.hash}><td><code>${version.hash.slice(0, 10)}</code> ${version.hash === workflow.hash && html`<${Badge} tone="good">now<//>`}</td>
          <td><${Time} at=${version.at} style="full" /> ${version.by && html`<small>${version.by}</small>`}</td><td class="num">${count(version.open)}</td>
          <td class="num">${version.yaml && version.hash !== workflow.hash && html`<${Button} kind="small" onClick=${() => setShown(version)}>Compare<//> <${Button} kind="small" onClick=${() => use(version.yaml)}>Go back to it<//>`}</td></tr>`)}
      </tbody></table></div>`}
      ${shown && html`<${Diff} before=${shown.yaml} after=${workflow.yaml} />`}
    </section>`;
}
