#pragma once
// A platform's webhook to canonical events: verify, parse once, map, write the log's line once.
// Pure; any thread, each with an Arena of its own.

#include "intake/cloudevent.h"
#include "intake/verify.h"
#include "load/platform.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shopbell {

struct WebhookTaken {
  std::vector<Taken> events;             // empty: knowingly ignored, or a challenge
  std::string topic;                     // as the platform says; for metrics, once it is known to be one of the platform's
  std::string ignored;                   // why there is no event
  std::optional<std::string> answer;     // JSON that the platform wants to hear
  std::optional<std::string> challenge;  // the platform asks whether somebody listens: answer this text
};

/// What a body says: JSON, a form as a map, or a mail (message/rfc822) as mail_value(). Errors: "bad_json", "bad_form",
/// "too_many_fields", those of read_mail().
Result<Value> read_body(const Webhook& webhook, Arena& arena);

/// Errors: those of verify(), of read_body(), "no_topic", "bad_event", "too_many_events", "event_too_large".
/// A topic that the platform file does not know is ignored, not refused: a refusal would make the platform drop
/// the subscription.
Result<WebhookTaken> take_webhook(const Platform& platform, const Secrets& secrets, const Webhook& webhook,
                                  Arena& arena);

/// The same of a webhook that was verified when it came: one of a log. Its signature is not looked at.
Result<WebhookTaken> map_webhook(const Platform& platform, const Webhook& webhook, Arena& arena);

/// What a GET of a subscription is answered: the challenge of its query, when that bears the source's token.
/// Errors: "bad_token"; "no_challenge": this platform has no such thing.
Result<std::string> answer_challenge(const Platform& platform, std::string_view verify_token, std::string_view query);

}  // namespace shopbell
