#include "core/conversation_moves.h"

#include "base/hash.h"
#include "core/conversation_edit.h"
#include "core/conversations.h"
#include "core/profile_draft.h"

#include <algorithm>
#include <array>
#include <vector>

namespace shopbell {
namespace {

using namespace conversing;

constexpr std::size_t split_mark_chars = 8;
constexpr int merges_followed_max = 20;

std::span<const Value> said(const Subject& subject) {
  return subject.conversation.is(Kind::list) ? subject.conversation.items() : std::span<const Value>{};
}

bool is_in(const Value& message, std::string_view id) { return message["conversation"].text_or({}) == id; }

/// The messages that `moves` says yes to stand in `to` from now on.
template <class Moves>
void move_messages(Turn& turn, std::string_view to, const Moves& moves) {
  std::vector<Value> messages(said(turn.subject).begin(), said(turn.subject).end());
  for (Value& m : messages)
    if (moves(m)) m = MapBuilder(turn.arena, m).add("conversation", turn.arena.copy(to)).build();
  turn.subject.conversation = make_list(turn.arena, messages);
  turn.made.subject_changed = true;
}

Value earlier(const Value& a, const Value& b) { return a.is_null() || (!b.is_null() && before(b, a)) ? b : a; }
Value later(const Value& a, const Value& b) { return a.is_null() || (!b.is_null() && before(a, b)) ? b : a; }

Value more_urgent(const Value& a, const Value& b) {
  const auto rank = [](const Value& priority) { return std::find(conversation_priorities.begin(), conversation_priorities.end(), priority.text_or("normal")); };
  return rank(a) < rank(b) ? b : a;
}

/// Of what stands in a conversation after messages came or left: when it was spoken in last, and whether somebody waits.
void tell_from_messages(Turn& turn, std::string_view id, const Value& waiting_since) {
  Value last;
  for (const Value& m : said(turn.subject))
    if (is_in(m, id)) last = m;
  const bool waits = last["from"].text_or({}) == "customer";
  set(turn, id, {{"last_at", last["at"]}, {"waiting_since", waits ? waiting_since : Value()}});
}

}  // namespace

Value tags_of_both(const Value& a, const Value& b, Arena& arena) {
  std::vector<Value> tags;
  for (const Value& list : {a, b})
    for (const Value& tag : list.is(Kind::list) ? list.items() : std::span<const Value>{})
      if (tags.size() < conversation_tags_max && std::none_of(tags.begin(), tags.end(), [&](const Value& known) { return known.text_or({}) == tag.text_or({}); })) tags.push_back(tag);
  return make_list(arena, tags);
}

MoveRefused bad_merge(const Turn& turn, std::string_view into, const Value& command) {
  const std::string from(command["from"].text_or({}));
  const Value other = from.empty() ? Value() : find_conversation(turn.subject, from);
  if (other.is_null()) return {"bad_command", "this customer has no conversation " + (from.empty() ? "without a name: from says which" : from)};
  if (from == into) return {"bad_command", "a conversation is not taken into itself"};
  if (other["state"].text_or({}) == "merged") return {"bad_command", from + " was taken into " + std::string(other["merged_into"].text_or({})) + " already"};
  const std::int64_t epoch = other["epoch"].integer_or(1), expected = command["from_epoch"].integer_or(-1);
  if (epoch != expected) return {"conflict", "merge expects the epoch " + std::to_string(expected) + " of " + from + ", and it is " + std::to_string(epoch)};
  return {{}, {}};
}

void merge_into(Turn& turn, std::string_view into, const Value& command) {
  const std::string from(command["from"].text_or({}));
  const std::string_view by = command["by"].text_or({});
  end_snooze(turn, from);
  const Value other = find_conversation(turn.subject, from), kept = find_conversation(turn.subject, into);
  move_messages(turn, into, [&](const Value& m) { return is_in(m, from); });
  set(turn, into, {{"last_at", later(kept["last_at"], other["last_at"])}, {"opened_at", earlier(kept["opened_at"], other["opened_at"])},
                   {"waiting_since", earlier(kept["waiting_since"], other["waiting_since"])}, {"tags", tags_of_both(kept["tags"], other["tags"], turn.arena)},
                   {"priority", more_urgent(kept["priority"], other["priority"])}});
  set(turn, from, {{"state", "merged"}, {"merged_into", turn.arena.copy(into)}, {"waiting_since", Value()}});
  change_owner(turn, from, {"nobody", {}, {}});
  tell_ticket(turn, "ticket.closed", from, by);
  tell(turn, "conversation.merged", from, by, "into " + std::string(into));
}

std::string split_id(std::string_view id, std::string_view message) {
  return std::string(id.substr(0, id.find('#'))) + "#" + id_of({"split", id, message}).substr(0, split_mark_chars);
}

std::string bad_split(const Turn& turn, std::string_view id, std::string_view message) {
  bool before = false;
  for (const Value& m : said(turn.subject)) {
    if (!is_in(m, id)) continue;
    if (m["id"].text_or({}) != message) before = true;
    else return before ? std::string() : "that is the first message that is known: nothing would be left";
  }
  return "there is no such message in " + std::string(id);
}

void split_off(Turn& turn, std::string_view id, const Value& command) {
  const std::string_view message = command["message"].text_or({});
  const std::string fresh = split_id(id, message);
  const Value kept = find_conversation(turn.subject, id), waiting = kept["waiting_since"];
  Value first;
  move_messages(turn, fresh, [&](const Value& m) {
    if (m["id"].text_or({}) == message && is_in(m, id)) first = m;
    return !first.is_null() && is_in(m, id);
  });
  MapBuilder made(turn.arena);
  for (const char* name : {"channel", "thread", "owner", "agent", "queue", "priority", "tags", "sender", "window_until", "person_until", "subject", "answers_to"})
    if (!kept[name].is_null()) made.add(name, kept[name]);
  made.add("id", turn.arena.copy(fresh)).add("epoch", Value(epoch_of(turn.subject))).add("state", "open").add("split_from", turn.arena.copy(id)).add("opened_at", first["at"]);
  put(turn, fresh, made.build());
  tell_from_messages(turn, id, waiting);
  tell_from_messages(turn, fresh, waiting.is_null() ? first["at"] : later(waiting, first["at"]));
  tell(turn, "conversation.split", fresh, command["by"].text_or({}), "from " + std::string(id));
}

std::string stands_in(const Subject& subject, std::string id) {
  for (int i = 0; i < merges_followed_max; ++i) {
    const Value c = id.empty() ? Value() : find_conversation(subject, id);
    if (c["state"].text_or({}) != "merged" || c["merged_into"].text_or({}).empty()) return id;
    id = c["merged_into"].text();
  }
  return id;
}

std::string thread_id(const Subject& subject, std::string_view id) {
  const Value c = id.empty() ? Value() : find_conversation(subject, id);
  return c.is_null() ? std::string(id) : conversation_id(c["channel"].text_or({}), c["thread"].text_or({}));
}

}  // namespace shopbell
