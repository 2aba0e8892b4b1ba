#pragma once
// WebSocket (RFC 6455) as the routes see it: text messages both ways over a connection of the server. A
// route takes an upgrade by answering with ServerResponse::web_socket; whether the request may (who asks,
// from which Origin) is the route's to decide before. What the request must say is checked by the server.
// Binary messages, extensions and subprotocols are not spoken.

#include <shopbell/time.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace shopbell {

struct WebSocketLimits {
  std::size_t message_bytes_max = 64 * 1024;  // of a message that comes: closed with too_large
  std::size_t queue_bytes_max = 1024 * 1024;  // that wait to be sent: closed with too_slow
  std::size_t queue_messages_max = 4096;      // likewise
  Millis silence{60'000};       // nothing comes, not even the answer to the ping at its half: cut off; also who
                                // was told goodbye, as it broke the protocol, and does not end its side: at the half
  Millis close_timeout{2'000};  // for the other end to take the 101; what is queued, and to say goodbye
};

/// RFC 6455, section 7.4, and IANA's registry.
enum class WebSocketClose : std::uint16_t {
  normal = 1000,
  going_away = 1001,   // the server stops
  not_text = 1003,     // a binary message came
  lost = 1006,         // never sent: the connection ended without a goodbye
  bad_text = 1007,     // not UTF-8
  policy = 1008,       // who may not go on: not signed in, too many messages
  too_large = 1009,    // a message above its limit
  broken = 1011,       // a bug here
  too_slow = 1013,     // what waits to be sent is above its limit: come again, and catch up
};

/// One open connection. From any thread; what is called after its end does nothing.
class WebSocket {
 public:
  virtual ~WebSocket() = default;
  /// Queues a message of UTF-8. False when it is not taken: the connection is over, or was too slow and is
  /// being closed.
  virtual bool send(std::string text) = 0;
  /// After what is queued. `reason` is for people, at most 123 bytes of UTF-8; a longer one is left out.
  virtual void close(WebSocketClose code, std::string reason = {}) = 0;
};

/// What a route makes for each connection. Called on the connection's thread, one call at a time; must
/// not block. What it throws closes with `broken`.
class WebSocketHandler {
 public:
  virtual ~WebSocketHandler() = default;
  virtual void opened(std::shared_ptr<WebSocket> socket) = 0;
  virtual void message(std::string_view text) = 0;
  /// Once, after opened(), and nothing comes behind it. `code`: the other end's word, or why it was closed here, or `lost`.
  virtual void closed(WebSocketClose code) = 0;

  WebSocketLimits limits;
};

}  // namespace shopbell
