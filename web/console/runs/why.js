// Why a workflow did, or did not, begin: by an event, or by a customer and a time.
import { html } from "htm/preact";
import { go, href, route } from "../lib/route.js";
import { useResource } from "../lib/resource.js";
import { full } from "../lib/words.js";
import { Badge, Button, Empty, Field, Shown, Time } from "../parts/ui.js";

export function Why() {
  const { event = "", customer = "", workflow = "", at = "" } = route.value.query;
  const asked = event || (customer && workflow);
  const workflows = useResource("/workflows");
  const answer = useResource(asked ? "/why" : null, { event, customer, workflow, at });
  const submit = (e) => {
    e.preventDefault();
    go(["runs", "why"], Object.fromEntries([...new FormData(e.target)].map(([name, value]) => [name, value.trim()])));
  };
  return html`
    <div class="columns why">
      ${/* Defaults, not values: what is typed while the workflows still load stays. */ ""}
      <form class="card card-body" key=${[event, customer, workflow, at].join("\n")} onSubmit=${submit}>
        <${Field} label="Event" id="why-event" hint="its id, as the source gave it"><input id="why-event" name="event" defaultValue=${event} /><//>
        <p class="or"><span>or</span></p>
        <${Field} label="Customer" id="why-customer" hint="id, email or phone number"><input id="why-customer" name="customer" defaultValue=${customer} /><//>
        <${Field} label="Workflow" id="why-workflow" error=${customer && !workflow && !event ? "Which workflow do you ask about?" : undefined}><select id="why-workflow" name="workflow"><option value="">choose one</option>
          ${(workflows.data?.items ?? []).map((one) => html`<option key=${one.name} value=${one.name} selected=${one.name === workflow}>${one.title || one.name}</option>`)}</select><//>
        <${Field} label="When" id="why-at"><input id="why-at" name="at" type="date" defaultValue=${at} /><//>
        <${Button} kind="primary block" type="submit">Why?<//>
      </form>
      <section class="card" aria-label="The answer">
        ${asked
          ? html`<${Shown} of=${answer}>${(data) => html`<div class="card-body"><${Answers} answers=${data.answers ?? data.items} /></div>`}<//>`
          : html`<${Empty} icon="info" title="Ask, and the engine says">Every decision leaves a note, the ones not to act, too. Name an event, or a customer and a day.<//>`}
      </section>
    </div>`;
}

export const written = (value) => (typeof value === "string" ? value : JSON.stringify(value));

export const Operands = ({ operands }) =>
  operands?.length > 0 && html`<ul class="operands">${operands.map((operand, i) => html`<li key=${i}><code>${operand.text ?? operand.name}</code> is <code class="value">${written(operand.value)}</code></li>`)}</ul>`;

export function Answers({ answers = [] }) {
  if (answers.length === 0) return html`<${Empty} icon="info" title="No workflow listens to this" />`;
  return html`<ul class="answers">${answers.map((answer, i) => html`
    <li key=${`${answer.workflow} ${i}`}>
      <div class="answer-head"><a class="strong" href=${href(["workflows", answer.workflow])}>${answer.workflow}</a>
        <${Badge} tone=${answer.started ? "good" : ""}>${answer.started ? "began" : "did not begin"}<//>
        ${answer.at && html`<small title=${full(answer.at)}><${Time} at=${answer.at} /></small>`}
        ${answer.run && html`<a href=${href(["runs", answer.run])}>its run</a>`}</div>
      <p>${answer.why}</p>
      <${Operands} operands=${answer.operands} />
    </li>`)}</ul>`;
}

export const Notes = ({ notes = [] }) =>
  notes.length === 0
    ? html`<p class="muted">No workflow listens to this.</p>`
    : html`<ol class="notes">${notes.map((note, i) => html`<li key=${i}>${note.workflow && html`<strong>${note.workflow}${note.step ? ` · ${note.step}` : ""}</strong> `}<span class="muted">${String(note.code ?? "").replaceAll("_", " ")}</span>${note.text && html` <span>${note.text}</span>`}</li>`)}</ol>`;
