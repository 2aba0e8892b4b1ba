#pragma once
// The files of the web parts (web/), as they were when the program was built; and how they are served. Static memory; any
// thread.

#include "net/server.h"

#include <optional>
#include <span>
#include <string_view>

namespace shopbell {

struct WebFile {
  std::string_view path;  // of the address: "/console/", "/console/assets/console-X7.js"
  std::string_view type;
  std::string_view etag;  // as it is sent; weak, as it is one for both codings
  std::string_view body;
  std::string_view zipped;  // the same by gzip
  bool immutable = false;   // named after its content: may be kept for ever
};

/// The table that web/build.mjs makes.
std::span<const WebFile> web_files();

/// Nothing: no file has this path. Otherwise the file (304 when the client has it, by RFC 9110's If-None-Match; gzip where
/// the client takes it), under a policy that lets a page load and run only what comes from this server.
std::optional<ServerResponse> web_file(const ServerRequest& request);

}  // namespace shopbell
