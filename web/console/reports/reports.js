// How well it goes: figures with their definitions, charts, and each chart's numbers as a table.
import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { go, href, route } from "../lib/route.js";
import { useResource } from "../lib/resource.js";
import { count, money, percent, plain, span, title } from "../lib/words.js";
import { Empty, Page, Shown } from "../parts/ui.js";
import { Chart } from "./chart.js";

const spans = [["1", "1 day"], ["7", "7 days"], ["30", "30 days"], ["90", "90 days"]];
const duration = (ms) => (ms === null || ms === undefined ? "–" : span(ms));
const of = (part, whole) => (whole ? percent(part / whole) : "–");

export default function Reports() {
  const { days = "7" } = route.value.query;
  const report = useResource("/report", { days });
  return html`
    <${Page} title="Reports" tools=${html`
      <fieldset class="segmented"><legend class="sr">Time</legend>${spans.map(([value, name]) => html`<label key=${value}><input type="radio" name="days" checked=${value === days} onChange=${() => go(["reports"], { days: value }, { replace: true })} /><span>${name}</span></label>`)}</fieldset>`}>
      <${Shown} of=${report}>${(data) => html`<${Figures} report=${data} /><${Charts} series=${data.series ?? []} /><${Effect} effect=${data.effect ?? {}} /><${Groups} report=${data} />`}<//>
    <//>`;
}

function Figures({ report }) {
  const { total = {}, definitions = {} } = report;
  const all = [
    ["Contacts", count(total.contacts), definitions.contacts],
    ["Contained", of(total.contained, total.contacts), definitions.contained],
    ["Confirmed", of(total.confirmed, total.contacts), definitions.confirmed],
    ["Answers that helped", total.answers_rated ? percent(total.answers_helped) : "–", definitions.answers_helped, total.answers_rated],
    ["Asked for a person", of(total.asked_for_person, total.contacts), definitions.asked_for_person],
    ["To people", of(total.to_people, total.contacts), definitions.to_people],
    ["First reply", duration(total.first_reply_ms), definitions.first_reply_ms],
    ["Resolution", duration(total.resolution_ms), definitions.resolution_ms],
    ["CSAT", total.csat_answers ? percent(total.csat) : "–", definitions.csat, total.csat_answers],
    ["NPS", total.nps_answers ? count(total.nps) : "–", definitions.nps, total.nps_answers],
    ["CES", total.ces_answers ? count(total.ces) : "–", definitions.ces, total.ces_answers],
  ];
  return html`
    <ul class="report-figures">${all.map(([name, value, definition, answers]) => html`
      <li key=${name} class="card"><small>${name}</small><strong>${value}</strong>${answers !== undefined && html`<small>${answers === 1 ? "1 answer" : `${count(answers ?? 0)} answers`}</small>`}
        ${definition && html`<details><summary><span class="sr">What ${name} means</span></summary><p>${definition}</p></details>`}</li>`)}</ul>`;
}

const share = (value) => (value === null || value === undefined ? "–" : percent(value));
const charts = [
  { title: "Events and messages", lines: [["events", "Events"], ["messages", "Messages"]] },
  { title: "Contacts, and what the bot contained", lines: [["contacts", "Contacts"], ["contained", "Contained"], ["tickets", "Tickets"]] },
  { title: "Promises to customers", lines: [["sla_met", "Kept"], ["sla_missed", "Missed"]] },
  { title: "First reply", lines: [["first_reply_ms", "Median"]], written: duration },
  { title: "Satisfied customers", lines: [["csat", "CSAT"]], written: share },
  { title: "Recommendation and effort", lines: [["nps", "NPS"], ["ces", "CES"]] },
];

function Charts({ series }) {
  if (series.length === 0) return null;
  return html`<div class="charts">${charts.map((chart) => {
    const lines = chart.lines.filter(([field]) => series.some((one) => one[field]));
    return lines.length > 0 && html`<${Twin} key=${chart.title} chart=${chart} lines=${lines} series=${series} />`;
  })}</div>`;
}

