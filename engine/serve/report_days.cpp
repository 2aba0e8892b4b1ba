#include "serve/report_days.h"

#include "base/time.h"
#include "desk/rules.h"
#include "desk/sla.h"

#include <algorithm>

namespace shopbell {
namespace {

constexpr Millis day{std::int64_t{24} * 3'600'000};

struct Promises {
  std::int64_t met = 0, missed = 0;
};

desk::Hours hours_of(const ShopFacts& shop, const desk::Queue& queue) {
  const auto calendar = shop.calendars.find(queue.hours);
  if (calendar == shop.calendars.end()) return {};
  const std::string& own = calendar->second.timezone;
  const Zone* zone = find_zone(own.empty() ? shop.timezone : own);
  return {&calendar->second, zone != nullptr ? zone : find_zone("UTC")};
}

void add(Promises& to, const desk::Ticket& ticket, const ShopFacts& shop, Time now) {
  const desk::Queue* queue = shop.desk ? shop.desk->find_queue(ticket.queue) : nullptr;
  if (queue == nullptr) return;
  const desk::Sla sla = desk::sla_of(ticket.events, queue->goals, hours_of(shop, *queue), now);
  for (const desk::Clock* clock : {&sla.first_reply, &sla.next_reply, &sla.resolution}) {
    to.met += clock->met;
    to.missed += clock->missed;
  }
}

/// What of the facts is of that day.
desk::Facts of_day(const desk::Facts& facts, Time from) {
  desk::Facts one{from, from + day, {}, {}, {}};
  for (const desk::Heard& m : facts.messages)
    if (m.at >= one.from - desk::contact_gap && m.at < one.to + desk::comes_back) one.messages.push_back(m);
  for (const auto& [id, ticket] : facts.tickets)
    if (ticket.opened() >= one.from && ticket.opened() < one.to) one.tickets.emplace(id, ticket);
  for (const desk::Answered& answer : facts.answers)
    if (answer.at >= one.from && answer.at < one.to) one.answers.push_back(answer);
  for (const desk::Rated& rated : facts.rated)
    if (rated.at >= one.from && rated.at < one.to + desk::comes_back) one.rated.push_back(rated);
  return one;
}

}  // namespace

Value report_days(const desk::Facts& facts, const ShopFacts& shop, const std::vector<std::int64_t>& events, Arena& arena) {
  ListBuilder list(arena);
  const std::size_t days = events.size();
  for (std::size_t i = 0; i < days; ++i) {
    const desk::Facts one = of_day(facts, facts.to - day * static_cast<std::int64_t>(days - i));
    const auto messages = std::count_if(one.messages.begin(), one.messages.end(), [&](const desk::Heard& m) { return m.at >= one.from && m.at < one.to; });
    Promises promises;
    for (const auto& [id, ticket] : one.tickets) add(promises, ticket, shop, facts.to);
    const Value total = desk::report(one, arena)["total"];
    MapBuilder row(arena);
    row.add("day", arena.copy(format_rfc3339(one.to - Millis{1}).substr(0, 10))).add("events", events[i]).add("messages", std::int64_t{messages});
    row.add("sla_met", promises.met).add("sla_missed", promises.missed);
    for (const char* name : {"contacts", "contained", "confirmed", "tickets", "first_reply_ms", "csat", "csat_answers", "nps", "nps_answers", "ces", "ces_answers"}) row.add(name, total[name]);
    list.add(row.build());
  }
  return list.build();
}

}  // namespace shopbell
