#include "serve/chat_room.h"

#include "base/hash.h"
#include "base/json.h"
#include "core/identity.h"
#include "serve/chat_visitor.h"
#include "serve/clock.h"
#include "serve/customers.h"

#include <algorithm>
#include <cmath>
#include <exception>

namespace shopbell {
namespace {

constexpr std::size_t turns_kept_max = 10'000;
constexpr std::chrono::seconds round_pause{1};

std::string name_of(std::string_view thread) { return std::string(web_channel) + ":" + std::string(thread); }

/// Of a conversation's id; empty: of another channel.
std::string thread_of_conversation(const ConversationRow& row) {
  const std::string prefix = name_of({});
  return row.channel == web_channel && row.id.starts_with(prefix) ? row.id.substr(prefix.size()) : std::string();
}

/// Whether the shop knows it by an id of its own.
bool has_account(const Subject& subject) {
  const auto is_account = [](std::string_view name) { return name.starts_with("customer:") && name.find('@') == name.npos; };
  return is_account(subject.id) || std::any_of(subject.identities.begin(), subject.identities.end(), is_account);
}

}  // namespace

ChatRoom::ChatRoom(std::unique_ptr<Reader> reader, std::string title, ChatTokens tokens, Offer offer, ChatLimits limits)
    : reader_(std::move(reader)), title_(std::move(title)), tokens_(std::move(tokens)), offer_(std::move(offer)), limits_(limits) {
  durable_ = reader_->last_message().value_or(0);
}

ChatRoom::~ChatRoom() { stop(); }

void ChatRoom::start() {
  thread_ = std::thread([this] { run(); });
}

void ChatRoom::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    seats_.clear();
    work_ = {};
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void ChatRoom::enter(std::shared_ptr<ChatVisitor> visitor) {
  const std::lock_guard lock(mutex_);
  if (!stopping_) seats_[visitor.get()] = {visitor, {}};
}

void ChatRoom::greet(std::shared_ptr<ChatVisitor> visitor) {
  const std::lock_guard lock(mutex_);
  if (!stopping_) work_.greeted.push_back(std::move(visitor));
  wake_.notify_one();
}

void ChatRoom::leave(const ChatVisitor& visitor) {
  std::shared_ptr<ChatVisitor> last;  // not destroyed under the lock
  const std::lock_guard lock(mutex_);
  const auto at = seats_.find(&visitor);
  if (at == seats_.end()) return;
  last = std::move(at->second.visitor);
  seats_.erase(at);
}

void ChatRoom::kept(const Batch& rows, std::uint64_t last_message) {
  if (rows.messages.empty() && rows.conversations.empty()) return;
  const std::lock_guard lock(mutex_);
  if (!rows.messages.empty()) durable_ = last_message;
  for (const MessageRow& row : rows.messages) {
    if (row.channel != web_channel) continue;
    work_.threads.insert(thread_of(row));
    work_.subjects.insert(row.subject);
  }
  for (const ConversationRow& row : rows.conversations)
    if (std::string thread = thread_of_conversation(row); !thread.empty()) work_.frames.emplace_back(std::move(thread), owner_frame(owner_of(row)));
  if (!work_.threads.empty() || !work_.frames.empty()) wake_.notify_one();
}

void ChatRoom::tell_typing(std::string_view conversation, std::string_view name) {
  const std::string prefix = name_of({});
  if (!conversation.starts_with(prefix)) return;
  const std::lock_guard lock(mutex_);
  work_.frames.emplace_back(conversation.substr(prefix.size()), typing_frame(name));
  wake_.notify_one();
}

void ChatRoom::types(const std::string& thread, const std::string& name, bool types) {
  if (on_typing) on_typing(name_of(thread), name, types);
}

// A bucket that fills while nothing is said.
Millis ChatRoom::take_turn(const std::string& thread) {
  const auto now = std::chrono::steady_clock::now();
  const std::lock_guard lock(mutex_);
  const auto full_by = now - std::chrono::seconds(static_cast<long>(limits_.burst / limits_.per_second) + 1);
  if (turns_.size() > turns_kept_max) std::erase_if(turns_, [&](const auto& of) { return of.second.at < full_by; });
  Turns& turns = turns_.try_emplace(thread, Turns{limits_.burst, now}).first->second;
  turns.left = std::min(limits_.burst, turns.left + std::chrono::duration<double>(now - turns.at).count() * limits_.per_second);
  turns.at = now;
  if (turns.left < 1) return Millis{static_cast<std::int64_t>(std::ceil((1 - turns.left) / limits_.per_second * 1000))};
  turns.left -= 1;
  return Millis{0};
}

void ChatRoom::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    wake_.wait_for(lock, round_pause, [this] {
      return stopping_ || !work_.greeted.empty() || !work_.threads.empty() || !work_.frames.empty();
    });
    const Work work = std::exchange(work_, {});
    lock.unlock();
    do_work(work);
    turn_away_silent();
    lock.lock();
  }
}

void ChatRoom::do_work(const Work& work) {
  std::vector<Seat> seats;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, seat] : seats_)
      if (!seat.thread.empty()) seats.push_back(seat);
  }
  for (const Seat& seat : seats) {
    for (const auto& [thread, frame] : work.frames)
      if (thread == seat.thread) seat.visitor->send(frame);
    if (work.threads.contains(seat.thread) || work.subjects.contains(seat.visitor->subject)) catch_up(*seat.visitor);
  }
  for (const auto& visitor : work.greeted) welcome(visitor);
}

