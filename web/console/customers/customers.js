import { html } from "htm/preact";
import { seg } from "../lib/api.js";
import { go, href, route } from "../lib/route.js";
import { usePaged } from "../lib/paged.js";
import { useResource } from "../lib/resource.js";
import { count, money, plain } from "../lib/words.js";
import { Avatar, Badge, Empty, Page, Shown, Status, Time } from "../parts/ui.js";
import { Icon } from "../parts/icon.js";
import { Json } from "../parts/json.js";
import { Table } from "../parts/table.js";
import { figures, Timeline } from "../inbox/customer.js";
import { may } from "../lib/session.js";
import { useTyped } from "../lib/typed.js";
import { Consents } from "./consents.js";
import { Rights } from "./rights.js";

export default function Customers() {
  const [, id] = route.value.parts;
  return id ? html`<${Customer} key=${id} id=${id} />` : html`<${List} />`;
}

const named = (one) => one.name || one.email || one.id?.replace(/^customer:/, "");

function List() {
  const { q = "" } = route.value.query;
  const [text, setText] = useTyped(q, (value) => go(["customers"], { q: value }, { replace: true }));
  const customers = usePaged("/customers", { q }, { fill: true });
  const segments = useResource("/segments");
  const listed = segments.data?.segments ?? segments.data?.items ?? [];
  return html`
    <${Page} title="Customers">
      <div class="filters"><div class="searchbox grow"><${Icon} name="search" size=${16} /><input type="search" aria-label="Search customers" placeholder="Name, email, phone number or id" value=${text} onInput=${(e) => setText(e.target.value)} /></div></div>
      ${listed.length > 0 && html`<div class="chips filters" aria-label="Segments">${listed.map((one) => html`<${Badge} key=${one.name} tone="accent">${plain(one.name)} ${count(one.count)}<//>`)}</div>`}
      <${Table} of=${customers} label="Customers" keyOf=${(one) => one.id} to=${(one) => [["customers", one.id]]}
        columns=${[
          { name: "Name", cell: (one) => html`<span class="with-avatar"><${Avatar} name=${named(one)} size="small" /><a class="strong" href=${href(["customers", one.id])}>${named(one)}</a></span>` },
          { name: "Email", cell: (one) => one.email, className: "clip" },
          { name: "Segments", cell: (one) => html`<span class="chips">${(one.segments ?? []).map((name) => html`<${Badge} key=${name}>${plain(name)}<//>`)}</span>` },
          { name: "Orders", num: true, cell: (one) => count(one.orders_count) },
          { name: "Spent", num: true, cell: (one) => money(one.total_spent, one.currency) },
          { name: "Last seen", cell: (one) => html`<${Time} at=${one.last_at} />`, className: "nowrap" },
        ]}
        empty=${q ? html`<${Empty} icon="search" title="Nobody is called so" />` : html`<${Empty} icon="people" title="No customer yet">Who writes, orders or signs up is here.<//>`} />
    <//>`;
}

function Customer({ id }) {
  const customer = useResource(`/customers/${seg(id)}`, {}, { kinds: ["event", "run", "message"], when: (happening) => happening.subject === undefined || happening.subject === id });
  return html`<${Shown} of=${customer} page="Customer">${(data) => html`<${Known} customer=${data} reload=${customer.reload} />`}<//>`;
}

function Known({ customer, reload }) {
  const { profile = {}, runs = [], tickets = [] } = customer;
  const name = profile.name || [profile.first_name, profile.last_name].filter(Boolean).join(" ") || profile.email || named(customer);
  return html`
    <${Page} title=${name} lead=${html`<a href=${href(["customers"])}>Customers</a> · ${profile.email ?? customer.id}`} tools=${html`<a class="button" href=${href(["inbox", "all"], { q: profile.email ?? customer.id })}><${Icon} name="inbox" size=${16} /><span>Conversations</span></a><a class="button" href=${href(["runs"], { subject: customer.id })}><${Icon} name="runs" size=${16} /><span>Runs</span></a>`}>
      <div class="columns customer">
        <div class="stack">
          ${figures(profile).length > 0 && html`<div class="card figures">${figures(profile).map(([label, value]) => html`<div key=${label}><strong>${value}</strong><small>${label}</small></div>`)}</div>`}
          <section class="card"><header><h2>Segments and tags</h2></header><div class="card-body chips">
            ${(customer.segments ?? []).map((segment) => html`<${Badge} key=${segment.name} tone="accent">${plain(segment.name)}<//>`)}${(profile.tags ?? []).map((tag) => html`<${Badge} key=${tag}>${tag}<//>`)}
            ${!customer.segments?.length && !profile.tags?.length && html`<span class="muted">In none.</span>`}</div></section>
          <section class="card"><header><h2>Consent</h2></header><div class="card-body"><${Consents} customer=${customer} reload=${reload} /></div></section>
          <section class="card"><header><h2>Known as</h2></header><div class="card-body"><ul class="plain-list">${[...(customer.identities ?? []), ...(customer.merged ?? [])].map((one) => html`<li key=${one}><code>${one}</code></li>`)}</ul></div></section>
          ${may("customers.decide") && html`<${Rights} customer=${customer} name=${name} />`}
          <section class="card"><header><h2>Profile</h2></header><div class="card-body"><${Json} value=${profile} label="Profile" /></div></section>
        </div>
        <div class="stack">
          ${(runs.length > 0 || tickets.length > 0) && html`<section class="card"><header><h2>Open runs and tickets</h2></header><div class="card-body"><ul class="plain-list">
            ${runs.map((run) => html`<li key=${run.id}><a href=${href(["runs", run.id])}>${run.workflow}</a><${Status} of=${run.status} /></li>`)}
            ${tickets.map((ticket) => html`<li key=${ticket.id}><span>${ticket.reason || ticket.queue}</span><${Badge}>${ticket.status ?? ticket.queue}<//></li>`)}</ul></div></section>`}
          <section class="card card-body"><${Timeline} moments=${customer.timeline} /></section>
        </div>
      </div>
    <//>`;
}
