#include "base/hmac.h"

#include "base/time.h"

#include <shopbell/signing.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <memory>
#include <stdexcept>

namespace shopbell {
namespace {

using Context = std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)>;

Context make_context() {
  static const std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> algorithm(EVP_MAC_fetch(nullptr, "HMAC", nullptr),
                                                                           &EVP_MAC_free);
  Context context(EVP_MAC_CTX_new(algorithm.get()), &EVP_MAC_CTX_free);
  char digest[] = "SHA256";
  const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string("digest", digest, 0), OSSL_PARAM_construct_end()};
  if (!context || EVP_MAC_CTX_set_params(context.get(), params) != 1) throw std::runtime_error("HMAC is not available");
  return context;
}

}  // namespace

Mac hmac_sha256(std::string_view key, std::string_view data) {
  thread_local const Context context = make_context();
  // A null key would mean "the key of last time" to OpenSSL.
  const auto* key_bytes = reinterpret_cast<const unsigned char*>(key.empty() ? "" : key.data());
  Mac mac{};
  std::size_t size = 0;
  const bool good =
      EVP_MAC_init(context.get(), key_bytes, key.size(), nullptr) == 1 &&
      EVP_MAC_update(context.get(), reinterpret_cast<const unsigned char*>(data.data()), data.size()) == 1 &&
      EVP_MAC_final(context.get(), mac.data(), &size, mac.size()) == 1;
  if (!good || size != mac.size()) throw std::runtime_error("HMAC failed");
  return mac;
}

std::string standard_webhook_signature(std::string_view secret, std::string_view text) {
  const auto decoded = secret.starts_with("whsec_") ? from_base64(secret.substr(6)) : std::nullopt;
  const Mac mac = hmac_sha256(decoded ? std::string_view(*decoded) : secret, text);
  return to_base64({reinterpret_cast<const char*>(mac.data()), mac.size()});
}

std::string basic_login(std::string_view user, std::string_view password) {
  return "Basic " + to_base64(std::string(user).append(":").append(password));
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace shopbell
