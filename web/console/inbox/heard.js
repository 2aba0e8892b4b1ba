// What the machine took the last message for: what it is about, and in which mood. One key says that it is right, another what it
// is instead: it learns from both.
import { html } from "htm/preact";
import { useRef, useState } from "preact/hooks";
import { post } from "../lib/api.js";
import { plain } from "../lib/words.js";
import { useKeys } from "../lib/keys.js";
import { useResource } from "../lib/resource.js";
import { complain, say } from "../parts/toast.js";
import { Badge, Button, Popover } from "../parts/ui.js";
import { moodTone } from "./row.js";

const kinds = [
  { kind: "intent", name: "About", what: "what it is about", key: "i", all: (known) => known.intents, tone: () => "accent" },
  { kind: "mood", name: "Mood", what: "the mood", key: "m", all: (known) => known.moods, tone: (mood) => moodTone[mood] ?? "" },
];

export function Heard({ conversation, change }) {
  const text = [...(conversation.messages ?? [])].reverse().find((message) => message.direction === "in" && message.kind !== "note")?.text;
  if (!text) return null;
  return html`<div class="heard">${kinds.map((one) => html`<${Guess} key=${one.kind} one=${one} text=${text} conversation=${conversation} change=${change} />`)}</div>`;
}

function Guess({ one, text, conversation, change }) {
  const [confirmed, setConfirmed] = useState(null);
  const [open, setOpen] = useState(false);
  const heard = conversation[one.kind];
  const about = useRef(text); // a message that comes while somebody corrects is another's matter
  if (!open) about.current = text;
  const right = confirmed?.text === text && confirmed.value === heard;
  const tell = async (value) => {
    setOpen(false);
    try {
      await post("/corrections", { text: about.current, [one.kind]: value });
      setConfirmed({ text: about.current, value });
      if (value !== heard) change({ ...conversation, [one.kind]: value });
      say(value === heard ? `${plain(value)}: confirmed` : `Corrected: ${plain(value)}`);
    } catch (problem) {
      complain(problem);
    }
  };
  useKeys([
    ...(heard ? [{ keys: [one.key], does: `Confirm ${one.what}`, run: () => tell(heard) }] : []),
    { keys: [one.key.toUpperCase()], does: `Correct ${one.what}`, run: () => setOpen(true) },
  ]);
  return html`
    <span class="guess"><span class="muted">${one.name}</span> ${heard ? html`<${Badge} tone=${one.tone(heard)}>${plain(heard)}<//>` : html`<span class="muted">not known</span>`}
      ${right ? html`<${Badge} tone="good" icon="check">confirmed<//>`
        : heard && html`<${Button} kind="ghost small" icon="check" hint=${`Confirm (${one.key})`} aria-label=${`Confirm ${one.what}`} onClick=${() => tell(heard)} />`}
      <${Popover} kind="ghost small" icon="down" hint=${`Correct ${one.what} (${one.key.toUpperCase()})`} open=${open} onOpen=${setOpen}>
        <${Choice} one=${one} now=${heard} tell=${tell} /><//>
    </span>`;
}

// What it can be, by a few letters; a name that the machine does not know yet may be written, too.
function Choice({ one, now, tell }) {
  const known = useResource("/intents");
  const [q, setQ] = useState("");
  const wanted = q.trim().toLowerCase().replaceAll(" ", "_");
  const found = (known.data ? one.all(known.data) : []).filter((name) => name !== now && name.includes(wanted));
  const fresh = one.kind === "intent" && wanted && !found.includes(wanted) && wanted !== now;
  const best = found[0] ?? (fresh ? wanted : null);
  return html`
    <div class="choice">
      <input type="search" aria-label=${`Search: ${one.what}`} placeholder="What is it really?" value=${q} onInput=${(e) => setQ(e.target.value)}
        onKeyDown=${(e) => e.key === "Enter" && (e.preventDefault(), known.data && best && tell(best))} />
      <ul class="menu">${found.map((name) => html`<li key=${name}><${Button} kind="ghost row" onClick=${() => tell(name)}>${plain(name)}<//></li>`)}
        ${fresh && html`<li key="fresh"><${Button} kind="ghost row" icon="plus" onClick=${() => tell(wanted)}>New: ${plain(wanted)}<//></li>`}</ul>
      ${known.data && found.length === 0 && !fresh && html`<p class="muted saved-none">Nothing is called so.</p>`}
    </div>`;
}
