#pragma once
// A platform's webhook to canonical events: verify, parse once, map, write the log's line once.
// Pure; any thread, each with an Arena of its own.

#include "intake/cloudevent.h"
#include "intake/verify.h"
#include "load/platform.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace shopbell {

struct Webhook {
  std::string_view endpoint;  // NAME of POST /hooks/NAME; the event's source is "PLATFORM/NAME"
  /// The header of that name (any case), or an empty text.
  const std::function<std::string_view(std::string_view name)>& header;
  std::string_view body;      // as received
  Time received;
};

struct WebhookTaken {
  std::vector<Taken> events;  // empty: knowingly ignored
  std::string topic;          // as the platform says; for metrics, once it is known to be one of the platform's
  std::string ignored;        // why there is no event
};

/// Errors: "bad_signature", "no_topic", "bad_json", "bad_event", "event_too_large". A topic that the platform
/// file does not know is ignored, not refused: a refusal would make the platform drop the subscription.
Result<WebhookTaken> take_webhook(const Platform& platform, const Secrets& secrets, const Webhook& webhook,
                                  Arena& arena);

}  // namespace shopbell
