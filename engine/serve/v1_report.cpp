// How well it goes: the desk's figures, day by day too, and what workflows do for sales. Read on the thread for what takes long, by
// connections of its own.

#include "base/json.h"
#include "core/profile.h"
#include "desk/effect.h"
#include "serve/report.h"
#include "serve/report_days.h"
#include "serve/v1_handlers.h"
#include "serve/v1_workflows.h"
#include "store/figures.h"

#include <algorithm>
#include <charconv>
#include <unordered_set>

namespace shopbell::v1 {
namespace {

constexpr std::size_t orders_read_max = 20'000;

std::int64_t days_of(const V1Ask& ask) {
  const std::string text = ask.param("days");
  std::int64_t days = report_days_otherwise;
  std::from_chars(text.data(), text.data() + text.size(), days);
  return std::clamp<std::int64_t>(days, 1, report_days_max);
}

/// Orders of those customers, with what they came to. One whose line is gone, or that was erased, is left out.
Result<std::vector<desk::Ordered>> orders_of(const std::unordered_set<std::string>& customers, FiguresReader& figures, Reader& reader, Time from) {
  const auto came = figures.events("order.placed", from);
  if (!came) return tl::unexpected(came.error());
  std::vector<desk::Ordered> orders;
  for (const FiguresReader::Came& one : *came) {
    if (!customers.contains(one.subject)) continue;
    if (orders.size() >= orders_read_max) break;
    Arena arena;
    const auto line = reader.line(one.key);
    const auto event = line ? parse_json(*line, arena) : Result<Value>(fail("", ""));
    if (!event) continue;
    const Value order = (*event)["data"]["order"];
    orders.push_back({one.subject, one.at, std::string(order["currency"].text_or({})), order["total"].number_or(0)});
  }
  return orders;
}

Result<Value> effect_since(Time from, FiguresReader& figures, Reader& reader, Arena& arena) {
  const auto starts = figures.starts(from);
  if (!starts) return tl::unexpected(starts.error());
  std::vector<desk::Began> began;
  std::unordered_set<std::string> customers;
  for (const FiguresReader::Start& one : *starts) {
    if (!has_profile(one.subject)) continue;
    customers.insert(one.subject);
    began.push_back({one.workflow, one.subject, one.at});
  }
  const auto orders = orders_of(customers, figures, reader, from);
  if (!orders) return tl::unexpected(orders.error());
  return desk::effect(began, *orders, arena);
}

V1Answer do_report(V1Parts& parts, V1Ask& ask) {
  const std::int64_t days = days_of(ask);
  const Time from = ask.now - Millis{days * 24 * 3'600'000};
  const auto reader = Store::reader(parts.data);
  if (!reader) return tl::unexpected(reader.error());
  const auto figures = FiguresReader::open(parts.data);
  if (!figures) return tl::unexpected(figures.error());
  const auto facts = read_facts(**reader, from, ask.now);
  if (!facts) return tl::unexpected(facts.error());
  const auto events = (*figures)->events_by_day(from, static_cast<std::size_t>(days));
  if (!events) return tl::unexpected(events.error());
  const auto effect = effect_since(from, **figures, **reader, ask.arena);
  if (!effect) return tl::unexpected(effect.error());
  MapBuilder map(ask.arena, desk::report(*facts, ask.arena));
  return v1_json(map.add("series", report_days(*facts, parts.config->facts, *events, ask.arena)).add("effect", *effect).build());
}

}  // namespace

V1Answer show_report(V1Parts& parts, V1Ask& ask) { return apart(parts, ask, do_report); }

}  // namespace shopbell::v1
