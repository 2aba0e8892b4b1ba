// What can be done with a conversation, each by a button and a key. Everything says which epoch it was decided on: when somebody
// changed the conversation meanwhile it is refused, and the conversation is shown as it is now.
import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { post, seg } from "../lib/api.js";
import { me } from "../lib/session.js";
import { useKeys } from "../lib/keys.js";
import { useResource } from "../lib/resource.js";
import { complain, say } from "../parts/toast.js";
import { Button, Field, Popover } from "../parts/ui.js";
import { full } from "../lib/words.js";
import { Macros } from "./macros.js";
import { Merge, Split } from "./moves.js";

export const isMine = (conversation) => conversation.owner?.kind === "agent" && conversation.owner.name === me()?.agent;

export async function tell(conversation, verb, asked, change) {
  try {
    const now = await post(`/conversations/${seg(conversation.id)}/${verb}`, { epoch: conversation.epoch, subject: conversation.subject, ...asked });
    change({ ...conversation, ...now });
    return true;
  } catch (problem) {
    if (problem.status === 409 && problem.body.conversation) {
      change({ ...conversation, ...problem.body.conversation });
      say("Somebody changed this conversation meanwhile. This is how it is now.", { tone: "bad" });
    } else complain(problem);
    return false;
  }
}

const hours = (n) => new Date(Date.now() + n * 3_600_000);
function tomorrow(days) {
  const at = new Date(Date.now() + days * 86_400_000);
  at.setHours(9, 0, 0, 0);
  return at;
}
const snoozes = () => [["In an hour", hours(1)], ["In four hours", hours(4)], ["Tomorrow morning", tomorrow(1)], ["In three days", tomorrow(3)], ["In a week", tomorrow(7)]];

