import { useState } from "preact/hooks";

/// What a form does: sent once at a time, its problem shown where it belongs, emptied when it went well.
export function useForm(send) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const submit = async (event) => {
    event.preventDefault();
    if (busy) return;
    const form = event.target;
    setBusy(true);
    setProblem(null);
    try {
      await send(Object.fromEntries(new FormData(form)), form);
      form.reset();
    } catch (found) {
      setProblem(found);
    }
    setBusy(false);
  };
  return { busy, problem, wrong: problem?.fields ?? {}, submit };
}
