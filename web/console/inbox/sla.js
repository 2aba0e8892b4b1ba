// A promise's clock: how long is left, or how long it is late. All clocks on a page tick together.
import { html } from "htm/preact";
import { signal } from "@preact/signals";
import { Badge } from "../parts/ui.js";
import { full, span } from "../lib/words.js";

const tick_ms = 15_000;
const soon_ms = 15 * 60_000;
export const now = signal(Date.now());
setInterval(() => (now.value = Date.now()), tick_ms);

const names = { first_reply: "first reply", reply: "next reply", next_reply: "next reply", resolution: "resolution" };

export function Clock({ sla, long }) {
  if (!sla?.due) return null;
  const left = new Date(sla.due).getTime() - now.value;
  const tone = left < 0 ? "bad" : left < soon_ms ? "warn" : "";
  const what = names[sla.what] ?? sla.what ?? "due";
  const text = left < 0 ? `${span(left)} late` : long ? `${span(left)} left` : span(left);
  return html`<${Badge} tone=${tone} icon="clock" hint=${`${what}: due ${full(sla.due)}`}>${long ? `${what}: ${text}` : text}<//>`;
}
