// Calls and waits: done at least once, under one key each; no wait is early, none is late or lost.

#include "sim/story.h"

#include <shopbell/json.h>

#include <algorithm>

namespace shopbell::sim {
namespace {

std::vector<const Arrival*> arrivals_of(const Evidence& evidence, const std::string& key) {
  std::vector<const Arrival*> those;
  for (const Arrival& arrival : evidence.network->arrivals())
    if (arrival.key == key || arrival.key == "<" + key + "@sim.example>") those.push_back(&arrival);
  return those;
}

void check_attempts(const Story& story, Findings& findings) {
  for (const auto& [key, attempts] : story.orders) {
    for (std::size_t i = 0; i < attempts.size(); ++i) {
      if (attempts[i]->call.attempt != static_cast<int>(i) + 1) findings.add("call {} had its attempt {} as {}", key, i + 1, attempts[i]->call.attempt);
      if (to_json(attempts[i]->call.args) != to_json(attempts[0]->call.args)) findings.add("call {} was given something else at attempt {}", key, i + 1);
    }
  }
}

/// What became of one call, as its inputs tell it in their order.
struct Course {
  bool open = false;
  bool by_its_run = false;    // it ended with its run, while an attempt was under way
  int attempt = 0;
};

/// Each end belongs to an order; but where a run was ended while its call was under way, the answer of that attempt is told
/// once after it. A call that has ended is made again only where a person says so.
void check_ends(const Evidence& evidence, Findings& findings) {
  std::map<std::string, Course> courses;
  for (const Moment& moment : evidence.replay->history) {
    for (const CallOrder& order : moment.calls) {
      Course& course = courses[order.call.key];
      if (!course.open && course.attempt > 0 && moment.kind != "resolved") findings.add("call {} was made again after its end", order.call.key);
      course = {true, false, order.call.attempt};
    }
    for (const CallEnd& end : moment.calls_ended) {
      Course& course = courses[end.key];
      const bool late_answer = !course.open && course.by_its_run && moment.kind == "finished" && static_cast<int>(end.attempts) == course.attempt;
      if (!course.open && !late_answer) findings.add("call {} ended twice", end.key);
      course.by_its_run = course.open && moment.kind != "finished" && end.status == Outcome::Status::unknown;
      course.open = false;
    }
  }
  for (const auto& [key, course] : courses)
    if (course.open) findings.add("call {} never ended", key);
}

/// A mail comes again only where it was in doubt: each copy beyond the first has an attempt whose end was unknown.
void check_copies(const Evidence& evidence, Findings& findings) {
  std::map<std::string, std::size_t> copies, doubts;
  for (const Arrival& arrival : evidence.network->arrivals())
    if (arrival.mail) ++copies[arrival.key];
  for (const Moment& moment : evidence.replay->history)
    if (!moment.doubted.empty()) ++doubts["<" + moment.doubted + "@sim.example>"];
  for (const auto& [key, count] : copies)
    if (count > 1 + doubts[key]) findings.add("the mail {} came {} times, and was in doubt {} times", key, count, doubts[key]);
}

/// One key means one thing, and one thing has one key: so a far side that dedupes has each once.
void check_keys(const Evidence& evidence, Findings& findings) {
  std::map<std::string, std::string> what_of, key_of;
  for (const Arrival& arrival : evidence.network->arrivals()) {
    if (what_of.try_emplace(arrival.key, arrival.what).first->second != arrival.what) findings.add("the key {} came with {} and with another", arrival.key, arrival.what);
    if (key_of.try_emplace(arrival.what, arrival.key).first->second != arrival.key) findings.add("{} came under two keys", arrival.what);
  }
}

void check_gathered(const Evidence& evidence, const Story& story, Findings& findings) {
  std::map<std::string, std::string> gathered;  // a cart's id -> the key it came under
  for (const Arrival& arrival : evidence.network->arrivals()) {
    const auto body = parse_json_document(arrival.what);
    if (!body || body->root().find("gather") == nullptr) continue;
    std::string ids(body->root()["gather"].text_or({}));
    for (std::size_t at = 0; at < ids.size();) {
      const std::size_t end = std::min(ids.find(',', at), ids.size());
      const std::string id = ids.substr(at, end - at);
      if (gathered.try_emplace(id, arrival.key).first->second != arrival.key) findings.add("{} was gathered twice", id);
      at = end + 1;
    }
  }
  for (const Commit& event : story.events)
    if (event.sent->type == "cart.updated" && !gathered.contains(event.sent->thing)) findings.add("{} was never gathered", event.sent->thing);
}

/// Whether the wait for the payment timed out, by what was told when.
void check_awaited(const Evidence& evidence, const Story& story, const RunStory& run, Findings& findings) {
  const Commit* placed = story.event(run.trigger);
  if (run.calls.empty() || placed == nullptr) return;
  Time due;
  for (const Moment& moment : evidence.replay->history)
    for (const Run& then : moment.runs)
      if (then.id == run.id && then.status == RunStatus::waiting) due = then.due;
  for (const Arrival* arrival : arrivals_of(evidence, run.keys.front())) {
    const bool late = arrival->what.find("\"late\":\"true\"") != std::string::npos;
    const auto counts = [&](const Commit& paid) {
      return paid.sent->type == "order.paid" && paid.sent->thing == placed->sent->thing && paid.seq <= run.calls.front().first && paid.sent->at > placed->sent->at;
    };
    const auto paid = std::find_if(story.events.begin(), story.events.end(), counts);
    const bool in_time = paid != story.events.end() && (!late || paid->sent->at <= due);
    if (late == in_time) findings.add("the wait of {} for its payment ended {}", placed->sent->thing, late ? "late, though it was paid in time" : "though it was not paid");
  }
}

void check_lateness(const Evidence& evidence, Findings& findings) {
  std::map<std::string, Time> due;
  for (const Moment& moment : evidence.replay->history)
    for (const Run& run : moment.runs) {
      const auto before = due.find(run.id);
      if (moment.kind == "due" && before != due.end() && before->second <= moment.at && moment.at - before->second > evidence.lateness_max)
        findings.add("a wait of {} was {} ms late", run.workflow, (moment.at - before->second).count());
      due.erase(run.id);
      if (is_due(run, Time::max())) due[run.id] = std::max(run.due, moment.at);
    }
}

}  // namespace

void check_waits(const Evidence& evidence, const Story& story, Findings& findings) {
  const auto not_before = [&](const std::string& workflow, Millis wait) {
    for (const RunStory* run : story.of(workflow))
      if (!run->calls.empty() && run->calls.front().second < run->began_at + wait) findings.add("{} went on {} ms after its start", workflow, (run->calls.front().second - run->began_at).count());
  };
  not_before("remind", remind_wait);
  not_before("once", once_wait);
  not_before("rare", Millis{5 * 60'000});
  not_before("await", Millis{10 * 60'000});
  for (const RunStory* run : story.of("await")) check_awaited(evidence, story, *run, findings);
  check_lateness(evidence, findings);
}

void check_calls(const Evidence& evidence, const Story& story, Findings& findings) {
  check_attempts(story, findings);
  check_ends(evidence, findings);
  check_copies(evidence, findings);
  check_keys(evidence, findings);
  for (const auto& [key, ends] : story.ends)
    if (ends.front()->status == Outcome::Status::done && arrivals_of(evidence, key).empty()) findings.add("call {} is said to be done, and never arrived", key);
  for (const RunStory& run : story.runs) {
    const std::size_t calls = run.workflow == "line" ? 2 : run.workflow == "parts" ? 2 : run.workflow == "chain" || run.workflow == "snare" ? 0 : 1;
    if (run.status == RunStatus::done && run.workflow != "letter" && run.calls.size() != calls) findings.add("run {} of {} made {} calls, not {}", run.id, run.workflow, run.calls.size(), calls);
    const bool need_not_arrive = run.workflow == "remind" || run.workflow == "letter" || run.workflow == "fragile";  // given up, or skipped
    if (run.status != RunStatus::done || need_not_arrive) continue;
    for (const std::string& key : run.keys)
      if (arrivals_of(evidence, key).empty()) findings.add("run {} of {} is done, and its call {} never arrived", run.id, run.workflow, key);
  }
  if (evidence.workflows.contains("gather")) check_gathered(evidence, story, findings);
}

}  // namespace shopbell::sim
