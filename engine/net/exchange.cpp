#include "net/exchange.h"

#include "net/strict.h"

#include <algorithm>
#include <array>

namespace shopbell {
namespace {

constexpr std::size_t headers_max = 100;
constexpr std::array<std::string_view, 7> own_headers{
    "Host", "Content-Length", "Transfer-Encoding", "Connection", "Upgrade", "TE", "Expect"};
constexpr std::array<std::string_view, 6> idempotent{"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"};

bool is_own(std::string_view name) {
  return std::any_of(own_headers.begin(), own_headers.end(),
                     [&](std::string_view own) { return same_ignoring_case(own, name); });
}

Result<void> check(const HttpRequest& request) {
  if (!is_token(request.method) || request.method == "CONNECT")
    return fail("bad_request", "the method cannot be sent: " + request.method);
  if (request.headers.size() > headers_max)
    return fail("bad_request", "more headers than " + std::to_string(headers_max));
  for (const auto& [name, value] : request.headers) {
    if (!is_token(name)) return fail("bad_request", "a header's name holds a character that it must not");
    if (!is_field_value(value))
      return fail("bad_request", "the header " + name + " holds a line break or another control character");
    if (is_own(name)) return fail("bad_request", "the header " + name + " is set by the client itself");
  }
  return {};
}

bool has(const HttpRequest& request, std::string_view name) {
  return std::any_of(request.headers.begin(), request.headers.end(),
                     [&](const auto& header) { return same_ignoring_case(header.first, name); });
}

std::string to_bytes(const HttpRequest& request, const Url& url) {
  std::string bytes;
  bytes.reserve(512 + url.target.size() + request.body.size());
  bytes.append(request.method)
      .append(" ")
      .append(url.target)
      .append(" HTTP/1.1\r\nHost: ")
      .append(url.host_header())
      .append("\r\n");
  for (const auto& [name, value] : request.headers)
    bytes.append(name).append(": ").append(value).append("\r\n");
  if (!has(request, "User-Agent")) bytes.append("User-Agent: Shopbell\r\n");
  if (!has(request, "Accept")) bytes.append("Accept: */*\r\n");
  // RFC 9110, section 8.6: a method that means a body says its length even when there is none.
  const bool means_body = request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
  if (means_body || !request.body.empty())
    bytes.append("Content-Length: ").append(std::to_string(request.body.size())).append("\r\n");
  bytes.append("\r\n").append(request.body);
  return bytes;
}

}  // namespace

Result<std::shared_ptr<Exchange>> make_exchange(const HttpRequest& request) {
  auto url = parse_url(request.url);
  if (!url) return tl::unexpected(url.error());
  if (auto done = check(request); !done) return tl::unexpected(done.error());
  auto exchange = std::make_shared<Exchange>();
  exchange->bytes = to_bytes(request, *url);
  exchange->url = std::move(*url);
  exchange->head_only = request.method == "HEAD";
  exchange->repeatable =
      std::find(idempotent.begin(), idempotent.end(), request.method) != idempotent.end() ||
      has(request, "Idempotency-Key");
  return exchange;
}

}  // namespace shopbell
