// What every page is made of.
import { html } from "htm/preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { full, short, since, title } from "../lib/words.js";
import { useKeys } from "../lib/keys.js";
import { Icon } from "./icon.js";

export const Button = ({ kind = "", icon, children, busy, hint, ...rest }) => html`
  <button type="button" class=${`button ${kind} ${children ? "" : "bare"}`} aria-busy=${busy ? "true" : undefined} disabled=${busy || rest.disabled} title=${hint} ...${rest}>
    ${icon && html`<${Icon} name=${icon} size=${16} />`}${children && html`<span>${children}</span>`}
  </button>`;

export const Key = ({ children }) => html`<kbd>${children}</kbd>`;

export const Badge = ({ tone = "", children, hint, icon }) => html`<span class=${`badge ${tone}`} title=${hint}>${icon && html`<${Icon} name=${icon} size=${12} />`}${children}</span>`;

const tones = {
  done: "good", ok: "good", sent: "good", delivered: "good", active: "good", enabled: "good", passed: "good", resolved: "quiet",
  running: "live", calling: "live", waiting: "live", open: "live", started: "live", pending: "live", held: "warn",
  failed: "bad", error: "bad", bounced: "bad", refused: "bad", attention: "bad", dead: "bad",
  unknown: "warn", cancelled: "quiet", canceled: "quiet", skipped: "quiet", stopped: "quiet", disabled: "quiet", snoozed: "warn",
};
export const Status = ({ of }) => html`<${Badge} tone=${tones[of] ?? "quiet"}><i class="dot" aria-hidden="true"></i>${title(String(of ?? "unknown").replaceAll("_", " "))}<//>`;

export const Time = ({ at, style = "short" }) => (at ? html`<time dateTime=${at} title=${full(at)}>${style === "since" ? since(at) : style === "full" ? full(at) : short(at)}</time>` : null);

export function initials(name) {
  const words = String(name ?? "").trim().split(/[\s._@-]+/u).filter(Boolean);
  return (words.length > 1 ? [...words[0]][0] + [...words[1]][0] : [...(words[0] ?? "?")][0]).toUpperCase();
}

// One of eight hues for a name: the same everywhere.
function hue(text) {
  let h = 0;
  for (const c of String(text ?? "")) h = (h * 31 + c.codePointAt(0)) % 8;
  return h;
}

export const Avatar = ({ name, size = "" }) => html`<span class=${`avatar hue-${hue(name)} ${size}`} aria-hidden="true">${initials(name)}</span>`;

export const Loading = ({ rows = 5 }) => html`
  <div class="loading" role="status" aria-label="Loading">
    ${Array.from({ length: rows }, (_, i) => html`<div class="bone" key=${i}></div>`)}
  </div>`;

export const Empty = ({ icon = "inbox", title: head, children, action }) => html`
  <div class="empty">
    <span class="empty-icon"><${Icon} name=${icon} size=${28} /></span>
    <h2>${head}</h2>
    ${children && html`<p>${children}</p>`}
    ${action}
  </div>`;

export const Failed = ({ problem, retry }) => html`
  <div class="failed-box" role="alert">
    <${Icon} name="warn" />
    <div>
      <strong>${problem.status === 403 ? "Not for your role" : problem.status === 404 ? "Not found" : "This did not load"}</strong>
      <p>${problem.message}</p>
    </div>
    ${retry && html`<${Button} icon="retry" onClick=${retry}>Try again<//>`}
  </div>`;

/// The three states of a resource, and what to show when it is there. `page`: it is a page of its own, of that name.
export function Shown({ of, rows, children, page }) {
  if (of.data !== undefined) return children(of.data);
  const state = of.problem ? html`<${Failed} problem=${of.problem} retry=${of.reload} />` : html`<${Loading} rows=${rows} />`;
  return page ? html`<div class="page"><h1 class="sr">${page}</h1>${state}</div>` : state;
}

export function Field({ label, hint, error, children, id }) {
  const problem = Array.isArray(error) ? error.join(" ") : error;
  return html`
    <div class=${`field ${problem ? "wrong" : ""}`}>
      <label for=${id}>${label}</label>
      ${children}
      ${problem ? html`<p class="field-error" id=${`${id}-error`} role="alert">${problem}</p>` : hint && html`<p class="field-hint">${hint}</p>`}
    </div>`;
}

/// A dialog over the page: the browser's own, so focus is kept within and given back. It is open when it is in the page: what is
/// typed right behind the key that opened it is the dialog's, and no key of the page below.
export function Dialog({ title: head, onClose, children, wide, label }) {
  const dialog = useRef();
  useLayoutEffect(() => {
    const opener = document.activeElement;
    dialog.current.showModal();
    return () => opener?.focus?.();
  }, []);
  useKeys([], { modal: true });
  return html`
    <dialog ref=${dialog} class=${wide ? "wide" : ""} aria-label=${label ?? head} onCancel=${(e) => (e.preventDefault(), onClose())} onClose=${onClose}
      onClick=${(e) => e.target === dialog.current && onClose()}>
      <div class="dialog-body">
        ${head && html`<header><h2>${head}</h2><${Button} icon="close" kind="ghost" aria-label="Close" onClick=${onClose} /></header>`}
        ${children}
      </div>
    </dialog>`;
}

/// A button that opens a small panel below it.
/// `face`: what is on the button instead of its label; it bears its own name.
export function Popover({ label, face, icon, kind = "", children, hint, end, open: asked, onOpen }) {
  const [own, setOwn] = useState(false);
  const open = asked ?? own;
  const setOpen = onOpen ?? setOwn;
  const box = useRef();
  const name = hint && label && !hint.includes(label) ? `${hint}: ${label}` : hint ?? label; // a name has what is read on the button in it
  useLayoutEffect(() => {
    if (!open) return;
    const away = (e) => box.current && !box.current.contains(e.target) && setOpen(false);
    const escape = (e) => {
      if (e.key !== "Escape") return;
      e.stopPropagation();
      setOpen(false);
      box.current?.querySelector("button")?.focus();
    };
    document.addEventListener("pointerdown", away);
    box.current.addEventListener("keydown", escape);
    box.current.querySelector(".popover input, .popover select, .popover button, .popover textarea")?.focus();
    const held = box.current;
    return () => {
      document.removeEventListener("pointerdown", away);
      held.removeEventListener("keydown", escape);
    };
  }, [open]);
  return html`
    <span class="popover-box" ref=${box}>
      <${Button} icon=${icon} kind=${kind} hint=${hint} aria-label=${face ? undefined : name} aria-expanded=${open ? "true" : "false"} onClick=${() => setOpen(!open)}>${face ?? label}<//>
      ${open && html`<div class=${`popover ${end ? "end" : ""}`} role="group" aria-label=${name}>${typeof children === "function" ? children(() => setOpen(false)) : children}</div>`}
    </span>`;
}

export const Page = ({ title: head, tools, children, lead }) => html`
  <div class="page">
    <header class="page-head"><div><h1>${head}</h1>${lead && html`<p>${lead}</p>`}</div>${tools && html`<div class="tools">${tools}</div>`}</header>
    ${children}
  </div>`;

/// Links that look like tabs: [{name, href, count?, on}].
export const Tabs = ({ label, tabs }) => html`
  <nav class="tabs" aria-label=${label}>
    ${tabs.map((tab) => html`<a key=${tab.name} href=${tab.href} aria-current=${tab.on ? "page" : undefined}>${tab.name}${tab.count !== undefined && html` <span class="count">${tab.count}</span>`}</a>`)}
  </nav>`;
