#pragma once
// `shopbell serve`: everything put together, until a signal.

#include "load/load.h"

#include <string>

namespace shopbell {

struct ServeOptions {
  std::string folder;   // the shop's
  std::string listen;   // "HOST:PORT" over the configuration's; empty: as configured
  std::string data;     // likewise
  int threads = 0;      // of HTTP; 0: half the cores, at least one
};

/// Prints `listening on http://HOST:PORT` once it answers. Ends on SIGTERM and SIGINT: stops
/// accepting, answers what was read, commits, closes; at the second signal at once. The exit code:
/// 0, or 1 when it could not start or the store failed.
int serve(const ServeOptions& options);

}  // namespace shopbell
