#pragma once
// The server that a command speaks to.

#include "load/load.h"

#include <string>
#include <vector>

namespace shopbell::cli {

struct TargetOptions {
  std::string to, token, shop = ".";
};

struct Target {
  std::string url, token;
  std::vector<SourceConfig> sources;
  std::size_t body_bytes_max = 1024 * 1024;  // of a request, as the shop's limits say
};

/// The shop's configuration tells where its server listens, its token and the secrets to sign with; --to and
/// --token tell it without one. Errors: "no_target".
Result<Target> find_target(const TargetOptions& options);

}  // namespace shopbell::cli
