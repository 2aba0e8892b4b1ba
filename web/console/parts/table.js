// A table of a list that is read page by page; each row may lead somewhere.
import { html } from "htm/preact";
import { go } from "../lib/route.js";
import { Button, Failed, Loading } from "./ui.js";

/// columns: [{name, cell(item), num?, wide?}]; `to(item)`: where the row leads, as the first cell's link does too.
export function Table({ of, columns, keyOf, to, empty, label, chosen }) {
  if (of.problem && of.items.length === 0) return html`<${Failed} problem=${of.problem} retry=${of.reload} />`;
  if (of.loading) return html`<${Loading} rows=${6} />`;
  if (of.items.length === 0) return empty;
  const follow = (item) => (event) => {
    if (to && !event.target.closest("a, button, input, label, summary") && !getSelection()?.toString()) go(...to(item));
  };
  return html`
    <div class="card table-box" role="region" aria-label=${label} tabIndex="0">
      <table>
        <thead><tr>${columns.map((column) => html`<th key=${column.name} scope="col" class=${column.num ? "num" : ""}>${column.head ?? column.name}</th>`)}</tr></thead>
        <tbody>${of.items.map((item) => html`
          <tr key=${keyOf(item)} class=${`${to ? "link" : ""} ${chosen?.(item) ? "chosen" : ""}`} onClick=${follow(item)}>
            ${columns.map((column) => html`<td key=${column.name} class=${column.num ? "num" : column.className ?? ""}>${column.cell(item)}</td>`)}
          </tr>`)}</tbody>
      </table>
    </div>
    ${of.looking && html`<p class="more muted" role="status">Looking on…</p>`}
    ${of.more && html`<div class="more"><${Button} onClick=${of.more}>Show more<//></div>`}`;
}
