#pragma once
// POST /runs/retime: a person chooses when runs that wait for a time go on. What is said is events of the log (core/retime.h).

#include "serve/shard.h"

#include <shopbell/value.h>

namespace shopbell {

constexpr std::size_t retimed_max = 500;  // runs of one request
constexpr Millis retimed_for_max{std::int64_t{5} * 366 * 24 * 3'600'000};  // from now, as a wait's

struct Retiming {
  Job job;                 // no entries: there is nothing to be done
  std::uint64_t next = 0;  // there may be more: the `before` of the next request; 0: no
};

/// `asked`: {"runs": [ID, ...]}, or {"workflow"} and {"subject"}, either or both, or {"all": true}; {"due": an instant, in the past: at once};
/// perhaps "before". `key`: not empty: said twice, it is done once. Errors: "bad_body", "not_found", "conflict" (a named run waits for no
/// time), and the store's.
Result<Retiming> retiming_of(Reader& reader, const Value& asked, std::string_view by, std::string_view key, Time now);

}  // namespace shopbell
