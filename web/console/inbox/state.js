// The list of conversations of the view that is open, and what came after it was loaded.
import { signal } from "@preact/signals";
import { get } from "../lib/api.js";

const page_size = 200;

export const list = signal({ of: "", items: [], next: null, loading: true, problem: null });

const address = (view, q) => JSON.stringify([view, q]);
const query = (view, q, after) => ({ view, q, limit: page_size, after });

export async function open(view, q) {
  const of = address(view, q);
  if (list.value.of !== of) list.value = { of, items: [], next: null, loading: true, problem: null };
  try {
    const page = await get("/conversations", query(view, q));
    if (list.value.of === of) list.value = { of, items: page.items, next: page.next, loading: false, problem: null };
  } catch (problem) {
    if (list.value.of === of) list.value = { ...list.value, loading: false, problem };
  }
}

let fetching = false;

export async function more(view, q) {
  const was = list.value;
  if (!was.next || fetching || was.of !== address(view, q)) return;
  fetching = true;
  try {
    const page = await get("/conversations", query(view, q, was.next));
    if (list.value.of === was.of) {
      const known = new Set(list.value.items.map((item) => item.id + item.subject));
      list.value = { ...list.value, items: [...list.value.items, ...page.items.filter((item) => !known.has(item.id + item.subject))], next: page.next };
    }
  } catch {
    // scrolled to again, it is asked again
  } finally {
    fetching = false;
  }
}

/// The first page as it is now, before what was loaded beyond it. The list goes by last_at, newest first.
export async function refresh(view, q) {
  const of = address(view, q);
  if (list.value.of !== of || list.value.loading) return open(view, q);
  try {
    const page = await get("/conversations", query(view, q));
    const was = list.value;
    if (was.of !== of) return;
    const fresh = new Set(page.items.map((item) => item.id + item.subject));
    const edge = page.items.at(-1)?.last_at; // what is older stands behind it; what is newer, and not on it, has left the view
    const known = new Map(was.items.map((item) => [item.id + item.subject, item.last_at]));
    const joins = page.items.some((item) => known.get(item.id + item.subject) === item.last_at); // else more came than a page has
    const beyond = page.next === null || !joins ? [] : was.items.filter((item) => item.last_at <= edge && !fresh.has(item.id + item.subject));
    list.value = { ...was, items: [...page.items, ...beyond], next: beyond.length ? was.next : page.next, problem: null };
  } catch {
    // it stays as it was; the frame says when there is no connection
  }
}

/// What an answer said about one conversation.
export function know(conversation) {
  const at = list.value.items.findIndex((item) => item.id === conversation.id && item.subject === conversation.subject);
  if (at < 0) return;
  const items = [...list.value.items];
  const { messages, ticket, suggested, ...row } = conversation;
  items[at] = { ...items[at], ...row };
  list.value = { ...list.value, items };
}
