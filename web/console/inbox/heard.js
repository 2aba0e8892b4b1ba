// What the machine took the last message for. One key says that it is right, another what it is instead: it learns from both.
import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { post } from "../lib/api.js";
import { plain } from "../lib/words.js";
import { useKeys } from "../lib/keys.js";
import { complain, say } from "../parts/toast.js";
import { Badge, Button, Field, Popover } from "../parts/ui.js";
import { moodTone } from "./row.js";

export function Heard({ conversation, change }) {
  const [confirmed, setConfirmed] = useState(null);
  const [open, setOpen] = useState(false);
  const text = [...(conversation.messages ?? [])].reverse().find((message) => message.direction === "in" && message.kind !== "note")?.text;
  const { intent, mood } = conversation;
  const tell = async (value) => {
    try {
      await post("/corrections", { text, intent: value });
      setConfirmed(value);
      if (value !== intent) change({ ...conversation, intent: value });
      say(value === intent ? `${plain(intent)}: confirmed` : `Corrected: ${plain(value)}`);
    } catch (problem) {
      complain(problem);
    }
  };
  useKeys(text ? [
    ...(intent ? [{ keys: ["i"], does: "Confirm what it is about", run: () => tell(intent) }] : []),
    { keys: ["I"], does: "Correct what it is about", run: () => setOpen(true) },
  ] : []);
  if (!text) return null;
  return html`
    <div class="heard">
      <span class="guess"><span class="muted">About</span> ${intent ? html`<${Badge} tone="accent">${plain(intent)}<//>` : html`<span class="muted">not known</span>`}
        ${confirmed && confirmed === intent ? html`<${Badge} tone="good" icon="check">confirmed<//>`
          : intent && html`<${Button} kind="ghost small" icon="check" hint="Confirm (i)" aria-label="Confirm what it is about" onClick=${() => tell(intent)} />`}
        <${Popover} kind="ghost small" label="Correct" hint="Correct what it is about" open=${open} onOpen=${setOpen}>
          <form onSubmit=${(e) => (e.preventDefault(), setOpen(false), tell(new FormData(e.target).get("value").trim().replaceAll(" ", "_")))}>
            <${Field} label="What is it about really?" id="correct-intent" hint="an intent of the shop's models"><input id="correct-intent" name="value" required /><//>
            <${Button} kind="primary block" type="submit">Correct<//>
          </form><//>
      </span>
      ${mood && html`<span class="guess"><span class="muted">Mood</span> <${Badge} tone=${moodTone[mood] ?? ""}>${plain(mood)}<//></span>`}
    </div>`;
}
