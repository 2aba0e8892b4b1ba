#pragma once
// The web chat over HTTP, below /chat/: the widget's files, the page that its frame shows, and the WebSocket. There is one where
// shopbell.yaml has a channel `web`:
//
//   channels:
//     web:
//       secret: ...     signs who a customer is (serve/chat_tokens.h), and visitors' tokens
//       origins: "https://shop.example https://www.shop.example"   pages that may show the widget; "*": all
//       title: ...      over the chat; else the shop's name
//       page: ...       a file of the shop's folder that is served at /chat/page: to see the widget at work

#include "load/load.h"
#include "net/server.h"
#include "serve/chat_room.h"
#include "serve/shard.h"

#include <memory>
#include <string>

namespace shopbell {

class Chat {
 public:
  /// nullptr: the shop has no such channel. Errors: "no_secret", and what keeps the page from being read.
  static Result<std::unique_ptr<Chat>> make(const ShopConfig& config, std::unique_ptr<Reader> reader, std::function<bool(Job&)> offer);
  ~Chat();
  void start() { room_->start(); }
  void stop() { room_->stop(); }

  static bool is_for(const ServerRequest& request) { return request.path.starts_with("/chat/"); }
  /// Any thread; does not block.
  void handle(const ServerRequest& request, std::unique_ptr<Responder> responder);
  ChatRoom& room() { return *room_; }

 private:
  Chat() = default;
  ServerResponse answer(const ServerRequest& request);
  ServerResponse frame(const ServerRequest& request);
  bool may_come_from(const ServerRequest& request) const;

  std::shared_ptr<ChatRoom> room_;
  std::string origins_;  // separated by spaces, as a policy has them
  std::optional<std::string> page_;
};

}  // namespace shopbell
