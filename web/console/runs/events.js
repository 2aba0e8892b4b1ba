import { html } from "htm/preact";
import { seg } from "../lib/api.js";
import { go, href, route } from "../lib/route.js";
import { usePaged } from "../lib/paged.js";
import { useResource } from "../lib/resource.js";
import { Empty, Page, Shown, Time } from "../parts/ui.js";
import { Icon } from "../parts/icon.js";
import { Table } from "../parts/table.js";
import { Json } from "../parts/json.js";
import { subjectLink } from "./list.js";
import { useTyped } from "../lib/typed.js";
import { Answers, Notes } from "./why.js";

export function Events() {
  const { type = "", q = "" } = route.value.query;
  const [text, setText] = useTyped(q, (value) => go(["runs", "events"], { q: value, type }, { replace: true }));
  const events = usePaged("/events", { type, q }, { kinds: ["event"] });
  return html`
    <div class="filters"><div class="searchbox grow"><${Icon} name="search" size=${16} /><input type="search" aria-label="Search events" placeholder="Type, subject or id" value=${text} onInput=${(e) => setText(e.target.value)} /></div></div>
    <${Table} of=${events} label="Events" keyOf=${(event) => event.key} to=${(event) => [["runs", "events", String(event.key)]]}
      columns=${[
        { name: "Type", cell: (event) => html`<a class="strong" href=${href(["runs", "events", String(event.key)])}>${event.type || event.kind}</a>${event.kind !== "event" && event.type && html` <small>${event.kind}</small>`}` },
        { name: "About", cell: (event) => subjectLink(event.subject), className: "clip" },
        { name: "From", cell: (event) => event.source },
        { name: "Id", cell: (event) => html`<code>${event.id}</code>`, className: "clip" },
        { name: "At", cell: (event) => html`<${Time} at=${event.at} />`, className: "nowrap" },
      ]}
      empty=${q || type ? html`<${Empty} icon="search" title="No event is like that" />` : html`<${Empty} icon="bolt" title="No event yet">What the sources send is here as soon as it arrives.<//>`} />`;
}

export function Event({ id }) {
  const event = useResource(`/events/${seg(id)}`);
  const why = useResource(event.data ? "/why" : null, { event: event.data?.id });
  return html`
    <${Shown} of=${event} page="Event">${(data) => html`
      <${Page} title=${data.type || data.kind} lead=${html`<a href=${href(["runs", "events"])}>Events</a> · <${Time} at=${data.at} style="full" />`}>
        <div class="columns">
          <section class="card"><header><h2>What each workflow made of it</h2></header>
            <div class="card-body">${why.data ? html`<${Answers} answers=${why.data.answers ?? why.data.items} />` : html`<${Notes} notes=${data.notes} />`}</div></section>
          <section class="card"><header><h2>Facts</h2></header><div class="card-body">
            <dl class="facts"><dt>About</dt><dd>${subjectLink(data.subject)}</dd><dt>From</dt><dd>${data.source}</dd><dt>Id</dt><dd><code>${data.id}</code></dd></dl>
            ${(data.data ?? data.detail) && html`<${Json} value=${data.data ?? data.detail} />`}
          </div></section>
        </div>
      <//>`}<//>`;
}
