#include "net/tls.h"

namespace shopbell {
namespace {

namespace ssl = asio::ssl;

void set_up(std::optional<ssl::context>& context, ssl::context::method method) {
  context.emplace(method);
  context->set_options(ssl::context::default_workarounds | ssl::context::no_compression);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_mode(context->native_handle(), SSL_MODE_RELEASE_BUFFERS);
}

}  // namespace

Result<void> set_up_server_tls(std::optional<ssl::context>& context, const std::string& certificate_file,
                               const std::string& key_file) {
  set_up(context, ssl::context::tls_server);
  SSL_CTX_set_options(context->native_handle(), SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  error_code error;
  context->use_certificate_chain_file(certificate_file, error);
  if (error)
    return fail("tls", "the certificate " + certificate_file + " cannot be used: " + error.message());
  context->use_private_key_file(key_file, ssl::context::pem, error);
  if (error) return fail("tls", "the key " + key_file + " cannot be used: " + error.message());
  return {};
}

Result<void> set_up_client_tls(std::optional<ssl::context>& context, const std::string& ca_file) {
  set_up(context, ssl::context::tls_client);
  context->set_verify_mode(ssl::verify_peer);
  error_code error;
  if (ca_file.empty())
    context->set_default_verify_paths(error);
  else
    context->load_verify_file(ca_file, error);
  if (error) return fail("tls", "the certificates of the authorities cannot be read: " + error.message());
  return {};
}

}  // namespace shopbell
