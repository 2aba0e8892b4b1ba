// Packs what was bundled for the program: web_files.bin (all bytes, one after the other) and web_files.cpp (the table of them).
// usage: node build.mjs OUT_FOLDER
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { bundle, types } from "./bundle.mjs";

function packed(files) {
  const blobs = [];
  let size = 0;
  const place = (bytes) => {
    blobs.push(bytes);
    size += bytes.length;
    return `part(${size - bytes.length}, ${bytes.length})`;
  };
  const rows = files.map(({ path, body, immutable, type }) => {
    const zipped = gzipSync(body, { level: 9 });
    const etag = createHash("sha256").update(body).digest("base64url").slice(0, 22);
    return `    {"${path}", "${type ?? types[extname(path)]}", "W/\\"${etag}\\"", ${place(body)}, ${place(zipped)}, ${immutable}},`;
  });
  return { blob: Buffer.concat(blobs), rows };
}

const source = (rows) => `// Made by web/build.mjs.
#include "serve/web_files.h"

#include <array>

extern "C" const char _binary_web_files_bin_start[];

namespace shopbell {

static std::string_view part(std::size_t from, std::size_t size) { return {_binary_web_files_bin_start + from, size}; }

std::span<const WebFile> web_files() {
  static const std::array<WebFile, ${rows.length}> files{{
${rows.join("\n")}
  }};
  return files;
}

}  // namespace shopbell
`;

const out = process.argv[2];
if (!out) {
  console.error("usage: node build.mjs OUT_FOLDER");
  process.exit(2);
}
const { blob, rows } = packed(await bundle());
mkdirSync(out, { recursive: true });
writeFileSync(join(out, "web_files.bin"), blob);
writeFileSync(join(out, "web_files.cpp"), source(rows));
