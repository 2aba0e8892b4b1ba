#pragma once
// A webhook as it was received, and where things stand in it. Pure; any thread.

#include "load/platform.h"

#include <shopbell/arena.h>
#include <shopbell/time.h>
#include <shopbell/value.h>

#include <functional>
#include <string_view>

namespace shopbell {

struct Webhook {
  std::string_view endpoint;  // NAME of POST /hooks/NAME; the event's source is "PLATFORM/NAME"
  /// The header of that name (any case), or an empty text.
  const std::function<std::string_view(std::string_view name)>& header;
  std::string_view body;      // as received
  Time received;
  std::string_view url = {};    // as the platform calls it; only for platforms that sign it
  std::string_view query = {};  // behind '?', as sent
};

/// The text that stands there, or an empty one; numbers as texts. `scope` has `body` and `it`; null when the
/// body was not read yet, and then nothing stands in it. Lives as long as the webhook and the arena.
std::string_view text_at(const Location& location, const Webhook& webhook, const Value& scope, Arena& arena);
/// Of the first location that has one.
std::string_view text_at(const std::vector<Location>& locations, const Webhook& webhook, const Value& scope,
                         Arena& arena);
/// Appends what stands there: each of the header's members of that name.
void append_texts(std::vector<std::string_view>& to, const Location& location, const Webhook& webhook,
                  const Value& scope, Arena& arena);

}  // namespace shopbell
