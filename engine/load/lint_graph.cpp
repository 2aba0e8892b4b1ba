#include "load/lint_graph.h"

#include "load/reach.h"
#include "load/report.h"
#include "load/vocabulary.h"
#include "load/yaml.h"

#include <algorithm>
#include <deque>
#include <map>

namespace shopbell {
namespace {

// What is handed to the store's platform comes back as its events.
void add(Doings& doings, const Instruction& i) {
  if (i.op == Op::emit) doings.causes.insert(i.text);
  if (i.op == Op::call) doings.calls.insert(i.text);
  const std::string_view verb = i.action != nullptr ? i.action->name : std::string_view(i.label);
  if (verb == "tag") doings.causes.insert("customer.tagged");
  if (verb == "reply" || verb == "ask" || verb == "answer") doings.replies = true;
  if (verb == "handoff") doings.hands_over = true;
}

void add(Doings& doings, const Doings& more) {
  doings.causes.insert(more.causes.begin(), more.causes.end());
  doings.calls.insert(more.calls.begin(), more.calls.end());
  doings.replies = doings.replies || more.replies;
  doings.hands_over = doings.hands_over || more.hands_over;
}

std::set<std::string, std::less<>> silenced_by(const Workflow& workflow) {
  Report unread(workflow.source.file, workflow.source.yaml);
  std::set<std::string, std::less<>> ids;
  const yaml::NodePtr root = yaml::parse(unread);
  const yaml::Node* silence = root ? root->find("silence") : nullptr;
  if (silence == nullptr) return ids;
  ids.insert(silence->text);
  for (const yaml::NodePtr& item : silence->items) ids.insert(item->text);
  return ids;
}

bool can_start(const Workflow& workflow, const std::set<std::string, std::less<>>& happen) {
  return !workflow.schedules.empty() ||
         std::any_of(workflow.on.begin(), workflow.on.end(), [&](const Trigger& t) {
           return find_event_type(t.event) != nullptr || happen.contains(t.event);
         });
}

}  // namespace

std::vector<Linted> examine(const WorkflowSet& workflows) {
  std::vector<Linted> set;
  for (const auto& workflow : workflows) {
    if (!workflow->enabled) continue;
    Linted& one = set.emplace_back();
    one.workflow = workflow.get();
    one.reached = reachable(*workflow);
    for (std::size_t at = 0; at < workflow->program.size(); ++at)
      if (one.reached[at]) add(one.own, workflow->program[at]);
    one.silenced = silenced_by(*workflow);
  }
  std::sort(set.begin(), set.end(), [](const Linted& a, const Linted& b) { return a.workflow->id < b.workflow->id; });
  for (Linted& one : set) {
    one.all = one.own;
    std::set<std::string> done;
    for (std::deque<std::string> open(one.own.calls.begin(), one.own.calls.end()); !open.empty(); open.pop_front()) {
      const Linted* called = done.insert(open.front()).second ? find(set, open.front()) : nullptr;
      if (called == nullptr) continue;
      add(one.all, called->own);
      open.insert(open.end(), called->own.calls.begin(), called->own.calls.end());
    }
  }
  return set;
}

const Linted* find(const std::vector<Linted>& set, std::string_view id) {
  const auto found = std::find_if(set.begin(), set.end(), [&](const Linted& one) { return one.workflow->id == id; });
  return found == set.end() ? nullptr : &*found;
}

bool starts_on(const Workflow& workflow, std::string_view type) {
  return std::any_of(workflow.on.begin(), workflow.on.end(), [&](const Trigger& t) { return t.event == type; });
}

std::vector<const Linted*> way_back(const std::vector<Linted>& set, const Linted& from) {
  std::map<const Linted*, const Linted*> before;
  std::deque<const Linted*> open{&from};
  for (; !open.empty(); open.pop_front()) {
    const Linted* at = open.front();
    for (const Linted& next : set) {
      const bool started = std::any_of(at->all.causes.begin(), at->all.causes.end(), [&](const std::string& type) {
        return starts_on(*next.workflow, type);
      });
      if (!started || next.workflow->limit.count != 0 || !before.emplace(&next, at).second) continue;
      open.push_back(&next);
    }
  }
  std::vector<const Linted*> way;
  if (!before.contains(&from)) return way;
  const Linted* at = &from;
  do {
    way.insert(way.begin(), at);
    at = before.at(at);
  } while (at != &from);
  way.insert(way.begin(), &from);
  return way;
}

std::set<std::string, std::less<>> own_that_happen(const std::vector<Linted>& set,
                                                   const std::set<std::string, std::less<>>& declared) {
  std::set<std::string, std::less<>> happen = declared;
  for (std::size_t before = happen.size() + 1; before != happen.size();) {
    before = happen.size();
    for (const Linted& one : set)
      if (can_start(*one.workflow, happen)) happen.insert(one.all.causes.begin(), one.all.causes.end());
  }
  return happen;
}

}  // namespace shopbell
