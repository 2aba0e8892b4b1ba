// One conversation: who it is with, what was said, what can be done, and where the answer is written.
import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { post, seg } from "../lib/api.js";
import { useResource } from "../lib/resource.js";
import { listen } from "../lib/live.js";
import { me } from "../lib/session.js";
import { dayOf, full, plain, timeOf } from "../lib/words.js";
import { Avatar, Badge, Button, Empty, Failed, Loading } from "../parts/ui.js";
import { Icon } from "../parts/icon.js";
import { Attachments } from "./attachments.js";
import { Composer } from "./composer.js";
import { CustomerPane } from "./customer.js";
import { Heard } from "./heard.js";
import { know } from "./state.js";
import { nameOf, Owner } from "./row.js";
import { Clock } from "./sla.js";
import { Tools } from "./tools.js";

const wait_ms = 90; // before a conversation is asked for: who walks down the list with a key held does not ask for each

export function Conversation({ id, subject, after, back, view }) {
  const [asked, setAsked] = useState(false);
  const [customer, showCustomer] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(true), wait_ms);
    return () => clearTimeout(timer);
  }, []);
  const one = useResource(asked ? `/conversations/${seg(id)}` : null, { subject }, { kinds: ["conversation", "message"], when: (happening) => about(happening, id, subject) });
  const change = (conversation) => {
    one.set(conversation);
    know(conversation);
  };
  useEffect(() => {
    if (one.data) know(one.data);
  }, [one.data]);
  if (one.problem && !one.data) {
    return html`<section class="conversation none" aria-label="Conversation">${one.problem.status === 404
      ? html`<${Empty} icon="search" title="There is no such conversation" action=${html`<a class="button" href=${back}>Back to the list</a>`} />`
      : html`<${Failed} problem=${one.problem} retry=${one.reload} />`}</section>`;
  }
  if (!one.data) return html`<section class="conversation" aria-label="Conversation"><${Loading} rows=${6} /></section>`;
  const conversation = one.data;
  return html`
    <section class=${`conversation ${customer ? "with-customer" : ""}`} aria-label="Conversation">
      <header class="conversation-head">
        <a class="button ghost bare to-list" href=${back} aria-label="Back to the list"><${Icon} name="back" /></a>
        <${Avatar} name=${nameOf(conversation)} />
        <div class="grow">
          <h1>${nameOf(conversation)}</h1>
          <div class="conversation-about"><span>${conversation.channel}</span><${Owner} owner=${conversation.owner} />${conversation.state !== "open" && html`<${Badge} tone="warn">${plain(conversation.state)}<//>`}<${Clock} sla=${conversation.sla} long /></div>
        </div>
        <${Others} id=${id} first=${conversation.others} />
        <${Button} kind="ghost to-customer" icon="people" aria-label="The customer" aria-pressed=${customer ? "true" : "false"} onClick=${() => showCustomer(!customer)} />
      </header>
      <${Tools} conversation=${conversation} change=${change} after=${after} reload=${one.reload} view=${view} />
      <${Heard} conversation=${conversation} change=${change} />
      <${Messages} conversation=${conversation} />
      <${Composer} key=${id} conversation=${conversation} change=${change} reload=${one.reload} />
    </section>
    <aside class=${`customer-pane ${customer ? "shown" : ""}`} aria-label="Customer">
      <${Button} kind="ghost customer-close" icon="close" aria-label="Close the customer" onClick=${() => showCustomer(false)} />
      <${CustomerPane} conversation=${conversation} />
    </aside>`;
}

// A message's happening names its customer, a conversation's the conversation, too.
const about = (happening, id, subject) => (happening.conversation ?? happening.id) === id || (!!subject && happening.subject === subject);

const presence_every_ms = 25_000, presence_kept_ms = 40_000;

// Who else looks or types. What is told here is told again while it holds, and forgotten when it is not.
function Others({ id, first = [] }) {
  const [others, setOthers] = useState([]);
  useEffect(() => {
    const seen = new Map(first.map((one) => [one.id, { ...one, at: Date.now() }]));
    const show = () => {
      for (const [who, one] of seen) if (Date.now() - one.at > presence_kept_ms) seen.delete(who);
      setOthers([...seen.values()]);
    };
    const stop = listen(["presence"], ({ conversation, person, looking, typing }) => {
      if (conversation !== id || person.id === me().id) return;
      if (looking) seen.set(person.id, { ...person, typing, at: Date.now() });
      else seen.delete(person.id);
      show();
    });
    const tell = (looking) => post(`/conversations/${seg(id)}/presence`, { looking, typing: false }).catch(() => {});
    show();
    tell(true);
    const timer = setInterval(() => (tell(true), show()), presence_every_ms);
    return () => {
      stop();
      clearInterval(timer);
      tell(false);
    };
  }, [id]);
  return html`<div class="others" role="status">${others.map((one) => html`
    <span key=${one.id} title=${one.typing ? `${one.name} is typing` : `${one.name} is looking, too`}><${Avatar} name=${one.name} size="small" />${one.typing ? html`<em>${one.name} is typing…</em>` : html`<span class="sr">${one.name} is looking, too</span>`}</span>`)}</div>`;
}

function Messages({ conversation }) {
  const end = useRef();
  const { messages = [] } = conversation;
  const newest = messages.at(-1)?.id;
  useEffect(() => {
    end.current?.scrollTo(0, end.current.scrollHeight);
  }, [newest]);
  let day = "";
  return html`
    <div class="messages" ref=${end} tabIndex="0" role="log" aria-label="Messages">
      ${messages.length === 0 && html`<${Empty} icon="chat" title="Nothing was said yet" />`}
      ${messages.map((message) => {
        const on = dayOf(message.at);
        const begins = on !== day;
        day = on;
        return html`${begins && html`<div class="day" key=${`day ${on}`}><span>${on}</span></div>`}<${Message} key=${message.id} message=${message} who=${nameOf(conversation)} />`;
      })}
    </div>`;
}

const stand = { queued: "on its way", open: "on its way", pending: "on its way", sending: "on its way", failed: "not sent", unknown: "perhaps not sent", dead: "not sent" };

function Message({ message, who }) {
  const note = message.kind === "note";
  const out = !note && message.direction !== "in";
  const by = out || note ? nameOfWriter(message) : who;
  const bot = out && (message.by?.kind === "bot" || message.by === "bot");
  return html`
    <article class=${`message ${note ? "note" : out ? "out" : "in"} ${bot ? "bot" : ""}`} aria-label=${`${note ? "Note by " : ""}${by}, ${full(message.at)}`}>
      <div class="message-by">${note ? html`<${Icon} name="note" size=${13} /> Note · ${by}` : html`${bot && html`<${Icon} name="bot" size=${13} />`}${by}`}
        <time dateTime=${message.at} title=${full(message.at)}>${timeOf(message.at)}</time>
        ${stand[message.status] && html`<${Badge} tone=${message.status === "failed" || message.status === "dead" ? "bad" : ""}>${stand[message.status]}<//>`}
      </div>
      ${(message.text || !message.attachments?.length) && html`<div class="message-text" dir="auto">${message.text}</div>`}
      <${Attachments} of=${message.attachments} />
    </article>`;
}

function nameOfWriter(message) {
  const by = message.by;
  if (!by || by === "bot" || by.kind === "bot") return by?.name && by.name !== "bot" ? `Bot (${by.name})` : "Bot";
  return typeof by === "string" ? by : by.name ?? "Somebody";
}
