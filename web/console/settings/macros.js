import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { post, put, remove, seg } from "../lib/api.js";
import { useResource } from "../lib/resource.js";
import { may } from "../lib/session.js";
import { complain, say } from "../parts/toast.js";
import { Button, Dialog, Empty, Field, Shown } from "../parts/ui.js";
import { Doings } from "../inbox/macros.js";
import { useForm } from "./form.js";

export function Macros() {
  const macros = useResource("/macros");
  const [edited, edit] = useState(null);
  const writes = may("inbox.write");
  const drop = async (macro) => {
    if (!confirm(`Delete ${macro.name}?`)) return;
    await remove(`/macros/${seg(macro.id)}`).then(() => say(`${macro.name} is deleted`), complain);
    macros.reload();
  };
  return html`
    <section class="card"><header><h2>Macros</h2>${writes && html`<${Button} kind="primary" icon="plus" onClick=${() => edit({})}>New macro<//>`}</header>
      <${Shown} of=${macros}>${({ items }) => items.length === 0
        ? html`<${Empty} icon="bolt" title="No macro yet">An answer, tags, who has it then, and whether it is done: all of it by one name, in the inbox under <kbd>.</kbd><//>`
        : html`<ul class="agents">${items.map((macro) => html`
            <li key=${macro.id}><div class="grow"><strong>${macro.name}</strong>${macro.text && html`<br /><small>${macro.text}</small>`}</div><${Doings} macro=${macro} />
              ${writes && html`<${Button} kind="ghost small" icon="note" aria-label=${`Edit ${macro.name}`} onClick=${() => edit(macro)} /><${Button} kind="ghost small danger" icon="close" aria-label=${`Delete ${macro.name}`} onClick=${() => drop(macro)} />`}</li>`)}</ul>`}<//>
    </section>
    ${edited && html`<${Edit} macro=${edited} close=${() => edit(null)} done=${() => (edit(null), macros.reload())} />`}`;
}

const given = (wanted) => {
  const [kind, name] = (wanted.who ?? "").split(/:(.*)/s);
  return {
    name: wanted.name, text: wanted.text.trim() || undefined, tags: wanted.tags.split(",").map((tag) => tag.trim()).filter(Boolean), priority: wanted.priority || undefined,
    ...(kind === "agent" ? { agent: name } : kind === "queue" ? { queue: name } : {}),
    ...(wanted.then ? { then: wanted.then } : {}), ...(wanted.then === "snooze" ? { snooze_hours: Number(wanted.hours) } : {}),
  };
};

function Edit({ macro, close, done }) {
  const desk = useResource("/queues");
  const [then, setThen] = useState(macro.then ?? "");
  const form = useForm(async (wanted) => {
    await (macro.id ? put(`/macros/${seg(macro.id)}`, given(wanted)) : post("/macros", given(wanted)));
    say(`${wanted.name}: kept`);
    done();
  });
  const who = macro.agent ? `agent:${macro.agent}` : macro.queue ? `queue:${macro.queue}` : "";
  const [owner, setOwner] = useState(who);
  const choices = [["", "as it was"], ["agent:me", "whoever uses it"], ...(desk.data?.agents ?? []).map((agent) => [`agent:${agent.name}`, agent.title || agent.name]), ...(desk.data?.queues ?? []).map((queue) => [`queue:${queue.name}`, `the queue ${queue.title || queue.name}`])];
  if (owner && !choices.some(([value]) => value === owner)) choices.push([owner, owner]);
  return html`
    <${Dialog} title=${macro.id ? `Edit ${macro.name}` : "New macro"} onClose=${close} wide>
      <form onSubmit=${form.submit}>
        <${Field} label="Name" id="macro-name" error=${form.wrong.name}><input id="macro-name" name="name" required maxlength="100" defaultValue=${macro.name ?? ""} autofocus /><//>
        <${Field} label="Answer" id="macro-text" hint="Empty: it answers nothing. {{customer.first_name}}, {{customer.name}}, {{customer.email}}, {{agent.name}} and {{agent.first_name}} are filled in."><textarea id="macro-text" name="text" rows="4" defaultValue=${macro.text ?? ""}></textarea><//>
        <div class="columns">
          <${Field} label="Tags" id="macro-tags" hint="with commas between them"><input id="macro-tags" name="tags" defaultValue=${(macro.tags ?? []).join(", ")} /><//>
          <${Field} label="Priority" id="macro-priority"><select id="macro-priority" name="priority">${["", "low", "normal", "high", "urgent"].map((one) => html`<option key=${one} value=${one} selected=${one === (macro.priority ?? "")}>${one || "as it was"}</option>`)}</select><//>
          <${Field} label="Who has it then" id="macro-who"><select id="macro-who" name="who" value=${owner} onChange=${(e) => setOwner(e.target.value)}>${choices.map(([value, text]) => html`<option key=${value} value=${value}>${text}</option>`)}</select><//>
          <${Field} label="And then" id="macro-then"><select id="macro-then" name="then" value=${then} onChange=${(e) => setThen(e.target.value)}><option value="">it stays open</option><option value="resolve">it is resolved</option><option value="snooze">it is snoozed</option></select><//>
          ${then === "snooze" && html`<${Field} label="For how many hours" id="macro-hours"><input id="macro-hours" name="hours" type="number" min="1" max="2160" required defaultValue=${macro.snooze_hours ?? 24} /><//>`}
        </div>
        ${form.problem && html`<p class="form-error" role="alert">${form.problem.message}</p>`}
        <div class="dialog-end"><${Button} onClick=${close}>Not now<//><${Button} kind="primary" type="submit" busy=${form.busy}>Keep<//></div>
      </form>
    <//>`;
}
