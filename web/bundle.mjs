// Bundles the web parts: files under the addresses that they are served at.
import { build } from "esbuild";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));

// Each is bundled by itself, under its own address. `page`: HTML in which {{styles}} and {{scripts}} are filled in.
// `fixed`: one script that keeps its address over versions, as others' pages embed it. All else is hashed and kept for ever.
const parts = [
  { name: "console", entry: "console/main.js", page: "console/index.html" },
  { name: "chat", entry: "chat/frame.js", page: "chat/frame.html" },
  { name: "widget", entry: "chat/loader.js", fixed: "/chat/widget.js" },
];

export const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".json": "application/json",
};

async function bundlePart(part) {
  const made = await build({
    absWorkingDir: here,
    entryPoints: { [part.name]: part.entry },
    outdir: `/${part.name}/assets`,
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
    bundle: true,
    splitting: !part.fixed,
    format: part.fixed ? "iife" : "esm",
    target: "es2022",
    minify: true,
    metafile: true,
    write: false,
    legalComments: "none",
    logLevel: "warning",
    loader: { ".svg": "file" },
  });
  const outputs = Object.entries(made.metafile.outputs).map(([path, out]) => ({ ...out, path: address(path) }));
  const entry = outputs.find((out) => out.entryPoint === part.entry);
  const files = made.outputFiles.map(({ path, contents }) => ({
    path: part.fixed && path === entry.path ? part.fixed : path,
    body: Buffer.from(contents),
    immutable: !(part.fixed && path === entry.path),
  }));
  if (part.page) files.unshift({ path: `/${part.name}/`, body: Buffer.from(page(part, entry)), immutable: false, type: types[".html"] });
  return files;
}

// In the metafile a path is relative to the working folder; as an address it begins at the root.
function address(path) {
  return "/" + path.replace(/^(\.\.\/)+/, "");
}

function page(part, entry) {
  const preloads = entry.imports.filter((i) => i.kind === "import-statement").map((i) => `<link rel="modulepreload" href="${address(i.path)}">`);
  const styles = entry.cssBundle ? `<link rel="stylesheet" href="${address(entry.cssBundle)}">` : "";
  return readFileSync(join(here, part.page), "utf8")
    .replace("{{styles}}", styles)
    .replace("{{scripts}}", [...preloads, `<script type="module" src="${entry.path}"></script>`].join("\n"));
}

/// [{path: "/console/assets/...", body, immutable, type?}]
export const bundle = async () => [...(await Promise.all(parts.map(bundlePart))).flat(), icon()];

// What a browser shows in its tab; it asks before any script has run, so the page names it.
function icon() {
  return { path: "/console/bell.svg", body: readFileSync(join(here, "console/bell.svg")), immutable: false };
}
