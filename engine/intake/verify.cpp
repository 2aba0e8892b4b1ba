#include "intake/verify.h"

#include "base/hash.h"
#include "base/hmac.h"
#include "base/time.h"

namespace shopbell {

Result<void> verify(const Platform& platform, const Secrets& secrets, std::string_view signature,
                    std::string_view body) {
  if (signature.empty()) return fail("bad_signature", "the header " + platform.signature_header + " is missing");
  if (secrets.current.empty()) return fail("bad_signature", "this source has no secret, so nothing can be verified");
  if (!signature.starts_with(platform.signature_prefix)) return fail("bad_signature", "the signature does not match");
  signature.remove_prefix(platform.signature_prefix.size());

  bool good = false;
  for (const std::string_view secret : {secrets.current, secrets.previous}) {
    if (secret.empty()) continue;
    const Mac mac = hmac_sha256(secret, body);
    const std::string_view bytes(reinterpret_cast<const char*>(mac.data()), mac.size());
    const std::string text =
        platform.signature_encoding == Platform::Encoding::base64 ? to_base64(bytes) : to_hex(bytes);
    good |= equal_in_constant_time(text, signature);
  }
  if (!good) return fail("bad_signature", "the signature does not match");
  return {};
}

}  // namespace shopbell
