#include "load/reach.h"

#include <algorithm>
#include <optional>

namespace shopbell {
namespace {

/// What a condition that reads nothing comes to; nothing: that depends.
std::optional<bool> decided(const std::optional<cel::Program>& condition) {
  if (!condition || !condition->fields_read().empty()) return std::nullopt;
  Arena arena;
  const auto holds = condition->condition(make_map(arena, {}), arena);
  return holds ? std::optional(*holds) : std::nullopt;
}

class Reach {
 public:
  explicit Reach(const Workflow& workflow)
      : program_(workflow.program), reached_(workflow.program.size() + 1, false) {
    go(0);
    if (workflow.on_error != 0) go(workflow.on_error);
    while (go_behind_forks()) {
    }
  }

  std::vector<bool> take() {
    reached_.pop_back();  // the end is no instruction
    return std::move(reached_);
  }

 private:
  void go(std::uint32_t from) {
    std::vector<std::uint32_t> open{from};
    while (!open.empty()) {
      const std::uint32_t at = open.back();
      open.pop_back();
      if (at >= reached_.size() || reached_[at]) continue;
      reached_[at] = true;
      if (at < program_.size()) follow(program_[at], at, open);
    }
  }

  static void follow(const Instruction& i, std::uint32_t at, std::vector<std::uint32_t>& open) {
    if (i.failure != 0) open.push_back(i.failure);
    switch (i.op) {
      case Op::stop:
      case Op::fail:
      case Op::join: return;
      case Op::jump:
      case Op::next: return open.push_back(i.target);
      case Op::fork: open.insert(open.end(), i.branches.begin(), i.branches.end()); return;
      case Op::judge:  // the question once more
      case Op::each: open.push_back(i.target); break;
      case Op::branch: {
        const auto holds = decided(i.condition);
        if (!holds || !*holds) open.push_back(i.target);
        if (holds && !*holds) return;
        break;
      }
      default: break;
    }
    open.push_back(at + 1);
  }

  /// A branch ends in the join before the next one; what stands behind the fork waits for these.
  bool is_done(const Instruction& fork, std::size_t branch) const {
    const std::uint32_t behind = branch + 1 < fork.branches.size() ? fork.branches[branch + 1] : fork.target;
    return reached_[behind - 1];
  }

  bool goes_on(const Instruction& fork) const {
    if (fork.go_on_after_failure) return true;
    std::size_t done = 0;
    for (std::size_t n = 0; n < fork.branches.size(); ++n) done += is_done(fork, n) ? 1 : 0;
    return fork.any ? done > 0 : done == fork.branches.size();
  }

  bool go_behind_forks() {
    bool more = false;
    for (std::uint32_t at = 0; at < program_.size(); ++at) {
      const Instruction& i = program_[at];
      if (i.op != Op::fork || !reached_[at] || reached_[i.target] || !goes_on(i)) continue;
      go(i.target);
      more = true;
    }
    return more;
  }

  const std::vector<Instruction>& program_;
  std::vector<bool> reached_;
};

}  // namespace

std::vector<bool> reachable(const Workflow& workflow) { return Reach(workflow).take(); }

}  // namespace shopbell
