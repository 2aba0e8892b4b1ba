#include "net/upgrade.h"

#include "base/time.h"

#include <algorithm>

namespace shopbell {
namespace {

constexpr std::size_t key_text_bytes = 24, key_bytes = 16;

bool is_key(std::string_view text) {
  if (text.size() != key_text_bytes) return false;
  const auto bytes = from_base64(text);
  return bytes && bytes->size() == key_bytes;
}

// The Connection and Upgrade fields may be lists, and may be sent more than once.
bool says(const RequestHeaders& header, std::string_view name, std::string_view token) {
  const auto fields = header.all();
  return std::any_of(fields.begin(), fields.end(), [&](const RequestHeaders::Field& field) {
    return same_ignoring_case(field.first, name) && lists_token(field.second, token);
  });
}

auto count_of(const RequestHeaders& header, std::string_view name) {
  const auto fields = header.all();
  return std::count_if(fields.begin(), fields.end(), [&](const RequestHeaders::Field& field) {
    return same_ignoring_case(field.first, name);
  });
}

}  // namespace

bool lists_token(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    auto one = list.substr(0, comma);
    list.remove_prefix(std::min(comma + 1, list.size()));
    while (!one.empty() && (one.front() == ' ' || one.front() == '\t')) one.remove_prefix(1);
    while (!one.empty() && (one.back() == ' ' || one.back() == '\t')) one.remove_suffix(1);
    if (same_ignoring_case(one, token)) return true;
  }
  return false;
}

std::optional<Refusal> check_upgrade(const ServerRequest& request, bool http_1_0) {
  const auto& header = request.header;
  if (request.method != "GET" || http_1_0 || !says(header, "Upgrade", "websocket") ||
      !says(header, "Connection", "upgrade"))
    return Refusal{426, "upgrade_required", "this route speaks WebSocket: GET with Upgrade: websocket"};
  if (header("Sec-WebSocket-Version") != "13" || count_of(header, "Sec-WebSocket-Version") != 1)
    return Refusal{426, "bad_websocket_version", "version 13 of WebSocket is spoken here"};
  if (count_of(header, "Sec-WebSocket-Key") != 1 || !is_key(header("Sec-WebSocket-Key")))
    return Refusal{400, "bad_websocket_key", "Sec-WebSocket-Key must be 16 bytes in base64"};
  if (!request.body.empty()) return Refusal{400, "bad_upgrade", "a request to upgrade has no body"};
  return {};
}

}  // namespace shopbell
