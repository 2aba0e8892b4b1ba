#include "sim/story.h"

#include <algorithm>

namespace shopbell::sim {

const Commit* Story::event(const std::string& id) const {
  const auto found = std::find_if(events.begin(), events.end(), [&](const Commit& c) { return c.sent->id == id; });
  return found == events.end() ? nullptr : &*found;
}

std::vector<const RunStory*> Story::of(const std::string& workflow) const {
  std::vector<const RunStory*> those;
  for (const RunStory& run : runs)
    if (run.workflow == workflow) those.push_back(&run);
  return those;
}

namespace {

void add_run(Story& story, std::map<std::string, std::size_t>& known, const Moment& moment, const Run& run) {
  if (is_part(run) || run.flow.clock) return;
  const auto [at, fresh] = known.try_emplace(run.id, story.runs.size());
  if (fresh) {
    RunStory begun;
    begun.id = run.id;
    begun.workflow = run.workflow;
    begun.subject = moment.subject;
    begun.trigger = moment.event_id;
    begun.began = moment.seq;
    begun.began_at = moment.at;
    story.runs.push_back(std::move(begun));
  }
  RunStory& told = story.runs[at->second];
  told.status = run.status;
  if (is_open(run.status)) return told.ended.reset();
  told.ended = moment.seq;
  told.ended_at = moment.at;
  told.reason = run.reason;
}

}  // namespace

Story story_of(const Evidence& evidence) {
  Story story;
  std::map<std::string, std::size_t> known;
  for (const Sent& sent : evidence.sent)
    if (const std::string other = "customer:" + sent.address_of; other != sent.subject) story.merged.insert({sent.subject, other});
  for (const Moment& moment : evidence.replay->history) {
    const auto sent = std::find_if(evidence.sent.begin(), evidence.sent.end(), [&](const Sent& s) { return s.id == moment.event_id; });
    if (moment.kind == "event" && sent != evidence.sent.end()) story.events.push_back({&*sent, moment.seq, moment.at});
    for (const Run& run : moment.runs) add_run(story, known, moment, run);
    for (const CallOrder& order : moment.calls) {
      auto& attempts = story.orders[order.call.key];
      attempts.push_back(&order);
      story.workflow_of[order.call.key] = order.call.workflow;
      const auto run = known.find(order.call.run);
      if (attempts.size() > 1 || run == known.end()) continue;
      story.runs[run->second].calls.emplace_back(moment.seq, moment.at);
      story.runs[run->second].keys.push_back(order.call.key);
    }
    for (const CallEnd& end : moment.calls_ended) story.ends[end.key].push_back(&end);
  }
  return story;
}

std::vector<std::string> check_all(const Evidence& evidence) {
  const Story story = story_of(evidence);
  Findings findings;
  findings.all = evidence.network->complaints();
  findings.all.insert(findings.all.end(), evidence.replay->complaints.begin(), evidence.replay->complaints.end());
  check_events(evidence, story, findings);
  check_runs(evidence, story, findings);
  check_categories(evidence, story, findings);
  check_waits(evidence, story, findings);
  check_calls(evidence, story, findings);
  check_contacts(evidence, story, findings);
  return std::move(findings.all);
}

}  // namespace shopbell::sim
