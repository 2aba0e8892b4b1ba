#include "core/retry.h"

#include "base/hash.h"

#include <algorithm>
#include <string>

namespace shopbell {

Millis retry_wait(const Retry& retry, std::string_view call_key, std::uint32_t attempt,
                  std::optional<Millis> retry_after) {
  Millis most = std::clamp(retry.backoff, Millis{0}, retry_wait_max);
  const Millis ceiling = std::clamp(retry.max_backoff, Millis{0}, retry_wait_max);
  for (std::uint32_t i = 1; i < attempt && most < ceiling && most.count() > 0; ++i) most *= 2;
  most = std::min(most, ceiling);
  const std::uint64_t dice = hash64({"retry", call_key, std::to_string(attempt)});
  const Millis part{static_cast<std::int64_t>(dice % (static_cast<std::uint64_t>(most.count()) + 1))};
  const Millis asked = std::clamp(retry_after.value_or(Millis{0}), Millis{0}, retry_wait_max);
  return std::max(part, asked);
}

}  // namespace shopbell
