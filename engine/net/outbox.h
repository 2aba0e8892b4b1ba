#pragma once
// What waits to be sent on one WebSocket: filled from any thread, emptied on the connection's.

#include "net/loop.h"
#include "net/web_socket.h"
#include "net/web_socket_line.h"

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace shopbell {

class Outbox final : public WebSocket, public std::enable_shared_from_this<Outbox> {
 public:
  /// `wake` is called on the loop's thread when there is something to do.
  Outbox(std::shared_ptr<Loop> loop, const WebSocketLimits& limits, std::function<void()> wake)
      : loop_(std::move(loop)), limits_(limits), wake_(std::move(wake)) {}

  bool send(std::string text) override;
  void close(WebSocketClose code, std::string reason) override;

  struct Goodbye {
    WebSocketClose code;
    std::string reason;
  };
  // For the line, on its thread.
  /// The first that waits; it stays where it is until drop_first(). Null: there is none.
  const std::string* first();
  void drop_first();
  /// Set once somebody wanted to close, or it was too slow.
  std::optional<Goodbye> goodbye();
  /// Nothing is taken any more, and what waits is dropped.
  void end();

 private:
  void wake_later();

  const std::shared_ptr<Loop> loop_;
  const WebSocketLimits limits_;
  std::mutex mutex_;  // guards the rest
  std::deque<std::string> waiting_;
  std::size_t bytes_ = 0;
  std::optional<Goodbye> goodbye_;
  bool ended_ = false;
  std::function<void()> wake_;
};

}  // namespace shopbell
