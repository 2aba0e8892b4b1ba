import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { get } from "../lib/api.js";
import { usePaged } from "../lib/paged.js";
import { count } from "../lib/words.js";
import { complain } from "../parts/toast.js";
import { Button, Empty, Time } from "../parts/ui.js";
import { Table } from "../parts/table.js";

export function Audit() {
  const rows = usePaged("/audit");
  const [check, setCheck] = useState(null);
  const verify = () => get("/audit/verify").then(setCheck, complain);
  const broken = check && (check.broken_at ?? null) !== null;
  return html`
    <div class="filters"><${Button} icon="check" onClick=${verify}>Is it untouched?<//>
      ${check && html`<p role="status" class=${broken ? "bad-text" : "good-text"}>${broken ? `Not as it was written, from row ${check.broken_at} on. ${check.why ?? ""}` : html`All ${count(check.rows)} rows are as they were written. Head: <code>${String(check.head ?? "").slice(0, 16)}</code>`}</p>`}</div>
    <${Table} of=${rows} label="Audit trail" keyOf=${(row) => row.n ?? row.key}
      columns=${[
        { name: "At", cell: (row) => html`<${Time} at=${row.at} style="full" />`, className: "nowrap" },
        { name: "Who", cell: (row) => row.who },
        { name: "What", cell: (row) => html`<span class="strong">${row.what}</span>` },
        { name: "About", cell: (row) => html`<span>${row.about}</span>${row.detail && html`<div class="sub">${typeof row.detail === "string" ? row.detail : JSON.stringify(row.detail)}</div>`}` },
      ]}
      empty=${html`<${Empty} icon="eye" title="Nothing was done yet" />`} />`;
}
