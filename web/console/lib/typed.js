import { useEffect, useRef, useState } from "preact/hooks";

const pause_ms = 250;

/// A text that is asked for a moment after the last key. What comes back of the asking is never put over what was typed meanwhile;
/// another value (a link, a step back) is.
export function useTyped(value, ask) {
  const [text, setText] = useState(value);
  const asked = useRef(value), asking = useRef(ask);
  asking.current = ask;
  useEffect(() => {
    if (value === asked.current) return;
    asked.current = value;
    setText(value);
  }, [value]);
  useEffect(() => {
    if (text.trim() === asked.current) return;
    const timer = setTimeout(() => asking.current((asked.current = text.trim())), pause_ms);
    return () => clearTimeout(timer);
  }, [text]);
  return [text, setText];
}
