import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { patch, post, remove, seg } from "../lib/api.js";
import { me } from "../lib/session.js";
import { useResource } from "../lib/resource.js";
import { complain, say } from "../parts/toast.js";
import { Avatar, Badge, Button, Dialog, Field, Shown, Time } from "../parts/ui.js";
import { useForm } from "./form.js";

export const roles = [
  ["owner", "everything, people and tokens too"],
  ["ops", "runs, workflows, sources and reports, and the inbox"],
  ["agent", "the inbox and its customers"],
  ["viewer", "looks, and changes nothing"],
];

export function People() {
  const people = useResource("/people");
  const desk = useResource("/queues");
  const [adding, setAdding] = useState(false);
  const [link, setLink] = useState(null);
  const change = async (person, edit) => {
    try {
      await patch(`/people/${seg(person.id)}`, edit);
      say(`${person.name}: kept`);
    } catch (problem) {
      complain(problem);
    }
    people.reload();
  };
  const invite = async (person) => {
    try {
      setLink({ ...person, ...(await post(`/people/${seg(person.id)}/link`)) });
    } catch (problem) {
      complain(problem);
    }
  };
  const drop = async (person) => {
    if (!confirm(`Remove ${person.name}? Their sessions end, their drafts are deleted.`)) return;
    await remove(`/people/${seg(person.id)}`).then(() => say(`${person.name} is removed`), complain);
    people.reload();
  };
  const agents = desk.data?.agents ?? [];
  return html`
    <section class="card"><header><h2>People</h2><${Button} kind="primary" icon="plus" onClick=${() => setAdding(true)}>Add somebody<//></header>
      <${Shown} of=${people}>${({ items }) => html`
        <div class="table-box" tabIndex="0" role="region" aria-label="People"><table><thead><tr><th>Name</th><th>Role</th><th>Answers as</th><th>Since</th><th><span class="sr">Remove</span></th></tr></thead><tbody>
          ${items.map((person) => html`<tr key=${person.id}>
            <td><span class="with-avatar"><${Avatar} name=${person.name} size="small" /><span><strong>${person.name}</strong>${person.id === me().id && html` <${Badge}>you<//>`}<br /><small>${person.email}${person.has_password === false ? " · has not come in yet" : ""}</small></span></span></td>
            <td><select aria-label=${`Role of ${person.name}`} value=${person.role} onChange=${(e) => change(person, { role: e.target.value })}>${roles.map(([role]) => html`<option key=${role} value=${role}>${role}</option>`)}</select></td>
            <td>${agents.length === 0 ? html`<span class="muted">–</span>` : html`<select aria-label=${`Agent that ${person.name} is`} value=${person.agent ?? ""} onChange=${(e) => change(person, { agent: e.target.value })}><option value="">nobody</option>${agents.map((agent) => html`<option key=${agent.name} value=${agent.name}>${agent.title || agent.name}</option>`)}</select>`}</td>
            <td class="nowrap"><${Time} at=${person.created} /></td>
            <td class="num nowrap">${person.id !== me().id && html`<${Button} kind="ghost small" icon="key" hint="A new link to set a password by" aria-label=${`New link for ${person.name}`} onClick=${() => invite(person)} /><${Button} kind="ghost small danger" icon="close" aria-label=${`Remove ${person.name}`} onClick=${() => drop(person)} />`}</td></tr>`)}
        </tbody></table></div>`}<//>
    </section>
    ${adding && html`<${Add} close=${() => setAdding(false)} done=${(made) => (setAdding(false), setLink(made), people.reload())} />`}
    ${link && html`<${Link} person=${link} close=${() => setLink(null)} />`}`;
}

function Add({ close, done }) {
  const form = useForm(async (wanted) => done(await post("/people", wanted)));
  return html`
    <${Dialog} title="Add somebody" onClose=${close}>
      <form onSubmit=${form.submit}>
        <${Field} label="Name" id="person-name" error=${form.wrong.name}><input id="person-name" name="name" required autofocus /><//>
        <${Field} label="Email" id="person-email" error=${form.wrong.email}><input id="person-email" name="email" type="email" required /><//>
        <${Field} label="Role" id="person-role"><select id="person-role" name="role">${[...roles].reverse().map(([role, what]) => html`<option key=${role} value=${role} selected=${role === "agent"}>${role}: ${what}</option>`)}</select><//>
        ${form.problem && html`<p class="form-error" role="alert">${form.problem.message}</p>`}
        <div class="dialog-end"><${Button} onClick=${close}>Not now<//><${Button} kind="primary" type="submit" busy=${form.busy}>Add<//></div>
      </form>
    <//>`;
}

// The link that sets the password is told once.
function Link({ person, close }) {
  const address = person.link && `${location.origin}${person.link}?for=${seg(person.email)}`;
  return html`
    <${Dialog} title=${`${person.name} can come in`} onClose=${close}>
      <section>${address
        ? html`<p>Give them this link: by it they choose their password. It works once, and is shown only now.</p><${Secret} text=${address} label="Link" />`
        : html`<p>They are added.</p>`}
        <div class="dialog-end"><${Button} kind="primary" onClick=${close}>Done<//></div></section>
    <//>`;
}

export function Secret({ text, label }) {
  const copy = () => navigator.clipboard.writeText(text).then(() => say("Copied"), () => say("Select it and copy it by hand", { tone: "bad" }));
  return html`<div class="secret"><input readonly aria-label=${label} value=${text} onFocus=${(e) => e.target.select()} /><${Button} icon="copy" onClick=${copy}>Copy<//></div>`;
}
