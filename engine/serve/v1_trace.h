#pragma once
// A run, step by step: of its notes, its calls, and what came of them.

#include "store/store.h"

#include <shopbell/arena.h>
#include <shopbell/value.h>

#include <string>
#include <string_view>
#include <vector>

namespace shopbell::v1 {

constexpr std::size_t output_bytes_max = 64 * 1024;  // of one step, as JSON; a longer one is left out, and said to be

/// What came of one attempt of a call, out of the journal: kept as long as that (`retention: {events}`).
struct CallAnswer {
  std::string call, step;
  std::int64_t attempt = 1;
  Time at;
  std::string status, error;
  Value output;
  bool left_out = false;  // the output was too long
};
/// Of the calls of the run. Errors: the reader's.
Result<std::vector<CallAnswer>> answers_of(Reader& reader, const RunRow& run, const std::vector<CallView>& calls, Arena& arena);

/// `outputs`: of an open run, by the step's id. A list of {node, step, at, ended, status, text, condition?, attempts, action?, input?, output?, error?, notes}.
Value trace_of(const Value& notes, const std::vector<CallView>& calls, const std::vector<CallAnswer>& answers, const Value& outputs, Arena& arena);

/// "order.total > 100.0 → 40.5 > 100.0 → false": [{text: "order.total", value: 40.5}]. What cannot be told apart is left out.
Value operands_of(std::string_view explained, Arena& arena);

}  // namespace shopbell::v1
