#include "base/hash.h"

#include <openssl/evp.h>

#include <array>
#include <cstring>
#include <memory>
#include <stdexcept>

namespace shopbell {
namespace {

using Digest = std::array<unsigned char, 32>;

Digest digest_of(std::initializer_list<std::string_view> parts) {
  thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  Digest digest;
  bool good = EVP_DigestInit_ex(context.get(), algorithm, nullptr) == 1;
  for (const std::string_view part : parts) {
    std::array<unsigned char, 8> size;
    for (std::size_t i = 0; i < 8; ++i) size[i] = static_cast<unsigned char>(part.size() >> (8 * i));
    good = good && EVP_DigestUpdate(context.get(), size.data(), size.size()) == 1;
    good = good && EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1;
  }
  if (!good || EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) != 1) throw std::runtime_error("SHA-256 is not available");
  return digest;
}

}  // namespace

std::string to_hex(std::string_view bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    text += digits[static_cast<unsigned char>(c) >> 4];
    text += digits[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

std::string sha256(std::initializer_list<std::string_view> parts) {
  const Digest d = digest_of(parts);
  return {reinterpret_cast<const char*>(d.data()), d.size()};
}

std::string id_of(std::initializer_list<std::string_view> cause) {
  const Digest d = digest_of(cause);
  return to_hex({reinterpret_cast<const char*>(d.data()), 16});
}

std::string event_digest(std::string_view source, std::string_view event_id) { return sha256({source, event_id}).substr(0, 16); }

std::uint64_t hash64(std::initializer_list<std::string_view> parts) {
  const Digest d = digest_of(parts);
  std::uint64_t n = 0;
  std::memcpy(&n, d.data(), sizeof n);
  return n;
}

}  // namespace shopbell
