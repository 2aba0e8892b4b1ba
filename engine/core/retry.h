#pragma once
// When a call is tried again: exponential backoff with full jitter.
// https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/

#include "core/workflow.h"

#include <optional>
#include <string_view>

namespace shopbell {

constexpr Millis retry_wait_max{24 * 3'600'000};  // also of what the far side asks for

/// How long to wait after attempt `attempt` (from 1) has failed: a part of min(backoff * 2^(attempt-1),
/// max_backoff) that the key and the attempt decide, but not less than `retry_after`.
Millis retry_wait(const Retry& retry, std::string_view call_key, std::uint32_t attempt,
                  std::optional<Millis> retry_after);

}  // namespace shopbell
