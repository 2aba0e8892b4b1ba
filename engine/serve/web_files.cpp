#include "serve/web_files.h"

#include <shopbell/text.h>

#include <algorithm>

namespace shopbell {
namespace {

constexpr const char* policy =
    "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'";

// One of a list of ETags is this one; a weak one counts, as the comparison for GET is the weak one.
bool has(std::string_view if_none_match, std::string_view etag) {
  if (trimmed(if_none_match) == "*") return true;
  return if_none_match.find(etag) != std::string_view::npos;
}

// "gzip" of Accept-Encoding, unless with a weight of zero.
bool takes_gzip(std::string_view accepted) {
  while (!accepted.empty()) {
    const std::string_view one = accepted.substr(0, accepted.find(','));
    accepted.remove_prefix(std::min(accepted.size(), one.size() + 1));
    const std::string_view coding = trimmed(one.substr(0, one.find(';')));
    if (coding != "gzip" && coding != "*") continue;
    const std::size_t weight = one.find("q=0");
    return weight == std::string_view::npos || one.find_first_of("123456789", weight) != std::string_view::npos;
  }
  return false;
}

}  // namespace

std::optional<ServerResponse> web_file(const ServerRequest& request) {
  const auto files = web_files();
  const auto file = std::find_if(files.begin(), files.end(), [&](const WebFile& f) { return f.path == request.path; });
  if (file == files.end()) return std::nullopt;
  ServerResponse response{200, std::string(file->type), {}, {}};
  response.headers.emplace_back("ETag", file->etag);
  response.headers.emplace_back("Cache-Control", file->immutable ? "public, max-age=31536000, immutable" : "no-cache");
  response.headers.emplace_back("Vary", "Accept-Encoding");
  response.headers.emplace_back("Content-Security-Policy", policy);
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  if (has(request.header("If-None-Match"), file->etag)) {
    response.status = 304;
    return response;
  }
  const bool zipped = takes_gzip(request.header("Accept-Encoding"));
  if (zipped) response.headers.emplace_back("Content-Encoding", "gzip");
  response.body = std::string(zipped ? file->zipped : file->body);
  return response;
}

}  // namespace shopbell
