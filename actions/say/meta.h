#pragma once
// What the channels of Meta share: how the Graph API says no, and when a conversation is open.
// https://developers.facebook.com/docs/messenger-platform/error-codes,
// https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes.

#include <shopbell/channel.h>

namespace shopbell::meta {

/// By `error.code` and `error.error_subcode`; nothing when there is no error in it, or when it will get better by itself.
std::optional<Outcome> refusal(std::string_view vendor, const HttpResponse& response, const Value& body);

/// Whether the channel takes what a machine (`window_until`) or a person (`person_until`) writes. What is not known is closed.
bool is_open(const Saying& saying, const char* until, Time now);

/// Messenger's and Instagram's Send API: quick replies, and the human agent's tag.
constexpr std::size_t quick_replies_max = 13, quick_title_max = 20;
Task<Outcome> send(std::string_view vendor, Saying saying, Call call, std::string url, Value given, Services& services);

}  // namespace shopbell::meta
