// What is seen: texts are set as texts, never as markup.
import { nameOf } from "./words.js";

const quiet_ms = 10 * 60_000;
const element = (tag, set = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), set);
  made.append(...children);
  return made;
};

/// Links in a text: only http and https, and what an address ends with is no part of it.
export function* linked(text) {
  let at = 0;
  for (const { 0: found, index } of text.matchAll(/https?:\/\/[^\s<>"'`]+/gi)) {
    let address = found.replace(/[.,;:!?…]+$/, "");
    if (address.endsWith(")") && !address.includes("(")) address = address.slice(0, -1);
    let url;
    try {
      url = new URL(address);
    } catch {
      continue;
    }
    if (url.protocol !== "https:" && url.protocol !== "http:") continue;
    if (url.username || url.password) continue;  // https://bank.example@elsewhere.example
    if (index > at) yield text.slice(at, index);
    yield { text: address, href: url.href };
    at = index + address.length;
  }
  if (at < text.length) yield text.slice(at);
}

export function textOf(text) {
  return [...linked(text)].map((part) =>
    typeof part === "string" ? part : element("a", { href: part.href, textContent: part.text, target: "_blank", rel: "noopener noreferrer nofollow ugc" }));
}

export function openView({ list, log, typing, words, say }) {
  const own = new Map();  // by the browser's id
  let last = 0, typingTimer;

  const isNearEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 120;
  function toEnd(always) {
    if (always || isNearEnd()) requestAnimationFrame(() => (log.scrollTop = log.scrollHeight));
  }

  function separate(at) {
    if (at - last > quiet_ms) {
      const when = new Date(at), today = new Date().toDateString() === when.toDateString();
      const text = when.toLocaleString(words.language, today ? { hour: "2-digit", minute: "2-digit" } : { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
      list.append(element("li", { className: "when" }, element("time", { dateTime: when.toISOString(), textContent: text })));
    }
    last = at;
  }

  function dropButtons() {
    list.querySelectorAll(".choices").forEach((old) => old.remove());
  }

  function bubble(frame) {
    const who = frame.from === "customer" ? words.you : frame.from === "bot" ? words.assistant : nameOf(frame.name);
    const before = list.lastElementChild;
    const follows = before?.dataset.from === frame.from && before?.dataset.who === who;
    const item = element("li", { className: `${frame.from}${follows ? " follows" : ""}` });
    Object.assign(item.dataset, { from: frame.from, who });
    item.append(element("span", { className: frame.from === "agent" && !follows ? "who" : "unseen", textContent: `${who}${frame.from === "agent" && !follows ? "" : ": "}` }));
    item.append(element("p", {}, ...textOf(frame.text)));
    return item;
  }

  function choices(buttons) {
    const group = element("li", { className: "choices" });
    for (const label of buttons)
      group.append(element("button", { type: "button", textContent: label, onclick: () => say(label) }));
    return group;
  }

  return {
    /// Said here just now, not kept yet.
    sending(id, text) {
      dropButtons();
      separate(Date.now());
      const item = bubble({ from: "customer", text });
      item.classList.add("sending");
      item.append(element("small", { textContent: words.sending }));
      own.set(id, item);
      list.append(item);
      toEnd(true);
    },
    message(frame) {
      const mine = frame.id && own.get(frame.id);
      if (mine) return this.kept(frame.id);
      dropButtons();
      typing.textContent = "";
      const follow = isNearEnd();
      separate(Date.parse(frame.at));
      const item = bubble(frame);
      // What is still being sent stays last.
      const waiting = list.querySelector(".sending");
      waiting ? waiting.before(item) : list.append(item);
      if (frame.buttons?.length) list.append(choices(frame.buttons));
      toEnd(follow || frame.from === "customer");
    },
    kept(id) {
      const item = own.get(id);
      item?.classList.remove("sending", "failed");
      item?.querySelector("small")?.remove();
    },
    refused(id, why, again) {
      const item = own.get(id);
      if (!item) return;
      item.classList.replace("sending", "failed");
      item.querySelector("small")?.replaceWith(element("small", {}, again ? element("button", { type: "button", textContent: why, onclick: () => (item.remove(), again()) }) : why));
    },
    note(text) {
      const waiting = list.querySelector(".sending");
      const item = element("li", { className: "note", textContent: text });
      waiting ? waiting.before(item) : list.append(item);
      toEnd();
    },
    typing(text) {
      clearTimeout(typingTimer);
      typing.textContent = text;
      typingTimer = setTimeout(() => (typing.textContent = ""), 10_000);  // who types is told of every eight seconds
    },
    clear() {
      list.replaceChildren();
      own.clear();
      last = 0;
    },
    toEnd,
  };
}
