// `tests`: given and expect. Their form is settled here, like everything else in the file; what they
// say is for `shopbell test`.
#include "load/draft.h"

#include "base/time.h"
#include "load/language.h"

#include <fmt/format.h>

namespace shopbell {
namespace {

constexpr Millis after_max{std::int64_t{5} * 366 * 24 * 3600 * 1000};

void check_given(const yaml::Node& item, std::span<const std::string> own_events, Report& report) {
  if (!item.is_map() || item.entries.size() != 1) {
    wrong_type(report, item, "a given", "an event or `after` with a duration", "- order.placed: { order: { id: 1 } }");
    return;
  }
  const yaml::Entry& only = item.entries.front();
  if (only.key->text == "after") {
    read_duration(*only.value, "after", Millis{0}, after_max, report);
  } else if (check_event_type(*only.key, own_events, report) && !only.value->is_map()) {
    wrong_type(report, *only.value, "the event's data", "a map");
  }
}

void check_expected(const yaml::Node& item, Report& report) {
  const bool one = item.is_text() || (item.is_map() && item.entries.size() == 1);
  if (!one) {
    wrong_type(report, item, "an expectation", "an action, or a map of one action and its parameters",
               "- email: { to: a@example.com }");
    return;
  }
  const yaml::Node& name = item.is_map() ? *item.entries.front().key : item;
  if (find_action(name.text) != nullptr) return;
  std::vector<std::string_view> known(expected_verbs.begin(), expected_verbs.end());
  for (const std::string_view word : known)
    if (word == name.text) return;
  for (const Action* action : all_actions()) known.push_back(action->name);
  unknown_name(report, place_of(name, report.source()), "unknown_verb",
               fmt::format("there is no verb or action {}", name.text), name.text, known);
}

}  // namespace

void check_tests(const yaml::Node& tests, std::span<const std::string> own_events, Report& report) {
  if (!tests.is_list()) {
    wrong_type(report, tests, "tests", "a list");
    return;
  }
  for (const yaml::NodePtr& test : tests.items) {
    Fields fields(*test, "a test", test_keys, report);
    if (!test->is_map()) continue;
    fields.require("name");
    fields.text("name");
    if (const yaml::Node* at = fields.find("at"); at != nullptr && !parse_time(at->text))
      report.error(place_of(*at, report.source()), "bad_instant", fmt::format("{} is no instant", at->text),
                   "an instant is written 2026-12-24T18:00:00Z");
    const yaml::Node* given = fields.require("given");
    const yaml::Node* expect = fields.require("expect");
    if (given != nullptr && !given->is_list()) wrong_type(report, *given, "given", "a list");
    if (expect != nullptr && !expect->is_list()) wrong_type(report, *expect, "expect", "a list");
    if (given != nullptr)
      for (const yaml::NodePtr& item : given->items) check_given(*item, own_events, report);
    if (expect != nullptr)
      for (const yaml::NodePtr& item : expect->items) check_expected(*item, report);
  }
}

}  // namespace shopbell
