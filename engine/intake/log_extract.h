#pragma once
// The fast way into a log of CloudEvents: of each line only what somebody will read, the rest skipped unparsed
// (simdjson On-Demand). What it cannot take, read_log_line() must. One object a thread.

#include "intake/log_line.h"
#include "intake/log_reader.h"

#include <memory>
#include <set>
#include <string>
#include <string_view>

namespace shopbell {

/// Which fields of a noun are read, beside those that the engine itself reads.
struct WantedFields {
  bool all = false;
  std::set<std::string, std::less<>> names;
};

/// What is read of the nouns that most events bear, and that are large. All others are kept whole, but for `raw`, the
/// platform's own body.
struct Wanted {
  bool raw = false;
  bool bought = false;  // of an order's items what they are: a profile's `products` and `categories`
  WantedFields order, customer;
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
