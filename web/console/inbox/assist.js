// What a language model suggests, where the shop has one: a draft to be changed and sent by a person, and a summary. It sends nothing.
import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { post, seg, session } from "../lib/api.js";
import { useKeys } from "../lib/keys.js";
import { complain, say } from "../parts/toast.js";
import { Button } from "../parts/ui.js";
import { Icon } from "../parts/icon.js";

export const Assist = (given) => session.value?.assist === true && html`<${Buttons} ...${given} />`;

function Buttons({ conversation, insert }) {
  const [busy, setBusy] = useState(null);
  const [summary, setSummary] = useState(null);
  const ask = (what, take) => async () => {
    if (busy) return;
    setBusy(what);
    try {
      take(await post(`/conversations/${seg(conversation.id)}/${what}`, { subject: conversation.subject }));
    } catch (problem) {
      complain(problem);
    }
    setBusy(null);
  };
  const draft = ask("draft", ({ text, sources }) => {
    insert(text);
    say(sources?.length ? `A draft, after ${sources.join(", ")}. Read it before you send it.` : "A draft. Read it before you send it.");
  });
  const sum = ask("summary", setSummary);
  useKeys([
    { keys: ["d"], does: "Let a reply be drafted", run: draft },
    { keys: ["y"], does: "Sum the conversation up", run: sum },
  ]);
  return html`
    <${Button} kind="ghost small" icon="bolt" hint="Let a reply be drafted (d)" busy=${busy === "draft"} onClick=${draft}>Draft<//>
    <${Button} kind="ghost small" icon="menu" hint="Sum the conversation up (y)" busy=${busy === "summary"} onClick=${sum}>Summary<//>
    ${summary && html`<div class="summary" role="status"><${Icon} name="info" size=${16} /><p class="grow" dir="auto">${summary.text}</p><${Button} kind="ghost small" icon="close" aria-label="Close the summary" onClick=${() => setSummary(null)} /></div>`}`;
}
