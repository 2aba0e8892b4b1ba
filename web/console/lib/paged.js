// A list that is read page by page: what was read, whether there is more, and the way to read on.
import { useEffect, useRef, useState } from "preact/hooks";
import { get, written } from "./api.js";
import { listen } from "./live.js";

const refresh_ms = 500, page_max = 200;

export function usePaged(path, query = {}, { kinds = [], limit = 50 } = {}) {
  const of = path + written(query);
  const [state, setState] = useState({ of, items: [], next: null, loading: true, problem: null });
  const current = useRef(of), shown = useRef(0);
  current.current = of;
  shown.current = state.of === of ? state.items.length : 0;
  const load = async (after, before, many = limit) => {
    try {
      const page = await get(path, { ...query, limit: many, after });
      if (current.current === of) setState({ of, items: [...before, ...page.items], next: page.next, loading: false, problem: null });
    } catch (problem) {
      if (current.current === of) setState((was) => ({ ...was, of, loading: false, problem }));
    }
  };
  useEffect(() => {
    setState((was) => (was.of === of ? was : { of, items: [], next: null, loading: true, problem: null }));
    load(undefined, []);
    if (kinds.length === 0) return;
    let timer = 0;
    const stop = listen([...kinds, "reset"], () => {
      timer ||= setTimeout(() => {
        timer = 0;
        if (shown.current <= page_max) load(undefined, [], Math.max(limit, shown.current)); // what is shown is not taken away
      }, refresh_ms);
    });
    return () => (clearTimeout(timer), stop());
  }, [of]);
  const mine = state.of === of ? state : { of, items: [], next: null, loading: true, problem: null };
  return { ...mine, reload: () => load(undefined, []), more: mine.next ? () => load(mine.next, mine.items) : null };
}
