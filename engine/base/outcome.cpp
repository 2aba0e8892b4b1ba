#include <shopbell/outcome.h>

#include <shopbell/text.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

namespace shopbell {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

/// RFC 9110, 5.6.7: the preferred form, and the two old ones that a recipient must read too.
std::optional<Time> parse_http_date(const std::string& text) {
  static constexpr std::array forms{"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y"};
  for (const char* form : forms) {
    std::tm parts{};
    const char* end = strptime(text.c_str(), form, &parts);
    if (end != nullptr && *end == '\0') return from_ms(std::int64_t{timegm(&parts)} * 1000);
  }
  return {};
}

bool gets_better(std::string_view code) {
  static constexpr std::array never{"refused_address", "bad_url"};
  return std::find(never.begin(), never.end(), code) == never.end();
}

}  // namespace

Outcome call_done(Document output) {
  Outcome outcome;
  outcome.output = std::move(output);
  return outcome;
}

Outcome call_failed(std::string code, std::string message, std::string hint) {
  Outcome outcome;
  outcome.status = Outcome::Status::failed;
  outcome.error.code = std::move(code);
  outcome.error.message = std::move(message);
  outcome.error.hint = std::move(hint);
  return outcome;
}

Outcome call_retry(Error error, std::optional<Millis> after) {
  Outcome outcome;
  outcome.status = Outcome::Status::retry;
  outcome.error = std::move(error);
  outcome.retry_after = after;
  return outcome;
}

std::string_view find_header(const HttpHeaders& headers, std::string_view name) {
  for (const auto& [key, value] : headers)
    if (std::equal(key.begin(), key.end(), name.begin(), name.end(),
                   [](char a, char b) { return lower(a) == lower(b); }))
      return value;
  return {};
}

std::optional<Millis> retry_after(const HttpResponse& response, Time now) {
  const std::string text(trimmed(find_header(response.headers, "Retry-After")));
  std::uint32_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error == std::errc() && end == text.data() + text.size()) return std::chrono::seconds(seconds);

  const auto then = parse_http_date(text);
  if (!then) return {};
  const auto sent = parse_http_date(std::string(trimmed(find_header(response.headers, "Date"))));
  return std::max(Millis{0}, *then - sent.value_or(now));
}

bool maybe_done(const Result<HttpResponse>& response) {
  if (response) return response->status == 502 || response->status == 504;
  return response.error().code == "timeout" || response.error().code == "broken";
}

Outcome not_wanted(const Result<HttpResponse>& response, Time now) {
  if (!response) {
    const Error& error = response.error();
    return gets_better(error.code) ? call_retry(error) : call_failed(error.code, error.message, error.hint);
  }
  const int status = response->status;
  std::string message = "the answer was " + std::to_string(status);
  if (status == 408 || status == 429 || status >= 500)
    return call_retry({.code = "http_status", .message = std::move(message), .hint = {}}, retry_after(*response, now));
  return call_failed("http_status", std::move(message));
}

}  // namespace shopbell
