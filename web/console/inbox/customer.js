// The customer beside the conversation: who it is, what was bought, what runs, what happened.
import { html } from "htm/preact";
import { seg } from "../lib/api.js";
import { useResource } from "../lib/resource.js";
import { href } from "../lib/route.js";
import { count, money, plain, sums } from "../lib/words.js";
import { Avatar, Badge, Shown, Status, Time } from "../parts/ui.js";
import { nameOf } from "./row.js";

export function CustomerPane({ conversation }) {
  const customer = useResource(conversation.subject ? `/customers/${seg(conversation.subject)}` : null, {}, { kinds: ["event", "run"], when: (happening) => happening.subject === undefined || happening.subject === conversation.subject });
  return html`
    <div class="customer-body">
      <div class="customer-who">
        <${Avatar} name=${nameOf(conversation)} size="large" />
        <div class="grow"><h2><a href=${href(["customers", conversation.subject])}>${nameOf(conversation)}</a></h2>
          <small>${conversation.customer?.email}</small></div>
      </div>
      <${Shown} of=${customer} rows=${4}>${(data) => html`<${About} customer=${data} />${conversation.ticket && html`<${Ticket} ticket=${conversation.ticket} />`}
        <${OpenRuns} runs=${data.runs} /><${Timeline} moments=${data.timeline?.slice(0, 30)} />`}<//>
    </div>`;
}

// An average is told where there is one currency.
const currencyOf = ({ currency, spent }) => currency ?? (typeof spent === "object" ? Object.keys(spent)[0] : undefined);

/// Counts that a profile has, under the names that people say.
export const figures = (profile = {}) =>
  [
    ["Orders", count(profile.orders_count ?? profile.order_count ?? profile.orders?.length), profile.orders_count ?? profile.order_count ?? profile.orders],
    ["Spent", typeof profile.spent === "object" ? sums(profile.spent) : money(profile.total_spent ?? profile.spent, profile.currency), profile.total_spent ?? profile.spent],
    ["Average", money(profile.average_order ?? profile.aov, currencyOf(profile)), profile.average_order ?? profile.aov],
  ].filter(([, , there]) => there !== undefined && there !== null);

function About({ customer }) {
  const profile = customer.profile ?? {};
  return html`
    ${figures(profile).length > 0 && html`<div class="figures">${figures(profile).map(([name, value]) => html`<div key=${name}><strong>${value}</strong><small>${name}</small></div>`)}</div>`}
    ${customer.segments?.length > 0 && html`<div class="chips">${customer.segments.map((segment) => html`<${Badge} key=${segment.name} tone="accent">${plain(segment.name)}<//>`)}</div>`}
    ${profile.tags?.length > 0 && html`<div class="chips">${profile.tags.map((tag) => html`<${Badge} key=${tag}>${tag}<//>`)}</div>`}`;
}

const Ticket = ({ ticket }) => html`
  <section class="pane-part"><h3>Ticket</h3>
    <p>${ticket.reason}</p><small>${ticket.queue} · ${ticket.priority} · <${Time} at=${ticket.at} style="since" /></small></section>`;

const OpenRuns = ({ runs = [] }) =>
  runs.length > 0 && html`
    <section class="pane-part"><h3>Open runs</h3>
      <ul class="plain-list">${runs.map((run) => html`<li key=${run.id}><a href=${href(["runs", run.id])}>${run.workflow}</a><${Status} of=${run.status} /></li>`)}</ul></section>`;

export const Timeline = ({ moments = [] }) => html`
  <section class="pane-part"><h3>What happened</h3>
    ${moments.length === 0 && html`<p class="muted">Nothing yet.</p>`}
    <ol class="timeline">${moments.map((moment, i) => html`<li key=${`${moment.at} ${i}`}><span class="timeline-what">${plain(moment.what)}</span>${moment.text && html`<span class="timeline-text">${moment.text}</span>`}<${Time} at=${moment.at} /></li>`)}</ol></section>`;
