import { html } from "htm/preact";
import { memo } from "preact/compat";
import { Avatar, Badge, Time } from "../parts/ui.js";
import { Icon } from "../parts/icon.js";
import { plain } from "../lib/words.js";
import { href } from "../lib/route.js";
import { Clock } from "./sla.js";

export const row_height = 88;

export const channels = { email: "mail", chat: "chat", webchat: "chat", whatsapp: "chat", messenger: "chat", instagram: "chat", telegram: "chat", sms: "chat" };

export const nameOf = (conversation) => conversation.customer?.name || conversation.customer?.email || plainId(conversation.subject);
const plainId = (subject) => String(subject ?? "Somebody").replace(/^customer:/, "");

export const moodTone = { angry: "bad", threat: "bad", danger: "bad", fraud: "bad", upset: "warn", unhappy: "warn", happy: "good" };

export function Owner({ owner }) {
  if (!owner || owner.kind === "nobody") return null;
  const icon = { bot: "bot", agent: "user", queue: "inbox" }[owner.kind] ?? "user";
  const name = owner.kind === "bot" ? "Bot" : owner.name;
  return html`<${Badge} icon=${icon} hint=${owner.kind === "bot" ? "The bot answers" : owner.kind === "queue" ? `Waits in ${owner.name}` : `${owner.name} has it`}>${name}<//>`;
}

export const Row = memo(function Row({ item, view, q, chosen }) {
  const who = nameOf(item);
  return html`
    <a class=${`conversation-row ${chosen ? "chosen" : ""} ${item.unread ? "unread" : ""}`} href=${href(["inbox", view, item.id], { q, of: item.subject })} aria-current=${chosen ? "true" : undefined} tabIndex="-1">
      <${Avatar} name=${who} />
      <div class="row-main">
        <div class="row-top"><span class="row-who">${who}</span><${Time} at=${item.last?.at ?? item.waiting_since} /></div>
        <div class="row-text">${item.last?.direction === "out" && html`<${Icon} name="reply" size=${13} label="Answered:" /> `}${item.last?.text || "No message yet"}</div>
        <div class="row-tags">
          <${Icon} name=${channels[item.channel] ?? "chat"} size=${13} label=${item.channel} />
          <${Clock} sla=${item.sla} />
          ${item.priority && item.priority !== "normal" && html`<${Badge} tone=${item.priority === "low" ? "" : item.priority === "urgent" ? "bad" : "warn"}>${item.priority}<//>`}
          ${item.mood && moodTone[item.mood] && html`<${Badge} tone=${moodTone[item.mood]}>${plain(item.mood)}<//>`}
          <${Owner} owner=${item.owner} />
          ${item.intent && html`<span class="row-intent">${plain(item.intent)}</span>`}
        </div>
      </div>
    </a>`;
});
