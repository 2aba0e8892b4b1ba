// Events and runs: each accepted event is there once, each workflow that matches begins once, and modes and limits
// hold at every moment.

#include "sim/story.h"

#include "base/json.h"

#include <algorithm>

namespace shopbell::sim {
namespace {

std::size_t started(const Story& story, const std::string& workflow, const std::string& event) {
  return static_cast<std::size_t>(std::count_if(story.runs.begin(), story.runs.end(), [&](const RunStory& run) {
    return run.workflow == workflow && run.trigger == event;
  }));
}

std::size_t open_then(const Story& story, const std::string& workflow, const Commit& event) {
  return static_cast<std::size_t>(std::count_if(story.runs.begin(), story.runs.end(), [&](const RunStory& run) {
    return run.workflow == workflow && run.subject == event.sent->subject && run.open_at(event.seq);
  }));
}

/// What `limit` counts before that event: open runs, and those done within the time.
std::size_t counted(const Story& story, const std::string& workflow, const Commit& event) {
  const auto done = std::count_if(story.runs.begin(), story.runs.end(), [&](const RunStory& run) {
    return run.workflow == workflow && run.subject == event.sent->subject && run.ended && *run.ended < event.seq &&
           run.status == RunStatus::done && run.ended_at > event.at - rare_per;
  });
  return open_then(story, workflow, event) + static_cast<std::size_t>(done);
}

/// Whether the customer agreed to mail when that input came; nothing where the order of what was said is in doubt.
std::optional<bool> agreed(const Story& story, const std::string& subject, std::uint64_t seq) {
  const Commit* last = nullptr;
  if (story.merged.contains(subject)) return {};
  for (const Commit& event : story.events) {
    if (event.seq >= seq || event.sent->subject != subject || event.sent->type != "customer.updated") continue;
    if (last != nullptr && event.sent->at <= last->sent->at) return {};
    last = &event;
  }
  return last != nullptr && last->sent->flag;
}

bool ordered_since(const Story& story, const std::string& subject, Time since, std::uint64_t before) {
  return std::any_of(story.events.begin(), story.events.end(), [&](const Commit& event) {
    return event.sent->subject == subject && event.sent->type == "order.placed" && event.sent->at >= since && event.seq < before;
  });
}

/// How many runs of the workflow the event must have started; nothing: the checks do not say.
std::optional<std::size_t> wanted(const Story& story, const std::string& workflow, const Commit& event) {
  const Sent& sent = *event.sent;
  if (workflow == "trap") return 0;
  if (workflow == "snare") return sent.type == "order.cancelled" && sent.flag;
  if (workflow == "fragile") return sent.type == "order.placed";
  if (workflow == "tell") return sent.type == "order.placed" && sent.flag;
  if (workflow == "line" || workflow == "await" || workflow == "letter") return sent.type == "order.placed";
  if (workflow == "parts" || workflow == "chain") return sent.type == "order.paid";
  if (story.merged.contains(sent.subject)) return {};  // whose runs count changes when they become one
  if (workflow == "rare") return sent.type == "order.placed" && counted(story, workflow, event) < rare_limit;
  if (workflow == "once") return sent.type == "cart.updated" && open_then(story, workflow, event) == 0;
  if (workflow != "remind") return {};
  if (sent.type != "cart.updated") return 0;
  const auto agrees = agreed(story, sent.subject, event.seq);
  if (!agrees) return {};
  return *agrees && !ordered_since(story, sent.subject, sent.at, event.seq);
}

void check_open_at_once(const Evidence& evidence, Findings& findings) {
  std::map<std::pair<std::string, std::string>, std::set<std::string>> active;
  for (const Moment& moment : evidence.replay->history) {
    if (!moment.merged.empty())
      for (const char* workflow : {"once", "remind"}) active[{workflow, moment.subject}].merge(active[{workflow, moment.merged}]);
    for (const Run& run : moment.runs) {
      if (is_part(run) || (run.workflow != "once" && run.workflow != "remind")) continue;
      auto& those = active[{run.workflow, moment.subject}];
      if (is_open(run.status) && run.status != RunStatus::queued) those.insert(run.id);
      else those.erase(run.id);
    }
    for (const auto& [whose, runs] : active)
      if (runs.size() > 1) findings.add("{} runs of {} at once for {} at input {}", runs.size(), whose.first, whose.second, moment.seq);
  }
}

/// Of those in line one is at work. Where two customers turn out to be one both may have begun: then one of them stays
/// where it is until the other is over.
void check_line(const Evidence& evidence, Findings& findings) {
  std::map<std::string, std::map<std::string, std::uint32_t>> at_work;  // by subject: runs, and where they stand
  for (const Moment& moment : evidence.replay->history) {
    auto& here = at_work[moment.subject];
    if (!moment.merged.empty()) here.merge(at_work[moment.merged]);
    for (const Run& run : moment.runs) {
      if (run.workflow != "line") continue;
      const auto before = here.find(run.id);
      const bool works = is_open(run.status) && run.status != RunStatus::queued;
      const bool moved = before == here.end() ? works : works && before->second != run.at;
      if (moved && here.size() > (before == here.end() ? 0U : 1U)) findings.add("run {} of line went on beside another, at input {}", run.id, moment.seq);
      if (works) here[run.id] = run.at;
      else here.erase(run.id);
    }
  }
}

/// What the engine cannot take is set aside, and nothing else is.
void check_set_aside(const Evidence& evidence, Findings& findings) {
  std::set<std::string> aside;
  for (const Moment& moment : evidence.replay->history) {
    if (!moment.set_aside) continue;
    const bool of_a_snare = std::all_of(moment.runs.begin(), moment.runs.end(), [](const Run& run) { return run.workflow == "snare"; });
    if (moment.kind == "event") aside.insert(moment.event_id);
    else if (!of_a_snare || (moment.kind != "due" && moment.kind != "resolved")) findings.add("input {}, {} of {}, was set aside", moment.seq, moment.kind, moment.subject);
  }
  for (const Sent& sent : evidence.sent) {
    const bool poison = sent.type == "order.cancelled" && !sent.flag && evidence.workflows.contains("trap");
    if (poison != aside.contains(sent.id)) findings.add("event {} was {}", sent.id, poison ? "not set aside, though it cannot be taken" : "set aside");
  }
}

}  // namespace

void check_events(const Evidence& evidence, const Story& story, Findings& findings) {
  for (const Sent& sent : evidence.sent) {
    const auto there = std::count_if(story.events.begin(), story.events.end(), [&](const Commit& c) { return c.sent == &sent; });
    if (!evidence.accepted.contains(sent.id)) findings.add("event {} was never accepted", sent.id);
    if (there != 1) findings.add("event {} was answered 2xx and is there {} times", sent.id, there);
  }
  for (const Commit& event : story.events)
    for (const std::string& workflow : evidence.workflows) {
      const auto want = wanted(story, workflow, event);
      const std::size_t got = started(story, workflow, event.sent->id);
      if (want && got != *want) findings.add("{} {} of {} ({}) started {} runs of {}, not {}", event.sent->type, event.sent->id, event.sent->subject, event.sent->thing, got, workflow, *want);
    }
  check_set_aside(evidence, findings);
  if (story.of("chain").size() != story.of("link").size() && evidence.workflows.contains("link"))
    findings.add("{} events were emitted, and {} runs were started by them", story.of("chain").size(), story.of("link").size());
}

/// Whoever bought what was told of, before or after, has what it is filed under in the profile.
void check_categories(const Evidence& evidence, const Story& story, Findings& findings) {
  const auto& subjects = evidence.replay->tables.subjects;
  for (const Commit& order : story.events)
    for (const Commit& product : story.events) {
      if (order.sent->type != "order.placed" || product.sent->type != "product.updated" || product.sent->thing != product_of(order.sent->thing)) continue;
      std::string id = order.sent->subject;
      Arena arena;
      const auto state = [&] { return subjects.contains(id) ? *parse_json(subjects.at(id), arena) : Value(); };
      for (Value lead = state()["leads_to"]; !lead.is_null(); lead = state()["leads_to"]) id = lead.text_or({});
      const std::string profile = to_json(state()["profile"]);
      if (profile.find(category_of(product.sent->thing)) == std::string::npos) findings.add("{} bought {} with {}, and the profile does not say what kind that is", id, product.sent->thing, order.sent->thing);
    }
}

void check_runs(const Evidence& evidence, const Story& story, Findings& findings) {
  check_open_at_once(evidence, findings);
  check_line(evidence, findings);
  for (const RunStory& run : story.runs) {
    if (!run.ended) findings.add("run {} of {} never ended", run.id, run.workflow);
    if (run.status == RunStatus::failed) findings.add("run {} of {} failed: {}", run.id, run.workflow, run.reason);
    const bool decided = run.workflow == "fragile" || run.workflow == "snare";
    const bool may_stop = run.workflow == "remind" || run.workflow == "letter" || (run.workflow == "once" && story.merged.contains(run.subject)) ||
                          (decided && run.reason.starts_with("cancelled by a person"));
    if (run.status == RunStatus::stopped && !may_stop) findings.add("run {} of {} was stopped: {}", run.id, run.workflow, run.reason);
  }
  for (const RunStory* run : story.of("line"))
    for (const RunStory* other : story.of("line"))
      if (other->began < run->began && other->subject == run->subject && !story.merged.contains(run->subject) && !run->calls.empty() && other->ended && *other->ended > run->calls.front().first)
        findings.add("run {} of line did not wait for {}", run->id, other->id);
}

void check_contacts(const Evidence&, const Story& story, Findings& findings) {
  std::map<std::string, std::vector<Time>> contacts;
  std::vector<std::tuple<std::uint64_t, const RunStory*, Time>> mails;
  for (const RunStory& run : story.runs)
    if (run.workflow == "remind" || run.workflow == "letter")
      for (const auto& [seq, at] : run.calls) mails.emplace_back(seq, &run, at);
  std::sort(mails.begin(), mails.end());
  for (const auto& [seq, run, at] : mails) {
    auto& times = contacts[story.merged.contains(run->subject) ? run->id : run->subject];  // who becomes another has had as many twice
    times.push_back(at);
    if (times.size() > contact_limit && at - times[times.size() - 1 - contact_limit] < contact_per)
      findings.add("{} was reached more than {} times within a day", run->subject, contact_limit);
    const auto hour = to_ms(at) / 3'600'000 % 24;
    if (hour >= quiet_from_hour || hour < quiet_until_hour) findings.add("{} was reached at {} o'clock", run->subject, hour);
    if (const auto agrees = agreed(story, run->subject, seq); agrees && !*agrees) findings.add("{} was sent marketing without consent", run->subject);
    const Commit* trigger = story.event(run->trigger);
    if (run->workflow == "remind" && trigger != nullptr && ordered_since(story, trigger->sent->subject, trigger->sent->at, seq))
      findings.add("{} was reminded of {} after the order", run->subject, trigger->sent->thing);
  }
}

}  // namespace shopbell::sim
