import { html } from "htm/preact";

/// As text, indented: nothing of it is ever taken for markup.
export const Json = ({ value, label = "Data" }) => html`<pre class="json" tabIndex="0" role="region" aria-label=${label}>${typeof value === "string" ? value : JSON.stringify(value, null, 2)}</pre>`;
