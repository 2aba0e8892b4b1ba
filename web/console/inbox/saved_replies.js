// Texts that are used again: found by a few letters, with {{customer.name}} and the like filled in.
import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { post, remove, seg } from "../lib/api.js";
import { me } from "../lib/session.js";
import { useKeys } from "../lib/keys.js";
import { useResource } from "../lib/resource.js";
import { complain, say } from "../parts/toast.js";
import { Button, Popover } from "../parts/ui.js";
import { Icon } from "../parts/icon.js";
import { nameOf } from "./row.js";

/// What is not known stays as it is written, so that it is seen.
export function filled(text, conversation, person) {
  const name = nameOf(conversation);
  const known = { "customer.name": name, "customer.first_name": name.split(" ")[0], "customer.email": conversation.customer?.email, "agent.name": person?.name, "agent.first_name": person?.name?.split(" ")[0] };
  return text.replace(/\{\{\s*([\w.]+)\s*\}\}/g, (whole, key) => known[key] || whole);
}

export function SavedReplies({ conversation, text, insert }) {
  const [open, setOpen] = useState(false);
  useKeys([{ keys: [";"], does: "Insert a saved reply", run: () => setOpen(true) }]);
  return html`
    <${Popover} kind="ghost small" icon="copy" label="Saved" hint="Saved replies (;)" end open=${open} onOpen=${setOpen}>
      <${Choice} use=${(reply) => (setOpen(false), insert(filled(reply.text, conversation, me())))} text=${text} />
    <//>`;
}

function Choice({ use, text }) {
  const replies = useResource("/saved-replies");
  const [q, setQ] = useState("");
  const wanted = q.trim().toLowerCase();
  const found = (replies.data?.items ?? []).filter((reply) => `${reply.name ?? reply.title} ${reply.text}`.toLowerCase().includes(wanted));
  const keep = async (event) => {
    event.preventDefault();
    const name = new FormData(event.target).get("name").trim();
    try {
      await post("/saved-replies", { name, text });
      say(`Kept as “${name}”`);
      replies.reload();
      event.target.reset();
    } catch (problem) {
      complain(problem);
    }
  };
  const drop = async (reply) => {
    await remove(`/saved-replies/${seg(reply.id)}`).catch(complain);
    replies.reload();
  };
  return html`
    <div class="saved">
      <div class="searchbox"><${Icon} name="search" size=${16} /><input type="search" aria-label="Search saved replies" placeholder="Search" value=${q} onInput=${(e) => setQ(e.target.value)}
        onKeyDown=${(e) => e.key === "Enter" && found[0] && (e.preventDefault(), use(found[0]))} /></div>
      <ul class="menu">
        ${found.map((reply) => html`
          <li key=${reply.id} class="saved-reply"><button type="button" onClick=${() => use(reply)}><strong>${reply.name ?? reply.title}</strong><span>${reply.text}</span></button>
            <${Button} kind="ghost small" icon="close" aria-label=${`Delete ${reply.name ?? reply.title}`} onClick=${() => drop(reply)} /></li>`)}
      </ul>
      ${replies.data && found.length === 0 && html`<p class="muted saved-none">${wanted ? "Nothing found." : "Nothing kept yet."}</p>`}
      ${text.trim() && html`<form class="saved-new" onSubmit=${keep}><input name="name" required aria-label="Name of the new saved reply" placeholder="Keep what is written as…" /><${Button} type="submit">Keep<//></form>`}
    </div>`;
}