export function Tools({ conversation, change, after, reload, view }) {
  const [open, setOpen] = useState(null);
  const toggle = (name) => (is) => setOpen(is ? name : null);
  const mine = isMine(conversation), resolved = conversation.state === "resolved";
  const act = (verb, asked, done, leaves) => async () => {
    setOpen(null);
    if (!(await tell(conversation, verb, asked, change))) return;
    say(done);
    if (leaves) after();
  };
  const takeOver = act("takeover", {}, "It is yours");
  const resolve = resolved ? act("reopen", {}, "Open again") : act("resolve", {}, "Resolved", true);
  const handBack = act("hand-back", {}, "The bot has it again");
  useKeys([
    ...(mine || resolved ? [] : [{ keys: ["t"], does: "Take the conversation over", run: takeOver }]),
    { keys: ["e"], does: resolved ? "Open it again" : "Resolve the conversation", run: resolve },
    { keys: ["s", "z"], does: "Snooze the conversation", run: () => setOpen("snooze") },
    { keys: ["a"], does: "Assign the conversation", run: () => setOpen("assign") },
    { keys: ["h"], does: "Hand it over to a queue", run: () => setOpen("queue") },
    ...(conversation.owner?.kind !== "bot" && !resolved ? [{ keys: ["b"], does: "Hand it back to the bot", run: handBack }] : []),
    { keys: ["l"], does: "Tags and priority", run: () => setOpen("tags") },
    { keys: ["o"], does: "Take another conversation into this one", run: () => setOpen("merge") },
    { keys: ["x"], does: "Split the conversation", run: () => setOpen("split") },
  ]);
  return html`
    <div class="conversation-tools" role="toolbar" aria-label="What to do">
      ${!mine && !resolved && html`<${Button} kind="primary small" icon="hand" hint="Take it over (t)" onClick=${takeOver}>Take over<//>`}
      <${Button} kind="small" icon=${resolved ? "retry" : "check"} hint=${`${resolved ? "Open it again" : "Resolve"} (e)`} onClick=${resolve}>${resolved ? "Reopen" : "Resolve"}<//>
      <${Popover} kind="small" icon="snooze" label="Snooze" hint="Snooze (s)" open=${open === "snooze"} onOpen=${toggle("snooze")}>
        <div class="menu">${snoozes().map(([name, at]) => html`<${Button} key=${name} kind="ghost row" hint=${full(at)} onClick=${act("snooze", { until: at.toISOString() }, `Snoozed until ${full(at)}`, true)}>${name}<//>`)}</div>
      <//>
      <${Popover} kind="small" icon="user" label="Assign" hint="Assign (a)" open=${open === "assign" || open === "queue"} onOpen=${toggle("assign")}>
        <${Desk} queue=${open === "queue"} act=${act} />
      <//>
      <${Popover} kind="small" icon="tag" label=${conversation.tags?.length ? conversation.tags.join(", ") : "Tags"} hint="Tags and priority (l)" open=${open === "tags"} onOpen=${toggle("tags")}>
        <${Labels} conversation=${conversation} act=${act} />
      <//>
      ${conversation.owner?.kind !== "bot" && !resolved && html`<${Button} kind="small" icon="bot" hint="Hand it back to the bot (b)" onClick=${handBack}>To the bot<//>`}
      <${Macros} conversation=${conversation} change=${change} after=${after} reload=${reload} open=${open === "macros"} onOpen=${toggle("macros")} />
      <${Button} kind="ghost small" icon="merge" hint="Take another conversation into this one (o)" aria-label="Take another conversation into this one" onClick=${() => setOpen("merge")} />
      <${Button} kind="ghost small" icon="split" hint="Split it (x)" aria-label="Split the conversation" onClick=${() => setOpen("split")} />
      ${open === "merge" && html`<${Merge} conversation=${conversation} change=${change} close=${() => setOpen(null)} />`}
      ${open === "split" && html`<${Split} conversation=${conversation} change=${change} view=${view} close=${() => setOpen(null)} />`}
    </div>`;
}

function Desk({ queue, act }) {
  const desk = useResource("/queues");
  const agents = desk.data?.agents ?? [], queues = desk.data?.queues ?? desk.data?.items ?? [];
  return html`
    <div class="menu">
      ${!queue && agents.length > 0 && html`<h3>People</h3>`}
      ${!queue && agents.map((agent) => html`<${Button} key=${agent.name} kind="ghost row" onClick=${act("assign", { agent: agent.name }, `${agent.title || agent.name} has it`, true)}>
        <i class=${`presence ${agent.status}`} title=${agent.status}></i> ${agent.title || agent.name} <small>${agent.tickets}/${agent.capacity}</small><//>`)}
      <h3>Queues</h3>
      ${queues.map((one) => html`<${Button} key=${one.name} kind="ghost row" icon="inbox" onClick=${act("hand-over", { queue: one.name }, `It waits in ${one.title || one.name}`, true)}>${one.title || one.name} <small>${one.waiting}</small><//>`)}
      ${desk.data && queues.length === 0 && agents.length === 0 && html`<p class="muted">No queue is configured.</p>`}
    </div>`;
}

function Labels({ conversation, act }) {
  const [tags, setTags] = useState((conversation.tags ?? []).join(", "));
  const [priority, setPriority] = useState(conversation.priority ?? "normal");
  const list = tags.split(",").map((tag) => tag.trim()).filter(Boolean);
  return html`
    <form onSubmit=${(e) => (e.preventDefault(), act("tags", { tags: list, priority }, "Kept")())}>
      <${Field} label="Tags" id="tags" hint="with commas between them"><input id="tags" value=${tags} onInput=${(e) => setTags(e.target.value)} /><//>
      <${Field} label="Priority" id="priority"><select id="priority" value=${priority} onChange=${(e) => setPriority(e.target.value)}>
        ${["low", "normal", "high", "urgent"].map((name) => html`<option key=${name} value=${name}>${name}</option>`)}</select><//>
      <${Button} kind="primary block" type="submit">Keep<//>
    </form>`;
}
