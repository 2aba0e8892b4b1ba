// The inbox: where to look, which conversations are there, the one that is open, and the customer beside it.
import { html } from "htm/preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { useResource } from "../lib/resource.js";
import { go, href, route } from "../lib/route.js";
import { useKeys } from "../lib/keys.js";
import { listen } from "../lib/live.js";
import { me } from "../lib/session.js";
import { useTyped } from "../lib/typed.js";
import { count, title } from "../lib/words.js";
import { Empty, Failed, Loading } from "../parts/ui.js";
import { VirtualList } from "../parts/virtual_list.js";
import { Icon } from "../parts/icon.js";
import { Conversation } from "./conversation.js";
import { list, more, open, refresh } from "./state.js";
import { Row, row_height } from "./row.js";

const fixed = [
  { view: "mine", name: "Mine", icon: "user" },
  { view: "unassigned", name: "Unassigned", icon: "inbox" },
  { view: "open", name: "All open", icon: "chat" },
  { view: "bot", name: "With the bot", icon: "bot" },
  { view: "snoozed", name: "Snoozed", icon: "snooze" },
  { view: "resolved", name: "Resolved", icon: "check" },
];
const refresh_ms = 250;

// `open`: how many are open, by who has them: "agent:maria", "queue:care", "bot".
function counted(view, open = {}) {
  if (view === "mine") return open[`agent:${me()?.agent}`];
  if (view === "unassigned") return Object.entries(open).reduce((sum, [name, n]) => (name.startsWith("queue") ? sum + n : sum), 0);
  if (view === "open") return Object.values(open).reduce((sum, n) => sum + n, 0);
  return open[view];
}

