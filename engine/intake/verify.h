#pragma once
// Whether a webhook comes from who it says: as the platform file's `verify` says, on the bytes as received,
// and in constant time. Any thread.

#include "intake/request.h"

#include <shopbell/error.h>

#include <string_view>

namespace shopbell {

/// In place of a secret: the certificate that the platform publishes is fetched, by the shell.
constexpr std::string_view fetched_secret = "fetch";

/// Two secrets live while one is being changed. A secret is a text that both know, a token, or a public key.
struct Secrets {
  std::string_view current, previous;
  std::string_view webhook_id = {};  // the platform's id of the webhook, where that is signed
  std::string_view private_key = {};  // PEM, for signing: of a key pair of one's own, whose public key is `current`
};

/// `body`: what was read of webhook.body, for platforms that sign within it (Platform::signed_in_body); else
/// null. An empty secret never verifies. Errors: "bad_signature", "stale_signature": the timestamp is too far
/// from webhook.received.
/// What it gives is as good as a digest of webhook.body: its HMAC, where that and nothing else is signed; else empty.
Result<std::string> verify(const Platform& platform, const Secrets& secrets, const Webhook& webhook, const Value& body,
                           Arena& arena);

/// The way of signing that a secret belongs to.
const Verification& way_of(const Platform& platform, std::string_view secret);

/// The signature that holds, encoded, by `secrets.current`, or `secrets.private_key` where the scheme has one. Errors: those of
/// verify(), "bad_key".
Result<std::string> signature_of(const Verification& way, const Secrets& secrets, const Webhook& webhook,
                                 const Value& body, Arena& arena);

}  // namespace shopbell
