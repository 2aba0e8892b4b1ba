#pragma once
// A schedule's history, sorted for the checks: each run with its beginning, its end and its calls.

#include "sim/checks.h"

namespace shopbell::sim {

struct RunStory {
  std::string id, workflow, subject, trigger;  // trigger: the event's id
  std::uint64_t began = 0;
  std::optional<std::uint64_t> ended;          // seq
  Time began_at, ended_at;
  RunStatus status = RunStatus::waiting;
  std::string reason;
  std::vector<std::pair<std::uint64_t, Time>> calls;  // when each call was ordered first
  std::vector<std::string> keys;
  bool open_at(std::uint64_t seq) const { return began < seq && (!ended || *ended >= seq); }
};

/// A platform's event where it stands in the order of commits.
struct Commit {
  const Sent* sent;
  std::uint64_t seq;
  Time at;
};

struct Story {
  std::vector<RunStory> runs;   // in order; without parts and clocks
  std::vector<Commit> events;   // in order
  std::set<std::string> merged; // customers who are another one by what the platforms said
  std::map<std::string, std::vector<const CallOrder*>> orders;  // by key: each attempt
  std::map<std::string, std::vector<const CallEnd*>> ends;
  std::map<std::string, std::string> workflow_of;               // by key

  const Commit* event(const std::string& id) const;
  std::vector<const RunStory*> of(const std::string& workflow) const;
};

Story story_of(const Evidence& evidence);

/// What the checks find is added here.
class Findings {
 public:
  template <class... Args>
  void add(fmt::format_string<Args...> text, Args&&... args) {
    all.push_back(fmt::format(text, std::forward<Args>(args)...));
  }
  std::vector<std::string> all;
};

void check_events(const Evidence& evidence, const Story& story, Findings& findings);
void check_categories(const Evidence& evidence, const Story& story, Findings& findings);
void check_runs(const Evidence& evidence, const Story& story, Findings& findings);
void check_waits(const Evidence& evidence, const Story& story, Findings& findings);
void check_calls(const Evidence& evidence, const Story& story, Findings& findings);
void check_contacts(const Evidence& evidence, const Story& story, Findings& findings);

}  // namespace shopbell::sim
