#include "serve/chat_visitor.h"

#include "base/hash.h"
#include "base/json.h"
#include "base/time.h"
#include "serve/chat_room.h"
#include "serve/clock.h"

#include <shopbell/text.h>

namespace shopbell {
namespace {

constexpr std::size_t said_max = 200;    // whose ids are known
constexpr std::size_t offered_max = 16;  // messages of one connection that are not durable yet
constexpr Millis busy_pause{1'000};
constexpr std::chrono::seconds types_pause{2};

std::string source_of(std::string_view thread) { return "web/" + std::string(thread); }

/// As core/effects.cpp names a message that came.
std::string key_of(std::string_view thread, std::string_view id) { return id_of({"message", source_of(thread), id}); }

std::string event_of(const std::string& thread, const std::optional<ChatCustomer>& named, const std::string& id, std::string_view text) {
  Arena arena;
  const auto known = [](const std::string& of) { return of.empty() ? Value() : Value(of); };
  const std::string at = format_rfc3339(wall_clock()), source = source_of(thread);
  const Value message = make_map(arena, {{"id", Value(id)}, {"channel", web_channel}, {"from", Value(thread)}, {"text", text}});
  MapBuilder data(arena);
  data.add("message", message);
  if (named) data.add("customer", make_map(arena, {{"id", Value(named->account)}, {"email", known(named->email)}, {"name", known(named->name)}}));
  return to_json(make_map(arena, {{"specversion", "1.0"}, {"id", Value(id)}, {"source", Value(source)}, {"type", "message.received"},
                                  {"time", Value(at)}, {"data", data.build()}}));
}

/// The shard's answer to an event, as the visitor hears it.
class KeptAnswer final : public Responder {
 public:
  KeptAnswer(std::weak_ptr<ChatVisitor> visitor, std::string id) : visitor_(std::move(visitor)), id_(std::move(id)) {}
  ~KeptAnswer() override { tell(503); }
  void answer(ServerResponse response) override { tell(response.status); }

 private:
  void tell(int status) {
    if (const auto visitor = std::exchange(visitor_, {}).lock()) visitor->answered(id_, status);
  }
  std::weak_ptr<ChatVisitor> visitor_;
  std::string id_;
};

}  // namespace

ChatVisitor::ChatVisitor(std::shared_ptr<ChatRoom> room) : room_(std::move(room)) {
  limits.message_bytes_max = 32 * 1024;
  limits.queue_bytes_max = 512 * 1024;
}

void ChatVisitor::opened(std::shared_ptr<WebSocket> socket) {
  socket_ = std::move(socket);
  opened_at_ = std::chrono::steady_clock::now();
  room_->enter(shared_from_this());
}

void ChatVisitor::message(std::string_view text) {
  const auto frame = read_chat_frame(text);
  if (!frame) return refuse(frame.error().code, frame.error().message);
  if (frame->type == "hello") hello(*frame);
  else if (frame->type == "message") say(*frame);
  else if (frame->type == "typing") type(frame->types);
  else refuse("bad_frame", "type is hello, message or typing");
}

void ChatVisitor::closed(WebSocketClose) {
  type(false);
  room_->leave(*this);
}

/// Told when it begins, once in a while as long as it holds, and when it ends.
void ChatVisitor::type(bool types) {
  const auto now = std::chrono::steady_clock::now();
  if (!types && !types_) return;
  if (types && now < types_at_ + types_pause) return;
  if (types) types_at_ = now;
  types_ = types;
  std::string thread;
  {
    const std::lock_guard lock(mutex_);
    thread = thread_;
  }
  if (!thread.empty()) room_->types(thread, greeting_.named ? greeting_.named->name : std::string(), types);
}

void ChatVisitor::hello(const ChatFrame& frame) {
  if (greeted_) return refuse("bad_frame", "hello is said once");
  const Time now = wall_clock();
  if (!frame.identity.empty()) {
    auto named = room_->tokens().read_identity(frame.identity, now);
    if (!named) return refuse(named.error().code == "expired" ? "identity_expired" : "bad_identity", named.error().message);
    greeting_.named = std::move(*named);
  }
  // One that counts no more, or is not ours, is as none: the visitor begins anew.
  if (auto thread = room_->tokens().read_visitor(frame.visitor, now)) greeting_.thread = std::move(*thread);
  greeting_.after = frame.after;
  greeting_.pending = frame.pending;
  greeted_ = true;
  room_->greet(shared_from_this());
}

void ChatVisitor::say(const ChatFrame& frame) {
  const std::string_view text = trimmed(frame.text);
  std::string thread;
  {
    const std::lock_guard lock(mutex_);
    thread = thread_;
    if (!thread.empty() && offered_ >= offered_max) return send(refused_frame(frame.id, "busy", busy_pause));
  }
  if (thread.empty()) return refuse("bad_frame", "say hello first, and wait for the welcome");
  if (text.empty()) return send(refused_frame(frame.id, "no_text"));
  if (text.size() > chat_text_bytes_max) return send(refused_frame(frame.id, "too_long"));
  type(false);
  if (const Millis wait = room_->take_turn(thread); wait > Millis{0}) return send(refused_frame(frame.id, "too_many", wait));
  remember(frame.id);
  room_->offer(event_of(thread, greeting_.named, frame.id, text), std::make_unique<KeptAnswer>(weak_from_this(), frame.id));
}

void ChatVisitor::remember(const std::string& id) {
  const std::lock_guard lock(mutex_);
  ++offered_;
  said_.emplace_back(key_of(thread_, id), id);
  if (said_.size() > said_max) said_.pop_front();
}

void ChatVisitor::answered(const std::string& id, int status) {
  std::string key;
  {
    const std::lock_guard lock(mutex_);
    if (offered_ > 0) --offered_;
    key = key_of(thread_, id);
  }
  if (status / 100 == 2) return send(kept_frame(id, key));
  if (status == 503) return send(refused_frame(id, "busy", busy_pause));
  send(refused_frame(id, "refused"));
}

void ChatVisitor::send(std::string frame) {
  if (socket_) socket_->send(std::move(frame));
}

void ChatVisitor::refuse(std::string_view code, std::string_view message) {
  send(error_frame(code, message));
  if (socket_) socket_->close(WebSocketClose::policy, std::string(code));
}

void ChatVisitor::seat(std::string thread) {
  const std::lock_guard lock(mutex_);
  thread_ = std::move(thread);
  for (const std::string& id : greeting_.pending) said_.emplace_back(key_of(thread_, id), id);
}

bool ChatVisitor::is_seated() const {
  const std::lock_guard lock(mutex_);
  return !thread_.empty();
}

std::string ChatVisitor::id_of_kept(const std::string& key) {
  const std::lock_guard lock(mutex_);
  for (const auto& [known, id] : said_)
    if (known == key) return id;
  return {};
}

}  // namespace shopbell
