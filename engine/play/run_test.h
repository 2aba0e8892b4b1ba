#pragma once
// One test on virtual time: what is given happens, time passes, calls are answered, and what was done is compared
// with what is expected. Pure but for its memory; any thread.

#include "play/coverage.h"
#include "play/match.h"
#include "play/test_file.h"

#include <string>
#include <vector>

namespace shopbell::play {

constexpr std::int64_t test_begin_ms = 1'768'474'800'000;  // 2026-01-15T11:00:00Z, a Thursday

struct TestResult {
  bool passed = false;
  std::vector<DiffLine> diff;      // empty when it passed
  std::vector<std::string> story;  // what happened, a line each, for a person who looks for the reason
};

/// `coverage` gets what was executed. A call that `respond` says nothing of is done at once, with the output that
/// its action's reference names.
TestResult run_test(const Shop& shop, const TestFile& file, const Test& test, Coverage& coverage);

}  // namespace shopbell::play
