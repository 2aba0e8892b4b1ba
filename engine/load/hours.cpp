// What a merchant says about time: limits, schedules, opening hours, and how often a customer may be reached.
#include "load/hours.h"

#include "base/time.h"
#include "load/draft.h"
#include "load/language.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace shopbell {
namespace {

constexpr Millis limit_per_max{std::int64_t{5} * 366 * 24 * 3600 * 1000};
constexpr Millis every_min{60'000};
constexpr std::array<std::string_view, 7> weekdays{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
// Transactional steps are exempt; who wants to may say so.
constexpr Key contact_keys[] = {{"limit"}, {"quiet_hours"}, {"over"}, {"expire"}, {"transactional"}, {"transactional exempt"}};
constexpr std::array<std::string_view, 1> transactional_choices{"exempt"};
constexpr std::array<std::string_view, 2> over_choices{"defer", "skip"};

std::string zone_name(const yaml::Node& node, Report& report) {
  const auto name = read_text(node, "timezone", report);
  if (name && find_zone(*name) == nullptr)
    report.error(place_of(node, report.source()), "no_such_timezone",
                 fmt::format("there is no timezone {}", *name), "a zone of the IANA database: Europe/Madrid");
  return name.value_or("");
}

std::optional<Span> read_span(const yaml::Node& node, Report& report) {
  const auto span = node.is_scalar() ? parse_span(node.text) : std::nullopt;
  if (!span)
    report.error(place_of(node, report.source()), "bad_hours",
                 fmt::format("{} are no hours", yaml::describe(node)),
                 "from and to on a 24 hour clock: \"09:00-18:00\"");
  return span;
}

// "mon", "mon-fri", "sat,sun": whether it is days at all.
std::optional<std::array<bool, 7>> parse_days(std::string_view text) {
  std::array<bool, 7> days{};
  const auto day_of = [](std::string_view name) {
    return static_cast<std::size_t>(std::find(weekdays.begin(), weekdays.end(), name) - weekdays.begin());
  };
  for (;;) {
    const std::string_view part = text.substr(0, text.find(','));
    const std::size_t dash = std::min(part.find('-'), part.size());
    const std::size_t first = day_of(part.substr(0, dash));
    const std::size_t last = dash < part.size() ? day_of(part.substr(dash + 1)) : first;
    if (first == 7 || last == 7) return {};
    for (std::size_t day = first;; day = (day + 1) % 7) {
      days[day] = true;
      if (day == last) break;
    }
    if (part.size() == text.size()) return days;
    text.remove_prefix(part.size() + 1);
  }
}

void read_holidays(const yaml::Node& node, Calendar& calendar, Report& report) {
  if (!node.is_list()) wrong_type(report, node, "holidays", "a list of dates", "holidays: [2026-12-25]");
  for (const yaml::NodePtr& item : node.items) {
    const auto day = item->is_scalar() ? parse_day(item->text) : std::nullopt;
    if (day) calendar.holidays.insert(*day);
    else
      report.error(place_of(*item, report.source()), "bad_date",
                   fmt::format("{} is no date", yaml::describe(*item)), "year, month and day: 2026-12-25");
  }
}

void read_days(const yaml::Entry& entry, Calendar& calendar, Report& report) {
  const auto days = parse_days(entry.key->text);
  if (!days) {
    static constexpr std::array<std::string_view, 9> known{"mon", "tue", "wed",      "thu",     "fri",
                                                           "sat", "sun", "holidays", "timezone"};
    std::string hint = did_you_mean(entry.key->text, known);
    if (hint.empty()) hint = "days are mon, tue, wed, thu, fri, sat, sun; mon-fri, or sat,sun";
    report.error(place_of(*entry.key, report.source()), "unknown_key",
                 fmt::format("opening hours have no key {}", entry.key->text), std::move(hint));
    return;
  }
  std::vector<Span> spans;
  const yaml::Node& value = *entry.value;
  if (value.is_list()) {
    for (const yaml::NodePtr& item : value.items)
      if (const auto span = read_span(*item, report)) spans.push_back(*span);
  } else if (!(value.is_scalar() && value.text == "closed")) {
    if (const auto span = read_span(value, report)) spans.push_back(*span);
  }
  for (std::size_t day = 0; day < 7; ++day)
    if ((*days)[day]) calendar.week[day] = spans;
}

Calendar read_calendar(const yaml::Node& node, Report& report) {
  Calendar calendar;
  if (!node.is_map())
    wrong_type(report, node, "opening hours", "a map of days and hours", "mon-fri: \"09:00-18:00\"");
  for (const yaml::Entry& entry : node.entries) {
    if (entry.key->text == "holidays") read_holidays(*entry.value, calendar, report);
    else if (entry.key->text == "timezone") calendar.timezone = zone_name(*entry.value, report);
    else read_days(entry, calendar, report);
  }
  const auto closed = [](const auto& spans) { return spans.empty(); };
  if (node.is_map() && !report.failed() && std::all_of(calendar.week.begin(), calendar.week.end(), closed))
    report.error(place_of(node, report.source()), "never_open", "these hours never open",
                 "mon-fri: \"09:00-18:00\"");
  return calendar;
}

}  // namespace

std::map<std::string, Calendar, std::less<>> read_calendars(const yaml::Node& node, Report& report) {
  std::map<std::string, Calendar, std::less<>> made;
  if (!node.is_map())
    wrong_type(report, node, "hours", "a map by name", "business: { mon-fri: \"09:00-18:00\" }");
  for (const yaml::Entry& entry : node.entries)
    made.emplace(entry.key->text, read_calendar(*entry.value, report));
  return made;
}

ContactRule read_contact(const yaml::Node& node, Report& report) {
  ContactRule rule;
  Fields fields(node, "contact", contact_keys, report);
  if (const yaml::Node* limit = fields.find("limit"))
    rule.limit = read_limit(*limit, report).value_or(RunLimit{});
  if (const yaml::Node* quiet = fields.find("quiet_hours")) rule.quiet = read_span(*quiet, report);
  fields.choice("transactional", transactional_choices);
  if (const yaml::Node* exempt = fields.find("transactional exempt"); exempt != nullptr && !exempt->is_null())
    wrong_type(report, *exempt, "transactional exempt", "without a value");
  rule.skip = fields.choice("over", over_choices) == std::size_t{1};
  rule.expire = fields.duration("expire", Millis{60'000}, limit_per_max).value_or(Millis{0});
  return rule;
}

std::optional<Schedule> read_schedule(const yaml::Node& node, Report& report) {
  Fields fields(node, "a schedule", schedule_keys, report);
  const yaml::Node* cron = fields.find("schedule");
  const yaml::Node* every = fields.find("every");
  Schedule made;
  made.misfire = static_cast<Misfire>(fields.choice("misfire", misfires).value_or(0));
  if (const yaml::Node* zone = fields.find("timezone")) made.timezone = zone_name(*zone, report);
  if (cron != nullptr && every != nullptr) {
    report.error(place_of(*every, report.source()), "two_verbs", "a trigger has schedule or every");
    return {};
  }
  if (every != nullptr) {
    const auto duration = fields.duration("every", every_min, limit_per_max);
    if (!duration) return {};
    made.every = *duration;
    made.text = every->text;
    return made;
  }
  const auto text = read_text(*cron, "schedule", report);
  if (!text) return {};
  auto read = parse_cron(*text);
  if (!read) {
    const Error& e = read.error();
    report.error(place_within(*cron, report.source(), e.offset, e.length), e.code, e.message, e.hint);
    return {};
  }
  made.cron = *read;
  made.text = *text;
  return made;
}

std::optional<RunLimit> read_limit(const yaml::Node& node, Report& report) {
  const std::string_view text = node.is_text() ? std::string_view(node.text) : std::string_view();
  const std::size_t per = text.find(" per ");
  std::uint32_t count = 0;
  const std::string_view digits = text.substr(0, std::min(per, text.size()));
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
  const bool counted =
      error == std::errc() && end == digits.data() + digits.size() && count >= 1 && count <= limit_count_max;
  const Result<Millis> duration =
      per == std::string_view::npos ? fail("", "") : parse_duration(text.substr(per + 5));
  if (per == std::string_view::npos || !counted) {
    report.error(place_of(node, report.source()), "bad_limit",
                 fmt::format("a limit is a number from 1 to {} and a duration", limit_count_max),
                 "limit: 1 per 7d");
  } else if (!duration) {
    const auto offset = static_cast<std::uint32_t>(per + 5);
    report.error(
        place_within(node, report.source(), offset, static_cast<std::uint32_t>(text.size()) - offset),
        duration.error().code, duration.error().message, duration.error().hint);
  } else if (*duration <= Millis{0} || *duration > limit_per_max) {
    report.error(place_of(node, report.source()), "out_of_range",
                 "a limit's duration is more than nothing and at most 5 years");
  } else {
    return RunLimit{count, *duration};
  }
  return std::nullopt;
}

}  // namespace shopbell
