#include "core/cron.h"

#include <date/date.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <vector>

namespace shopbell {
namespace {

constexpr std::int64_t second_ms = 1000, minute_ms = 60 * second_ms, hour_ms = 60 * minute_ms,
                       day_ms = 24 * hour_ms;

constexpr std::array<std::string_view, 12> month_names{"jan", "feb", "mar", "apr", "may", "jun",
                                                       "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> weekday_names{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> macros{{{"@yearly", "0 0 1 1 *"},
                                                                               {"@annually", "0 0 1 1 *"},
                                                                               {"@monthly", "0 0 1 * *"},
                                                                               {"@weekly", "0 0 * * 0"},
                                                                               {"@daily", "0 0 * * *"},
                                                                               {"@midnight", "0 0 * * *"},
                                                                               {"@hourly", "0 * * * *"}}};

struct FieldKind {
  std::string_view name;
  unsigned min, max;
  std::span<const std::string_view> names;  // of min, min + 1, ...
};
constexpr FieldKind second_field{"seconds", 0, 59, {}}, minute_field{"minutes", 0, 59, {}},
    hour_field{"hours", 0, 23, {}}, day_field{"days", 1, 31, {}}, month_field{"months", 1, 12, month_names},
    weekday_field{"weekdays", 0, 7, weekday_names};

struct Word {
  std::string_view text;
  std::uint32_t offset = 0;
};

tl::unexpected<Error> bad(const Word& word, std::string message) {
  Error error;
  error.code = "bad_cron";
  error.message = std::move(message);
  error.hint = "minute hour day month weekday: \"0 9 * * MON\" is each Monday at 9:00";
  error.offset = word.offset;
  error.length = static_cast<std::uint32_t>(word.text.size());
  return tl::unexpected(std::move(error));
}

Word part_of(const Word& word, std::size_t from, std::size_t size = std::string_view::npos) {
  return {word.text.substr(from, size), word.offset + static_cast<std::uint32_t>(from)};
}

std::vector<Word> split(const Word& word, std::string_view separators) {
  std::vector<Word> parts;
  std::size_t from = 0;
  for (std::size_t i = 0; i <= word.text.size(); ++i) {
    if (i < word.text.size() && separators.find(word.text[i]) == std::string_view::npos) continue;
    parts.push_back(part_of(word, from, i - from));
    from = i + 1;
  }
  return parts;
}

bool same_letters(std::string_view a, std::string_view lower) {
  return a.size() == lower.size() && std::equal(a.begin(), a.end(), lower.begin(), [](char x, char y) {
           return (x >= 'A' && x <= 'Z' ? static_cast<char>(x - 'A' + 'a') : x) == y;
         });
}

Result<unsigned> number(const Word& word, const FieldKind& kind) {
  for (std::size_t i = 0; i < kind.names.size(); ++i)
    if (same_letters(word.text, kind.names[i])) return kind.min + static_cast<unsigned>(i);
  unsigned n = 0;
  const auto [end, error] = std::from_chars(word.text.data(), word.text.data() + word.text.size(), n);
  if (error != std::errc() || end != word.text.data() + word.text.size())
    return bad(word, fmt::format("\"{}\" is none of the {} of a schedule", word.text, kind.name));
  if (n < kind.min || n > kind.max)
    return bad(word, fmt::format("the {} of a schedule go from {} to {}", kind.name, kind.min, kind.max));
  return n;
}

// "*", "5", "1-5", "*/15", "5/15", "20-35/5". Whether it is * or */STEP.
Result<bool> read_part(const Word& part, const FieldKind& kind, std::bitset<60>& to) {
  const std::vector<Word> stepped = split(part, "/");
  if (stepped.size() > 2) return bad(part, "a schedule's field has one step at most");
  unsigned step = 1;
  if (stepped.size() == 2) {
    const auto given = number(stepped[1], {kind.name, 1, 59, {}});
    if (!given) return tl::unexpected(given.error());
    step = *given;
  }
  const bool star = stepped[0].text == "*" || stepped[0].text == "?";
  unsigned first = kind.min, last = kind.names.size() == 7 ? 6 : kind.max;
  if (!star) {
    const std::vector<Word> ends = split(stepped[0], "-");
    const auto from = number(ends[0], kind);
    if (!from) return tl::unexpected(from.error());
    const auto upto = ends.size() == 2
                          ? number(ends[1], kind)
                          : Result<unsigned>(stepped.size() == 2 ? std::max(last, *from) : *from);
    if (!upto) return tl::unexpected(upto.error());
    if (ends.size() > 2 || *upto < *from)
      return bad(stepped[0], fmt::format("\"{}\" goes backwards", stepped[0].text));
    first = *from;
    last = *upto;
  }
  for (unsigned n = first; n <= last; n += step) to.set(n);
  return star;
}

struct Field {
  std::bitset<60> set;
  bool star = true;
};

Result<Field> read_field(const Word& word, const FieldKind& kind) {
  Field field;
  for (const Word& part : split(word, ",")) {
    const auto star = read_part(part, kind, field.set);
    if (!star) return tl::unexpected(star.error());
    field.star = field.star && *star;
  }
  return field;
}

template <std::size_t N>
void copy_bits(const std::bitset<60>& from, std::bitset<N>& to) {
  for (std::size_t i = 0; i < N && i < 60; ++i) to[i] = from[i];
}

Result<Cron> read_fields(const std::vector<Word>& words) {
  static constexpr std::array<const FieldKind*, 6> kinds{&second_field, &minute_field, &hour_field,
                                                         &day_field,    &month_field,  &weekday_field};
  std::array<Field, 6> fields;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    auto field = read_field(words[i], *kinds[i]);
    if (!field) return tl::unexpected(field.error());
    fields[i] = *field;
  }
  if (fields[5].set[7]) fields[5].set.set(0);
  Cron cron;
  copy_bits(fields[0].set, cron.seconds);
  copy_bits(fields[1].set, cron.minutes);
  copy_bits(fields[2].set, cron.hours);
  copy_bits(fields[3].set, cron.days);
  copy_bits(fields[4].set, cron.months);
  copy_bits(fields[5].set, cron.weekdays);
  cron.any_hour = fields[2].star;
  cron.any_day = fields[3].star;
  cron.any_weekday = fields[5].star;
  return cron;
}

