#include "base/signature.h"

#include "base/time.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>
#include <stdexcept>

namespace shopbell {
namespace {

constexpr std::size_t ed25519_key_bytes = 32;

template <class T, void (*free)(T*)>
struct Free {
  void operator()(T* p) const { free(p); }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY, EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Free<X509, X509_free>>;
using Context = std::unique_ptr<EVP_MD_CTX, Free<EVP_MD_CTX, EVP_MD_CTX_free>>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Key key_of_pem(std::string_view pem) {
  const auto open = [&] {
    return std::unique_ptr<BIO, decltype(&BIO_free)>(
        BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  };
  if (pem.find("BEGIN CERTIFICATE") == std::string_view::npos)
    return Key(PEM_read_bio_PUBKEY(open().get(), nullptr, nullptr, nullptr));
  const Certificate certificate(PEM_read_bio_X509(open().get(), nullptr, nullptr, nullptr));
  return Key(certificate ? X509_get_pubkey(certificate.get()) : nullptr);
}

Key key_of(SignatureKind kind, std::string_view text) {
  if (text.find("-----BEGIN") != std::string_view::npos) return key_of_pem(text);
  const auto der = from_base64(text);
  if (!der || der->empty()) return nullptr;
  if (kind == SignatureKind::ed25519 && der->size() == ed25519_key_bytes)
    return Key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(*der), der->size()));
  const unsigned char* at = bytes_of(*der);
  return Key(d2i_PUBKEY(nullptr, &at, static_cast<long>(der->size())));
}

int type_of(SignatureKind kind) {
  switch (kind) {
    case SignatureKind::rsa_sha256: return EVP_PKEY_RSA;
    case SignatureKind::ecdsa_sha256: return EVP_PKEY_EC;
    case SignatureKind::ed25519: return EVP_PKEY_ED25519;
  }
  return EVP_PKEY_NONE;
}

}  // namespace

std::string hmac_sha1(std::string_view key, std::string_view data) {
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  const auto* made = HMAC(EVP_sha1(), key.empty() ? "" : key.data(), static_cast<int>(key.size()),
                          bytes_of(data), data.size(), mac, &size);
  if (made == nullptr) throw std::runtime_error("HMAC-SHA1 is not available");
  return {reinterpret_cast<const char*>(mac), size};
}

std::string plain_sha256(std::string_view data) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_Digest(data.data(), data.size(), digest, &size, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("SHA-256 is not available");
  return {reinterpret_cast<const char*>(digest), size};
}

Result<std::string> make_signature(SignatureKind kind, std::string_view private_key, std::string_view data) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> from(BIO_new_mem_buf(private_key.data(), static_cast<int>(private_key.size())), &BIO_free);
  char no_passphrase[] = "";  // else OpenSSL asks for one at the terminal
  const Key key(PEM_read_bio_PrivateKey(from.get(), nullptr, nullptr, no_passphrase));
  const Context context(EVP_MD_CTX_new());
  const EVP_MD* digest = kind == SignatureKind::ed25519 ? nullptr : EVP_sha256();
  std::size_t size = 0;
  std::string made;
  bool good = key && context && EVP_PKEY_get_base_id(key.get()) == type_of(kind) &&
              EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key.get()) == 1 &&
              EVP_DigestSign(context.get(), nullptr, &size, bytes_of(data), data.size()) == 1;
  if (good) {
    made.resize(size);
    good = EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(made.data()), &size, bytes_of(data), data.size()) == 1;
  }
  ERR_clear_error();
  if (!good) return fail("bad_key", "this is no private key (PEM, without a passphrase) of the kind that the platform signs with");
  made.resize(size);
  return made;
}

bool verify_signature(SignatureKind kind, std::string_view key, std::string_view data,
                      std::string_view signature) {
  const Key known = key_of(kind, key);
  const Context context(EVP_MD_CTX_new());
  const EVP_MD* digest = kind == SignatureKind::ed25519 ? nullptr : EVP_sha256();
  const bool good = known && context && EVP_PKEY_get_base_id(known.get()) == type_of(kind) &&
                    EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, known.get()) == 1 &&
                    EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(data),
                                     data.size()) == 1;
  ERR_clear_error();
  return good;
}

}  // namespace shopbell
