#pragma once
// One line of a log: a CloudEvents 1.0 event, as the engine's own journal holds them, or a webhook as it was
// recorded: {"hook": NAME, "headers": {...}, "body": "...", "received": RFC 3339, perhaps}. Pure; any thread.

#include "intake/cloudevent.h"
#include "load/load.h"

#include <span>
#include <string>
#include <vector>

namespace shopbell {

/// When it came, and what it was.
struct LoggedEvent {
  Event event;  // views into the arena
  Time received;
};

struct LogLine {
  std::vector<LoggedEvent> events;
  std::string ignored;  // why there are none: the shop's platform file wants nothing of this topic
};

/// A recorded webhook is mapped by the source of its name; it was verified when it came. Where it does not say when, it
/// came when what it is about was changed last. `before`: when the event
/// before it came, for a line that does not say. Errors: "bad_json", "bad_event", "no_such_source", those of
/// map_webhook().
Result<LogLine> read_log_line(std::string_view line, std::span<const SourceConfig> sources, Time before, Arena& arena);

}  // namespace shopbell