bool day_fits(const Cron& cron, std::int64_t day) {
  const date::sys_days at{date::days{day}};
  const date::year_month_day ymd{at};
  if (!cron.months[unsigned{ymd.month()}]) return false;
  const bool by_day = cron.days[unsigned{ymd.day()}];
  const bool by_weekday = cron.weekdays[date::weekday{at}.c_encoding()];
  return cron.any_day || cron.any_weekday ? by_day && by_weekday : by_day || by_weekday;
}

template <std::size_t N>
std::optional<unsigned> next_bit(const std::bitset<N>& bits, unsigned from) {
  for (unsigned i = from; i < N; ++i)
    if (bits[i]) return i;
  return {};
}

// The first time of day that fits, not before `from` (milliseconds of the day, whole seconds).
std::optional<std::int64_t> time_in_day(const Cron& cron, std::int64_t from) {
  const auto hour = static_cast<unsigned>(from / hour_ms),
             minute = static_cast<unsigned>(from / minute_ms % 60),
             second = static_cast<unsigned>(from / second_ms % 60);
  for (auto h = next_bit(cron.hours, hour); h; h = next_bit(cron.hours, *h + 1)) {
    const bool same_hour = *h == hour;
    for (auto m = next_bit(cron.minutes, same_hour ? minute : 0); m; m = next_bit(cron.minutes, *m + 1)) {
      const auto s = next_bit(cron.seconds, same_hour && *m == minute ? second : 0);
      if (s) return *h * hour_ms + *m * minute_ms + *s * second_ms;
    }
  }
  return {};
}

// The first local time that fits, not before `from`.
std::optional<LocalTime> next_local(const Cron& cron, LocalTime from) {
  std::int64_t day = from.ms >= 0 ? from.ms / day_ms : -((day_ms - 1 - from.ms) / day_ms);
  std::int64_t in_day = from.ms - day * day_ms;
  for (const std::int64_t last = day + cron_years_max * 366; day <= last; ++day, in_day = 0) {
    if (!day_fits(cron, day)) continue;
    if (const auto at = time_in_day(cron, in_day)) return LocalTime{day * day_ms + *at};
  }
  return {};
}

Time whole_second_after(Time at) { return date::floor<std::chrono::seconds>(at) + std::chrono::seconds{1}; }

// By the minutes as they pass: the wall clock at the instant itself has to fit. Between two changes of the
// clock it runs evenly.
std::optional<Time> next_passing(const Cron& cron, const Zone& zone, Time after) {
  const Time last = after + date::days{cron_years_max * 366};
  for (Time at = whole_second_after(after); at <= last; at = next_change(zone, at)) {
    const LocalTime now = to_local(zone, at);
    const auto wanted = next_local(cron, now);
    if (!wanted) return {};
    const Time there = at + Millis{wanted->ms - now.ms};
    if (there < next_change(zone, at)) return there;
  }
  return {};
}

// Each local time once.
std::optional<Time> next_named(const Cron& cron, const Zone& zone, Time after) {
  LocalTime from = to_local(zone, after);
  from.ms -= 3 * hour_ms + from.ms % second_ms;  // more than any change of the clock goes back or leaves out
  for (auto wanted = next_local(cron, from); wanted; wanted = next_local(cron, {wanted->ms + second_ms})) {
    const Time at = from_local(zone, *wanted, Fold::last);
    if (at > after) return at;
  }
  return {};
}

}  // namespace

Result<Cron> parse_cron(std::string_view text, CronForm form) {
  const Word whole{text, 0};
  for (const auto& [name, meaning] : macros)
    if (same_letters(text, name)) return parse_cron(meaning);
  if (text.starts_with('@')) return bad(whole, fmt::format("there is no schedule {}", text));
  std::vector<Word> words = split(whole, " \t");
  std::erase_if(words, [](const Word& word) { return word.text.empty(); });
  const std::size_t wanted = form == CronForm::minutes ? 5 : 6;
  if (form == CronForm::seconds && words.size() == 5) words.push_back({"*", 0});
  if (words.size() != wanted)
    return bad(whole, fmt::format("a schedule has {} fields, and this has {}", wanted, words.size()));
  if (form == CronForm::minutes) words.insert(words.begin(), {"0", 0});
  return read_fields(words);
}

std::optional<Time> next_fire(const Cron& cron, const Zone& zone, Time after) {
  return cron.any_hour ? next_passing(cron, zone, after) : next_named(cron, zone, after);
}

}  // namespace shopbell
