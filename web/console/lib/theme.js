// Light, dark, or as the system says.
import { signal } from "@preact/signals";

const kept = () => {
  try {
    return localStorage.getItem("theme") ?? "system";
  } catch {
    return "system";
  }
};
export const theme = signal(kept());

export function applyTheme() {
  document.documentElement.dataset.theme = theme.value;
}

export function chooseTheme(name) {
  theme.value = name;
  try {
    localStorage.setItem("theme", name);
  } catch {}
  applyTheme();
}

export const isDark = () => (theme.value === "system" ? matchMedia("(prefers-color-scheme: dark)").matches : theme.value === "dark");
