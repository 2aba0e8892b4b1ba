#pragma once
// TLS contexts: version 1.2 or later, nothing else by default (RFC 9325).

#include "net/asio.h"

#include <shopbell/error.h>

#include <optional>
#include <string>

namespace shopbell {

/// A server's. Error "tls": a file cannot be read, or the key is not the certificate's.
Result<void> set_up_server_tls(std::optional<asio::ssl::context>& context,
                               const std::string& certificate_file, const std::string& key_file);

/// A client's, which verifies. `ca_file` empty: the system's authorities. Error "tls".
Result<void> set_up_client_tls(std::optional<asio::ssl::context>& context, const std::string& ca_file);

}  // namespace shopbell
