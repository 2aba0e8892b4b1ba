// Lines over days, by uPlot, which is only fetched here. Its colours are the page's.
import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";
import { count } from "../lib/words.js";
import { theme } from "../lib/theme.js";

const height = 240;
const colours = ["--accent", "--good", "--warn"];

export function Chart({ title, lines, series, written = count }) {
  const place = useRef();
  useEffect(() => {
    let plot = null, gone = false;
    const watch = new ResizeObserver(() => place.current && plot?.setSize({ width: place.current.clientWidth, height }));
    import("uplot").then(({ default: UPlot }) => {
      if (gone || !place.current) return;  // the page was left meanwhile
      const style = getComputedStyle(place.current);
      // A probe gives the colour that a variable has in the theme of now.
      const probe = place.current.appendChild(document.createElement("span"));
      const colour = (name) => ((probe.style.color = `var(${name})`), getComputedStyle(probe).color);
      const axis = { stroke: colour("--muted"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, font: `12px ${style.fontFamily}` };
      const options = {
        width: place.current.clientWidth, height, cursor: { y: false }, legend: { live: true },
        scales: { x: { time: true }, y: { range: (_, low, high) => [0, Math.max(1, high * 1.08)] } },
        axes: [{ ...axis, grid: { show: false } }, { ...axis, size: 56, values: (_, values) => values.map((value) => written(value)) }],
        series: [{ label: "Day", value: (_, at) => (at ? new Date(at * 1000).toLocaleDateString() : "–") }, ...lines.map(([, label], i) => ({ label, value: (_, value) => (value === null ? "–" : written(value)), stroke: colour(colours[i]), width: 2, fill: i === 0 ? `color-mix(in srgb, ${colour(colours[0])}, transparent 90%)` : undefined, points: { show: series.length < 2 } }))],
      };
      probe.remove();
      const days = series.map((one) => new Date(`${one.day.slice(0, 10)}T00:00:00`).getTime() / 1000);
      plot = new UPlot(options, [days, ...lines.map(([field]) => series.map((one) => one[field] ?? null))], place.current);
      watch.observe(place.current);
    });
    return () => {
      gone = true;
      watch.disconnect();
      plot?.destroy();
    };
  }, [series, theme.value]);
  return html`<div class="chart" ref=${place} role="img" aria-label=${`${title}: ${lines.map(([, name]) => name).join(", ")}. The numbers stand in the table.`}></div>`;
}
