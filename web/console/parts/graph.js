// A workflow as a picture: laid out by dagre, drawn here. Nodes that a run went through are marked.
import { html } from "htm/preact";
import { useEffect, useState } from "preact/hooks";
import { Loading } from "./ui.js";

const height = 40, char_px = 7.4, wide_max = 230, wide_min = 92;
const cut = (text, n) => ([...text].length > n ? [...text].slice(0, n - 1).join("") + "…" : text);

function laidOut(dagre, { nodes, edges }) {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: 28, ranksep: 38, marginx: 12, marginy: 12 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of nodes) {
    const text = cut(String(node.label ?? node.id), 28);
    graph.setNode(node.id, { node, text, width: Math.min(wide_max, Math.max(wide_min, [...text].length * char_px + 30)), height });
  }
  edges.forEach((edge, i) => {
    if (!graph.hasNode(edge.from) || !graph.hasNode(edge.to)) return;
    const label = edge.label ? cut(String(edge.label), 26) : "";
    graph.setEdge(edge.from, edge.to, { label, width: label ? [...label].length * 6.4 + 10 : 0, height: label ? 16 : 0, labelpos: "c" }, String(i));
  });
  dagre.layout(graph);
  return graph;
}

// Straight pieces with rounded corners.
function path(points) {
  let d = `M${points[0].x},${points[0].y}`;
  for (let i = 1; i < points.length - 1; ++i) {
    const middle = { x: (points[i].x + points[i + 1].x) / 2, y: (points[i].y + points[i + 1].y) / 2 };
    d += ` Q${points[i].x},${points[i].y} ${middle.x},${middle.y}`;
  }
  return `${d} L${points.at(-1).x},${points.at(-1).y}`;
}

/// `marks`: node id → "done", "failed", "running", "waiting"; `along`: the edges between them, as "from to". `onNode`: makes nodes buttons.
export function Graph({ graph, marks = {}, along, label, onNode, chosen }) {
  const [dagre, setDagre] = useState(null);
  useEffect(() => void import("@dagrejs/dagre").then((module) => setDagre(() => module.default ?? module)), []);
  if (!dagre) return html`<${Loading} rows=${3} />`;
  const laid = laidOut(dagre, graph);
  const { width = 100, height: tall = 100 } = laid.graph();
  const marked = Object.keys(marks).length > 0;
  const on = (edge) => along?.has(`${edge.v} ${edge.w}`);
  return html`
    <div class="graph" tabIndex="0" role="group" aria-label=${label}>
      <svg width=${width} height=${tall} viewBox=${`0 0 ${width} ${tall}`} role="presentation">
        <defs>${["", "-on"].map((which) => html`<marker key=${which} id=${`arrow${which}`} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class=${`arrow${which}`} d="M0,0 L8,4 L0,8 z" /></marker>`)}</defs>
        ${laid.edges().map((e) => {
          const edge = laid.edge(e);
          return html`<g key=${`${e.v} ${e.w} ${e.name}`} class=${`edge ${marked ? (on(e) ? "on" : "off") : ""}`}>
            <path d=${path(edge.points)} marker-end=${`url(#arrow${marked && on(e) ? "-on" : ""})`} />
            ${edge.label && html`<rect x=${edge.x - edge.width / 2} y=${edge.y - 9} width=${edge.width} height="18" rx="4" /><text x=${edge.x} y=${edge.y + 4}>${edge.label}</text>`}
          </g>`;
        })}
        ${laid.nodes().map((id) => {
          const { node, text, x, y, width: wide } = laid.node(id);
          const mark = marks[id];
          return html`<g key=${id} class=${`node ${node.kind ?? "step"} ${marked ? mark ?? "off" : ""} ${chosen === id ? "chosen" : ""}`} transform=${`translate(${x},${y})`}
            ...${onNode ? { role: "button", tabIndex: 0, "aria-label": `${node.label}${mark ? `, ${mark}` : ""}`, onClick: () => onNode(id), onKeyDown: (e) => (e.key === "Enter" || e.key === " ") && (e.preventDefault(), onNode(id)) } : {}}>
            <title>${node.label}</title>
            <rect x=${-wide / 2} y=${-height / 2} width=${wide} height=${height} rx=${node.kind === "end" || node.kind === "trigger" ? height / 2 : node.kind === "condition" || node.kind === "branch" ? 4 : 9} />
            <text y="4.5">${text}</text>
          </g>`;
        })}
      </svg>
    </div>`;
}
