// CodeMirror in a shadow root: there its styles are constructed sheets, which the page's policy lets be.
import { autocompletion, closeBrackets, completeAnyWord } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, foldGutter, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
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
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent-soft)", color: "var(--accent)" },
  ".cm-panels": { backgroundColor: "var(--sunken)", color: "var(--ink)" },
  // Its own are images as data: URLs, which the page's policy does not load.
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--bad)", textUnderlineOffset: "3px" },
  ".cm-lintRange-warning": { backgroundImage: "none", textDecoration: "underline wavy var(--warn)", textUnderlineOffset: "3px" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--bad)" },
}, { dark });

const spot = (doc, line, column) => {
  const row = doc.line(Math.min(Math.max(1, line || 1), doc.lines));
  return Math.min(row.to, row.from + Math.max(0, (column || 1) - 1));
};

export function open(place, { text, dark, readOnly, onChange }) {
  const host = document.createElement("div");
  host.className = "editor-host";
  const root = host.attachShadow({ mode: "open" });
  place.append(host);
  const mode = new Compartment();
  let quiet = false;
  const view = new EditorView({
    root, parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(), foldGutter(), history(), drawSelection(), indentOnInput(), bracketMatching(), closeBrackets(), highlightActiveLine(), highlightSelectionMatches(),
        autocompletion({ override: [completeAnyWord] }), yaml(), syntaxHighlighting(highlight), keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap, indentWithTab]),
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
