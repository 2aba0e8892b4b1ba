#pragma once
// Which steps of workflows were done, and which ways their branches went. Not for sharing between threads.

#include "core/apply.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace shopbell::play {

/// A step that no test did, or a way that no branch went.
struct Uncovered {
  std::uint32_t line = 0;
  std::string what;  // "email", "choose: case 2, when it holds"
};

struct WorkflowCoverage {
  std::string workflow, file;
  std::size_t steps = 0, steps_done = 0;
  std::size_t ways = 0, ways_gone = 0;  // two for each branch
  std::vector<Uncovered> uncovered;     // in order of line
};

class Coverage {
 public:
  void add(const std::vector<Visit>& visits);
  WorkflowCoverage of(const Workflow& workflow) const;

 private:
  struct Seen {
    bool done = false, held = false, failed = false;
  };
  std::map<std::string, std::vector<Seen>> by_version_;
};

}  // namespace shopbell::play
