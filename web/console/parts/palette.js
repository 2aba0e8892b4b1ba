// "?": which keys there are. Mod+K: everything that can be done, by its name.
import { html } from "htm/preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { doable, shown } from "../lib/keys.js";
import { Dialog, Key } from "./ui.js";
import { Icon } from "./icon.js";

const mac = /Mac|iPhone|iPad/.test(navigator.platform);
const written = (keys) => keys.split(" ").map((key) => key.replace("mod+", mac ? "⌘" : "Ctrl+").replace("arrow", "").replace("shift+", "Shift+"));
const close = () => (shown.value = null);

export function Overlays({ pages }) {
  if (shown.value?.kind === "help") return html`<${Help} keys=${shown.value.keys} />`;
  if (shown.value?.kind === "palette") return html`<${Palette} things=${[...shown.value.keys, ...pages]} />`;
  return null;
}

// The page's keys are taken before the dialog lays its own layer over them.
export const openHelp = () => (shown.value = { kind: "help", keys: doable() });
export const openPalette = () => (shown.value = { kind: "palette", keys: doable() });

const Help = ({ keys }) => html`
  <${Dialog} title="Keys" onClose=${close} wide>
    <dl class="keys">
      ${keys.filter((key) => key.keys.length > 0).map((key) => html`<div key=${key.does}><dt>${key.does}</dt><dd>${written(key.keys[0]).map((k) => html`<${Key}>${k}<//> `)}</dd></div>`)}
    </dl>
  <//>`;

// Letters in their order, the closer together the better; the start of a word is best.
function rank(name, wanted) {
  const text = name.toLowerCase();
  const at = text.indexOf(wanted);
  if (at >= 0) return at === 0 || text[at - 1] === " " ? 1000 - at : 500 - at;
  let i = 0;
  for (const c of wanted) {
    i = text.indexOf(c, i) + 1;
    if (i === 0) return -1;
  }
  return 100 - i;
}

function Palette({ things }) {
  const [wanted, setWanted] = useState("");
  const [at, setAt] = useState(0);
  const list = useRef();
  const found = useMemo(() => {
    const asked = wanted.trim().toLowerCase();
    const ranked = things.map((thing) => ({ thing, rank: asked ? rank(thing.does, asked) : 1 })).filter((one) => one.rank > 0);
    return ranked.sort((a, b) => b.rank - a.rank).map((one) => one.thing).slice(0, 50);
  }, [wanted]);
  useEffect(() => list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" }), [at]);
  const run = (thing) => {
    close();
    if (thing) setTimeout(() => (doable().find((one) => one.does === thing.does) ?? thing).run()); // as the page is then
  };
  const press = (e) => {
    if (e.key === "ArrowDown") setAt(Math.min(found.length - 1, at + 1));
    else if (e.key === "ArrowUp") setAt(Math.max(0, at - 1));
    else if (e.key === "Enter") run(found[at]);
    else return;
    e.preventDefault();
  };
  return html`
    <${Dialog} label="Commands" onClose=${close}>
      <div class="palette">
        <div class="palette-input"><${Icon} name="search" />
          <input type="text" role="combobox" aria-expanded="true" aria-controls="palette-list" aria-label="What to do" aria-activedescendant=${found[at] ? `palette-${at}` : undefined}
            placeholder="What would you like to do?" value=${wanted} onInput=${(e) => (setWanted(e.target.value), setAt(0))} onKeyDown=${press} autofocus />
        </div>
        <ul id="palette-list" role="listbox" aria-label="Commands" ref=${list}>
          ${found.map((thing, i) => html`
            <li key=${thing.does} id=${`palette-${i}`} role="option" aria-selected=${i === at ? "true" : "false"} onClick=${() => run(thing)} onPointerMove=${() => setAt(i)}>
              <span>${thing.does}</span>${thing.keys?.[0] && html`<span>${written(thing.keys[0]).map((k) => html`<${Key}>${k}<//>`)}</span>`}
            </li>`)}
        </ul>
        ${found.length === 0 && html`<p class="palette-none">Nothing is called so.</p>`}
      </div>
    <//>`;
}
