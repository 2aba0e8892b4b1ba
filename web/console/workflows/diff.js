import { html } from "htm/preact";

const lines_max = 3000;

// The longest common part of two lists of lines (Hunt and McIlroy's problem, by dynamic programming: workflows are short).
export function diff(before, after) {
  const a = before.split("\n").slice(0, lines_max), b = after.split("\n").slice(0, lines_max);
  const common = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; --i) for (let j = b.length - 1; j >= 0; --j) common[i][j] = a[i] === b[j] ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
  const made = [];
  let i = 0, j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) made.push({ is: " ", text: a[i++], j: j++ });
    else if (j >= b.length || (i < a.length && common[i + 1][j] >= common[i][j + 1])) made.push({ is: "-", text: a[i++] });
    else made.push({ is: "+", text: b[j++] });
  }
  return made;
}

const around = 3;

/// What changed, with a few lines around it.
export function Diff({ before, after }) {
  const all = diff(before, after);
  const near = all.map((_, i) => all.slice(Math.max(0, i - around), i + around + 1).some((line) => line.is !== " "));
  if (!near.includes(true)) return html`<p class="card-body muted">They are the same.</p>`;
  return html`<pre class="diff" tabIndex="0" role="region" aria-label="Differences">${all.map((line, i) => near[i] && html`<span key=${i} class=${line.is === "+" ? "added" : line.is === "-" ? "removed" : ""}>${`${line.is} ${line.text}\n`}</span>`)}</pre>`;
}
