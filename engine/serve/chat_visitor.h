#pragma once
// One browser's connection to the web chat: what it says is checked, counted and offered to the shard; it is answered when that is
// durable. What comes to it is the room's business.

#include "net/web_socket.h"
#include "serve/chat_frames.h"
#include "serve/chat_tokens.h"

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace shopbell {

class ChatRoom;

/// What a browser has said about itself, its tokens read.
struct ChatGreeting {
  std::string thread;          // of its visitor's token; empty: it has none
  std::optional<ChatCustomer> named;  // whom the shop says it is
  std::optional<std::uint64_t> after;
  std::vector<std::string> pending;
};

class ChatVisitor final : public WebSocketHandler, public std::enable_shared_from_this<ChatVisitor> {
 public:
  explicit ChatVisitor(std::shared_ptr<ChatRoom> room);

  void opened(std::shared_ptr<WebSocket> socket) override;
  void message(std::string_view text) override;
  void closed(WebSocketClose code) override;

  // Any thread.
  void send(std::string frame);
  /// An error, and the end.
  void refuse(std::string_view code, std::string_view message);
  /// What came of a message that was offered.
  void answered(const std::string& id, int status);
  const ChatGreeting& greeting() const { return greeting_; }
  std::chrono::steady_clock::time_point opened_at() const { return opened_at_; }

  // The room's thread.
  /// From now on it may write, as that thread.
  void seat(std::string thread);
  bool is_seated() const;
  /// The browser's id of the message that is kept under `key`; empty: it is not of this connection.
  std::string id_of_kept(const std::string& key);
  std::uint64_t seq = 0;     // that was sent last
  std::string subject = {};  // whom it was found to be; empty: nobody yet

 private:
  void hello(const ChatFrame& frame);
  void say(const ChatFrame& frame);
  void type(bool types);
  void remember(const std::string& id);

  const std::shared_ptr<ChatRoom> room_;
  std::shared_ptr<WebSocket> socket_;
  std::chrono::steady_clock::time_point opened_at_;
  bool greeted_ = false;
  bool types_ = false;  // as it was told of
  std::chrono::steady_clock::time_point types_at_;
  ChatGreeting greeting_;

  mutable std::mutex mutex_;  // guards the rest
  std::string thread_;        // empty: not seated
  std::deque<std::pair<std::string, std::string>> said_;  // key and id of what it said last
  std::size_t offered_ = 0;                               // and not answered yet
};

}  // namespace shopbell
