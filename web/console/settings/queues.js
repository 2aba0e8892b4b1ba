import { html } from "htm/preact";
import { useResource } from "../lib/resource.js";
import { may } from "../lib/session.js";
import { count, plain, since, span } from "../lib/words.js";
import { Avatar, Badge, Empty, Shown } from "../parts/ui.js";
import { Config } from "./config.js";

const tones = { online: "good", away: "warn" };

export function Queues() {
  const desk = useResource("/queues", {}, { kinds: ["conversation"] });
  return html`
    <${Shown} of=${desk}>${(data) => {
      const queues = data.queues ?? data.items ?? [], agents = data.agents ?? [];
      if (queues.length === 0 && agents.length === 0) return html`<section class="card"><${Empty} icon="people" title="No queue is configured">Who answers, and when, is said below.<//></section>`;
      return html`
        <section class="card"><header><h2>Queues</h2></header><div class="table-box" tabIndex="0" role="region" aria-label="Queues"><table><thead><tr><th>Queue</th><th class="num">Waiting</th><th class="num">Assigned</th><th class="num">Late</th><th class="num">Longest wait</th><th class="num">First reply about</th></tr></thead><tbody>
          ${queues.map((queue) => html`<tr key=${queue.name}><th scope="row">${queue.title || queue.name}${queue.hours && html`<br /><small>${typeof queue.hours === "string" ? queue.hours : queue.hours.name}</small>`}</th><td class="num">${count(queue.waiting)}</td><td class="num">${count(queue.assigned)}</td>
            <td class="num">${queue.late > 0 ? html`<${Badge} tone="bad">${count(queue.late)}<//>` : count(queue.late)}</td><td class="num">${queue.oldest ? since(queue.oldest) : "–"}</td><td class="num">${queue.first_reply_ms ? span(queue.first_reply_ms) : "–"}</td></tr>`)}</tbody></table></div></section>
        ${agents.length > 0 && html`<section class="card report-group"><header><h2>Agents</h2></header><ul class="agents">${agents.map((agent) => html`
          <li key=${agent.name}><${Avatar} name=${agent.title || agent.name} /><div class="grow"><strong>${agent.title || agent.name}</strong><br /><small>${agent.name}</small></div><span class="muted">${agent.tickets} of ${agent.capacity}</span><${Badge} tone=${tones[agent.status]}>${plain(agent.status)}<//></li>`)}</ul></section>`}`;
    }}<//>
    ${may("workflows.write") && html`<${Config} />`}`;
}
