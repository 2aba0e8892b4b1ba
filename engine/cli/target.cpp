#include "cli/target.h"

#include <fmt/format.h>

namespace shopbell::cli {

Result<Target> find_target(const TargetOptions& options) {
  Target target{options.to, options.token, {}};
  if (const auto shop = load_config(options.shop); shop.value) {
    const ShopConfig& config = *shop.value;
    target.sources = config.sources;
    if (target.url.empty())
      target.url = fmt::format("{}://{}:{}", config.certificate_file.empty() ? "http" : "https", config.host, config.port);
    if (target.token.empty() && !config.api_tokens.empty()) target.token = config.api_tokens.front();
    if (const auto limit = config.limits.find("body_bytes_max"); limit != config.limits.end())
      target.body_bytes_max = static_cast<std::size_t>(limit->second);
  }
  while (target.url.ends_with('/')) target.url.pop_back();
  if (target.url.empty())
    return fail("no_target", "where to? there is no shop in " + options.shop,
                "name the shop's folder with --shop, or the server with --to http://HOST:PORT");
  return target;
}

}  // namespace shopbell::cli
