#include "core/early_states.h"

#include "core/conversation.h"
#include "core/profile.h"

#include <utility>
#include <vector>

namespace shopbell {
namespace {

constexpr Millis vendor_delay{2'000};  // between the vendor's time of a message and ours, which is that of the answer

Time time_of(const Value& at) { return at.is(Kind::timestamp) ? from_ms(at.seconds() * 1000 + at.nanos() / 1'000'000) : Time{}; }

std::vector<Value> early_of(const Subject& subject) {
  const Value list = subject.conversations["early"];
  return list.is(Kind::list) ? std::vector<Value>(list.items().begin(), list.items().end()) : std::vector<Value>{};
}

void put(Turn& turn, const std::vector<Value>& early) {
  turn.subject.conversations = MapBuilder(turn.arena, turn.subject.conversations).add("early", make_list(turn.arena, early)).build();
  turn.made.subject_changed = true;
}

bool apply(Turn& turn, const StateTold& told) {
  const Value before = turn.subject.conversation;
  Value after = with_status(before, told.ref, told.status, turn.arena);
  if (told.until) after = with_status_until(after, told.conversation, *told.until + vendor_delay, told.status, turn.arena);
  const bool changed = before.is(Kind::list) && after.items().data() != before.items().data();
  if (changed) turn.set_conversation(after);
  return changed;
}

void keep(Turn& turn, const StateTold& told) {
  std::vector<Value> early = early_of(turn.subject);
  std::erase_if(early, [&](const Value& e) {
    const bool old = time_of(e["at"]) + early_state_kept < turn.at;
    return old || (e["status"].text_or({}) == told.status && e["ref"].text_or({}) == told.ref && e["conversation"].text_or({}) == told.conversation);
  });
  if (early.size() >= early_states_max) early.erase(early.begin());
  MapBuilder made(turn.arena);
  if (!told.ref.empty()) made.add("ref", turn.arena.copy(told.ref));
  made.add("conversation", turn.arena.copy(told.conversation)).add("status", turn.arena.copy(told.status)).add("at", Value(turn.at));
  if (told.until) made.add("until", Value(*told.until));
  early.push_back(made.build());
  put(turn, early);
}

}  // namespace

void take_state(Turn& turn, const StateTold& told) {
  apply(turn, told);
  const bool is_known = !told.ref.empty() && !find_said(turn.subject.conversation, told.ref).is_null();
  const bool means_any = !told.ref.empty() || told.until.has_value();
  if (means_any && !is_known && has_profile(turn.subject.id)) keep(turn, told);
}

void take_early_states(Turn& turn, std::string_view ref) {
  const std::vector<Value> early = early_of(turn.subject);
  std::vector<Value> left;
  for (const Value& e : early) {
    const Value until = e["until"];
    const StateTold told{e["ref"].text_or({}), e["conversation"].text_or({}), e["status"].text_or({}),
                         until.is(Kind::timestamp) ? std::optional(time_of(until)) : std::nullopt};
    apply(turn, told);
    const bool meant = !told.ref.empty() && same_ref(told.ref, ref);
    if (!meant) left.push_back(e);
  }
  if (left.size() < early.size()) put(turn, left);
}

void merge_early_states(Turn& turn, const Subject& from) {
  std::vector<Value> early = early_of(turn.subject), theirs = early_of(from);
  if (theirs.empty()) return;
  early.insert(early.end(), theirs.begin(), theirs.end());
  if (early.size() > early_states_max) early.erase(early.begin(), early.end() - early_states_max);
  put(turn, early);
}

}  // namespace shopbell
