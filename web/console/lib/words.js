// Times, sums and counts as people read them.
const language = navigator.languages?.[0] ?? "en";
const safe = (make) => {
  try {
    return make(language);
  } catch {
    return make("en");
  }
};
const clock = safe((l) => new Intl.DateTimeFormat(l, { hour: "2-digit", minute: "2-digit" }));
const day = safe((l) => new Intl.DateTimeFormat(l, { day: "numeric", month: "short" }));
const dayAndYear = safe((l) => new Intl.DateTimeFormat(l, { day: "numeric", month: "short", year: "numeric" }));
const whole = safe((l) => new Intl.DateTimeFormat(l, { dateStyle: "medium", timeStyle: "medium" }));
const number = safe((l) => new Intl.NumberFormat(l, { maximumFractionDigits: 2 }));

const read = (at) => (at instanceof Date ? at : new Date(at));
const bad = (at) => !at || Number.isNaN(read(at).getTime());

export const full = (at) => (bad(at) ? "" : whole.format(read(at)));
export const timeOf = (at) => (bad(at) ? "" : clock.format(read(at)));

export function short(at, now = Date.now()) {
  if (bad(at)) return "";
  const then = read(at);
  if (then.toDateString() === new Date(now).toDateString()) return clock.format(then);
  return then.getFullYear() === new Date(now).getFullYear() ? day.format(then) : dayAndYear.format(then);
}

export function dayOf(at, now = Date.now()) {
  if (bad(at)) return "";
  const then = read(at).toDateString();
  if (then === new Date(now).toDateString()) return "Today";
  if (then === new Date(now - 86_400_000).toDateString()) return "Yesterday";
  return dayAndYear.format(read(at));
}

/// "4 min", "3 h", "2 d": how long, without saying whether it was or will be.
export function span(ms) {
  const s = Math.abs(ms) / 1000;
  if (s < 1) return `${Math.round(Math.abs(ms))} ms`;
  if (s < 60) return `${s < 10 ? Number(s.toFixed(1)) : Math.round(s)} s`;
  if (s < 3600) return `${Math.round(s / 60)} min`;
  if (s < 86_400) {
    const h = Math.floor(s / 3600), m = Math.round((s % 3600) / 60);
    return m > 0 && h < 10 && m < 60 ? `${h} h ${m} min` : `${Math.round(s / 3600)} h`;
  }
  return `${Math.round(s / 86_400)} d`;
}

export const since = (at, now = Date.now()) => (bad(at) ? "" : span(now - read(at).getTime()));
export const count = (n) => (n === undefined || n === null ? "–" : number.format(n));
export const many = (n, one, more = one + "s") => `${number.format(n)} ${n === 1 ? one : more}`;
export const percent = (share) => (share === undefined || share === null ? "–" : `${number.format(Math.round(share * 1000) / 10)} %`);

export function money(amount, currency) {
  if (typeof amount !== "number") return "–";
  if (currency) {
    try {
      return new Intl.NumberFormat(language, { style: "currency", currency }).format(amount);
    } catch {}
  }
  return `${number.format(amount)}${currency ? ` ${currency}` : ""}`;
}

/// Of sums in minor units by currency: {EUR: 24000}.
export const sums = (minor) => Object.entries(minor).map(([currency, amount]) => money(amount / 10 ** minorDigits(currency), currency)).join(", ");

function minorDigits(currency) {
  try {
    return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits;
  } catch {
    return 2;
  }
}

/// "order.placed" stays; "delivery_question" reads "delivery question".
export const plain = (name) => String(name ?? "").replaceAll("_", " ");
export const title = (text) => (text ? text[0].toUpperCase() + text.slice(1) : "");
