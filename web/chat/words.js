// What the chat says of itself.
const words = {
  en: {
    label: "Your message", placeholder: "Write a message…", send: "Send", close: "Close the chat", log: "Conversation",
    connecting: "Connecting…", lost: "No connection. Trying again…", bot: "Our assistant answers at once", nobody: "Write to us",
    queue: "A person will answer here", agent: (name) => `${name} is here`, took: (name) => `${name} has joined the conversation`,
    waits: "A person will take over", back: "The assistant is back", typing: (name) => `${name} is writing…`, sending: "Sending…",
    failed: "Not sent. Try again", too_many: "One moment: you write faster than we read", too_long: "This message is too long", you: "You", assistant: "Assistant", windows: "The chat is open in another window",
    earlier: "Earlier",
  },
  es: {
    label: "Tu mensaje", placeholder: "Escribe un mensaje…", send: "Enviar", close: "Cerrar el chat", log: "Conversación",
    connecting: "Conectando…", lost: "Sin conexión. Reintentando…", bot: "Nuestro asistente responde al momento", nobody: "Escríbenos",
    queue: "Una persona te responderá aquí", agent: (name) => `${name} está aquí`, took: (name) => `${name} se ha unido a la conversación`,
    waits: "Una persona se hará cargo", back: "Ha vuelto el asistente", typing: (name) => `${name} está escribiendo…`, sending: "Enviando…",
    failed: "No enviado. Reintentar", too_many: "Un momento: escribes más rápido de lo que leemos", too_long: "Este mensaje es demasiado largo", you: "Tú", assistant: "Asistente", windows: "El chat está abierto en otra ventana",
    earlier: "Antes",
  },
};

export const wordsOf = (language) => words[language] ?? words.en;

/// A person's id is shown as a name: "ana" is Ana, an address its part before the @.
export function nameOf(id) {
  const name = String(id ?? "").split("@")[0].replace(/[._-]+/g, " ").trim();
  return name.replace(/(^|\s)\p{L}/gu, (letter) => letter.toUpperCase()) || "…";
}
