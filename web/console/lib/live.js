// What happens, as it happens: one WebSocket, which catches up by its sequence number after it was lost.
import { signal } from "@preact/signals";

export const connected = signal("off"); // "on", "off" or "again"

const pause_ms_max = 15_000;
const listeners = new Map();
let socket = null, last = null, tries = 0, timer = 0, lost = false;

/// `kinds`: "message", "conversation", "run", ... or "*". "reset" says that something may have been missed: load anew.
export function listen(kinds, hear) {
  for (const kind of kinds) listeners.set(kind, (listeners.get(kind) ?? new Set()).add(hear));
  return () => kinds.forEach((kind) => listeners.get(kind)?.delete(hear));
}

function tell(kind, happening) {
  for (const hear of [...(listeners.get(kind) ?? []), ...(listeners.get("*") ?? [])]) hear(happening);
}

export function start() {
  stop();
  open();
}

export function stop() {
  clearTimeout(timer);
  const was = socket;
  socket = null;
  was?.close();
  connected.value = "off";
  last = null;
  tries = 0;
}

function open() {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const mine = (socket = new WebSocket(`${scheme}//${location.host}/api/v1/live${last === null ? "" : `?after=${last}`}`));
  mine.onopen = () => {
    if (mine !== socket) return;
    if (lost && last === null) tell("reset", {});
    lost = false;
    connected.value = "on";
    tries = 0;
  };
  mine.onmessage = ({ data }) => {
    if (mine !== socket) return;
    let happening;
    try {
      happening = JSON.parse(data);
    } catch {
      return;
    }
    if (Number.isInteger(happening.seq)) last = happening.seq;
    if (happening.kind) tell(happening.kind, happening);
  };
  mine.onclose = () => {
    if (mine !== socket) return;
    if (tries >= 1) connected.value = "again"; // a short break is nobody's business
    lost = true;
    const pause = Math.min(pause_ms_max, 500 * 2 ** tries++) * (0.75 + Math.random() / 2);
    timer = setTimeout(open, pause);
  };
}
