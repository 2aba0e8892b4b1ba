// The API as the console speaks it: JSON there and back, problems (RFC 9457) as errors, the session's token on each write.
import { signal } from "@preact/signals";

export const session = signal(undefined); // undefined: not asked yet; null: nobody is signed in

export class Problem extends Error {
  constructor(status, body) {
    super(sentence(body?.detail || body?.title || body?.error?.message || said(status)));
    this.status = status;
    this.body = body ?? {};
    this.fields = Object.fromEntries((body?.errors ?? []).map(({ pointer, detail }) => [String(pointer).replace(/^#\//, ""), detail]));
  }
}

const sentence = (text) => text[0].toUpperCase() + text.slice(1);

function said(status) {
  if (status === 0) return "The server cannot be reached.";
  if (status === 403) return "Your role does not allow this.";
  if (status === 404) return "There is no such thing.";
  if (status === 503) return "The server is busy. Try again.";
  return `The server answered ${status}.`;
}

export const get = (path, query) => ask("GET", path + written(query));
export const post = (path, body = {}) => ask("POST", path, body);
export const put = (path, body = {}) => ask("PUT", path, body);
export const patch = (path, body = {}) => ask("PATCH", path, body);
export const remove = (path) => ask("DELETE", path);

// randomUUID() is there for pages by HTTPS and of this machine alone; a shop's own network has others.
const fresh = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/// The same key for the same wish, however often it is sent: pass the key to try again.
async function ask(method, path, body) {
  const headers = { Accept: "application/json" };
  if (method !== "GET") {
    headers["Idempotency-Key"] = fresh();
    if (session.value?.csrf) headers["X-CSRF-Token"] = session.value.csrf;
  }
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(`/api/v1${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), credentials: "same-origin" });
  } catch {
    throw new Problem(0);
  }
  const text = await answer.text();
  let read = null;
  try {
    read = text ? JSON.parse(text) : null;
  } catch {
    if (answer.ok) throw new Problem(answer.status, { title: "The server's answer cannot be read." });
  }
  if (answer.ok) return read;
  if (answer.status === 401 && !path.startsWith("/session") && !path.startsWith("/setup")) session.value = null;
  throw new Problem(answer.status, read);
}

export function written(query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return given.length === 0 ? "" : "?" + new URLSearchParams(given);
}

export const seg = encodeURIComponent;
