// The address behind #, as a list of names and a query: "#/inbox/mine/c-1?q=late" is ["inbox", "mine", "c-1"] and {q: "late"}.
import { signal } from "@preact/signals";

function read() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const parts = path.split("/").filter(Boolean).map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  });
  return { parts, query: Object.fromEntries(new URLSearchParams(query)) };
}

export const route = signal(read());
addEventListener("hashchange", () => (route.value = read()));

export function href(parts, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return "#/" + parts.map(encodeURIComponent).join("/") + (given.length ? "?" + new URLSearchParams(given) : "");
}

export function go(parts, query, { replace = false } = {}) {
  const to = href(parts, query);
  if (to === location.hash) return;
  if (replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  route.value = read();
}
