#pragma once
// Everybody who is in the web chat, and what each is sent: the rows of messages that are durable, behind the one that it has, read
// on a thread of its own. So what comes live and what is caught up is the same, in one order, and nothing is lost or sent twice,
// whenever a connection breaks.

#include "net/server.h"
#include "serve/chat_frames.h"
#include "serve/chat_tokens.h"
#include "store/store.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace shopbell {

class ChatVisitor;
struct ChatGreeting;
struct Subject;

struct ChatLimits {
  std::size_t newest = 50;               // messages that a browser without any is sent
  std::size_t page = 200;                // rows read at once
  std::size_t connections_of_one = 10;   // of one thread; the oldest is closed
  double burst = 10, per_second = 1;     // messages of one thread
  Millis hello_within{10'000};
};

class ChatRoom : public std::enable_shared_from_this<ChatRoom> {
 public:
  using Offer = std::function<void(std::string event, std::unique_ptr<Responder> responder)>;
  /// `offer` hands an event to the shard; it must not block.
  ChatRoom(std::unique_ptr<Reader> reader, std::string title, ChatTokens tokens, Offer offer, ChatLimits limits = {});
  ~ChatRoom();
  void start();
  void stop();
  /// Whom it is told that a visitor types, or does so no more; `name` is empty where nobody is known. Set before the start.
  std::function<void(const std::string& conversation, const std::string& name, bool types)> on_typing;

  // Any thread.
  void enter(std::shared_ptr<ChatVisitor> visitor);
  void greet(std::shared_ptr<ChatVisitor> visitor);
  void leave(const ChatVisitor& visitor);
  /// As Shard::Outside::kept.
  void kept(const Batch& rows, std::uint64_t last_message);
  /// A person writes in that conversation just now.
  void tell_typing(std::string_view conversation, std::string_view name);
  /// The visitor writes just now, or does so no more.
  void types(const std::string& thread, const std::string& name, bool types);
  /// Nothing: the thread may say one thing more; else how long it is to wait.
  Millis take_turn(const std::string& thread);
  void offer(std::string event, std::unique_ptr<Responder> responder) { offer_(std::move(event), std::move(responder)); }
  const ChatTokens& tokens() const { return tokens_; }

 private:
  struct Work {
    std::vector<std::shared_ptr<ChatVisitor>> greeted;
    std::set<std::string> threads, subjects;            // that have got messages
    std::vector<std::pair<std::string, std::string>> frames;  // by thread
  };
  void run();
  void do_work(const Work& work);
  void welcome(const std::shared_ptr<ChatVisitor>& visitor);
  std::string choose_thread(const ChatGreeting& greeting);
  ChatOwner find_owner(const std::string& thread);
  void seat(const std::shared_ptr<ChatVisitor>& visitor, const std::string& thread);
  void catch_up(ChatVisitor& visitor);
  std::vector<std::string> buttons_of(const MessageRow& message);
  void turn_away_silent();

  const std::unique_ptr<Reader> reader_;  // of the room's thread
  const std::string title_;
  const ChatTokens tokens_;
  const Offer offer_;
  const ChatLimits limits_;

  std::mutex mutex_;  // guards the rest
  std::condition_variable wake_;
  Work work_;
  std::uint64_t durable_ = 0;  // the last message that is
  struct Seat {
    std::shared_ptr<ChatVisitor> visitor;
    std::string thread;
  };
  std::map<const ChatVisitor*, Seat> seats_;
  struct Turns {
    double left = 0;
    std::chrono::steady_clock::time_point at;
  };
  std::map<std::string, Turns, std::less<>> turns_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace shopbell