export default function Inbox() {
  const [, view = "mine", id] = route.value.parts;
  const { q = "", of } = route.value.query;
  const queues = useResource("/queues", {}, { kinds: ["conversation"] });
  const counts = useResource("/conversations/counts", {}, { kinds: ["conversation"] });
  const views = [
    ...fixed.map((one) => ({ ...one, waiting: counted(one.view, counts.data?.open) })),
    ...(queues.data?.queues ?? []).map((queue) => ({ view: `queue:${queue.name}`, name: queue.title || title(queue.name), icon: "people", waiting: counted(`queue:${queue.name}`, counts.data?.open), late: queue.late })),
  ];
  useFresh(view, q);
  const { items } = list.value;
  const at = id === undefined ? -1 : items.findIndex((item) => item.id === id && (!of || item.subject === of));
  const choose = (index) => items[index] && go(["inbox", view, items[index].id], { q, of: items[index].subject }, { replace: at >= 0 });
  const search = useRef();
  const step = (by) => {
    const names = views.map((one) => one.view);
    go(["inbox", names[(names.indexOf(view) + by + names.length) % names.length]]);
  };
  useKeys([
    { keys: ["j", "arrowdown"], does: "Next conversation", run: () => choose(Math.min(items.length - 1, at + 1)) },
    { keys: ["k", "arrowup"], does: "Conversation before", run: () => choose(at < 0 ? 0 : Math.max(0, at - 1)) },
    { keys: ["end"], does: "Last conversation", run: () => choose(items.length - 1) },
    { keys: ["home"], does: "First conversation", run: () => choose(0) },
    { keys: ["/"], does: "Search conversations", run: () => search.current?.focus() },
    { keys: ["]"], does: "Next list", run: () => step(1) },
    { keys: ["["], does: "List before", run: () => step(-1) },
    { keys: ["u"], does: "Back to the list", run: () => go(["inbox", view], { q }) },
  ]);
  return html`
    <div class=${`inbox ${id === undefined ? "at-list" : "at-conversation"}`}>
      <${Views} views=${views} now=${view} />
      <section class="list-pane" aria-label="Conversations" onPointerMove=${() => (pointed_at = Date.now())} onPointerDown=${() => (pointed_at = Date.now())}>
        <${Head} view=${views.find((one) => one.view === view)} views=${views} q=${q} search=${search} now=${view} />
        <${List} view=${view} q=${q} at=${at} />
      </section>
      ${id === undefined
        ? html`<section class="conversation none" aria-label="Conversation"><${Empty} icon="chat" title="Choose a conversation">Press <kbd>j</kbd> for the first one, <kbd>?</kbd> for all keys.<//></section>`
        : html`<${Conversation} key=${`${id} ${of}`} id=${id} subject=${of} view=${view} after=${() => choose(at + 1 < items.length ? at + 1 : at - 1)} back=${href(["inbox", view], { q })} />`}
    </div>`;
}

let pointed_at = 0; // when a pointer moved over the list last: nothing moves away under whoever is about to click
const aims_ms = 500, held_ms_max = 2_500;

// Loaded when the view changes, and refreshed, at most a few times a second, when something happens.
function useFresh(view, q) {
  useEffect(() => {
    open(view, q);
    let timer = 0;
    const later = (held_ms) => {
      timer = setTimeout(() => {
        if (Date.now() - pointed_at < aims_ms && held_ms < held_ms_max) return later(held_ms + refresh_ms);
        timer = 0;
        refresh(view, q);
      }, refresh_ms);
    };
    const stop = listen(["conversation", "message", "reset"], () => timer || later(0));
    return () => (clearTimeout(timer), stop());
  }, [view, q]);
}

const Views = ({ views, now }) => html`
  <nav class="views" aria-label="Lists">
    ${views.map((one, i) => html`
      ${i === fixed.length && html`<h3 key="queues">Queues</h3>`}
      <a key=${one.view} href=${href(["inbox", one.view])} aria-current=${one.view === now ? "page" : undefined}>
        <${Icon} name=${one.icon} size=${16} /><span class="grow">${one.name}</span>
        ${one.waiting > 0 && html`<span class=${`count ${one.late > 0 ? "late" : ""}`} title=${one.late > 0 ? `${one.late} late` : `${one.waiting} waiting`}>${count(one.waiting)}</span>`}
      </a>`)}
  </nav>`;

function Head({ view, views, q, search, now }) {
  const [text, setText] = useTyped(q, (value) => go(["inbox", now], { q: value }, { replace: true }));
  return html`
    <header class="list-head">
      <h1 class="list-title">${view?.name ?? title(now)}</h1>
      <select class="views-small" aria-label="List" value=${now} onChange=${(e) => go(["inbox", e.target.value])}>
        ${views.map((one) => html`<option key=${one.view} value=${one.view}>${one.name}</option>`)}
      </select>
      <div class="searchbox grow"><${Icon} name="search" size=${16} />
        <input ref=${search} type="search" aria-label="Search conversations" placeholder="Search" value=${text} onInput=${(e) => setText(e.target.value)}
          onKeyDown=${(e) => e.key === "Escape" && e.target.blur()} /></div>
    </header>`;
}

const nothing = {
  mine: ["Nothing is yours", "Take a conversation from a queue with t, and it is here."],
  unassigned: ["Nobody waits", "Every conversation has somebody who attends to it."],
  snoozed: ["Nothing sleeps", "What you snooze comes back by itself."],
  resolved: ["Nothing resolved yet", "What is resolved stays here to be looked up."],
};

function List({ view, q, at }) {
  const { items, loading, problem, next } = list.value;
  const row = useMemo(() => (item, index) => html`<${Row} item=${item} view=${view} q=${q} chosen=${index === at} />`, [view, q, at]);
  if (problem && items.length === 0) return html`<${Failed} problem=${problem} retry=${() => open(view, q)} />`;
  if (loading) return html`<${Loading} rows=${7} />`;
  if (items.length === 0) {
    const [head, text] = q ? ["Nothing found", `No conversation has “${q}” in it.`] : nothing[view] ?? ["Nobody waits here", "New conversations appear by themselves."];
    return html`<${Empty} icon=${q ? "search" : "check"} title=${head}>${text}<//>`;
  }
  return html`<${VirtualList} key=${list.value.of} items=${items} height=${row_height} row=${row} chosen=${at} near=${next ? () => more(view, q) : null} label="Conversations" keyOf=${(item) => item.id + item.subject} />`;
}
