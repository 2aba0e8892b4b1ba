// What the law gives everybody: to have what is kept about them, and to be forgotten.
import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { get, post, seg } from "../lib/api.js";
import { go } from "../lib/route.js";
import { complain, say } from "../parts/toast.js";
import { Button, Dialog, Field } from "../parts/ui.js";
import { Icon } from "../parts/icon.js";
import { useForm } from "../settings/form.js";

const look_every_ms = 700;

export function Rights({ customer, name }) {
  const [erasing, erase] = useState(false);
  return html`
    <section class="card"><header><h2>Data protection</h2></header><div class="card-body">
      <p class="muted">All that is kept, as a file for the customer; or nothing any more.</p>
      <div class="tools"><${ExportButton} customer=${customer} /><${Button} kind="danger" icon="warn" onClick=${() => erase(true)}>Erase…<//></div></div></section>
    ${erasing && html`<${Erase} customer=${customer} name=${name} close=${() => erase(false)} />`}`;
}

function ExportButton({ customer }) {
  const [state, setState] = useState(null); // null, "gathering", or the request that is done
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  const look = async (request) => {
    try {
      const { done } = await get(`/requests/${seg(request)}`);
      if (done) return setState({ request });
    } catch (problem) {
      if (problem.status !== 404) return complain(problem), setState(null); // it is not in the rows yet
    }
    timer.current = setTimeout(() => look(request), look_every_ms);
  };
  const gather = () => {
    setState("gathering");
    post(`/customers/${seg(customer.id)}/export`).then(({ request }) => look(request), (problem) => (complain(problem), setState(null)));
  };
  if (state?.request) return html`<a class="button primary" href=${`/api/v1/requests/${seg(state.request)}/file`} download=${`customer-${state.request.slice(0, 8)}.json`}><${Icon} name="check" size=${16} /><span>Download the file</span></a>`;
  return html`<${Button} icon="copy" busy=${state === "gathering"} onClick=${gather}>${state === "gathering" ? "Gathering…" : "Export"}<//>`;
}

function Erase({ customer, name, close }) {
  const known = customer.profile?.email ?? customer.id.replace(/^customer:/, "");
  const [typed, type] = useState("");
  const form = useForm(async ({ confirm }) => {
    await post(`/customers/${seg(customer.id)}/erase`, { confirm });
    say("It is being forgotten: the log, messages, tickets and notes are gone through now");
    go(["customers"], {}, { replace: true });
  });
  return html`
    <${Dialog} title=${`Erase ${name}`} onClose=${close}>
      <form onSubmit=${form.submit}>
        <p>Everything that is kept about this customer is erased: profile, messages, notes, orders as events, files. Open runs end. <strong>It cannot be taken back.</strong> Mails that were sent, and backups, are not reached.</p>
        <${Field} label=${html`Type <code>${known}</code> to go on`} id="erase-confirm" error=${form.wrong.confirm}><input id="erase-confirm" name="confirm" autocomplete="off" required autofocus onInput=${(e) => type(e.target.value)} /><//>
        ${form.problem && html`<p class="form-error" role="alert">${form.problem.message}</p>`}
        <div class="dialog-end"><${Button} onClick=${close}>Not now<//><${Button} kind="danger" type="submit" icon="warn" busy=${form.busy} disabled=${typed.trim() !== known}>Erase<//></div>
      </form>
    <//>`;
}
