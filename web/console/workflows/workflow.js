import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { get, post, put, seg } from "../lib/api.js";
import { may } from "../lib/session.js";
import { href, route } from "../lib/route.js";
import { useResource } from "../lib/resource.js";
import { count } from "../lib/words.js";
import { complain, say } from "../parts/toast.js";
import { Badge, Button, Empty, Failed, Page, Shown, Tabs, Time } from "../parts/ui.js";
import { Icon } from "../parts/icon.js";
import { Graph } from "../parts/graph.js";
import { Backtest } from "./backtest.js";
import { Editor } from "./editor.js";
import { Diff } from "./diff.js";

export function Workflow({ name }) {
  const workflow = useResource(`/workflows/${seg(name)}`);
  // The engine takes a deployed file up in a moment: until then it shows the one before.
  const taken = async (hash) => {
    for (let tries = 0; tries < 20; ++tries) {
      const now = await get(`/workflows/${seg(name)}`);
      if (now.hash === hash || tries === 19) return workflow.set(now);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  };
  return html`<${Shown} of=${workflow} page="Workflow">${(data) => html`<${Known} key=${data.hash} workflow=${data} taken=${taken} />`}<//>`;
}

const views = [["", "Graph"], ["yaml", "YAML"], ["tests", "Tests"], ["backtest", "Backtest"], ["versions", "Versions"]];

function Known({ workflow, taken }) {
  const [, name, view = ""] = route.value.parts;
  const [yaml, setYaml] = useState(workflow.yaml);
  const [edition, setEdition] = useState(0);
  const [checked, setChecked] = useState({ diagnostics: [] });
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const changed = yaml !== workflow.yaml;
  const errors = checked.diagnostics.filter((one) => one.severity === "error").length;
  const deploy = async () => {
    setBusy(true);
    setProblem(null);
    try {
      const { hash } = await put(`/workflows/${seg(name)}`, { yaml, hash: workflow.hash });
      await taken(hash);
      say("Deployed: new runs begin on it");
    } catch (found) {
      setProblem(found);
      if (found.body.diagnostics) setChecked({ diagnostics: found.body.diagnostics });
    }
    setBusy(false);
  };
  return html`
    <${Page} title=${workflow.title || name} lead=${html`<a href=${href(["workflows"])}>Workflows</a> · ${name} · <code>${workflow.hash?.slice(0, 10)}</code>`}
      tools=${html`${changed && html`<${Button} onClick=${() => (setYaml(workflow.yaml), setEdition(edition + 1))}>Undo all<//>`}
        ${may("workflows.write") && html`<${Button} kind="primary" icon="check" busy=${busy} disabled=${!changed || errors > 0} onClick=${deploy}>Deploy<//>`}`}>
      ${problem && html`<${Failed} problem=${problem} />`}
      <div class="page-tabs"><${Tabs} label="Views of the workflow" tabs=${views.map(([path, title]) => ({ name: title, href: href(["workflows", name, path].filter(Boolean)), on: view === path, count: path === "yaml" && errors ? errors : path === "versions" ? workflow.versions?.length : undefined }))} /></div>
      ${view === "yaml" ? html`<${Editor} value=${yaml} edition=${edition} name=${name} onChange=${setYaml} onChecked=${setChecked} readOnly=${!may("workflows.write")} />`
        : view === "tests" ? html`<${Tests} yaml=${yaml} name=${name} tests=${workflow.tests} />`
        : view === "backtest" ? html`<${Backtest} name=${name} yaml=${yaml} hash=${workflow.hash} able=${may("workflows.write")} />`
        : view === "versions" ? html`<${Versions} workflow=${workflow} yaml=${yaml} taken=${taken} />`
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

function Versions({ workflow, yaml, taken }) {
  const { versions = [], name, hash } = workflow;
  const [shown, setShown] = useState(null);
  const compare = (version) => get(`/workflows/${seg(name)}/versions/${seg(version.hash)}`).then(setShown, complain);
  const goBack = async (version) => {
    try {
      const deployed = await post(`/workflows/${seg(name)}/rollback`, { to: version.hash, hash });
      await taken(deployed.hash);
      say("The older version is deployed again");
    } catch (problem) {
      complain(problem);
    }
  };
  return html`
    <div class="stack">
    ${yaml !== workflow.yaml && html`<section class="card"><header><h2>What you changed</h2></header><${Diff} before=${workflow.yaml} after=${yaml} /></section>`}
    <section class="card"><header><h2>Versions</h2></header>
      ${versions.length === 0 ? html`<${Empty} icon="clock" title="One version so far" />` : html`
      <div class="table-box" tabIndex="0" role="region" aria-label="Versions"><table><thead><tr><th>Version</th><th>Since</th><th class="num">Open runs on it</th><th><span class="sr">What to do</span></th></tr></thead><tbody>
        ${versions.map((version) => html`<tr key=${version.hash}><td><code>${version.hash.slice(0, 10)}</code> ${version.hash === hash && html`<${Badge} tone="good">now<//>`}</td>
          <td>${version.at ? html`<${Time} at=${version.at} style="full" />` : html`<span class="muted">from the shop's folder</span>`} ${version.by && html`<br /><small>${version.by}</small>`}</td><td class="num">${count(version.open ?? 0)}</td>
          <td class="num nowrap">${version.hash !== hash && html`<${Button} kind="small" onClick=${() => compare(version)}>Compare<//> ${may("workflows.write") && html`<${Button} kind="small" icon="retry" onClick=${() => goBack(version)}>Go back to it<//>`}`}</td></tr>`)}
      </tbody></table></div>`}
    </section>
    ${shown && html`<section class="card"><header><h2>From ${shown.hash.slice(0, 10)} to now</h2></header><${Diff} before=${shown.yaml} after=${workflow.yaml} /></section>`}
    </div>`;
}
