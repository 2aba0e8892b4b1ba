#include "net/answer.h"

#include "base/json.h"
#include "net/asio.h"

#include <boost/beast/http/status.hpp>
#include <date/date.h>

#include <algorithm>
#include <array>

namespace shopbell {
namespace {

constexpr std::array<std::string_view, 5> own_headers{"Content-Length", "Transfer-Encoding", "Connection",
                                                      "Date", "Content-Type"};

bool is_own(std::string_view name) {
  return std::any_of(own_headers.begin(), own_headers.end(),
                     [&](std::string_view own) { return same_ignoring_case(own, name); });
}

void append_field(std::string& to, std::string_view name, std::string_view value) {
  to.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

bool may_be_sent(const ServerResponse& response) {
  if (response.status < 200 || response.status > 599 || !is_field_value(response.content_type)) return false;
  return std::all_of(response.headers.begin(), response.headers.end(), [](const auto& header) {
    return is_token(header.first) && is_field_value(header.second);
  });
}

void format_response(std::string& to, const ServerResponse& response, const Framed& framed) {
  const auto reason =
      boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(response.status));
  const bool has_body = response.status != 204 && response.status != 304;
  to.clear();
  to.append("HTTP/1.1 ")
      .append(std::to_string(response.status))
      .append(" ")
      .append(reason.data(), reason.size())
      .append("\r\n");
  append_field(to, "Date", framed.date);
  if (has_body) {
    append_field(to, "Content-Length", std::to_string(response.body.size()));
    if (!response.content_type.empty()) append_field(to, "Content-Type", response.content_type);
  }
  if (!framed.keep_alive)
    append_field(to, "Connection", "close");
  else if (framed.http_1_0)
    append_field(to, "Connection", "keep-alive");
  for (const auto& [name, value] : response.headers)
    if (!is_own(name)) append_field(to, name, value);
  to.append("\r\n");
  if (has_body && !framed.head_only) to.append(response.body);
}

ServerResponse refusal_response(const Refusal& refusal) {
  ServerResponse response;
  response.status = refusal.status;
  response.body = R"({"error":{"code":)";
  append_json_string(response.body, refusal.code);
  response.body += R"(,"message":)";
  append_json_string(response.body, refusal.message);
  response.body += "}}\n";
  if (refusal.status == 426)  // RFC 9110, section 15.5.22; RFC 6455, section 4.4
    response.headers = {{"Upgrade", "websocket"}, {"Sec-WebSocket-Version", "13"}};
  if (refusal.status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

std::string http_date(Time at) {
  return date::format("%a, %d %b %Y %T GMT",
                      date::floor<std::chrono::seconds>(date::sys_time<Millis>{at.time_since_epoch()}));
}

}  // namespace shopbell
