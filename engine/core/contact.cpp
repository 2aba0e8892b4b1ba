#include "core/contact.h"

#include "base/hash.h"
#include "base/time.h"
#include "core/conversations.h"
#include "core/effects.h"
#include "core/profile.h"
#include "core/runs.h"
#include "core/step.h"

#include <algorithm>
#include <utility>

namespace shopbell {
namespace {

constexpr Millis person_pause{3'600'000};  // then it is looked again; at once when the person is done

const Zone& zone_of(std::string_view wanted, const ShopFacts& shop) {
  if (!wanted.empty())
    if (const Zone* zone = find_zone(wanted)) return *zone;
  const Zone* own = find_zone(shop.timezone);
  return own != nullptr ? *own : *find_zone("UTC");
}

// When there are no more than limit - 1 contacts in the time before.
Time room_in_budget(const std::vector<Time>& contacts, const RunLimit& limit, Time from) {
  if (limit.count == 0 || contacts.size() < limit.count) return from;
  return std::max(from, contacts[contacts.size() - limit.count] + limit.per);
}

void tell(Turn& turn, std::string_view to, std::string_view type, const std::string& cause,
          const Value& contact) {
  Event event;
  event.id = turn.arena.copy(cause);
  event.source = "shopbell";
  event.type = type;
  event.subject = turn.arena.copy(to);
  event.at = turn.at;
  event.data = make_map(turn.arena, {{"contact", contact}});
  turn.made.following.push_back({std::string(to), {event, 1, {}, {}}});
}

}  // namespace

Room room_for_contact(const Turn& turn, const Value& customer) {
  const ContactRule& rule = turn.workflows.shop().contact;
  Room room{room_in_budget(turn.subject.contacts, rule.limit, turn.at), {}};
  if (room.at > turn.at)
    room.why = std::to_string(rule.limit.count) + " contacts in " + format_duration(rule.limit.per);
  if (talks_with_person(turn.subject)) {
    room.at = std::max(room.at, turn.at + person_pause);
    room.why += room.why.empty() ? "a person talks with the customer" : ", and a person talks with the customer";
  }
  if (!rule.quiet) return room;
  const Time loud =
      end_of_quiet(*rule.quiet, zone_of(customer["timezone"].text_or({}), turn.workflows.shop()), room.at);
  if (loud > room.at) room.why += room.why.empty() ? "quiet hours" : ", then quiet hours";
  room.at = loud;
  return room;
}

void count_contact(Turn& turn) {
  const RunLimit& limit = turn.workflows.shop().contact.limit;
  if (limit.count == 0) return;
  auto& contacts = turn.subject.contacts;
  std::erase_if(contacts, [&](Time at) { return at <= turn.at - limit.per; });
  contacts.push_back(turn.at);
  turn.made.subject_changed = true;
}

namespace {

void uncount_contact(Turn& turn, Time at) {
  auto& contacts = turn.subject.contacts;
  const auto counted = std::find(contacts.begin(), contacts.end(), at);
  if (counted == contacts.end()) return;
  contacts.erase(counted);
  turn.made.subject_changed = true;
}

}  // namespace

void give_back_contact(Turn& turn, Run& run) {
  const Time at = std::exchange(run.flow.contacted, Time{});
  run.flow.granted = false;
  if (at == Time{}) return;
  if (!asks_elsewhere(turn, run)) return uncount_contact(turn, at);
  tell(turn, run.event.subject, contact_returned, id_of({"returned", run.id, std::to_string(run.steps)}),
       make_map(turn.arena, {{"at", Value(to_ms(at))}}));
}

void take_contact_returned(Turn& turn, const Event& event) {
  uncount_contact(turn, from_ms(event.data["contact"]["at"].integer_or(0)));
}

bool has_consent(const Value& customer, std::string_view channel) {
  if (channel == "log") return true;
  const Value said = customer["consent"][channel];
  return said.is(Kind::boolean) ? said.boolean()
                                : customer["accepts_" + std::string(channel)].boolean_or(false);
}

bool asks_elsewhere(const Turn& turn, const Run& run) {
  return run.event.subject != turn.subject.id && has_profile(run.event.subject);
}

void ask_for_contact(Turn& turn, const Run& run, const Instruction& step) {
  tell(turn, run.event.subject, contact_asked, cause_of(run, step),
       make_map(turn.arena, {{"run", turn.arena.copy(run.id)}, {"about", turn.arena.copy(turn.subject.id)}}));
}

void take_contact_asked(Turn& turn, const Event& event) {
  const Value contact = event.data["contact"];
  const Room room = room_for_contact(turn, turn.subject.profile);
  if (room.at <= turn.at) count_contact(turn);
  tell(
      turn, contact["about"].text_or({}), contact_answered, std::string(event.id) + "-answer",
      make_map(turn.arena,
               {{"run", contact["run"]}, {"at", Value(to_ms(room.at))}, {"why", turn.arena.copy(room.why)}}));
}

void take_contact_answered(Turn& turn, const Event& event) {
  const Value contact = event.data["contact"];
  const std::string id(contact["run"].text_or({}));
  for (Run& run : turn.subject.runs) {
    if (run.id != id || run.status != RunStatus::waiting || run.flow.collecting) continue;
    const Time at = from_ms(contact["at"].integer_or(0));
    take_room(turn, run, {at, std::string(contact["why"].text_or({}))});
    return settle(turn, id);
  }
}

Result<Time> opening_of(const Turn& turn, std::string_view name) {
  const ShopFacts& shop = turn.workflows.shop();
  const auto calendar = shop.calendars.find(name);
  if (calendar == shop.calendars.end())
    return fail("no_calendar", "the shop has no hours named " + std::string(name));
  const auto open = opening(calendar->second, zone_of(calendar->second.timezone, shop), turn.at);
  if (!open) return fail("no_calendar", std::string(name) + " does not open within a year");
  return *open;
}

}  // namespace shopbell
