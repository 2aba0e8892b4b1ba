// A list that is read page by page: what was read, whether there is more, and the way to read on.
import { useEffect, useRef, useState } from "preact/hooks";
import { get, written } from "./api.js";
import { listen } from "./live.js";

const refresh_ms = 500, page_max = 200;

/// `fill`: a page may be empty and not the last, as of a search that looks through so many rows a page: it goes on by itself until
/// there is as much as a page has.
export function usePaged(path, query = {}, { kinds = [], limit = 50, fill = false } = {}) {
  const of = path + written(query);
  const [state, setState] = useState({ of, items: [], next: null, loading: true, problem: null });
  const current = useRef(of), shown = useRef(0);
  current.current = of;
  shown.current = state.of === of ? state.items.length : 0;
  const load = async (after, before, many = limit, wanted = before.length + limit) => {
    try {
      const page = await get(path, { ...query, limit: many, after });
      if (current.current !== of) return;
      const known = new Set(before.map((item) => item.id)), fresh = fill ? page.items.filter((item) => !known.has(item.id)) : page.items;
      const items = [...before, ...fresh], goes_on = fill && page.next !== null && items.length < wanted;
      setState({ of, items, next: page.next, loading: goes_on && items.length === 0, looking: goes_on, problem: null });
      if (goes_on) await load(page.next, items, many, wanted);
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
  return { ...mine, reload: () => load(undefined, []), more: mine.next && !mine.looking ? () => load(mine.next, mine.items) : null };
}
