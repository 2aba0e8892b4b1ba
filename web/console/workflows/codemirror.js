// CodeMirror in a shadow root: there its styles are constructed sheets, which the page's policy lets be.
import { autocompletion, closeBrackets, completionKeymap, startCompletion } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, foldGutter, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, hoverTooltip, keymap, lineNumbers, tooltips } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const highlight = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--accent)" },
  { tag: [tags.string, tags.content], color: "var(--ink)" },
  { tag: [tags.number, tags.bool, tags.keyword], color: "var(--live)" },
  { tag: tags.comment, color: "var(--muted)", fontStyle: "italic" },
  { tag: [tags.punctuation, tags.separator], color: "var(--muted)" },
]);

const look = (dark) => EditorView.theme({
  "&": { backgroundColor: "transparent", color: "var(--ink)", fontSize: "13px", height: "100%" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6" },
  ".cm-content": { caretColor: "var(--accent)", padding: "12px 0" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--muted)", border: "none" },
  ".cm-activeLine": { backgroundColor: "color-mix(in oklab, var(--sunken), transparent 50%)" },
  "&.cm-focused": { outline: "none" },
  ".cm-cursor": { borderLeftColor: "var(--accent)" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--accent-soft) !important" },
  ".cm-tooltip": { backgroundColor: "var(--raised)", color: "var(--ink)", border: "1px solid var(--line)", borderRadius: "8px" },
  ".cm-tooltip.cm-tooltip-autocomplete": { boxShadow: "var(--shadow)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", fontSize: "12.5px", maxHeight: "260px", borderRadius: "7px" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { display: "flex", gap: "14px", padding: "4px 10px", lineHeight: "1.5" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--accent-soft)", color: "var(--accent)" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
  ".cm-completionDetail": { marginLeft: "auto", fontStyle: "normal", color: "var(--muted)" },
  ".cm-tooltip.cm-completionInfo": { padding: "0", borderRadius: "8px", boxShadow: "var(--shadow)" },
  ".cm-tooltip.cm-tooltip-hover": { boxShadow: "var(--shadow)" },
  ".told": { display: "grid", gap: "4px", maxWidth: "360px", padding: "9px 12px", font: "13px/1.5 system-ui, sans-serif" },
  ".told strong": { display: "flex", gap: "12px", alignItems: "baseline", justifyContent: "space-between", fontFamily: "var(--mono)", fontSize: "12.5px" },
  ".told span": { color: "var(--muted)", fontWeight: "400" },
  ".told p": { margin: "0" },
  ".cm-panels": { backgroundColor: "var(--sunken)", color: "var(--ink)" },
  // Its own are images as data: URLs, which the page's policy does not load.
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--bad)", textUnderlineOffset: "3px" },
  ".cm-lintRange-warning": { backgroundImage: "none", textDecoration: "underline wavy var(--warn)", textUnderlineOffset: "3px" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--bad)" },
}, { dark });

// The engine counts columns in code points, from 1.
const spot = (doc, line, column) => {
  const row = doc.line(Math.min(Math.max(1, line || 1), doc.lines));
  return Math.min(row.to, row.from + [...row.text].slice(0, Math.max(0, (column || 1) - 1)).join("").length);
};
const place = (doc, at) => {
  const row = doc.lineAt(at);
  return { line: row.number, column: [...row.text.slice(0, at - row.from)].length + 1 };
};

const types = { key: "property", verb: "keyword", action: "method", event: "class", choice: "enum", name: "variable", field: "property", function: "function", filter: "function", tag: "keyword" };

function told({ label, type, doc, kind }) {
  const box = document.createElement("div");
  box.className = "told";
  const head = box.appendChild(document.createElement("strong"));
  head.textContent = label;
  const about = head.appendChild(document.createElement("span"));
  about.textContent = type || kind;
  if (doc) box.appendChild(document.createElement("p")).textContent = doc;
  return box;
}

// One question at a time for a place; the engine says from where on its answers stand.
const completing = (complete) => async (context) => {
  const { doc } = context.state;
  const before = doc.lineAt(context.pos).text.slice(0, context.pos - doc.lineAt(context.pos).from);
  if (!context.explicit && !/[\w.{%|"'[ -]$/.test(before)) return null;
  const at = place(doc, context.pos);
  const found = await complete(doc.toString(), at);
  if (!found || found.items.length === 0 || context.aborted) return null;
  return {
    from: spot(doc, at.line, found.column),
    validFor: /^\w*$/,
    options: found.items.map((item) => ({
      label: item.label, type: types[item.kind], detail: item.kind === "field" || item.kind === "name" ? item.type : undefined,
      info: item.doc || item.type ? () => told(item) : undefined,
      apply: (view, completion, from, to) => {
        view.dispatch({ changes: { from, to, insert: item.insert }, selection: { anchor: from + item.insert.length }, userEvent: "input.complete" });
        if (item.insert.endsWith(": ")) startCompletion(view);
      },
    })),
  };
};

const hovering = (explain) => hoverTooltip(async (view, pos) => {
  const { doc } = view.state;
  const at = place(doc, pos);
  const meaning = await explain(doc.toString(), at);
  if (!meaning) return null;
  return { pos: spot(doc, at.line, meaning.column), end: spot(doc, at.line, meaning.end), above: true, create: () => ({ dom: told(meaning) }) };
}, { hoverTime: 350 });

export function open(into, { text, dark, readOnly, onChange, complete, explain }) {
  const host = document.createElement("div");
  host.className = "editor-host";
  const root = host.attachShadow({ mode: "open" });
  into.append(host);
  const mode = new Compartment();
  let quiet = false;
  const view = new EditorView({
    root, parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(), foldGutter(), history(), drawSelection(), indentOnInput(), bracketMatching(), closeBrackets(), highlightActiveLine(), highlightSelectionMatches(),
        autocompletion({ override: [completing(complete)], icons: false, maxRenderedOptions: 60 }), hovering(explain), tooltips({ position: "fixed", parent: root }), yaml(), syntaxHighlighting(highlight), keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap, ...searchKeymap, indentWithTab]),
        EditorView.lineWrapping, EditorView.contentAttributes.of({ "aria-label": "The workflow's YAML" }), EditorState.readOnly.of(!!readOnly), mode.of(look(dark)),
        EditorView.updateListener.of((update) => update.docChanged && !quiet && onChange(update.state.doc.toString())),
      ],
    }),
  });
  return {
    close: () => (view.destroy(), host.remove()),
    setDark: (is) => view.dispatch({ effects: mode.reconfigure(look(is)) }),
    setText: (fresh) => {
      if (fresh === view.state.doc.toString()) return;
      quiet = true;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: fresh } });
      quiet = false;
    },
    setDiagnostics: (found) =>
      view.dispatch(setDiagnostics(view.state, found.map((one) => {
        const from = spot(view.state.doc, one.line, one.column);
        const to = Math.min(view.state.doc.length, Math.max(from, from + (one.length || 1)));
        return { from, to, severity: one.severity === "error" ? "error" : "warning", message: one.hint ? `${one.message}\n${one.hint}` : one.message };
      }))),
    goTo: (line, column) => {
      view.dispatch({ selection: { anchor: spot(view.state.doc, line, column) }, scrollIntoView: true });
      view.focus();
    },
  };
}
