// `tests`: given and expect. Their form is settled here, like everything else in the file; what they
// say is for `shopbell test`.
#include "load/draft.h"

#include "base/time.h"
#include "load/language.h"

#include <fmt/format.h>

#include <algorithm>

namespace shopbell {
namespace {

constexpr Millis after_max{std::int64_t{5} * 366 * 24 * 3600 * 1000};

void check_answer(const yaml::Node& node, Report& report) {
  if (!node.is_map()) {
    read_choice(node, "an answer", answers, report);
    return;
  }
  Fields fields(node, "an answer", answer_keys, report);
  fields.choice("status", answers);
  fields.text("error");
  fields.duration("takes", Millis{0}, after_max);
}

void check_respond(const yaml::Node& node, Report& report) {
  if (!node.is_map()) {
    wrong_type(report, node, "respond", "a map of actions, or ids of steps, and their answers",
               "respond: { http: { output: { status: 200 } } }");
    return;
  }
  for (const yaml::Entry& entry : node.entries) {
    if (!entry.value->is_list()) check_answer(*entry.value, report);
    else
      for (const yaml::NodePtr& item : entry.value->items) check_answer(*item, report);
  }
}

void check_event(const yaml::Node& item, std::span<const std::string> own_events, Report& report) {
  const yaml::Entry* event = nullptr;
  for (const yaml::Entry& entry : item.entries) {
    if (find_key(given_keys, entry.key->text) != nullptr) continue;
    if (event != nullptr) {
      report.error(place_of(*entry.key, report.source()), "two_events", "one item of `given` is one event",
                   "write a - before each event");
      return;
    }
    event = &entry;
  }
  if (event == nullptr) return wrong_type(report, item, "a given", "an event, `after` or `respond`");
  if (check_event_type(*event->key, own_events, report) && !event->value->is_map())
    wrong_type(report, *event->value, "the event's data", "a map");
  for (const yaml::Entry& entry : item.entries)
    if (entry.key->text == "ago") read_duration(*entry.value, "ago", Millis{0}, after_max, report);
    else if (&entry != event) read_text(*entry.value, entry.key->text, report);
}

void check_given(const yaml::Node& item, std::span<const std::string> own_events, Report& report) {
  if (!item.is_map() || item.entries.empty()) {
    wrong_type(report, item, "a given", "an event or `after` with a duration", "- order.placed: { order: { id: 1 } }");
    return;
  }
  const yaml::Entry& first = item.entries.front();
  const bool alone = item.entries.size() == 1;
  if (alone && first.key->text == "after") read_duration(*first.value, "after", Millis{0}, after_max, report);
  else if (alone && first.key->text == "respond") check_respond(*first.value, report);
  else check_event(item, own_events, report);
}

/// What an action was given is told by the names of its parameters.
void check_params(const Action& action, const yaml::Node& value, Report& report) {
  const auto named = [&](std::string_view name) {
    return std::any_of(action.params.begin(), action.params.end(), [&](const Param& p) { return p.name == name; });
  };
  const bool short_form = std::any_of(action.params.begin(), action.params.end(), [](const Param& p) { return p.positional; });
  const bool matcher = value.is_map() && value.entries.size() == 1 &&
                       std::find(text_matchers.begin(), text_matchers.end(), value.entries.front().key->text) != text_matchers.end();
  if (short_form && matcher) return;
  if (!value.is_map()) {
    if (!short_form && !value.is_null())
      wrong_type(report, value, fmt::format("what {} was given", action.name), "a map of its parameters");
    return;
  }
  std::vector<std::string_view> known;
  for (const Param& param : action.params) known.push_back(param.name);
  for (const yaml::Entry& entry : value.entries)
    if (!named(entry.key->text))
      unknown_name(report, place_of(*entry.key, report.source()), "unknown_parameter",
                   fmt::format("{} has no parameter {}", action.name, entry.key->text), entry.key->text, known);
}

void check_expected(const yaml::Node& item, std::span<const std::string> own_events, Report& report) {
  const bool one = item.is_text() || (item.is_map() && item.entries.size() == 1);
  if (!one) {
    wrong_type(report, item, "an expectation", "an action, or a map of one action and its parameters",
               "- email: { to: a@example.com }");
    return;
  }
  const yaml::Node& name = item.is_map() ? *item.entries.front().key : item;
  const yaml::Node* value = item.is_map() ? item.entries.front().value.get() : nullptr;
  if (const Action* action = find_action(name.text)) {
    if (value != nullptr) check_params(*action, *value, report);
    return;
  }
  std::vector<std::string_view> known(expected_verbs.begin(), expected_verbs.end());
  if (std::find(known.begin(), known.end(), name.text) != known.end()) {
    if (value == nullptr) return;
    if (name.text == "wait") read_duration(*value, "wait", Millis{0}, after_max, report);
    if (name.text == "emit" && value->is_map()) Fields(*value, "emit", emit_keys, report).require("type");
    if (name.text == "emit" && !value->is_map()) check_event_type(*value, own_events, report);
    return;
  }
  for (const Action* action : all_actions()) known.push_back(action->name);
  unknown_name(report, place_of(name, report.source()), "unknown_verb",
               fmt::format("there is no verb or action {}", name.text), name.text, known);
}

void check_test(const yaml::Node& test, std::span<const std::string> own_events, Report& report) {
  Fields fields(test, "a test", test_keys, report);
  if (!test.is_map()) return;
  fields.require("name");
  fields.text("name");
  if (const yaml::Node* at = fields.find("at"); at != nullptr && !parse_time(at->text))
    report.error(place_of(*at, report.source()), "bad_instant", fmt::format("{} is no instant", at->text),
                 "an instant is written 2026-12-24T18:00:00Z");
  if (const yaml::Node* with = fields.find("with"); with != nullptr && !with->is_list())
    wrong_type(report, *with, "with", "a list of workflows");
  if (const yaml::Node* respond = fields.find("respond")) check_respond(*respond, report);
  const yaml::Node* given = fields.require("given");
  const yaml::Node* expect = fields.require("expect");
  if (given != nullptr && !given->is_list()) wrong_type(report, *given, "given", "a list");
  if (expect != nullptr && !expect->is_list()) wrong_type(report, *expect, "expect", "a list");
  if (given != nullptr)
    for (const yaml::NodePtr& item : given->items) check_given(*item, own_events, report);
  if (expect != nullptr)
    for (const yaml::NodePtr& item : expect->items) check_expected(*item, own_events, report);
}

}  // namespace

void check_tests(const yaml::Node& tests, std::span<const std::string> own_events, Report& report) {
  if (!tests.is_list()) {
    wrong_type(report, tests, "tests", "a list");
    return;
  }
  for (const yaml::NodePtr& test : tests.items) check_test(*test, own_events, report);
}

void check_test_file(const yaml::Node& root, std::span<const std::string> own_events, Report& report) {
  Fields fields(root, "a file of tests", test_file_keys, report);
  if (const yaml::Node* workflows = fields.find("workflows"); workflows != nullptr && !workflows->is_list())
    wrong_type(report, *workflows, "workflows", "a list of workflows");
  if (const yaml::Node* tests = fields.require("tests")) check_tests(*tests, own_events, report);
}

}  // namespace shopbell
