import { html } from "htm/preact";
import { signal } from "@preact/signals";
import { Icon } from "./icon.js";
import { Button } from "./ui.js";

const toasts = signal([]);
const shown_ms = 6000;
let next = 0;

/// Says what happened. `action`: {label, run}, to take it back.
export function say(text, { tone = "", action } = {}) {
  const toast = { id: ++next, text, tone, action };
  toasts.value = [...toasts.value.slice(-2), toast];
  setTimeout(() => dismiss(toast.id), shown_ms);
}
export const complain = (problem) => say(problem.message, { tone: "bad" });
const dismiss = (id) => (toasts.value = toasts.value.filter((toast) => toast.id !== id));

export const Toasts = () => html`
  <div class="toasts" role="status" aria-live="polite">
    ${toasts.value.map((toast) => html`
      <div class=${`toast ${toast.tone}`} key=${toast.id}>
        <${Icon} name=${toast.tone === "bad" ? "warn" : "check"} size=${16} />
        <span>${toast.text}</span>
        ${toast.action && html`<${Button} kind="ghost" onClick=${() => (toast.action.run(), dismiss(toast.id))}>${toast.action.label}<//>`}
        <${Button} icon="close" kind="ghost" aria-label="Dismiss" onClick=${() => dismiss(toast.id)} />
      </div>`)}
  </div>`;
