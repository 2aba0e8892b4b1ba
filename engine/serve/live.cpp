#include "serve/live.h"

#include "base/json.h"
#include "serve/clock.h"
#include "store/store.h"

#include <fmt/format.h>

#include <vector>

namespace shopbell {
namespace {

Permission needed_for(std::string_view kind) {
  return kind == "conversation" || kind == "message" || kind == "presence" ? Permission::inbox_read : Permission::runs_read;
}

}  // namespace

/// Forgets it when the connection is over.
class LiveListener final : public WebSocketHandler {
 public:
  LiveListener(Live& live, Permissions may, std::uint64_t after, std::function<bool()> still)
      : live_(live), may_(may), after_(after), still_(std::move(still)) {}
  void opened(std::shared_ptr<WebSocket> socket) override {
    live_.opened(this, {std::move(socket), may_, std::move(still_), std::chrono::steady_clock::now()}, after_);
  }
  void message(std::string_view) override {}
  void closed(WebSocketClose) override { live_.closed(this); }

 private:
  Live& live_;
  Permissions may_;
  std::uint64_t after_;
  std::function<bool()> still_;
};

// Milliseconds since 1970, with room for a thousand in each: a process that starts later begins higher.
Live::Live() : next_(static_cast<std::uint64_t>(to_ms(wall_clock())) * 1'000) {}

void Live::tell(std::string_view kind, std::string_view id, const Value& more) {
  bool any = false;
  {
    const std::lock_guard lock(mutex_);
    Arena arena;
    MapBuilder map(arena);
    const std::uint64_t seq = next_++;
    map.add("seq", static_cast<std::int64_t>(seq)).add("kind", kind);
    if (!id.empty()) map.add("id", id);
    for (const Member& m : more.is(Kind::map) ? more.members() : std::span<const Member>{}) map.add(m.key, m.value);
    told_.push_back({seq, needed_for(kind), to_json(map.build())});
    if (told_.size() > live_kept) told_.pop_front();
    for (auto& [who, ear] : ears_)
      if (ear.may.has(told_.back().needs)) ear.socket->send(told_.back().text);
    const auto due = std::chrono::steady_clock::now() - live_checked_every;
    for (auto& [who, ear] : ears_) any = any || ear.checked < due;
  }
  if (any && ask_again) ask_again([this] { check(); });
}

void Live::tell(const Batch& rows) {
  Arena arena;
  const auto each = [&](std::string_view kind, std::size_t count, const auto& one) {
    if (count > live_each_max) return tell(kind, {}, make_map(arena, {{"count", static_cast<std::int64_t>(count)}}));
    for (std::size_t i = 0; i < count; ++i) one(i);
  };
  for (const ConversationRow& c : rows.conversations)
    tell("conversation", c.id, make_map(arena, {{"subject", c.subject}, {"owner", c.owner}, {"agent", c.agent}, {"queue", c.queue}, {"state", c.state}, {"epoch", Value(c.epoch)}}));
  for (const MessageRow& m : rows.messages)
    tell("message", m.id, make_map(arena, {{"subject", m.subject}, {"channel", m.channel}, {"direction", m.direction}}));
  each("run", rows.runs.size(), [&](std::size_t i) {
    const RunRow& r = rows.runs[i];
    tell("run", r.id, make_map(arena, {{"workflow", r.workflow}, {"status", r.status}, {"subject", r.subject}}));
  });
  std::vector<const InputRow*> events;
  for (const InputRow& input : rows.inputs)
    if (input.kind == "event") events.push_back(&input);
  each("event", events.size(), [&](std::size_t i) {
    const InputRow& e = *events[i];
    tell("event", e.event_id, make_map(arena, {{"key", static_cast<std::int64_t>(e.seq)}, {"type", e.type}, {"subject", e.subject}}));
    if (e.type == "conversation.note") tell("conversation", {}, make_map(arena, {{"subject", e.subject}}));
  });
  each("call", rows.calls_ended.size(), [&](std::size_t i) { tell("call", rows.calls_ended[i].key, make_map(arena, {{"status", rows.calls_ended[i].status}})); });
}

std::shared_ptr<WebSocketHandler> Live::listener(Permissions may, std::uint64_t after, std::function<bool()> still) {
  if (listeners() >= live_listeners_max) return nullptr;
  return std::make_shared<LiveListener>(*this, may, after, std::move(still));
}

void Live::opened(const void* who, Ear ear, std::uint64_t after) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t first = told_.empty() ? next_ : told_.front().seq;
  const bool missed = after != 0 && (after + 1 < first || after >= next_);
  if (after == 0 || missed) ear.socket->send(fmt::format(R"({{"seq":{},"kind":"{}"}})", next_ - 1, missed ? "reset" : "hello"));
  else
    for (const Told& one : told_)
      if (one.seq > after && ear.may.has(one.needs)) ear.socket->send(one.text);
  ears_[who] = std::move(ear);
}

void Live::closed(const void* who) {
  const std::lock_guard lock(mutex_);
  ears_.erase(who);
}

// Who has signed out, or may not any more, hears nothing more.
void Live::check() {
  std::vector<std::pair<const void*, std::function<bool()>>> asked;
  {
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    for (auto& [who, ear] : ears_)
      if (ear.checked < now - live_checked_every) ear.checked = now, asked.emplace_back(who, ear.still);
  }
  for (const auto& [who, still] : asked) {
    if (still()) continue;
    const std::lock_guard lock(mutex_);
    if (const auto at = ears_.find(who); at != ears_.end()) at->second.socket->close(WebSocketClose::policy, "signed out");
  }
}

std::size_t Live::listeners() const {
  const std::lock_guard lock(mutex_);
  return ears_.size();
}

}  // namespace shopbell
