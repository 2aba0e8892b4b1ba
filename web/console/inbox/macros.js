// Macros: several commands by one name. What one does is shown before it is done; each is in the palette by its name.
import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { post, seg } from "../lib/api.js";
import { useKeys } from "../lib/keys.js";
import { useResource } from "../lib/resource.js";
import { href } from "../lib/route.js";
import { me } from "../lib/session.js";
import { complain, say } from "../parts/toast.js";
import { Badge, Popover } from "../parts/ui.js";
import { Icon } from "../parts/icon.js";
import { know } from "./state.js";
import { filled } from "./saved_replies.js";

/// What it does besides answering, in a few words each.
export const doings = (macro) => [
  ...(macro.tags ?? []).map((tag) => ({ icon: "tag", text: tag })),
  ...(macro.priority ? [{ icon: "bolt", text: macro.priority }] : []),
  ...(macro.agent ? [{ icon: "user", text: macro.agent === "me" ? "to me" : `to ${macro.agent}` }] : []),
  ...(macro.queue ? [{ icon: "inbox", text: `to ${macro.queue}` }] : []),
  ...(macro.then === "resolve" ? [{ icon: "check", text: "resolve" }] : macro.then === "snooze" ? [{ icon: "snooze", text: `snooze ${macro.snooze_hours} h` }] : []),
];

export const Doings = ({ macro }) => html`<span class="chips">${doings(macro).map((one) => html`<${Badge} key=${one.icon + one.text} icon=${one.icon}>${one.text}<//>`)}</span>`;

export function Macros({ conversation, change, after, reload, open, onOpen }) {
  const macros = useResource("/macros");
  const use = async (macro) => {
    onOpen(false);
    const last_seen = conversation.messages?.filter((message) => message.kind !== "note").at(-1)?.id;
    try {
      const now = await post(`/conversations/${seg(conversation.id)}/macro`, { macro: macro.id, epoch: conversation.epoch, last_seen, subject: conversation.subject });
      change({ ...conversation, ...now });
      say(`${macro.name}: done`);
      if (macro.then) after();
      else reload();
    } catch (problem) {
      if (problem.status !== 409 || !problem.body.conversation) return complain(problem);
      change({ ...conversation, ...problem.body.conversation });
      know(problem.body.conversation);
      say("Not done: something was said or changed meanwhile. This is how it is now.", { tone: "bad" });
    }
  };
  const all = macros.data?.items ?? [];
  useKeys([
    { keys: ["."], does: "Use a macro", run: () => onOpen(true) },
    ...all.map((macro) => ({ keys: [], does: `Macro: ${macro.name}`, run: () => use(macro) })),
  ]);
  return html`
    <${Popover} kind="small" icon="bolt" label="Macros" hint="Macros (.)" open=${open} onOpen=${onOpen}>
      <${Choice} all=${all} loaded=${!!macros.data} use=${use} conversation=${conversation} /><//>`;
}

function Choice({ all, loaded, use, conversation }) {
  const [q, setQ] = useState("");
  const found = all.filter((macro) => `${macro.name} ${macro.text ?? ""}`.toLowerCase().includes(q.trim().toLowerCase()));
  return html`
    <div class="saved">
      <div class="searchbox"><${Icon} name="search" size=${16} /><input type="search" aria-label="Search macros" placeholder="Search" value=${q} onInput=${(e) => setQ(e.target.value)}
        onKeyDown=${(e) => e.key === "Enter" && found[0] && (e.preventDefault(), use(found[0]))} /></div>
      <ul class="menu">
        ${found.map((macro) => html`
          <li key=${macro.id} class="saved-reply"><button type="button" onClick=${() => use(macro)}><strong>${macro.name}</strong>${macro.text && html`<span>${filled(macro.text, conversation, me())}</span>`}<${Doings} macro=${macro} /></button></li>`)}
      </ul>
      ${loaded && found.length === 0 && html`<p class="muted saved-none">${q ? "Nothing found." : "None is kept yet."}</p>`}
      <a class="button ghost small" href=${href(["settings", "macros"])}><${Icon} name="cog" size=${16} /><span>Edit macros</span></a>
    </div>`;
}
