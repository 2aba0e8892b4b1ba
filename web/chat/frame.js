// The page in the frame: puts the link, the view and the shop's page (by messages) together.
import "./frame.css";
import { openLink } from "./link.js";
import { openView } from "./view.js";
import { nameOf, wordsOf } from "./words.js";

const [language = "en", colour = "1f5f4a"] = location.hash.slice(1).split(",");
const words = { ...wordsOf(language), language };
const [title, state, close, log, list, typing, form, label, text, send] = ["title", "state", "close", "log", "list", "typing", "form", "label", "text", "send"].map((id) => document.getElementById(id));

function dress() {
  document.documentElement.lang = language;
  label.textContent = words.label;
  text.placeholder = words.placeholder;
  send.ariaLabel = words.send;
  close.ariaLabel = words.close;
  log.ariaLabel = words.log;
  state.textContent = words.connecting;
  if (!/^[0-9a-f]{6}$/i.test(colour)) return;
  const [r, g, b] = [0, 2, 4].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  const light = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  document.documentElement.style.setProperty("--accent", `#${colour}`);
  document.documentElement.style.setProperty("--on-accent", light > 0.4 ? "#111" : "#fff");
}

// A browser may forbid a frame to keep anything: then it is kept as long as the page is.
function openStore() {
  const held = new Map();
  const key = (name) => `shopbell.${name}`;
  return {
    get(name) {
      try {
        return JSON.parse(localStorage.getItem(key(name))) ?? held.get(name);
      } catch {
        return held.get(name);
      }
    },
    set(name, value) {
      value === undefined ? held.delete(name) : held.set(name, value);
      try {
        value === undefined ? localStorage.removeItem(key(name)) : localStorage.setItem(key(name), JSON.stringify(value));
      } catch {}
    },
  };
}

dress();
const framed = window.parent !== window;
let open = !framed, unread = 0, owner = {}, live = false;

const tell = (what) => framed && window.parent.postMessage({ shopbell: 1, ...what }, "*");  // nothing of the conversation is in it
const view = openView({ list, log, typing, words, say });
const link = openLink({
  url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/chat/ws`,
  store: openStore(),
  on: {
    state(now) {
      document.body.dataset.link = now;
      if (now === "open") showOwner();
      else state.textContent = words[now] ?? words.lost;
    },
    welcome(frame) {
      title.textContent = document.title = frame.title;
      owner = frame;
    },
    caughtUp() {
      if (!live) view.toEnd(true);
      live = true;
      log.ariaLive = "polite";
    },
    message(frame) {
      view.message(frame);
      if (frame.from === "customer") tell({ spoke: 1 });
      else if (live && !(open && document.visibilityState === "visible")) tell({ unread: ++unread });
    },
    kept: (id) => view.kept(id),
    refused: (id, code) => view.refused(id, words[code] ?? words.failed),
    owner(frame) {
      const before = owner;
      owner = frame;
      if (document.body.dataset.link === "open") showOwner();
      if (before.owner === frame.owner && before.name === frame.name) return;
      if (frame.owner === "agent") view.note(words.took(nameOf(frame.name)));
      if (frame.owner === "queue") view.note(words.waits);
      if (frame.owner === "bot" && before.owner === "agent") view.note(words.back);
    },
    typing: (frame) => view.typing(words.typing(nameOf(frame.name))),
  },
});

function showOwner() {
  const said = { agent: () => words.agent(nameOf(owner.name)), queue: () => words.queue, bot: () => words.bot };
  state.textContent = (said[owner.owner] ?? (() => words.nobody))();
}

function say(what) {
  const said = what.trim();
  if (!said) return;
  view.sending(link.say(said), said);
  tell({ spoke: 1 });
}

function fit() {
  text.rows = 1;
  text.rows = Math.min(5, Math.max(1, Math.round((text.scrollHeight - 20) / 21)));
  send.disabled = !text.value.trim();
}

function submit() {
  say(text.value);
  text.value = "";
  fit();
  text.focus();
}

form.onsubmit = (event) => (event.preventDefault(), submit());
text.oninput = () => {
  fit();
  link.types(text.value.trim() !== "");
};
text.onkeydown = (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  submit();
};
close.hidden = !framed;
close.onclick = () => tell({ close: 1 });
addEventListener("keydown", ({ key }) => key === "Escape" && tell({ close: 1 }));
addEventListener("online", () => link.hurry());
document.onvisibilitychange = () => document.visibilityState === "visible" && link.hurry();

function begin() {
  link.pending().forEach(([id, said]) => view.sending(id, said));
  link.open();
}

// The shop's page says who is there, and when the chat is looked at.
let begun = false;
addEventListener("message", ({ source, data }) => {
  if (source !== window.parent || data?.shopbell !== 1) return;
  if (typeof data.identity === "string" && link.identify(data.identity) && begun) {
    view.clear();
    live = false;
    log.ariaLive = "off";
    link.forget();
  }
  if (!begun) {
    begun = true;
    begin();
  }
  if (typeof data.open !== "boolean" || data.open === open) return;
  open = data.open;
  if (!open) return;
  unread = 0;
  view.toEnd(true);
  link.hurry();
  text.focus();
});
log.ariaLive = "off";  // what was said before is not read out
fit();
framed ? tell({ ready: 1 }) : begin();
