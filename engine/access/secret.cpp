#include "access/secret.h"

#include "base/hash.h"

#include <argon2.h>
#include <sys/random.h>

#include <array>
#include <stdexcept>

namespace shopbell {
namespace {

constexpr std::uint32_t passes = 2, kibibytes = 19 * 1024, lanes = 1;
constexpr std::size_t salt_bytes = 16, hash_bytes = 32;

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(count)) throw std::runtime_error("the kernel gives no random bytes");
  return bytes;
}

std::string hashed(std::string_view password) {
  const std::string salt = random_bytes(salt_bytes);
  std::array<char, 256> encoded{};
  const int code = argon2id_hash_encoded(passes, kibibytes, lanes, password.data(), password.size(), salt.data(), salt.size(), hash_bytes,
                                         encoded.data(), encoded.size());
  if (code != ARGON2_OK) throw std::runtime_error(argon2_error_message(code));
  return encoded.data();
}

}  // namespace

std::string new_secret() { return to_hex(random_bytes(32)); }

Result<std::string> hash_password(std::string_view password) {
  if (password.size() < password_bytes_min) return fail("bad_password", "a password has at least " + std::to_string(password_bytes_min) + " characters");
  if (password.size() > password_bytes_max) return fail("bad_password", "a password has at most " + std::to_string(password_bytes_max) + " bytes");
  return hashed(password);
}

bool password_matches(std::string_view password, const std::string& hash) {
  static const std::string nobodys = hashed("nobody has this one");
  if (password.size() > password_bytes_max) password = {};
  const bool same = argon2id_verify((hash.empty() ? nobodys : hash).c_str(), password.data(), password.size()) == ARGON2_OK;
  return same && !hash.empty();
}

}  // namespace shopbell
