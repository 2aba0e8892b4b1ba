#include "core/promise.h"

#include "base/time.h"
#include "base/zone.h"
#include "core/desk.h"
#include "core/inquiry.h"
#include "core/profile_draft.h"
#include "core/replayed.h"
#include "desk/desk.h"

#include <algorithm>

namespace shopbell {
namespace {

constexpr std::string_view business = "business";  // the calendar of people whose queue names none
constexpr std::string_view queue_scheme = "queue:";

bool has_desk(const Turn& turn) {
  const desk::Rules* rules = turn.workflows.shop().desk.get();
  return rules != nullptr && !rules->queues.empty() && !is_replayed(turn.subject.id);
}

/// The replies that this queue's subject remembers, as a desk would.
desk::Desk remembered(const Turn& turn, std::string_view queue) {
  desk::Desk desk;
  for (const Value& w : items_of(turn.subject.things["waits"]))
    desk.replies.push_back({from_ms(w["at"].integer_or(0)), Millis{w["ms"].integer_or(0)}, std::string(queue)});
  return desk;
}

}  // namespace

desk::Hours hours_of(const Turn& turn, std::string_view name) {
  const ShopFacts& shop = turn.workflows.shop();
  const auto calendar = shop.calendars.find(name);
  if (calendar == shop.calendars.end()) return {};
  const std::string& own = calendar->second.timezone;
  const Zone* zone = find_zone(own.empty() ? shop.timezone : own);
  return {&calendar->second, zone != nullptr ? zone : find_zone("UTC")};
}

std::string who_promises(const Turn& turn, std::string_view queue) {
  if (has_desk(turn)) return std::string(desk_subject);
  return std::string(replay_prefix(turn.subject.id)).append(queue_scheme).append(queue);
}

Value promise_of(const Turn& turn, std::string_view queue) {
  const bool is_desk = turn.subject.id == desk_subject;
  const desk::Queue* known = is_desk ? turn.workflows.shop().desk->find_queue(queue) : nullptr;
  const desk::Hours hours = hours_of(turn, known == nullptr || known->hours.empty() ? business : std::string_view(known->hours));
  const desk::Promise made = desk::promise(is_desk ? desk::desk_of(turn.subject.profile) : remembered(turn, queue), queue, hours, turn.at);
  MapBuilder told(turn.arena);
  told.add("open", Value(!made.opens));
  if (made.opens) told.add("opens_at", Value(*made.opens));
  if (made.about) told.add("minutes", Value(std::max<std::int64_t>(1, (made.about->count() + 59'999) / 60'000)));
  return told.build();
}

void tell_wait(Turn& turn, std::string_view queue, Millis waited) {
  if (has_desk(turn)) return;
  tell_inquiry(turn, std::string(queue_scheme).append(queue), inquiry_asked, std::to_string(to_ms(turn.at)) + " waited",
               make_map(turn.arena, {{"kind", "waited"}, {"ms", Value(std::int64_t{waited.count()})}}));
}

void keep_wait(Turn& turn, Millis waited) {
  std::vector<Value> kept;
  for (const Value& w : items_of(turn.subject.things["waits"]))
    if (from_ms(w["at"].integer_or(0)) > turn.at - desk::replies_kept) kept.push_back(w);
  kept.push_back(make_map(turn.arena, {{"at", Value(to_ms(turn.at))}, {"ms", Value(std::int64_t{waited.count()})}}));
  const std::size_t over = kept.size() > waits_kept_max ? kept.size() - waits_kept_max : 0;
  turn.subject.things = make_map(turn.arena, {{"waits", make_list(turn.arena, std::span(kept).subspan(over))}});
  turn.made.subject_changed = true;
}

}  // namespace shopbell
