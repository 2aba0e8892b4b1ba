// What the engine did and does: runs, those that wait for a person's decision, the events behind them, and why nothing happened.
import { html } from "htm/preact";
import { route, href } from "../lib/route.js";
import { useResource } from "../lib/resource.js";
import { Page, Tabs } from "../parts/ui.js";
import { Attention } from "./attention.js";
import { Event, Events } from "./events.js";
import { Run } from "./run.js";
import { RunList } from "./list.js";
import { Why } from "./why.js";

export default function Runs() {
  const [, first, second] = route.value.parts;
  const named = ["attention", "events", "why"].includes(first);
  if (first && !named) return html`<${Run} key=${first} id=${first} />`;
  if (first === "events" && second) return html`<${Event} key=${second} id=${second} />`;
  return html`
    <${Page} title="Runs" lead="Each run is one workflow at work for one subject.">
      <${Menu} now=${first ?? "all"} />
      ${first === "attention" ? html`<${Attention} />` : first === "events" ? html`<${Events} />` : first === "why" ? html`<${Why} />` : html`<${RunList} />`}
    <//>`;
}

function Menu({ now }) {
  const attention = useResource("/attention", { limit: 100 }, { kinds: ["run"] });
  const waiting = attention.data?.items?.length;
  return html`<div class="page-tabs"><${Tabs} label="Views of runs" tabs=${[
    { name: "All runs", href: href(["runs"]), on: now === "all" },
    { name: "Attention", href: href(["runs", "attention"]), on: now === "attention", count: waiting ? (waiting === 100 ? "100+" : waiting) : undefined },
    { name: "Events", href: href(["runs", "events"]), on: now === "events" },
    { name: "Why did nothing happen?", href: href(["runs", "why"]), on: now === "why" },
  ]} /></div>`;
}