function Twin({ chart, lines, series }) {
  const [table, setTable] = useState(false);
  return html`
    <section class="card"><header><h2>${chart.title}</h2>
      <fieldset class="segmented"><legend class="sr">Show ${chart.title} as</legend>
        ${[[false, "Chart"], [true, "Table"]].map(([value, name]) => html`<label key=${name}><input type="radio" name=${chart.title} checked=${table === value} onChange=${() => setTable(value)} /><span>${name}</span></label>`)}</fieldset></header>
      ${table ? html`<div class="table-box twin" tabIndex="0" role="region" aria-label=${chart.title}><table><thead><tr><th>Day</th>${lines.map(([, name]) => html`<th class="num" key=${name}>${name}</th>`)}</tr></thead>
        <tbody>${[...series].reverse().map((one) => html`<tr key=${one.day}><td>${one.day}</td>${lines.map(([field]) => html`<td class="num" key=${field}>${(chart.written ?? count)(one[field])}</td>`)}</tr>`)}</tbody></table></div>`
        : html`<${Chart} title=${chart.title} lines=${lines} series=${series} written=${chart.written} />`}
    </section>`;
}

const columns = [
  ["tickets", "Tickets", count], ["reopened", "Reopened", count], ["first_reply_ms", "First reply", duration], ["resolution_ms", "Resolution", duration],
  ["csat", "CSAT", percent, "csat_answers"], ["nps", "NPS", count, "nps_answers"], ["ces", "CES", count, "ces_answers"],
];
const rows = (group) => (Array.isArray(group) ? group.map((one) => [one.name, one]) : Object.entries(group ?? {}));

function Groups({ report }) {
  const groups = [["intents", "By intent"], ["queues", "By queue"], ["workflows", "By workflow"]].map(([field, name]) => [name, rows(report[field])]).filter(([, found]) => found.length > 0);
  if (groups.length === 0 && !report.total?.contacts) return html`<${Empty} icon="chart" title="Nothing to count yet">Numbers are here when customers have written.<//>`;
  return groups.map(([name, found]) => html`
    <section class="card report-group" key=${name}><header><h2>${name}</h2></header>
      <div class="table-box" tabIndex="0" role="region" aria-label=${name}><table><thead><tr><th>${name.replace("By ", "").replace(/^./, (c) => c.toUpperCase())}</th>${columns.map(([field, head]) => html`<th key=${field} class="num">${head}</th>`)}</tr></thead>
        <tbody>${found.map(([key, one]) => html`<tr key=${key}><th scope="row">${title(plain(key))}</th>${columns.map(([field, , written, answers]) => html`<td key=${field} class="num">${answers && !one[answers] ? "–" : written(one[field])}</td>`)}</tr>`)}</tbody></table></div>
    </section>`);
}

const majors = (revenue) => Object.entries(revenue ?? {}).map(([currency, sum]) => money(sum, currency)).join(", ") || "–";

// Orders of those for whom a workflow began.
function Effect({ effect }) {
  const all = Object.entries(effect).sort(([, a], [, b]) => b.customers - a.customers);
  if (all.length === 0) return null;
  return html`
    <section class="card report-group"><header><h2>Orders within 7 days of a workflow's beginning</h2></header>
      <div class="table-box" tabIndex="0" role="region" aria-label="Orders by workflow"><table><thead><tr><th>Workflow</th><th class="num">Customers</th><th class="num">Ordered</th><th class="num">Conversion</th><th class="num">Revenue</th></tr></thead>
        <tbody>${all.map(([name, one]) => html`<tr key=${name}><th scope="row"><a href=${href(["workflows", name])}>${name}</a></th><td class="num">${count(one.customers)}</td><td class="num">${count(one.ordered)}</td><td class="num">${share(one.conversion)}</td><td class="num">${majors(one.revenue)}</td></tr>`)}</tbody></table></div>
      <p class="card-body muted">What the workflow touched, not what it caused: many of them would have ordered anyway.</p>
    </section>`;
}
