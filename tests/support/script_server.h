#pragma once
// A peer that follows a script, line by line, whatever the protocol: waits until what came ends a
// passage, says its piece, and may hang up.

#include "support/certificate.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace shopbell {

class ScriptServer {
 public:
  struct Step {
    std::string until;  // reads on until this has come; empty: says its piece at once
    std::string say;
    bool hang_up = false;
    bool start_tls = false;  // behind its piece
  };
  using Script = std::vector<Step>;

  /// The first connection follows the first script, further ones the second where there is one.
  explicit ScriptServer(Script first, Script second = {}, const Certificate* certificate = nullptr)
      : scripts_{std::move(first)} {
    if (certificate != nullptr) {
      tls_.reset(SSL_CTX_new(TLS_server_method()));
      SSL_CTX_use_certificate_file(tls_.get(), certificate->certificate_file.c_str(), SSL_FILETYPE_PEM);
      SSL_CTX_use_PrivateKey_file(tls_.get(), certificate->key_file.c_str(), SSL_FILETYPE_PEM);
    }
    if (!second.empty()) scripts_.push_back(std::move(second));
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(listener_, reinterpret_cast<const sockaddr*>(&at), sizeof at);
    ::listen(listener_, 16);
    socklen_t size = sizeof at;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~ScriptServer() {
    stopping_ = true;
    thread_.join();
    ::close(listener_);
  }
  ScriptServer(const ScriptServer&) = delete;
  ScriptServer& operator=(const ScriptServer&) = delete;

  std::uint16_t port() const { return port_; }
  int connections() const { return connections_; }
  /// All that was heard, over all connections.
  std::string heard() const {
    const std::lock_guard lock(mutex_);
    return heard_;
  }

 private:
  bool readable(int socket) {
    while (!stopping_) {
      pollfd waiting{socket, POLLIN, 0};
      if (::poll(&waiting, 1, 10) > 0) return true;
    }
    return false;
  }

  void run() {
    while (readable(listener_)) {
      const int socket = ::accept(listener_, nullptr, nullptr);
      if (socket < 0) continue;
      const auto which = std::min(static_cast<std::size_t>(connections_++), scripts_.size() - 1);
      follow(socket, scripts_[which]);
      ::close(socket);
    }
  }

  // Bytes as they come, through TLS when it has begun; 0 at the end.
  std::size_t receive(int socket, SSL* tls, char* to, std::size_t size) {
    if (tls != nullptr && SSL_pending(tls) == 0 && !readable(socket)) return 0;
    if (tls == nullptr && !readable(socket)) return 0;
    const auto got = tls != nullptr ? SSL_read(tls, to, static_cast<int>(size)) : ::recv(socket, to, size, 0);
    return got > 0 ? static_cast<std::size_t>(got) : 0;
  }

  void follow(int socket, const Script& script) {
    std::unique_ptr<SSL, decltype(&SSL_free)> tls(nullptr, SSL_free);
    std::string in;
    char part[4096];
    for (const auto& step : script) {
      std::size_t at;
      while ((at = in.find(step.until)) == in.npos) {
        const auto got = receive(socket, tls.get(), part, sizeof part);
        if (got == 0) return;
        in.append(part, got);
        const std::lock_guard lock(mutex_);
        heard_.append(part, got);
      }
      in.erase(0, at + step.until.size());
      if (tls)
        SSL_write(tls.get(), step.say.data(), static_cast<int>(step.say.size()));
      else
        ::send(socket, step.say.data(), step.say.size(), MSG_NOSIGNAL);
      if (step.hang_up) return;
      if (step.start_tls) {
        tls.reset(SSL_new(tls_.get()));
        SSL_set_fd(tls.get(), socket);
        if (SSL_accept(tls.get()) != 1) return;
      }
    }
    // Nothing more to say: whatever comes now (a QUIT) is the end.
    receive(socket, tls.get(), part, sizeof part);
  }

  std::vector<Script> scripts_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> tls_{nullptr, SSL_CTX_free};
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  std::atomic<bool> stopping_{false};
  mutable std::mutex mutex_;
  std::string heard_;
  std::thread thread_;
};

}  // namespace shopbell
