import { html } from "htm/preact";
import { plain, span, timeOf } from "../lib/words.js";
import { Badge, Empty, Status } from "../parts/ui.js";
import { Json } from "../parts/json.js";
import { Operands } from "./why.js";

const name = (step, graph) => step.label ?? graph?.nodes?.find((node) => node.id === step.node)?.label ?? step.step ?? plain(step.code ?? step.node);

// Percent of the whole from the first to the last moment; what took no time is still a stroke.
function placed(run, trace) {
  const begin = Math.min(...trace.map((step) => +new Date(step.at)), +new Date(run.started));
  const last = run.ended ? +new Date(run.ended) : Math.max(...trace.map((step) => +new Date(step.ended ?? step.at)));
  const whole = Math.max(1, last - begin);
  return trace.map((step) => {
    const from = +new Date(step.at), to = +new Date(step.ended ?? step.at);
    return { step, left: ((from - begin) / whole) * 100, width: Math.max(0.6, ((to - from) / whole) * 100), took: to - from };
  });
}

export function Waterfall({ run, trace, onStep }) {
  return html`
    <ol class="waterfall">${placed(run, trace).map(({ step, left, width, took }) => html`
      <li key=${step.i}><button type="button" onClick=${() => onStep(step)}>
        <span class="fall-name">${name(step, run.graph)}</span>
        <span class="fall-track" aria-hidden="true"><i class=${step.status ?? "done"} style=${{ left: `${Math.min(99.4, left)}%`, width: `${Math.min(100 - left, width)}%` }}></i></span>
        <span class="fall-took">${took > 0 ? span(took) : "at once"}</span>
      </button></li>`)}</ol>`;
}

export function Steps({ trace, graph }) {
  if (trace.length === 0) return html`<${Empty} icon="runs" title="The run did not come here" />`;
  return html`
    <ol class="steps">${trace.map((step) => html`
      <li key=${step.i}>
        <div class="step-head"><strong>${name(step, graph)}</strong>${step.status && html`<${Status} of=${step.status} />`}<small>${timeOf(step.at)}</small></div>
        ${step.text && step.text !== step.condition?.text && html`<p>${step.text}</p>`}
        ${step.condition && html`<p><code>${step.condition.text}</code> <${Badge} tone=${step.condition.result ? "good" : ""}>${String(step.condition.result)}<//></p><${Operands} operands=${step.condition.operands} />`}
        ${step.error && html`<p class="bad-text">${step.error}</p>`}
        ${attemptsOf(step).length > 1 && html`<${Attempts} attempts=${attemptsOf(step)} />`}
        ${filled(step.input) && html`<details><summary>Inputs</summary><${Json} value=${step.input} label="Inputs" /></details>`}
        ${filled(step.output) && html`<details><summary>Output</summary><${Json} value=${step.output} label="Output" /></details>`}
      </li>`)}</ol>`;
}

const filled = (value) => value !== undefined && value !== null && (typeof value !== "object" || Object.keys(value).length > 0);

// Its beginning and its end are told of apart.
const attemptsOf = ({ attempts = [] }) =>
  attempts.reduce((made, one) => {
    const open = made.at(-1);
    if (one.status !== "begun" && open?.status === "begun") made[made.length - 1] = { ...open, ...one, at: open.at, ended: one.at };
    else made.push({ ...one });
    return made;
  }, []);

const Attempts = ({ attempts }) => html`
  <ol class="attempts" aria-label="Attempts">${attempts.map((attempt, i) => html`<li key=${i}><span>Attempt ${attempt.attempt ?? i + 1}</span> <small>${timeOf(attempt.at)}${attempt.ended ? `, ${span(new Date(attempt.ended) - new Date(attempt.at))}` : ""}</small> <span class=${attempt.error ? "bad-text" : ""}>${attempt.error ?? attempt.status ?? "done"}</span></li>`)}</ol>`;
