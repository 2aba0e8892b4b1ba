// The one script of a shop's page: <script async src="https://bell.example/chat/widget.js" data-identity="JWT"></script>.
// It draws a button, and only when that is pressed (or somebody has chatted here before) a frame. Whatever goes wrong with the
// server, the page is none the worse: nothing waits, nothing throws.
const start = (script) => {
  if (!script || window.Shopbell || !("adoptedStyleSheets" in document)) return;
  const base = new URL(".", script.src), said = script.dataset;
  const spanish = (said.lang || document.documentElement.lang || navigator.language).toLowerCase().startsWith("es");
  const words = spanish
    ? { open: "Abrir el chat", close: "Cerrar el chat", title: "Chat con la tienda", none: "El chat no está disponible ahora." }
    : { open: "Open the chat", close: "Close the chat", title: "Chat with the shop", none: "The chat is not available just now." };
  const colour = /^#[0-9a-f]{6}$/i.test(said.color || "") ? said.color : "#1f5f4a";
  const patience = 12000;
  let identity = said.identity || "", frame, ready = false, open = false, late;

  const host = document.createElement("shopbell-chat");
  const root = host.attachShadow({ mode: "open" });
  // Neither a style element nor an attribute: a policy of the page's may forbid both.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`:host{all:initial;position:fixed;inset:auto 20px 20px auto;z-index:2147483000;font:15px/1.4 system-ui,sans-serif}
button{all:unset;box-sizing:border-box;float:right;width:56px;height:56px;border-radius:50%;background:${colour};color:#fff;cursor:pointer;display:grid;place-items:center;box-shadow:0 4px 14px #0004;position:relative;transition:transform .15s}
button:hover{transform:scale(1.05)}
button:focus-visible{outline:3px solid #fff;box-shadow:0 0 0 6px ${colour}}
svg{width:26px;height:26px;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
i{position:absolute;top:-2px;right:-2px;min-width:20px;height:20px;padding:0 5px;box-sizing:border-box;border-radius:10px;background:#c8281e;color:#fff;font:600 12px/20px system-ui,sans-serif;text-align:center}
iframe,p{position:absolute;right:0;bottom:72px;width:min(384px,calc(100vw - 40px));height:min(620px,calc(100dvh - 112px));border:0;border-radius:16px;box-shadow:0 12px 40px #0005;background:Canvas;color-scheme:light dark}
p{height:auto;margin:0;padding:16px;box-sizing:border-box;color:CanvasText}
[hidden]{display:none}
@media(max-width:480px){iframe{position:fixed;inset:0 0 auto;width:100vw;height:calc(100dvh - 92px);border-radius:0 0 16px 16px}}
@media(prefers-reduced-motion:reduce){button{transition:none}}`);
  root.adoptedStyleSheets = [sheet];
  root.innerHTML = `<p role="status" hidden></p><button type="button" aria-expanded="false"><svg viewBox="0 0 24 24" aria-hidden="true"><path/></svg><i hidden></i></button>`;
  const [button, note, badge, path] = ["button", "p", "i", "path"].map((name) => root.querySelector(name));

  const post = (what) => frame && frame.contentWindow && frame.contentWindow.postMessage({ shopbell: 1, ...what }, base.origin);
  const remembered = (set) => {
    try {
      return set ? localStorage.setItem("shopbell", "1") : localStorage.getItem("shopbell");
    } catch {}
  };
  const draw = () => {
    button.setAttribute("aria-label", open ? words.close : words.open + (badge.hidden ? "" : ` (${badge.textContent})`));
    button.setAttribute("aria-expanded", open);
    path.setAttribute("d", open ? "M6 6l12 12M18 6L6 18" : "M21 11.5a8.5 8.5 0 0 1-12.3 7.6L3 21l1.9-5.7A8.5 8.5 0 1 1 21 11.5z");
    if (frame) {
      frame.hidden = !open || !ready;
      if (open && ready && document.activeElement === host) frame.focus();
    }
    note.hidden = !open || !note.textContent;
  };
  const count = (unread) => {
    badge.textContent = unread > 9 ? "9+" : unread;
    badge.hidden = !unread || open;
    draw();
  };
  // A frame that does not say that it is there in time is taken away; the next press tries again.
  const load = () => {
    if (frame) return;
    note.textContent = "";
    frame = document.createElement("iframe");
    frame.title = words.title;
    frame.hidden = true;
    frame.src = new URL(`./#${spanish ? "es" : "en"},${colour.slice(1)}`, base);
    root.insertBefore(frame, button);
    late = setTimeout(() => {
      frame.remove();
      frame = undefined;
      note.textContent = words.none;
      draw();
    }, patience);
  };
  const show = (now) => {
    open = now;
    if (open) load();
    count(0);
    post({ open });
    if (!open) button.focus();
  };

  addEventListener("message", ({ source, origin, data }) => {
    if (!frame || source !== frame.contentWindow || origin !== base.origin || !data || data.shopbell !== 1) return;
    if (data.ready) {
      clearTimeout(late);
      ready = true;
      post({ identity, open });
      draw();
    }
    if (data.close) show(false);
    if (data.spoke) remembered(true);
    if (data.unread >= 0) count(data.unread);
  });
  button.onclick = () => show(!open);
  root.addEventListener("keydown", ({ key }) => key === "Escape" && open && show(false));

  window.Shopbell = {
    open: () => show(true),
    close: () => show(false),
    identify(token) {
      identity = token || "";
      post({ identity, open });
    },
  };
  const begin = () => {
    draw();
    document.body.append(host);
    if (remembered()) (window.requestIdleCallback || setTimeout)(load);
  };
  document.body ? begin() : addEventListener("DOMContentLoaded", begin);
};

try {
  start(document.currentScript);
} catch {}
