// What an edit would have done: the recorded log through the workflows as they are, and as they would be.
import { html } from "htm/preact";
import { useEffect, useState } from "preact/hooks";
import { signal } from "@preact/signals";
import { get, post, seg } from "../lib/api.js";
import { href } from "../lib/route.js";
import { count, full, many, plain, title } from "../lib/words.js";
import { Button, Empty, Failed } from "../parts/ui.js";

const look_ms = 400;
const spans = [["7", "7 days"], ["30", "30 days"], ["90", "90 days"]];
// What was begun is still there when its tab is opened again.
const begun = signal({});

export function Backtest({ name, yaml, hash, able }) {
  const [days, setDays] = useState("30");
  const [problem, setProblem] = useState(null);
  const state = begun.value[name] ?? null;
  const set = (next) => (begun.value = { ...begun.value, [name]: next });
  const running = state?.status === "running";
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => get(`/backtests/${seg(state.id)}`).then((now) => set({ ...now, yaml: state.yaml }), (failed) => (setProblem(failed), set(null))), look_ms);
    return () => clearInterval(timer);
  }, [running, state?.id]);
  const begin = async () => {
    setProblem(null);
    try {
      set({ ...await post("/backtests", { yaml, name, days: Number(days) }), yaml });
    } catch (failed) {
      setProblem(failed);
    }
  };
  const cancel = () => post(`/backtests/${seg(state.id)}/cancel`).catch(setProblem);
  return html`
    <div class="stack">
      <section class="card backtest"><header><h2>What would have come of it?</h2>
        ${able && html`<label class="check">The last <select value=${days} disabled=${running} onChange=${(e) => setDays(e.target.value)}>${spans.map(([value, label]) => html`<option key=${value} value=${value} selected=${value === days}>${label}</option>`)}</select></label>`}
        ${able && (running ? html`<${Button} icon="stop" onClick=${cancel}>Cancel<//>` : html`<${Button} icon="play" kind="primary" onClick=${begin}>Play the log<//>`)}</header>
        <div class="card-body"><p class="muted">The events that were recorded are played again, through the workflows as they are and with your text in them. Nothing is sent; waits take no time.</p>
          ${running && html`<div class="progress" role="progressbar" aria-label="Backtest" aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.round(state.progress * 100)}><i style=${{ width: `${Math.max(2, state.progress * 100)}%` }}></i></div>`}
          ${state?.status === "cancelled" && html`<p>It was cancelled.</p>`}
          ${state?.status === "failed" && html`<p class="bad-text">${state.why}</p>`}
          ${state?.findings && state.yaml !== yaml && html`<p class="warn-text" role="status">The text was changed since: play the log again to see what it would do now.</p>`}</div>
        ${problem && html`<${Failed} problem=${problem} />`}
      </section>
      ${state?.findings && html`<${Findings} found=${state.findings} unchanged=${state.hash === hash} />`}
    </div>`;
}

function Findings({ found, unchanged }) {
  const { log, now, against, customers, changes } = found;
  if (log.events === 0) return html`<section class="card"><${Empty} icon="clock" title="Nothing was recorded in that time" /></section>`;
  const differ = customers.more + customers.fewer + customers.others;
  return html`
    <section class="card figures" aria-label="The sum of it">
      <div><strong>${count(log.events)}</strong><small>events played, ${full(log.first)} to ${full(log.last)}${log.cut ? "; there are more" : ""}</small></div>
      <div><strong>${count(now.messages)} <${Change} now=${now.messages} before=${against.messages} /></strong><small>messages to ${many(now.customers, "customer")}</small></div>
      <div><strong>${count(differ)}</strong><small>${differ === 1 ? "customer gets" : "customers get"} something else</small></div>
    </section>
    <${ByWorkflow} now=${now} against=${against} />
    <${ByChannel} now=${now.by_channel} against=${against.by_channel} />
    <section class="card"><header><h2>Who would get something else</h2>${differ > 0 && html`<small>${[[customers.more, "get more"], [customers.fewer, "get fewer"], [customers.others, "get others"]].filter(([n]) => n > 0).map(([n, words]) => `${count(n)} ${words}`).join(" · ")}</small>`}</header>
      ${differ === 0 ? html`<${Empty} icon="check" title=${unchanged ? "Nothing: the text is the one that runs" : "Everybody gets what they get now"} />` : html`
      <div class="table-box tall" tabIndex="0" role="region" aria-label="Customers who would get something else"><table><thead><tr><th>Customer</th><th>Message</th><th class="num">Now</th><th class="num">Then</th></tr></thead>
        <tbody>${changes.flatMap((one) => one.messages.map((part, i) => html`<tr key=${`${one.customer} ${part.message}`}>
          <td class="clip">${i === 0 && (one.customer.startsWith("customer:") ? html`<a href=${href(["customers", one.customer])}>${one.customer}</a>` : one.customer)}</td><td>${part.message}</td><td class="num">${count(part.before)}</td>
          <td class="num ${part.now > part.before ? "good-text" : part.now < part.before ? "bad-text" : ""}">${count(part.now)}${part.others ? ", others" : ""}</td></tr>`))}</tbody></table></div>`}
      ${changes.length < differ && html`<p class="card-body muted">${count(changes.length)} of ${count(differ)} are named here; \`shopbell backtest --json\` lists more.</p>`}
    </section>`;
}

const Change = ({ now, before }) => now !== before && html`<span class=${`delta ${now > before ? "up" : "down"}`}>${now > before ? "+" : "−"}${count(Math.abs(now - before))}</span>`;

const columns = [["started", "Begin"], ["done", "End"], ["stopped", "Stop"], ["failed", "Fail"], ["open", "Still wait"]];
const none = { started: 0, done: 0, stopped: 0, failed: 0, open: 0, deeds: {}, hindered: {} };
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

function ByWorkflow({ now, against }) {
  const [all, setAll] = useState(false);
  const names = [...new Set([...Object.keys(now.workflows), ...Object.keys(against.workflows)])].sort();
  const changed = names.filter((name) => !same(now.workflows[name], against.workflows[name]));
  const shown = all ? names : changed;
  return html`
    <section class="card"><header><h2>By workflow</h2>${names.length > changed.length && html`<${Button} kind="ghost small" onClick=${() => setAll(!all)}>${all ? "Only what differs" : `All ${names.length}`}<//>`}</header>
      ${shown.length === 0 ? html`<${Empty} icon="check" title="Each does what it does now" />` : html`
      <div class="table-box" tabIndex="0" role="region" aria-label="By workflow"><table><thead><tr><th>Workflow</th>${columns.map(([, head]) => html`<th class="num" key=${head}>${head}</th>`)}<th>Does, and why it does not begin</th></tr></thead>
        <tbody>${shown.map((name) => {
          const a = now.workflows[name] ?? none, b = against.workflows[name] ?? none;
          return html`<tr key=${name}><th scope="row">${name}</th>
            ${columns.map(([field]) => html`<td class="num nowrap" key=${field}>${count(a[field])} <${Change} now=${a[field]} before=${b[field]} /></td>`)}
            <td><${Counts} now=${a.deeds} before=${b.deeds} /><${Counts} now=${a.hindered} before=${b.hindered} muted /></td></tr>`;
        })}</tbody></table></div>`}
    </section>`;
}

const Counts = ({ now = {}, before = {}, muted }) => html`<span class=${`deeds ${muted ? "muted" : ""}`}>${[...new Set([...Object.keys(now), ...Object.keys(before)])].map((name) => html`
  <span key=${name}>${plain(name)} ${count(now[name] ?? 0)} <${Change} now=${now[name] ?? 0} before=${before[name] ?? 0} /></span>`)}</span>`;

function ByChannel({ now, against }) {
  const names = [...new Set([...Object.keys(now), ...Object.keys(against)])].sort();
  if (names.length === 0) return null;
  const most = Math.max(1, ...names.map((name) => Math.max(now[name] ?? 0, against[name] ?? 0)));
  const bar = (n, of) => html`<i class=${of} style=${{ width: `${(n / most) * 100}%` }}></i>`;
  return html`
    <section class="card"><header><h2>Messages by channel</h2><small class="bar-legend"><span class="bar-key before"></span> now <span class="bar-key then"></span> then</small></header>
      <ul class="bars card-body">${names.map((name) => html`<li key=${name}><span>${title(plain(name))}</span>
        <span class="bar" aria-hidden="true">${bar(against[name] ?? 0, "before")}${bar(now[name] ?? 0, "then")}</span>
        <span class="num">${count(against[name] ?? 0)} → ${count(now[name] ?? 0)}</span></li>`)}</ul>
    </section>`;
}
