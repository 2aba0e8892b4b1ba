// Cron vectors and the offset changes of time zones as JSON lines; the encodings are told by the READMEs
// beside them.

#include "suites.h"

#include "base/json.h"
#include "base/time.h"
#include "core/cron.h"

#include <fmt/format.h>

#include <fstream>
#include <functional>

namespace shopbell::conformance {
namespace {

// What is wrong with a case; nothing when it is as expected.
using Judge = std::function<std::string(const Value&)>;

int run_lines(std::span<const std::string> files, std::string_view id, const Judge& judge) {
  std::size_t passed = 0, failed = 0;
  for (const std::string& path : files) {
    std::ifstream file(path);
    if (!file) return fmt::print(stderr, "conformance: cannot read {}\n", path), 1;
    for (std::string line; std::getline(file, line);) {
      Arena arena;
      const auto c = parse_json(line, arena);
      const std::string wrong = c ? judge(*c) : c.error().message;
      ++(wrong.empty() ? passed : failed);
      if (!wrong.empty()) fmt::print("{}: {}\n", c ? (*c)[id].text_or("?") : path, wrong);
    }
  }
  fmt::print("{} passed, {} failed\n", passed, failed);
  return failed == 0 ? 0 : 1;
}

Time time_of(const Value& text) { return parse_time(text.text_or("")).value_or(Time{}); }

std::string judge_spec(const Value& c, const Result<Cron>& cron) {
  const Zone* zone = find_zone(c["tz"].text_or(""));
  if (zone == nullptr) return "there is no such zone";
  if (!cron) return cron.error().message;
  if (c["kind"].text_or("") == "match") {
    const Time at = time_of(c["time"]);
    const bool matches = next_fire(*cron, *zone, at - Millis{1}) == at;
    return matches == c["matches"].boolean_or(false) ? "" : matches ? "it fires" : "it does not fire";
  }
  const auto next = next_fire(*cron, *zone, time_of(c["after"]));
  const std::string text = next ? format_rfc3339(*next) : "never";
  const std::string wanted = c["next"].is_null() ? "never" : format_rfc3339(time_of(c["next"]));
  return text == wanted ? "" : fmt::format("{} where {} was expected", text, wanted);
}

std::string judge_cron(const Value& c) {
  const std::string wrong = judge_spec(c, parse_cron(c["spec"].text_or(""), CronForm::seconds));
  if (!wrong.empty() || c["spec5"].is_null()) return wrong;
  return judge_spec(c, parse_cron(c["spec5"].text_or("")));
}

std::string judge_offset(const Zone& zone, Time at, const Value& wanted) {
  const Offset offset = offset_at(zone, at);
  const bool same = offset.seconds == wanted["offset"].integer_or(-1) &&
                    offset.abbreviation == wanted["abbr"].text_or("") &&
                    (wanted["dst"].is_null() || offset.daylight == wanted["dst"].boolean_or(false));
  if (same) return "";
  return fmt::format("at {} the offset is {} {}, not {} {}", format_rfc3339(at), offset.seconds,
                     offset.abbreviation, wanted["offset"].integer_or(-1), wanted["abbr"].text_or(""));
}

std::string judge_zone(const Value& c) {
  const Zone* zone = find_zone(c["zone"].text_or(""));
  if (zone == nullptr) return "there is no such zone";
  std::string wrong = judge_offset(*zone, time_of(Value("2000-01-01T00:00:00Z")), c["at_2000"]);
  for (const Value& change : c["transitions"].items()) {
    const Time at = time_of(change["at"]);
    if (wrong.empty()) wrong = judge_offset(*zone, at - Millis{1}, change["from"]);
    if (wrong.empty()) wrong = judge_offset(*zone, at, change["to"]);
  }
  return wrong;
}

}  // namespace

int run_cron(std::span<const std::string> files) { return run_lines(files, "id", judge_cron); }
int run_timezones(std::span<const std::string> files) { return run_lines(files, "zone", judge_zone); }

}  // namespace shopbell::conformance
