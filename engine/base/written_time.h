#pragma once
// Times as programs for people write them into tables: spreadsheets, exports of shops.

#include "base/zone.h"

#include <shopbell/time.h>

#include <optional>
#include <string_view>

namespace shopbell {

/// RFC 3339; "2025-10-07 09:50:26 +0200", "2025-10-07 09:50", "2025-10-07"; "10/07/2025 9:50" (month first) and
/// "07.10.2025 9:50" (day first), perhaps with seconds, AM or PM, and an offset ("+02:00", "UTC", "GMT", "Z").
/// Without an offset it is a time on the clock of `zone`. Nothing: it is none of these.
std::optional<Time> parse_written_time(std::string_view text, const Zone& zone);

}  // namespace shopbell
