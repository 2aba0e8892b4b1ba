#pragma once
// What platforms sign with beside HMAC-SHA256 (hmac.h): HMAC-SHA1 and public keys. Any thread.

#include <shopbell/error.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace shopbell {

/// 20 bytes (RFC 2104, FIPS 180-4).
std::string hmac_sha1(std::string_view key, std::string_view data);
/// 32 bytes of one text alone; hash.h has the digests that are written down.
std::string plain_sha256(std::string_view data);

enum class SignatureKind : std::uint8_t {
  rsa_sha256,    // PKCS #1 v1.5
  ecdsa_sha256,  // a DER sequence of r and s
  ed25519,       // RFC 8032
};

/// Whether `signature` is the holder's of `key`: PEM of a public key or a certificate, or the key's
/// SubjectPublicKeyInfo in base64; Ed25519 also the base64 of its 32 bytes. What is no such key verifies nothing.
bool verify_signature(SignatureKind kind, std::string_view key, std::string_view data, std::string_view signature);

/// A signature that verify_signature() finds good, with the private key (PEM). Errors: "bad_key": it is none of that kind.
Result<std::string> make_signature(SignatureKind kind, std::string_view private_key, std::string_view data);

}  // namespace shopbell
