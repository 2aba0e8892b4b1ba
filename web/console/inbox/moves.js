// What was said moves to where it belongs: another conversation of the customer is taken into this one, or a question that is
// another matter becomes a conversation of its own.
import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { post, seg } from "../lib/api.js";
import { useResource } from "../lib/resource.js";
import { go } from "../lib/route.js";
import { short } from "../lib/words.js";
import { complain, say } from "../parts/toast.js";
import { Badge, Button, Dialog, Empty, Shown } from "../parts/ui.js";
import { tell } from "./tools.js";
import { nameOf, Owner } from "./row.js";

export function Merge({ conversation, change, close }) {
  const others = useResource("/conversations", { subject: conversation.subject, view: "all", limit: 50 });
  const [picked, choose] = useState(null);
  const [busy, setBusy] = useState(false);
  const rest = (others.data?.items ?? []).filter((one) => one.id !== conversation.id);
  const chosen = picked ?? (rest.length === 1 ? rest[0] : null);
  const merge = async (event) => {
    event.preventDefault();
    if (busy || !chosen) return;
    setBusy(true);
    if (await tell(conversation, "merge", { from: chosen.id, from_epoch: chosen.epoch }, change)) say("They are one conversation now"), close();
    else others.reload(), choose(null), setBusy(false);
  };
  return html`
    <${Dialog} title="Take another conversation into this one" onClose=${close}>
      <form onSubmit=${merge}>
        <${Shown} of=${others} rows=${2}>${() => {
          if (rest.length === 0) return html`<${Empty} icon="merge" title=${`${nameOf(conversation)} has no other conversation`} />`;
          return html`<fieldset class="moves"><legend class="sr">Which one</legend>${rest.map((one, i) => html`
            <label key=${one.id}><input type="radio" name="from" checked=${chosen?.id === one.id} autofocus=${i === 0} onChange=${() => choose(one)} />
              <span class="grow"><span class="moves-text" dir="auto">${one.last?.text ?? one.id}</span><small>${one.channel} · ${short(one.last_at)}</small></span><${Owner} owner=${one.owner} />${one.state !== "open" && html`<${Badge}>${one.state}<//>`}</label>`)}</fieldset>
            <p class="muted">What was said there stands here from now on, with its notes and tags. It cannot be taken back. If the customer writes there again, that is a conversation anew.</p>`;
        }}<//>
        <div class="dialog-end"><${Button} onClick=${close}>Not now<//><${Button} kind="primary" type="submit" icon="merge" busy=${busy} disabled=${!chosen}>Take it in<//></div>
      </form>
    <//>`;
}

export function Split({ conversation, change, close, view }) {
  const said = (conversation.messages ?? []).filter((message) => message.kind !== "note" && message.status !== "sending" && message.status !== "failed").slice(1);
  const [chosen, choose] = useState(null);
  const [busy, setBusy] = useState(false);
  const split = async (event) => {
    event.preventDefault();
    if (busy || !chosen) return;
    setBusy(true);
    try {
      const fresh = await post(`/conversations/${seg(conversation.id)}/split`, { epoch: conversation.epoch, message: chosen, subject: conversation.subject });
      say("It is a conversation of its own");
      close();
      go(["inbox", view ?? "open", fresh.id], { of: fresh.subject });
    } catch (problem) {
      if (problem.status === 409 && problem.body.conversation) change({ ...conversation, ...problem.body.conversation });
      complain(problem);
      setBusy(false);
    }
  };
  return html`
    <${Dialog} title="Split the conversation" onClose=${close}>
      <form onSubmit=${split}>
        ${said.length === 0
          ? html`<${Empty} icon="split" title="There is only one message">Nothing would be left here.<//>`
          : html`<fieldset class="moves"><legend>From which message on?</legend>${said.map((message, i) => html`
              <label key=${message.id}><input type="radio" name="message" checked=${chosen === message.id} autofocus=${i === said.length - 1} onChange=${() => choose(message.id)} />
                <span class="grow"><span class="moves-text" dir="auto">${message.text}</span><small>${message.direction === "in" ? nameOf(conversation) : message.by?.name ?? "Shop"} · ${short(message.at)}</small></span></label>`)}</fieldset>
            <p class="muted">It and all behind it become a conversation of their own, on the same ${conversation.channel}.</p>`}
        <div class="dialog-end"><${Button} onClick=${close}>Not now<//><${Button} kind="primary" type="submit" icon="split" busy=${busy} disabled=${!chosen}>Split it off<//></div>
      </form>
    <//>`;
}
