#pragma once
// The fast way into a log of CloudEvents: of each line only what somebody will read, the rest skipped unparsed
// (simdjson On-Demand). What it cannot take, read_log_line() must. One object a thread.

#include "intake/log_line.h"

#include <memory>
#include <set>
#include <string>
#include <string_view>

namespace shopbell {

constexpr std::size_t log_padding_bytes = 64;  // behind the last line of a block, readable

/// Which parts of an order are read: the largest of what events bear. All other nouns are kept whole, but for
/// `raw`, the platform's own body.
struct Wanted {
  bool raw = false, whole_order = false;
  std::set<std::string, std::less<>> order;  // names of its fields, beside those that the engine itself reads
};

class Extractor {
 public:
  explicit Extractor(const Wanted& wanted);
  ~Extractor();
  /// False: not an event as the journal writes it. `line` must be followed by log_padding_bytes readable bytes.
  bool extract(std::string_view line, Arena& arena, LoggedEvent& to);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace shopbell
