// What the machine took the last message for. One key says that it is right, another what it is instead: it learns from both.
import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { post } from "../lib/api.js";
import { me } from "../lib/session.js";
import { plain } from "../lib/words.js";
import { useKeys } from "../lib/keys.js";
import { complain, say } from "../parts/toast.js";
import { Badge, Button, Field, Popover } from "../parts/ui.js";
import { moodTone } from "./row.js";

export function Heard({ conversation, change }) {
  const last = [...(conversation.messages ?? [])].reverse().find((message) => message.direction === "in" && message.kind !== "note");
  return html`
    <div class="heard">
      <${Guess} what="intent" keys=${["i", "shift+I"]} conversation=${conversation} change=${change} text=${last?.text} />
      <${Guess} what="mood" keys=${["o"]} conversation=${conversation} change=${change} text=${last?.text} />
    </div>`;
}

function Guess({ what, keys, conversation, change, text }) {
  const [confirmed, setConfirmed] = useState(null);
  const [open, setOpen] = useState(false);
  const guess = conversation[what];
  const tell = async (value) => {
    if (!text || !value) return;
    try {
      await post("/corrections", { text, [what]: value, by: me()?.name });
      setConfirmed(value);
      if (value !== guess) change({ ...conversation, [what]: value });
      say(value === guess ? `${plain(guess)}: confirmed` : `Corrected: ${plain(value)}`);
    } catch (problem) {
      complain(problem);
    }
  };
  useKeys(guess && text ? [
    { keys: [keys[0]], does: `Confirm the ${what}`, run: () => tell(guess) },
    { keys: [keys[0].toUpperCase()], does: `Correct the ${what}`, run: () => setOpen(true) },
  ] : []);
  if (!guess) return null;
  return html`
    <span class="guess"><span class="muted">${what === "intent" ? "About" : "Mood"}</span> <${Badge} tone=${moodTone[guess] ?? "accent"}>${plain(guess)}<//>
      ${confirmed === guess
        ? html`<${Badge} tone="good" icon="check">confirmed<//>`
        : text && html`<${Button} kind="ghost small" icon="check" hint=${`Confirm the ${what} (${keys[0]})`} aria-label=${`Confirm the ${what}`} onClick=${() => tell(guess)} />`}
      ${text && html`<${Popover} kind="ghost small" label="Correct" hint=${`Correct the ${what}`} open=${open} onOpen=${setOpen}>
        <form onSubmit=${(e) => (e.preventDefault(), setOpen(false), tell(new FormData(e.target).get("value").trim().replaceAll(" ", "_")))}>
          <${Field} label=${`What is the ${what} really?`} id=${`correct-${what}`}><input id=${`correct-${what}`} name="value" required /><//>
          <${Button} kind="primary block" type="submit">Correct<//>
        </form><//>`}
    </span>`;
}
