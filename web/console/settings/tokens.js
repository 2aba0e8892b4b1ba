import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { post, remove, seg, session } from "../lib/api.js";
import { useResource } from "../lib/resource.js";
import { complain, say } from "../parts/toast.js";
import { Badge, Button, Dialog, Empty, Field, Shown, Time } from "../parts/ui.js";
import { Secret } from "./people.js";

export function Tokens() {
  const tokens = useResource("/tokens");
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState(null);
  const drop = async (token) => {
    if (!confirm(`Delete the token ${token.name}? Programs that use it are refused at once.`)) return;
    await remove(`/tokens/${seg(token.id)}`).then(() => say("Deleted"), complain);
    tokens.reload();
  };
  return html`
    <section class="card"><header><h2>API tokens</h2><${Button} kind="primary" icon="plus" onClick=${() => setAdding(true)}>New token<//></header>
      <${Shown} of=${tokens}>${({ items }) => items.length === 0
        ? html`<${Empty} icon="key" title="No token">A token lets a program do over /api/v1 what its scopes say, and no more.<//>`
        : html`<div class="table-box" tabIndex="0" role="region" aria-label="Tokens"><table><thead><tr><th>Name</th><th>May</th><th>Made</th><th>Last used</th><th><span class="sr">Delete</span></th></tr></thead><tbody>
          ${items.map((token) => html`<tr key=${token.id}><td><strong>${token.name}</strong></td><td><span class="chips">${token.scopes.map((scope) => html`<${Badge} key=${scope}>${scope}<//>`)}</span></td>
            <td><${Time} at=${token.created} /><br /><small>${token.by}</small></td><td><${Time} at=${token.seen} />${!token.seen && html`<span class="muted">never</span>`}</td>
            <td class="num"><${Button} kind="ghost small danger" icon="close" aria-label=${`Delete ${token.name}`} onClick=${() => drop(token)} /></td></tr>`)}
        </tbody></table></div>`}<//>
    </section>
    ${adding && html`<${Add} close=${() => setAdding(false)} done=${(token) => (setAdding(false), setMade(token), tokens.reload())} />`}
    ${made && html`<${Dialog} title="The new token" onClose=${() => setMade(null)}><section><p>It is shown only now. Programs send it as Authorization: Bearer.</p><${Secret} label="Token" text=${made.token} />
      <div class="dialog-end"><${Button} kind="primary" onClick=${() => setMade(null)}>Done<//></div></section><//>`}`;
}

function Add({ close, done }) {
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const scopes = session.value?.permissions ?? [];
  const submit = async (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    setBusy(true);
    try {
      done(await post("/tokens", { name: form.get("name"), scopes: form.getAll("scope") }));
    } catch (found) {
      setProblem(found);
    }
    setBusy(false);
  };
  return html`
    <${Dialog} title="New token" onClose=${close}>
      <form onSubmit=${submit}>
        <${Field} label="What is it for?" id="token-name"><input id="token-name" name="name" required autofocus /><//>
        <fieldset class="scopes"><legend>It may</legend>${scopes.map((scope) => html`<label class="check" key=${scope}><input type="checkbox" name="scope" value=${scope} /> ${scope}</label>`)}</fieldset>
        ${problem && html`<p class="form-error" role="alert">${problem.message}</p>`}
        <div class="dialog-end"><${Button} onClick=${close}>Not now<//><${Button} kind="primary" type="submit" busy=${busy}>Make it<//></div>
      </form>
    <//>`;
}
