#pragma once
// A connection that has become a WebSocket, on its loop's thread: Beast behind a door.

#include "net/server.h"
#include "net/web_socket.h"

#include <memory>

namespace shopbell {

class Connection;
class Stream;

class WebSocketLine {
 public:
  virtual ~WebSocketLine() = default;
  /// Answers the request with 101 and begins to read. `headers` go with the 101.
  virtual void start(const ServerRequest& request, const HttpHeaders& headers) = 0;
  virtual void close(WebSocketClose code, std::string reason) = 0;
  /// The other end did not take the goodbye in time.
  virtual bool is_overdue(std::chrono::steady_clock::time_point now) const = 0;
};

/// The line holds the connection while an operation is under way.
std::shared_ptr<WebSocketLine> make_web_socket_line(std::shared_ptr<Connection> connection, Stream& stream,
                                                    std::shared_ptr<WebSocketHandler> handler);

}  // namespace shopbell
