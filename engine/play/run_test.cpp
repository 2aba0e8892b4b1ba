#include "play/run_test.h"

#include "base/time.h"
#include "intake/cloudevent.h"
#include "load/language.h"
#include "play/answers.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace shopbell::play {
namespace {

/// `respond`: by action or step, answers one after the other; the last one stays.
class Responder {
 public:
  void set(const yaml::Node& respond) {
    for (const yaml::Entry& entry : respond.entries) {
      std::vector<yaml::NodePtr> answers = entry.value->is_list() ? entry.value->items : std::vector{entry.value};
      if (!answers.empty()) by_name_[entry.key->text] = {std::move(answers), 0};
    }
  }

  /// Asked once an attempt; what it takes is asked before.
  const yaml::Node* next(const CallOrder& order) {
    const auto asked = given_.find({order.call.key, order.call.attempt});
    if (asked != given_.end()) return asked->second;
    auto found = by_name_.find(order.step);
    if (found == by_name_.end()) found = by_name_.find(order.action);
    const yaml::Node* answer = nullptr;
    if (found != by_name_.end()) {
      auto& [answers, at] = found->second;
      answer = answers[std::min(at, answers.size() - 1)].get();
      ++at;
    }
    given_.emplace(std::pair(order.call.key, order.call.attempt), answer);
    return answer;
  }

 private:
  struct Line {
    std::vector<yaml::NodePtr> answers;
    std::size_t at = 0;
  };
  std::map<std::string, Line> by_name_;
  std::map<std::pair<std::string, int>, const yaml::Node*> given_;
};

class Story {
 public:
  Story(const Workflows& workflows, const TestFile& file, const Test& test, Coverage& coverage)
      : world_(workflows, arena_), file_(file), test_(test), coverage_(coverage) {
    const yaml::Node* at = test.node->find("at");
    world_.now = began_ = at ? parse_time(at->text).value_or(from_ms(test_begin_ms)) : from_ms(test_begin_ms);
    world_.watch = [this](const Took& took) { saw(took); };
    world_.answer = [this](const OpenCall& call) { return answer(call); };
    world_.takes = [this](const CallOrder& order) { return takes(order); };
  }

  TestResult run() {
    if (const yaml::Node* respond = test_.node->find("respond")) responder_.set(*respond);
    world_.set_clocks();
    for (const yaml::NodePtr& item : test_.node->find("given")->items) give(*item);
    world_.pass_until(world_.now);
    TestResult result;
    result.diff = compare(*test_.node->find("expect"), file_.text, happened_, began_);
    result.passed = result.diff.empty();
    result.story = std::move(story_);
    return result;
  }

 private:
  void give(const yaml::Node& item) {
    if (const yaml::Node* after = item.find("after")) return pass(parse_duration(after->text).value());
    if (const yaml::Node* respond = item.find("respond")) return responder_.set(*respond);
    const std::string json = given_json(item, "given-" + std::to_string(++events_), world_.now, arena_);
    const auto taken = read_event(json, world_.now, arena_);
    if (!taken) return;  // find_tests() has told it
    world_.give(std::string(taken->event.subject), {world_.now, Received{taken->event, 0, {}, {}}});
    world_.pass_until(world_.now);
  }

  void pass(Millis time) { world_.pass_until(world_.now + time); }

  void saw(const Took& took) {
    coverage_.add(took.made.visits);
    tell(took, world_, happened_);
    for (const Note& note : took.made.notes) {
      const std::string who = note.workflow.empty() ? std::string(took.subject) : note.workflow + (note.step.empty() ? "" : ", step " + note.step);
      std::string what = note.code;
      std::replace(what.begin(), what.end(), '_', ' ');
      story_.push_back(fmt::format("{:>8}  {}: {}{}", format_duration(world_.now - began_), who, what, note.text.empty() ? "" : ": " + note.text));
    }
  }

  std::optional<Finished> answer(const OpenCall& call) {
    const yaml::Node* said = responder_.next(call.order);
    if (said == nullptr) return done(call.order, arena_);
    return as_said(call, said);
  }

  Millis takes(const CallOrder& order) {
    const yaml::Node* said = responder_.next(order);
    const yaml::Node* takes = said != nullptr ? said->find("takes") : nullptr;
    return takes != nullptr ? parse_duration(takes->text).value() : Millis{0};
  }

  Finished as_said(const OpenCall& call, const yaml::Node* said) {
    const yaml::Node* word = said->is_map() ? said->find("status") : said;
    const auto at = word == nullptr ? answers.begin() : std::find(answers.begin(), answers.end(), word->text);
    const auto status = static_cast<Outcome::Status>(at - answers.begin());
    const yaml::Node* error = said->is_map() ? said->find("error") : nullptr;
    if (status != Outcome::Status::done) return ended(call.order, status, error ? error->text : "the test says so");
    Finished finished = done(call.order, arena_);
    if (const yaml::Node* output = said->is_map() ? said->find("output") : nullptr) finished.output = to_value(*output, arena_);
    return finished;
  }

  Arena arena_{1 << 16};
  World world_;
  const TestFile& file_;
  const Test& test_;
  Coverage& coverage_;
  Responder responder_;
  std::vector<Happening> happened_;
  std::vector<std::string> story_;
  Time began_;
  int events_ = 0;
};

}  // namespace

TestResult run_test(const Shop& shop, const TestFile& file, const Test& test, Coverage& coverage) {
  std::vector<std::shared_ptr<const Workflow>> taking_part;
  for (const auto& workflow : shop.workflows)
    if (test.workflows.empty() || std::find(test.workflows.begin(), test.workflows.end(), workflow->id) != test.workflows.end())
      taking_part.push_back(workflow);
  const Workflows workflows(shop.config.facts, taking_part);
  return Story(workflows, file, test, coverage).run();
}

}  // namespace shopbell::play
