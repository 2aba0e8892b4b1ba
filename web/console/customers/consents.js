// What a customer agrees to, by channel and purpose, since when, and from where that is known. A person may write down what was said.
import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { post, seg } from "../lib/api.js";
import { may } from "../lib/session.js";
import { plain, title } from "../lib/words.js";
import { complain, say } from "../parts/toast.js";
import { Badge, Button, Time } from "../parts/ui.js";

const offered = ["email", "sms", "whatsapp"], names = { sms: "SMS", whatsapp: "WhatsApp" };

/// [{channel, purpose, given, at, source}], of what is known, and then of channels that nothing is known of.
function rows(profile) {
  const known = (profile.consents ?? []).map((one) => ({ ...one, known: true }));
  return [...known, ...offered.filter((channel) => !known.some((one) => one.channel === channel && one.purpose === "marketing")).map((channel) => ({ channel, purpose: "marketing", known: false }))];
}

export function Consents({ customer, reload }) {
  const [busy, setBusy] = useState(null);
  const writes = may("inbox.write");
  const change = async (one, given) => {
    setBusy(one.channel + one.purpose);
    try {
      await post(`/customers/${seg(customer.id)}/consent`, { channel: one.channel, purpose: one.purpose, given });
      say(`${title(plain(one.purpose))} by ${one.channel}: ${given ? "agreed to" : "no more"}`);
      await reload();
    } catch (problem) {
      complain(problem);
    }
    setBusy(null);
  };
  return html`
    <ul class="consents">${rows(customer.profile ?? {}).map((one) => {
      const name = `${names[one.channel] ?? title(one.channel)}${one.purpose === "marketing" ? "" : ` (${plain(one.purpose)})`}`;
      return html`<li key=${one.channel + one.purpose}>
        <span class="grow"><strong>${name}</strong>${one.known && html`<br /><small><${Time} at=${one.at} style="full" />${one.source && ` · ${one.source}`}</small>`}</span>
        ${one.known ? html`<${Badge} tone=${one.given ? "good" : "bad"}>${one.given ? "agreed" : "no"}<//>` : html`<${Badge}>not known<//>`}
        ${writes && html`<${Button} kind="small" busy=${busy === one.channel + one.purpose} aria-label=${one.given ? `${name}: withdraw` : `${name}: agrees`} onClick=${() => change(one, !one.given)}>${one.given ? "Withdraw" : "Agrees"}<//>
          ${!one.known && html`<${Button} kind="small" busy=${busy === one.channel + one.purpose} aria-label=${`${name}: no`} onClick=${() => change(one, false)}>No<//>`}`}
      </li>`;
    })}</ul>`;
}
