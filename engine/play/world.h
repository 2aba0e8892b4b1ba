#pragma once
// A shop on virtual time: its subjects in memory, the pure core applied to them, and a clock that is set, never
// read. What follows from an input is taken at once, as a batch of the server does; a wait is due when the clock
// passes it. For tests, backtests and stories about the core. Not for sharing between threads.

#include "core/apply.h"
#include "core/categories.h"
#include "core/identity.h"

#include <shopbell/arena.h>

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace shopbell::play {

/// A subject as a store keeps it.
struct Kept {
  std::string state;              // encode_subject(); empty: a new one
  std::vector<std::string> runs;  // encode_run() of the open ones, by age
  std::map<std::string, std::string> failed = {};  // by id: of those that failed, until somebody decides
};

/// One input that was taken.
struct Took {
  const std::string& subject;
  const Input& input;
  const Subject& after;
  Transition& made;
};

/// A call that waits for its answer.
struct OpenCall {
  CallOrder order;
  std::string subject;
  Time answered{};  // when its answer is there
};

class World {
 public:
  /// `arena` outlives it: what the transitions and open calls hold is there.
  World(const Workflows& workflows, Arena& arena) : workflows_(&workflows), arena_(arena) {}

  std::function<void(const Took&)> watch;  // told of each input, in order
  /// What comes of a call; asked when the answer is there. Empty, or nothing: it stays open.
  std::function<std::optional<Finished>(const OpenCall&)> answer;
  std::function<Millis(const CallOrder&)> takes;  // how long an attempt takes; empty: no time
  Time now;

  void use(const Workflows& workflows) { workflows_ = &workflows; }
  const Workflows& workflows() const { return *workflows_; }
  Arena& arena() { return arena_; }

  /// The input, now, and all that follows from it. An event from outside is about whom its names lead to
  /// (core/identity.h); `subject` is where it gives none.
  void give(const std::string& subject, Input input);
  /// What a shell says at its start, and after an edit: sets the clock of each workflow with schedules.
  void set_clocks();
  /// Lets time pass: waits go on, and calls are answered, each when it is due.
  void pass_until(Time until);

  /// The subject with its runs, read anew; of a name the one that it leads to.
  Subject subject(const std::string& id);
  /// nullptr: nothing was ever kept of it.
  const Kept* find(const std::string& id) const;
  const std::map<std::string, Kept, std::less<>>& subjects() const { return kept_; }
  const std::deque<OpenCall>& calls() const { return calls_; }
  /// Answers a call; where nobody waits for it any more the core says so.
  void finish(const OpenCall& call, Finished finished);

 private:
  bool is_new(const Input& input);
  void take(const std::string& id, Input input);
  std::string identify_subject(Received& received, const std::vector<Identity>& names);
  void merge(const std::string& from, const std::string& into);
  void give_name(const std::string& name, const std::string& to);
  void lead(const std::string& name, const std::string& to);
  std::string owner(std::string_view name) const;
  void keep(const std::string& id, const Subject& subject, const Transition& made);
  bool answer_due(Time until);

  const Workflows* workflows_;
  Arena& arena_;
  Catalogue catalogue_;
  std::map<std::string, Kept, std::less<>> kept_;
  std::map<std::string, std::string, std::less<>> leads_;  // names, to the subject that they lead to
  std::map<std::string, Time, std::less<>> due_of_;
  std::set<std::pair<Time, std::string>> due_;
  std::deque<OpenCall> calls_;
  std::deque<Following> following_;
  std::set<std::string> seen_;  // digests of events, as one is taken once
};

}  // namespace shopbell::play