void ChatRoom::welcome(const std::shared_ptr<ChatVisitor>& visitor) {
  const ChatGreeting& greeting = visitor->greeting();
  const std::string thread = choose_thread(greeting);
  if (thread.empty()) return visitor->refuse("unavailable", "come again later");
  const bool of_visitor = thread == greeting.thread || !greeting.named;
  seat(visitor, thread);
  visitor->send(welcome_frame(title_, of_visitor ? tokens_.visitor_token(thread, wall_clock()) : std::string(), greeting.named.has_value(),
                              find_owner(thread)));
  catch_up(*visitor);
  visitor->send(caught_up_frame(visitor->seq));
}

// A token opens its thread as long as nobody is known behind it; from then on that customer's word is needed beside it, so that
// who comes to the same browser next does not read on.
std::string ChatRoom::choose_thread(const ChatGreeting& greeting) {
  Arena arena;
  const auto behind = greeting.thread.empty() ? std::optional<Subject>() : find_customer(*reader_, name_of(greeting.thread), arena).value_or(std::nullopt);
  if (!greeting.named) return greeting.thread.empty() || (behind && has_account(*behind)) ? ChatTokens::new_thread() : greeting.thread;
  const bool is_same = behind && (!has_account(*behind) || is_called(*behind, "customer:" + greeting.named->account));
  return is_same ? greeting.thread : "u-" + greeting.named->account;
}

ChatOwner ChatRoom::find_owner(const std::string& thread) {
  Filter filter;
  filter.conversation = name_of(thread);
  const auto rows = reader_->conversations(filter, {0, 1});
  return rows && !rows->empty() ? owner_of(rows->front().row) : ChatOwner{};
}

void ChatRoom::seat(const std::shared_ptr<ChatVisitor>& visitor, const std::string& thread) {
  visitor->seat(thread);
  std::vector<std::shared_ptr<ChatVisitor>> others;
  {
    const std::lock_guard lock(mutex_);
    const auto at = seats_.find(visitor.get());
    if (at == seats_.end()) return;  // it has gone
    at->second.thread = thread;
    for (const auto& [key, seat] : seats_)
      if (seat.thread == thread && seat.visitor != visitor) others.push_back(seat.visitor);
  }
  if (others.size() < limits_.connections_of_one) return;
  const auto oldest = std::min_element(others.begin(), others.end(), [](const auto& a, const auto& b) { return a->opened_at() < b->opened_at(); });
  (*oldest)->refuse("too_many_windows", "the chat is open in too many windows");
}

void ChatRoom::catch_up(ChatVisitor& visitor) {
  const ChatGreeting& greeting = visitor.greeting();
  std::uint64_t durable = 0;
  std::string thread;
  {
    const std::lock_guard lock(mutex_);
    durable = durable_;
    if (const auto at = seats_.find(&visitor); at != seats_.end()) thread = at->second.thread;
  }
  if (thread.empty()) return;
  Arena arena;
  const auto whom = find_customer(*reader_, name_of(thread), arena);
  // A customer whom the shop names reads what was said in all of its threads.
  const auto named = greeting.named ? find_customer(*reader_, "customer:" + greeting.named->account, arena) : Result<std::optional<Subject>>();
  const bool is_named = named && *named;
  if (!is_named && (!whom || !*whom)) return;  // nobody has heard of it
  visitor.subject = is_named ? (*named)->id : (*whom)->id;
  Reader::Stretch stretch{visitor.subject, std::string(web_channel), is_named ? std::string() : thread, visitor.seq, durable, limits_.page};
  if (visitor.seq == 0) {
    // What a browser has of a time before all messages were dropped tells nothing.
    if (greeting.after && *greeting.after <= durable) stretch.after = *greeting.after;
    else if (const auto from = reader_->before_newest({stretch.subject, stretch.channel, stretch.thread, 0, durable, limits_.newest})) stretch.after = *from;
  }
  for (;;) {
    const auto rows = reader_->messages(stretch);
    if (!rows) return;
    for (const MessageView& row : *rows) visitor.send(message_frame(row, buttons_of(row.row), visitor.id_of_kept(row.row.id)));
    if (!rows->empty()) stretch.after = rows->back().key;
    visitor.seq = std::max(visitor.seq, stretch.after);
    if (rows->size() < stretch.max) return;
  }
}

// They stand with the call that said it.
std::vector<std::string> ChatRoom::buttons_of(const MessageRow& message) {
  std::vector<std::string> buttons;
  if (message.direction != "out" || message.run.empty()) return buttons;
  Filter filter;
  filter.run = message.run;
  const auto calls = reader_->calls(filter, {0, limits_.page});
  if (!calls) return buttons;
  for (const CallView& call : *calls) {
    if (id_of({"message", call.row.key}) != message.id) continue;
    Arena arena;
    const auto args = parse_json(arena.copy(call.row.args), arena);
    const Value list = args ? (*args)["buttons"] : Value();
    for (const Value& button : list.is(Kind::list) ? list.items() : std::span<const Value>{}) buttons.emplace_back(button.text_or({}));
  }
  return buttons;
}

void ChatRoom::turn_away_silent() {
  std::vector<std::shared_ptr<ChatVisitor>> silent;
  const auto by = std::chrono::steady_clock::now() - limits_.hello_within;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, seat] : seats_)
      if (seat.thread.empty() && seat.visitor->opened_at() < by) silent.push_back(seat.visitor);
  }
  for (const auto& visitor : silent) visitor->refuse("no_hello", "nobody said hello");
}

}  // namespace shopbell
