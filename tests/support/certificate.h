#pragma once
// A certificate and its key for "localhost" and 127.0.0.1, made when a test needs them.

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <unistd.h>

namespace shopbell {

class Certificate {
 public:
  Certificate() {
    const auto base = std::filesystem::temp_directory_path() /
                      ("shopbell-tls-" + std::to_string(::getpid()) + "-" + std::to_string(next()++));
    certificate_file = base.string() + ".crt";
    key_file = base.string() + ".key";
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> made(X509_new(), X509_free);
    X509_set_version(made.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
    X509_set_pubkey(made.get(), key.get());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
    X509_set_issuer_name(made.get(), X509_get_subject_name(made.get()));
    add(made.get(), NID_basic_constraints, "critical,CA:TRUE");
    add(made.get(), NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
    X509_sign(made.get(), key.get(), EVP_sha256());
    write(certificate_file, [&](std::FILE* file) { PEM_write_X509(file, made.get()); });
    write(key_file, [&](std::FILE* file) {
      PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
  }
  ~Certificate() {
    std::error_code ignored;
    std::filesystem::remove(certificate_file, ignored);
    std::filesystem::remove(key_file, ignored);
  }
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;

  std::string certificate_file, key_file;

 private:
  static int& next() {
    static int count = 0;
    return count;
  }
  static void add(X509* to, int what, const char* value) {
    const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> extension(
        X509V3_EXT_conf_nid(nullptr, nullptr, what, value), X509_EXTENSION_free);
    X509_add_ext(to, extension.get(), -1);
  }
  template <class Write>
  static void write(const std::string& path, Write what) {
    std::FILE* const file = std::fopen(path.c_str(), "w");
    if (file == nullptr) return;
    what(file);
    std::fclose(file);
  }
};

}  // namespace shopbell
