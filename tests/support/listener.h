#pragma once
// What servers of the tests have in common: a socket on loopback, and connections that may become safe ones.

#include "support/certificate.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>

namespace shopbell {

class Listener {
 public:
  explicit Listener(int backlog = 16) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(socket_, reinterpret_cast<const sockaddr*>(&at), sizeof at);
    ::listen(socket_, backlog);
    socklen_t size = sizeof at;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
  }
  ~Listener() { ::close(socket_); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  std::uint16_t port() const { return port_; }
  /// All that waits ends.
  void stop() { stopping_ = true; }
  /// False: it was stopped before there was anything to read.
  bool readable(int socket) const {
    while (!stopping_) {
      pollfd waiting{socket, POLLIN, 0};
      if (::poll(&waiting, 1, 10) > 0) return true;
    }
    return false;
  }
  /// The next connection, which is the caller's; -1: it was stopped.
  int accept() const {
    while (readable(socket_))
      if (const int socket = ::accept(socket_, nullptr, nullptr); socket >= 0) return socket;
    return -1;
  }

 private:
  const int socket_;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
};

using TlsContext = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
/// Of a server with that certificate; nullptr without one.
inline TlsContext tls_context(const Certificate* certificate) {
  TlsContext made(certificate == nullptr ? nullptr : SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (made == nullptr) return made;
  SSL_CTX_use_certificate_file(made.get(), certificate->certificate_file.c_str(), SSL_FILETYPE_PEM);
  SSL_CTX_use_PrivateKey_file(made.get(), certificate->key_file.c_str(), SSL_FILETYPE_PEM);
  return made;
}

/// One connection, closed at its end.
class Peer {
 public:
  Peer(const Listener& listener, int socket) : listener_(listener), socket_(socket) {}
  ~Peer() {
    tls_.reset();
    ::close(socket_);
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  bool is_safe() const { return tls_ != nullptr; }
  bool start_tls(SSL_CTX* context) {
    std::unique_ptr<SSL, decltype(&SSL_free)> tls(SSL_new(context), SSL_free);
    SSL_set_fd(tls.get(), socket_);
    if (SSL_accept(tls.get()) != 1) return false;
    tls_ = std::move(tls);
    return true;
  }
  /// 0 at the end.
  std::size_t receive(char* to, std::size_t size) {
    if ((tls_ == nullptr || SSL_pending(tls_.get()) == 0) && !listener_.readable(socket_)) return 0;
    const auto got = tls_ ? SSL_read(tls_.get(), to, static_cast<int>(size)) : ::recv(socket_, to, size, 0);
    return got > 0 ? static_cast<std::size_t>(got) : 0;
  }
  void say(std::string_view text) {
    if (text.empty()) return;
    if (tls_) SSL_write(tls_.get(), text.data(), static_cast<int>(text.size()));
    else ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
  }

 private:
  const Listener& listener_;
  const int socket_;
  std::unique_ptr<SSL, decltype(&SSL_free)> tls_{nullptr, SSL_free};
};

}  // namespace shopbell
