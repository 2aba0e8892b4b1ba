// A list of any length of which only the rows in sight are in the page. All rows have one height.
import { html } from "htm/preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

const rows_beyond = 6;

/// `chosen`: the index that is kept in sight. `near`: called when the end comes near. `row(item, index)`: what stands in a row.
export function VirtualList({ items, height, row, chosen = -1, near, label, keyOf }) {
  const box = useRef();
  const [range, setRange] = useState({ from: 0, to: 40 });
  const look = () => {
    if (!box.current) return; // it has gone
    const top = box.current.scrollTop;
    const from = Math.max(0, Math.floor(top / height) - rows_beyond);
    const to = Math.ceil((top + box.current.clientHeight) / height) + rows_beyond;
    setRange((was) => (was.from === from && was.to === to ? was : { from, to }));
  };
  useEffect(() => {
    look();
    const watch = new ResizeObserver(look);
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  useLayoutEffect(() => {
    if (chosen < 0 || !box.current) return;
    const { scrollTop, clientHeight } = box.current;
    if (chosen * height < scrollTop) box.current.scrollTop = chosen * height;
    else if ((chosen + 1) * height > scrollTop + clientHeight) box.current.scrollTop = (chosen + 1) * height - clientHeight;
    look();
  }, [chosen, items.length]);
  useEffect(() => {
    if (near && range.to >= items.length - 20) near();
  }, [range.to, items.length]);
  const to = Math.min(items.length, range.to);
  return html`
    <div class="virtual" ref=${box} onScroll=${look} role="list" aria-label=${label} tabIndex="0">
      <div class="virtual-all" role="presentation" style=${{ height: `${items.length * height}px` }}>
        ${items.slice(range.from, to).map((item, i) => {
          const index = range.from + i;
          return html`<div key=${keyOf(item)} role="listitem" aria-setsize=${items.length} aria-posinset=${index + 1} class="virtual-row"
            style=${{ transform: `translateY(${index * height}px)`, height: `${height}px` }}>${row(item, index)}</div>`;
        })}
      </div>
    </div>`;
}
