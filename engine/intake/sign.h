#pragma once
// The other side of verify.h: a recorded webhook signed anew, as its platform would. For `shopbell send`, and tests.
// Pure; any thread.

#include "intake/verify.h"

#include <string>
#include <utility>
#include <vector>

namespace shopbell {

struct SignedRequest {
  std::vector<std::pair<std::string, std::string>> headers;  // in place of those of the same name
  std::string body;                                           // another one where the signature stands in it
};

/// `webhook.received` is when it is signed. A signed id that the headers lack is made of the body. Errors:
/// "cannot_sign": the platform signs with a key that only it has, and `secrets` have no private key, or within a body that is
/// no JSON; "bad_key".
Result<SignedRequest> sign(const Platform& platform, const Secrets& secrets, const Webhook& webhook, Arena& arena);

}  // namespace shopbell
