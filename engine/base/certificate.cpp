#include "base/certificate.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace shopbell {
namespace {

template <auto release>
struct Released {
  template <class T>
  void operator()(T* object) const { release(object); }
};
using Certificate = std::unique_ptr<X509, Released<X509_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, Released<GENERAL_NAMES_free>>;

tl::unexpected<Error> bad(std::string why) {
  ERR_clear_error();
  return fail("bad_certificate", "the certificate is not to be trusted: " + std::move(why));
}

std::vector<Certificate> read_chain(std::string_view pem) {
  std::vector<Certificate> chain;
  const std::unique_ptr<BIO, Released<BIO_free>> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  while (bio && chain.size() < certificates_max) {
    Certificate one(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (!one) break;
    chain.push_back(std::move(one));
  }
  return chain;
}

bool is_under(std::string name, std::string_view host) {
  for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  if (name.starts_with("*.")) name.erase(0, 2);
  return name == host || name.ends_with("." + std::string(host));
}

// All of its names are the host's: a certificate for others, too, is not its own.
bool is_of(X509* certificate, std::string_view host) {
  const Names names(static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  int known = 0;
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_DNS) continue;
    const ASN1_STRING* text = name->d.dNSName;
    const auto* bytes = reinterpret_cast<const char*>(ASN1_STRING_get0_data(text));
    if (!is_under(std::string(bytes, static_cast<std::size_t>(ASN1_STRING_length(text))), host)) return false;
    ++known;
  }
  return known > 0;
}

}  // namespace

Result<void> check_certificate(std::string_view pem, std::string_view host, Time at,
                               const std::string& authorities_file) {
  const std::vector<Certificate> chain = read_chain(pem);
  if (chain.empty()) return bad("this is no certificate in PEM");
  if (!is_of(chain.front().get(), host)) return bad("it is not of " + std::string(host));
  const std::unique_ptr<X509_STORE, Released<X509_STORE_free>> store(X509_STORE_new());
  const int loaded = authorities_file.empty() ? X509_STORE_set_default_paths(store.get())
                                              : X509_STORE_load_file(store.get(), authorities_file.c_str());
  if (loaded != 1) return bad("the authorities cannot be read");
  struct PopAll {  // the stack does not own them
    void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }
  };
  const std::unique_ptr<STACK_OF(X509), PopAll> others(sk_X509_new_null());
  for (std::size_t i = 1; i < chain.size(); ++i) sk_X509_push(others.get(), chain[i].get());
  const std::unique_ptr<X509_STORE_CTX, Released<X509_STORE_CTX_free>> context(X509_STORE_CTX_new());
  if (X509_STORE_CTX_init(context.get(), store.get(), chain.front().get(), others.get()) != 1)
    return bad("it cannot be checked");
  X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(context.get()), to_ms(at) / 1000);
  if (X509_verify_cert(context.get()) != 1)
    return bad(X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get())));
  ERR_clear_error();
  return {};
}

}  // namespace shopbell
