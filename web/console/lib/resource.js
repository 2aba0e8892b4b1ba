// Something of the API that a component shows: loading, there, or a problem; loaded anew by `reload` and by what is heard.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { get, written } from "./api.js";
import { listen } from "./live.js";

/// `path` null: nothing is asked. `kinds`: live happenings on which it is asked again, at most once in a while.
export function useResource(path, query, { kinds = [], when = () => true } = {}) {
  const address = path === null ? null : path + written(query);
  const [state, setState] = useState({ loading: address !== null });
  const current = useRef(null);
  current.current = address;
  const load = useCallback(async () => {
    if (address === null) return;
    try {
      const data = await get(address);
      if (current.current === address) setState({ data, loading: false, of: address });
    } catch (problem) {
      if (current.current === address) setState((was) => ({ problem, loading: false, of: address, data: was.of === address ? was.data : undefined }));
    }
  }, [address]);
  useEffect(() => {
    setState((was) => (was.of === address ? was : { loading: address !== null }));
    load();
  }, [address]);
  const again = useRef(0);
  useEffect(() => {
    if (kinds.length === 0) return;
    const stop = listen([...kinds, "reset"], (happening) => {
      if (!when(happening) || again.current) return;
      again.current = setTimeout(() => {
        again.current = 0;
        load();
      }, 120);
    });
    return () => {
      stop();
      clearTimeout(again.current);
      again.current = 0;
    };
  }, [load, kinds.join()]);
  const mine = state.of === address || address === null ? state : { loading: true };
  return { ...mine, reload: load, set: (data) => setState({ data, loading: false, of: address }) };
}
