// The connection to the engine: said once, kept once, however often it breaks. Frames: engine/serve/chat_frames.h.

const first_pause_ms = 500, longest_pause_ms = 30_000, patience_ms = 10_000, typing_every_ms = 4_000, typing_over_ms = 5_000;

/// Full jitter: anything up to the bound, so that those who were cut off together do not come back together.
export const pauseBefore = (attempt, random = Math.random) => random() * Math.min(longest_pause_ms, first_pause_ms * 2 ** attempt);

export const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

/// `store`: {get(name), set(name, value)}. `on`: {state(text), welcome(frame), message(frame), kept(id), refused(id, code), owner(frame),
/// typing(frame), caughtUp()}. `Socket`: WebSocket, or a test's.
export function openLink({ url, store, on, Socket = WebSocket, random = Math.random }) {
  let socket, attempt = 0, timer, watch, seq = 0, seated = false, ended = false, identity = "";
  const pending = new Map(store.get("pending") ?? []);  // id -> text: said and not known to be kept
  const keys = new Set();
  const typed = { at: 0, over: undefined };

  const keep = () => store.set("pending", [...pending]);
  const send = (frame) => socket?.readyState === 1 && socket.send(JSON.stringify(frame));
  const sayAgain = () => pending.forEach((text, id) => send({ type: "message", id, text }));

  // What is not answered in time is asked over a new connection.
  function expect() {
    clearTimeout(watch);
    watch = setTimeout(() => (!seated || pending.size) && drop(), patience_ms);
  }

  function drop() {
    const old = socket;
    socket = undefined;
    seated = false;
    clearTimeout(watch);
    if (old) {
      old.onopen = old.onmessage = old.onclose = old.onerror = null;
      old.close();
    }
    if (ended) return;
    on.state(attempt === 0 ? "connecting" : "lost");
    clearTimeout(timer);
    timer = setTimeout(open, pauseBefore(attempt++, random));
  }

  function open() {
    clearTimeout(timer);
    if (socket || ended) return;
    try {
      socket = new Socket(url);
    } catch {
      return drop();
    }
    expect();
    socket.onopen = () => {
      const hello = { type: "hello", pending: [...pending.keys()] };
      if (store.get("visitor")) hello.visitor = store.get("visitor");
      if (identity) hello.identity = identity;
      if (seq > 0) hello.after = seq;
      send(hello);
    };
    socket.onmessage = ({ data }) => hear(JSON.parse(data));
    socket.onclose = socket.onerror = drop;
  }

  function settled(id) {
    if (!pending.delete(id)) return;
    keep();
    on.kept(id);
  }

  const hears = {
    welcome(frame) {
      if (frame.visitor) store.set("visitor", frame.visitor);
      store.set("named", frame.named || undefined);
      on.welcome(frame);
    },
    caught_up(frame) {
      seq = Math.max(seq, frame.seq);
      seated = true;
      attempt = 0;
      on.state("open");
      on.caughtUp();
      sayAgain();
      if (pending.size) expect();
    },
    message(frame) {
      seq = Math.max(seq, frame.seq);
      if (keys.has(frame.key)) return;
      keys.add(frame.key);
      on.message(frame);
      if (frame.id) settled(frame.id);
    },
    kept: (frame) => settled(frame.id),
    refused(frame) {
      if (frame.retry_ms) {
        on.state(frame.code);
        setTimeout(() => pending.has(frame.id) && send({ type: "message", id: frame.id, text: pending.get(frame.id) }), frame.retry_ms + random() * 500);
        return expect();
      }
      pending.delete(frame.id);
      keep();
      on.refused(frame.id, frame.code);
    },
    owner: (frame) => on.owner(frame),
    typing: (frame) => on.typing(frame),
    error(frame) {
      if (frame.code === "bad_identity" || frame.code === "identity_expired") identity = "";
      if (frame.code !== "too_many_windows") return;
      ended = true;
      on.state("windows");
    },
  };
  const hear = (frame) => hears[frame.type]?.(frame);

  return {
    /// Who the shop says it is; "" is nobody. After somebody has been named, nobody begins anew.
    identify(token) {
      if (!token && store.get("named")) {
        store.set("visitor", undefined);
        store.set("named", undefined);
        pending.clear();
        keep();
      }
      const changed = token !== identity;
      identity = token;
      return changed;
    },
    open,
    /// Now, not when the pause is over: somebody is looking, or there is a network again.
    hurry() {
      ended = false;
      if (!socket) open();
    },
    say(text, id = newId()) {
      clearTimeout(typed.over);
      typed.at = 0;  // what is said is typed no more
      pending.set(id, text);
      keep();
      if (seated) send({ type: "message", id, text });
      else this.hurry();
      expect();
      return id;
    },
    /// Whether the visitor writes; told when that changes, and now and then while it holds.
    types(now) {
      clearTimeout(typed.over);
      if (now) typed.over = setTimeout(() => this.types(false), typing_over_ms);
      const at = Date.now();
      if (!seated || (now ? at < typed.at + typing_every_ms : typed.at === 0)) return;
      typed.at = now ? at : 0;
      send(now ? { type: "typing" } : { type: "typing", typing: false });
    },
    pending: () => [...pending],
    forget() {
      seq = 0;
      keys.clear();
      drop();
    },
    close() {
      ended = true;
      drop();
    },
  };
}
