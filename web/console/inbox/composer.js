// Where an answer is written. A note is another thing than a reply from end to end: another form, another colour, another route.
// What is written is kept as a draft on the server, for this person and this conversation alone.
import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { get, post, put, remove, seg } from "../lib/api.js";
import { useKeys } from "../lib/keys.js";
import { timeOf } from "../lib/words.js";
import { complain, say } from "../parts/toast.js";
import { Button, Key } from "../parts/ui.js";
import { Icon } from "../parts/icon.js";
import { Assist } from "./assist.js";
import { know } from "./state.js";
import { nameOf } from "./row.js";
import { SavedReplies } from "./saved_replies.js";
import { isMine, tell } from "./tools.js";

const draft_ms = 700;
const typing_every_ms = 8_000;

export function Composer({ conversation, change, reload }) {
  const [kind, setKind] = useState("reply");
  const [note, setNote] = useState("");
  const [refused, setRefused] = useState(null);
  const [busy, setBusy] = useState(false);
  const draft = useDraft(conversation);
  const box = useRef();
  const typed = useRef(0);
  const mine = isMine(conversation);
  const replying = kind === "reply";
  const text = replying ? draft.text : note;
  const write = (value) => {
    (replying ? draft.write : setNote)(value);
    if (Date.now() - typed.current < typing_every_ms) return;
    typed.current = Date.now();
    post(`/conversations/${seg(conversation.id)}/presence`, { looking: true, typing: true }).catch(() => {});
  };
  const begin = (which) => {
    setKind(which);
    box.current?.focus(); // at once: the next key is the text's
  };
  const insert = (more) => {
    const before = draft.now().trimEnd(); // not as of when it was asked for
    setKind("reply");
    draft.write(before ? `${before}\n\n${more}` : more);
    box.current?.focus();
  };
  const send = async () => {
    const said = text.trim();
    if (!said || busy) return;
    setBusy(true);
    try {
      if (replying) {
        const last = conversation.messages?.filter((message) => message.kind !== "note").at(-1)?.id ?? null;
        await post(`/conversations/${seg(conversation.id)}/replies`, { text: said, epoch: conversation.epoch, last_seen: last, subject: conversation.subject });
        draft.sent(text);
        setRefused(null);
      } else {
        await post(`/conversations/${seg(conversation.id)}/notes`, { text: said, subject: conversation.subject });
        setNote((now) => behind(now, text));
        setKind("reply");
      }
      await reload();
      box.current?.focus();
    } catch (problem) {
      if (problem.status === 409) await meanwhile(problem);
      else complain(problem);
    }
    setBusy(false);
  };
  const meanwhile = async (problem) => {
    setRefused(problem.body.messages ?? []);
    if (problem.body.conversation) {
      change({ ...conversation, ...problem.body.conversation });
      know(problem.body.conversation);
    }
    await reload();
  };
  useKeys([
    { keys: ["r"], does: "Write a reply", run: () => begin("reply") },
    { keys: ["n"], does: "Write a note for the team", run: () => begin("note") },
    { keys: ["mod+enter"], does: "Send", run: send, always: true },
    { keys: ["escape"], does: "Leave the text", run: () => document.activeElement?.blur(), always: true, hidden: true },
    ...(conversation.suggested ?? []).slice(0, 3).map((one, i) => ({ keys: [String(i + 1)], does: `Use suggestion ${i + 1}`, run: () => insert(one.text ?? one) })),
  ]);
  return html`
    <div class=${`composer ${kind}`}>
      ${refused && html`<${Refused} messages=${refused} close=${() => setRefused(null)} />`}
      ${replying && !draft.text && html`<${Suggested} suggestions=${conversation.suggested} insert=${insert} />`}
      <div class="composer-box">
        <div class="composer-head">
          <div class="segmented" role="radiogroup" aria-label="What to write">
            <label><input type="radio" name="kind" checked=${replying} onChange=${() => begin("reply")} /><span>Reply</span></label>
            <label><input type="radio" name="kind" checked=${!replying} onChange=${() => begin("note")} /><span>Note</span></label>
          </div>
          <span class="composer-to">${replying ? html`to ${nameOf(conversation)}` : html`<${Icon} name="eye" size=${14} /> only the team sees it`}</span>
          <${Assist} conversation=${conversation} insert=${insert} />
          <${SavedReplies} conversation=${conversation} text=${draft.text} insert=${insert} />
        </div>
        <textarea ref=${box} rows="3" value=${text} dir="auto" aria-label=${replying ? `Reply to ${nameOf(conversation)}` : "Note for the team"}
          placeholder=${replying ? "Write a reply…" : "Write a note for the team…"} onInput=${(e) => write(e.target.value)}></textarea>
        <div class="composer-end">
          <small role="status">${replying ? draft.said : ""}</small>
          ${replying && !mine
            ? html`<${Button} kind="primary" icon="hand" onClick=${() => tell(conversation, "takeover", {}, change).then((good) => good && say("It is yours"))}>Take over to reply<//>`
            : html`<${Button} kind="primary" icon=${replying ? "send" : "note"} busy=${busy} disabled=${!text.trim()} onClick=${send}>${replying ? "Send" : "Keep note"} <${Key}>Ctrl ⏎<//><//>`}
        </div>
      </div>
    </div>`;
}

const Refused = ({ messages, close }) => html`
  <div class="refused" role="alert">
    <${Icon} name="warn" />
    <div class="grow"><strong>Not sent: something was said meanwhile.</strong> Your text is still here.
      ${messages.map((message) => html`<blockquote key=${message.id}><small>${message.by?.name ?? (typeof message.by === "string" ? message.by : message.direction === "in" ? "The customer" : "Somebody")}, ${timeOf(message.at)}</small><br />${message.text}</blockquote>`)}
    </div>
    <${Button} kind="ghost small" icon="close" aria-label="Close" onClick=${close} />
  </div>`;

const Suggested = ({ suggestions, insert }) =>
  suggestions?.length > 0 && html`
    <div class="suggested" role="group" aria-label="Suggested replies">
      ${suggestions.slice(0, 3).map((one, i) => html`<button type="button" key=${i} class="suggestion" onClick=${() => insert(one.text ?? one)} title="Put it into the reply, to be changed"><kbd>${i + 1}</kbd><span>${one.text ?? one}</span></button>`)}
    </div>`;

const behind = (now, sent) => (now.startsWith(sent) ? now.slice(sent.length).trimStart() : now);

function useDraft({ id, subject }) {
  const [text, setText] = useState("");
  const [said, setSaid] = useState("");
  const waiting = useRef(null), timer = useRef(0), touched = useRef(false), now = useRef("");
  now.current = touched.current ? now.current : text;
  const address = `/conversations/${seg(id)}/draft${subject ? `?subject=${seg(subject)}` : ""}`;
  const flush = () => {
    clearTimeout(timer.current);
    if (waiting.current === null) return Promise.resolve();
    const value = waiting.current;
    waiting.current = null;
    return (value.trim() ? put(address, { text: value }) : remove(address)).then(
      () => setSaid(value.trim() ? "Draft kept" : ""),
      () => setSaid("The draft could not be kept"),
    );
  };
  useEffect(() => {
    get(address).then((draft) => !touched.current && draft?.text && (setText(draft.text), setSaid("Draft"))).catch(() => {});
    const leave = () => flush();
    addEventListener("pagehide", leave);
    return () => (removeEventListener("pagehide", leave), flush());
  }, [id]);
  return {
    text, said,
    now: () => now.current,
    write: (value) => {
      touched.current = true;
      now.current = value;
      setText(value);
      setSaid("");
      waiting.current = value;
      clearTimeout(timer.current);
      timer.current = setTimeout(flush, draft_ms);
    },
    /// What was typed while it was on its way stays.
    sent: (what) => {
      touched.current = true;
      now.current = behind(now.current, what);
      setText(now.current);
      setSaid("");
      waiting.current = now.current;
      flush();
    },
  };
}
