import { html } from "htm/preact";
import { changePassword, me } from "../lib/session.js";
import { put, seg } from "../lib/api.js";
import { useResource } from "../lib/resource.js";
import { complain, say } from "../parts/toast.js";
import { Avatar, Badge, Button, Field } from "../parts/ui.js";
import { useForm } from "./form.js";

const presences = [["online", "Here"], ["away", "Away"], ["offline", "Gone"]];

export function Me() {
  const person = me();
  const desk = useResource("/queues");
  const agent = desk.data?.agents?.find((one) => one.name === person.agent);
  const form = useForm(async ({ old, fresh }) => {
    await changePassword(old, fresh);
    say("Your password is changed; your other sessions have ended");
  });
  const tell = async (status) => {
    try {
      await put(`/agents/${seg(person.agent)}`, { status });
      desk.set({ ...desk.data, agents: desk.data.agents.map((one) => (one.name === person.agent ? { ...one, status } : one)) });
    } catch (problem) {
      complain(problem);
    }
  };
  return html`
    <div class="columns settings">
      <div class="stack">
        <section class="card card-body who-card"><${Avatar} name=${person.name} size="large" /><div class="grow"><h2>${person.name}</h2><small>${person.email}</small></div><${Badge} tone="accent">${person.role}<//></section>
        ${agent && html`<section class="card"><header><h2>Are you here?</h2></header><div class="card-body">
          <p class="muted">New conversations go to who is here: ${agent.tickets} of ${agent.capacity} are yours now.</p>
          <fieldset class="segmented"><legend class="sr">Presence</legend>${presences.map(([value, name]) => html`<label key=${value}><input type="radio" name="presence" checked=${agent.status === value} onChange=${() => tell(value)} /><span>${name}</span></label>`)}</fieldset></div></section>`}
      </div>
      <section class="card"><header><h2>Change your password</h2></header>
        <form class="card-body" onSubmit=${form.submit}>
          <input type="hidden" name="email" autocomplete="username" value=${person.email} />
          <${Field} label="Password now" id="old"><input id="old" name="old" type="password" autocomplete="current-password" required /><//>
          <${Field} label="New password" id="fresh" error=${form.wrong.new ?? form.wrong.password} hint="Your other sessions end."><input id="fresh" name="fresh" type="password" autocomplete="new-password" minlength="10" required /><//>
          ${form.problem && html`<p class="form-error" role="alert">${form.problem.message}</p>`}
          <${Button} kind="primary" type="submit" busy=${form.busy}>Change it<//>
        </form></section>
    </div>`;
}
