#pragma once
// POST /api/attention/retry, skip and cancel: what a person decides about runs, as inputs of the engine.

#include "serve/batch.h"
#include "store/store.h"

#include <optional>
#include <string_view>
#include <vector>

namespace shopbell {

constexpr std::size_t resolved_max = 500;  // runs of one request

struct Resolution {
  std::vector<Entry> entries;
  std::uint64_t next = 0;  // there may be more: the `before` of the next request; 0: no
};

/// "retry", "skip", "cancel"; nothing: another word.
std::optional<Resolved::Remedy> remedy_of(std::string_view word);

/// `body`: {"runs": [ID, ...]}, or {"workflow", "step", "subject", "since"} or {"all": true}, and perhaps "by" and
/// "before". `cancel` also ends open runs that are named. Errors: "bad_body", "not_found", and the store's.
Result<Resolution> resolution_of(Reader& reader, Resolved::Remedy remedy, std::string_view body);

}  // namespace shopbell
