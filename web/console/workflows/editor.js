// The YAML, with the engine's own diagnostics. The editor is only fetched here.
import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { post } from "../lib/api.js";
import { isDark, theme } from "../lib/theme.js";
import { Badge, Empty, Failed, Loading } from "../parts/ui.js";

const check_ms = 350;

/// `edition`: another one when the value was changed by somebody else than the editor. What it told itself is never put into it again: a
/// render may come behind the next key, and what was typed meanwhile would be lost.
export function Editor({ value, edition, name, onChange, onChecked, readOnly }) {
  const place = useRef(), editor = useRef(null), latest = useRef(value);
  const [ready, setReady] = useState(false);
  const [problem, setProblem] = useState(null);
  const [diagnostics, setDiagnostics] = useState([]);
  latest.current = value;
  useEffect(() => {
    let gone = false;
    import("./codemirror.js").then(({ open }) => {
      if (gone) return;
      editor.current = open(place.current, {
        text: latest.current, dark: isDark(), readOnly, onChange: (text) => onChange(text),
        complete: (yaml, at) => post("/workflows/complete", { yaml, ...at }).catch(() => null),
        explain: (yaml, at) => post("/workflows/hover", { yaml, ...at }).then((found) => found.meaning, () => null),
      });
      setReady(true);
    }, () => setProblem({ message: "The editor could not be fetched." }));
    return () => {
      gone = true;
      editor.current?.close();
      editor.current = null;
    };
  }, []);
  useEffect(() => editor.current?.setDark(isDark()), [theme.value]);
  useEffect(() => editor.current?.setText(latest.current), [edition]);
  useEffect(() => {
    let gone = false;
    const timer = setTimeout(async () => {
      try {
        const found = await post("/workflows/check", { yaml: value, name });
        if (gone) return;
        setDiagnostics(found.diagnostics);
        setProblem(null);
        onChecked(found);
        editor.current?.setDiagnostics(found.diagnostics);
      } catch (failed) {
        if (!gone) setProblem(failed);
      }
    }, check_ms);
    return () => (gone = true, clearTimeout(timer));
  }, [value, ready]);
  return html`
    ${problem && html`<${Failed} problem=${problem} />`}
    <div class="editor-box">
      <section class="card editor" ref=${place} aria-label="YAML">${!ready && html`<${Loading} rows=${6} />`}</section>
      <section class="card" aria-label="What the engine says"><header><h2>What the engine says</h2></header>
        ${diagnostics.length === 0 ? html`<${Empty} icon="check" title="All in order" />` : html`
        <ul class="diagnostics" role="status">${diagnostics.map((one, i) => html`
          <li key=${i}><button type="button" onClick=${() => editor.current?.goTo(one.line, one.column)}>
            <span><${Badge} tone=${one.severity === "error" ? "bad" : "warn"}>${one.severity}<//> <small>line ${one.line}</small></span>
            <span>${one.message}</span>${one.hint && html`<small>${one.hint}</small>`}</button></li>`)}</ul>`}
      </section>
    </div>`;
}
