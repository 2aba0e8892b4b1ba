// Queues, agents, hours and contact rules, as the parts of shopbell.yaml that they are. The engine checks an edit as it checks the shop.
import { html } from "htm/preact";
import { useEffect, useState } from "preact/hooks";
import { put } from "../lib/api.js";
import { useResource } from "../lib/resource.js";
import { complain, say } from "../parts/toast.js";
import { Button, Shown } from "../parts/ui.js";
import { Icon } from "../parts/icon.js";

const names = [["queues", "Queues"], ["agents", "Agents"], ["hours", "Hours"], ["contact", "Contact"]];
const begins = { queues: "queues:\n  care: { title: Care }\n", agents: "agents:\n  ana: { title: Ana }\n", hours: "hours:\n  office: { mon-fri: \"09:00-17:00\" }\n", contact: "contact: {}\n" };

export function Config() {
  const config = useResource("/config");
  const [part, choose] = useState("queues");
  return html`
    <section class="card report-group"><header><h2>Edit</h2>
      <fieldset class="segmented"><legend class="sr">Which part</legend>${names.map(([name, title]) => html`<label key=${name}><input type="radio" name="part" checked=${part === name} onChange=${() => choose(name)} /><span>${title}</span></label>`)}</fieldset></header>
      <${Shown} of=${config} rows=${4}>${(data) => html`<${Part} key=${part} part=${part} data=${data} reload=${config.reload} />`}<//></section>`;
}

function Part({ part, data, reload }) {
  const [seen, setSeen] = useState({ yaml: data.parts[part], etag: data.etag });
  const [text, setText] = useState(seen.yaml || begins[part]);
  const [wrong, setWrong] = useState([]);
  const [busy, setBusy] = useState(false);
  const [meanwhile, setMeanwhile] = useState(false);
  const keep = async () => {
    setBusy(true);
    setWrong([]);
    try {
      const kept = await put(`/config/${part}`, { yaml: text, etag: seen.etag });
      setSeen({ yaml: kept.yaml, etag: kept.etag });
      setText((now) => (now === text ? kept.yaml : now));
      setWrong(kept.diagnostics.filter((one) => one.file === "shopbell.yaml"));
      say("Kept. The shop goes by it within a second.");
      reload();
    } catch (problem) {
      if (problem.status === 409) setMeanwhile(true);
      else if (problem.body.diagnostics) setWrong(problem.body.diagnostics);
      else if (problem.status === 422) setWrong([{ severity: "error", message: problem.message }]);
      else complain(problem);
    }
    setBusy(false);
  };
  const look = async () => {
    setMeanwhile(false);
    await reload();
  };
  const fresh = data.etag !== seen.etag && !meanwhile; // loaded anew: what is typed stays until somebody says otherwise
  useEffect(() => {
    if (fresh && data.parts[part] === seen.yaml) setSeen({ yaml: seen.yaml, etag: data.etag }); // another part was changed
  }, [fresh, data.etag]);
  return html`
    <div class="card-body config">
      ${meanwhile && html`<div class="refused" role="alert"><${Icon} name="warn" /><div class="grow"><strong>Not kept: the file was changed meanwhile.</strong> Your text is still here.</div><${Button} kind="small" onClick=${look}>Look at the file<//></div>`}
      ${fresh && data.parts[part] !== seen.yaml && html`<div class="refused" role="status"><${Icon} name="info" /><div class="grow"><strong>The file says now:</strong><pre>${data.parts[part] || "nothing"}</pre></div>
        <${Button} kind="small" onClick=${() => (setSeen({ yaml: data.parts[part], etag: data.etag }), setText(data.parts[part]))}>Take that<//><${Button} kind="small" onClick=${() => setSeen({ yaml: data.parts[part], etag: data.etag })}>Keep mine<//></div>`}
      <textarea class="code" rows=${Math.min(24, Math.max(8, text.split("\n").length + 1))} spellcheck=${false} aria-label=${`${part} in shopbell.yaml`} value=${text} onInput=${(e) => setText(e.target.value)}></textarea>
      ${wrong.length > 0 && html`<ul class="config-wrong" role="alert">${wrong.map((one, i) => html`<li key=${i} class=${one.severity === "error" ? "bad-text" : ""}>${one.file && one.file !== "shopbell.yaml" ? `${one.file}: ` : ""}${one.line ? html`<strong>Line ${one.line}</strong> ` : ""}${one.message}${one.hint && html`<br /><small>${one.hint}</small>`}</li>`)}</ul>`}
      <div class="tools"><${Button} kind="primary" icon="check" busy=${busy} disabled=${text === seen.yaml} onClick=${keep}>Check and keep<//><span class="muted">Comments and all other parts stay as they are; the file before is kept beside it.</span></div>
    </div>`;
}
