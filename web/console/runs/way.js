// Which nodes of its workflow's graph a run went through. The trace tells of steps; what was decided between two of them, the
// conditions and branches on the way, is found on the graph.

function between(edges, from, to, may) {
  const before = new Map([[from, null]]);
  const queue = [from];
  while (queue.length > 0) {
    const at = queue.shift();
    for (const edge of edges) {
      if (edge.from !== at || before.has(edge.to)) continue;
      before.set(edge.to, at);
      if (edge.to === to) {
        const way = [];
        for (let node = at; node !== from && node !== null; node = before.get(node)) way.push(node);
        return way;
      }
      if (may(edge.to)) queue.push(edge.to);
    }
  }
  return [];
}

/// `marks`: node id → "done", "failed", "running", "waiting" or "skipped"; `along`: the edges, as "from to".
export function wayOf(run, trace) {
  const marks = {};
  const { nodes = [], edges = [] } = run.graph ?? {};
  const decides = new Set(nodes.filter((node) => node.kind === "condition" || node.kind === "branch").map((node) => node.id));
  const steps = trace.filter((step) => step.node).map((step) => step.node);
  if (run.status === "done") steps.push(...nodes.filter((node) => node.kind === "end" && node.id === "end").map((node) => node.id));
  const along = new Set();
  for (let i = 1; i < steps.length; ++i) {
    const way = [steps[i], ...between(edges, steps[i - 1], steps[i], (id) => decides.has(id)), steps[i - 1]].reverse();
    for (let n = 1; n < way.length; ++n) along.add(`${way[n - 1]} ${way[n]}`);
    for (const node of way) marks[node] = "done";
  }
  for (const node of steps) marks[node] = "done";
  for (const step of trace) if (step.node) marks[step.node] = step.status ?? "done";
  return { marks, along };
}
