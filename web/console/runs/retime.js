// When what waits goes on.
import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { Button, Field, Popover } from "../parts/ui.js";

const local = (at) => new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

/// When a run that waits goes on.
export function Retime({ due, onDone, label = "Change when" }) {
  const [at, setAt] = useState(local(new Date(due ?? Date.now())));
  return html`<${Popover} label=${label} icon="clock" end>${(close) => html`
    <form class="retime" onSubmit=${(e) => (e.preventDefault(), close(), onDone(new Date(at).toISOString()))}>
      <${Field} label="It goes on at" id="retime-at"><input id="retime-at" type="datetime-local" required value=${at} onInput=${(e) => setAt(e.target.value)} /><//>
      <div class="row-tools"><${Button} kind="primary" type="submit" disabled=${!at}>Set<//><${Button} onClick=${() => (close(), onDone(new Date().toISOString()))}>Now<//></div>
    </form>`}<//>`;
}
