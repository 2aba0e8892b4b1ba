// Keys and what they do. Each part of a page adds a layer of its own while it is shown; the topmost layer is asked first.
import { useLayoutEffect, useRef } from "preact/hooks";
import { signal } from "@preact/signals";

const layers = [];
export const shown = signal(null); // "help" or "palette"

const writing = (target) => target.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true], .editor");

export function nameOf(event) {
  const mod = event.ctrlKey || event.metaKey ? "mod+" : "";
  const key = event.key === " " ? "space" : event.key.length === 1 ? event.key : event.key.toLowerCase();
  return mod + (event.shiftKey && event.key.length > 1 ? "shift+" : "") + (mod ? key.toLowerCase() : key);
}

let pending = "", pendingTimer = 0;

export function press(event) {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  const name = nameOf(event);
  const typing = writing(event.target);
  if (typing && !name.startsWith("mod+") && name !== "escape") return;
  const chord = pending ? `${pending} ${name}` : name;
  pending = "";
  clearTimeout(pendingTimer);
  for (const layer of [...layers].reverse()) {
    const found = layer.current.find((key) => key.keys.includes(chord) && (!typing || key.always)) ?? null;
    if (found) {
      event.preventDefault();
      found.run(event);
      return;
    }
    if (layer.current.modal) return;
  }
  if (!typing && layers.some((layer) => layer.current.some((key) => key.keys.some((k) => k.startsWith(name + " "))))) {
    pending = name;
    pendingTimer = setTimeout(() => (pending = ""), 1200);
  }
}

/// keys: [{keys: ["j", "arrowdown"], does: "Next conversation", run, always?, hidden?}]; `always`: also while somebody types.
export function useKeys(keys, { modal = false } = {}) {
  const layer = useRef(keys);
  layer.current = keys;
  layer.current.modal = modal;
  useLayoutEffect(() => { // with what is shown: a key that is pressed at once is not lost
    layers.push(layer);
    return () => void layers.splice(layers.indexOf(layer), 1);
  }, []);
}

/// What can be done now, for help and palette.
export const doable = () => layers.flatMap((layer) => layer.current.filter((key) => key.does && !key.hidden));
