#pragma once
// A mail server on loopback that takes every mail and remembers its Message-ID: how often each came. A mail counts
// from its final dot on, before that is answered, as with a server whose word gets lost. RFC 5321.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace shopbell {

class SmtpSink {
 public:
  SmtpSink() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(listener_, reinterpret_cast<const sockaddr*>(&at), sizeof at);
    ::listen(listener_, 64);
    socklen_t size = sizeof at;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
    thread_ = std::thread([this] { accept_all(); });
  }
  ~SmtpSink() {
    stopping_ = true;
    thread_.join();
    for (std::thread& each : sessions_) each.join();
    ::close(listener_);
  }
  SmtpSink(const SmtpSink&) = delete;
  SmtpSink& operator=(const SmtpSink&) = delete;

  std::uint16_t port() const { return port_; }
  /// By Message-ID: the subjects it came with, once for each time.
  std::map<std::string, std::vector<std::string>> mails() const {
    const std::lock_guard lock(mutex_);
    return mails_;
  }

 private:
  bool readable(int socket) const {
    while (!stopping_) {
      pollfd waiting{socket, POLLIN, 0};
      if (::poll(&waiting, 1, 20) > 0) return true;
    }
    return false;
  }

  void accept_all() {
    while (readable(listener_)) {
      const int socket = ::accept(listener_, nullptr, nullptr);
      if (socket >= 0) sessions_.emplace_back([this, socket] { serve(socket); });
    }
  }

  void serve(int socket) {
    say(socket, "220 sink ready");
    std::string in;
    while (const auto line = next(socket, in, "\r\n")) {
      const std::string verb = line->substr(0, 4);
      if (verb == "EHLO") say(socket, "250 sink");
      else if (verb == "DATA") {
        say(socket, "354 go on");
        const auto mail = next(socket, in, "\r\n.\r\n");
        if (!mail) break;
        keep(*mail);
        say(socket, "250 taken");
      } else if (verb == "QUIT") {
        say(socket, "221 bye");
        break;
      } else say(socket, "250 ok");
    }
    ::close(socket);
  }

  std::optional<std::string> next(int socket, std::string& in, std::string_view end) {
    std::size_t at;
    while ((at = in.find(end)) == in.npos) {
      char part[4096];
      const auto got = readable(socket) ? ::recv(socket, part, sizeof part, 0) : 0;
      if (got <= 0) return {};
      in.append(part, static_cast<std::size_t>(got));
    }
    std::string found = in.substr(0, at);
    in.erase(0, at + end.size());
    return found;
  }

  static void say(int socket, std::string line) {
    line += "\r\n";
    ::send(socket, line.data(), line.size(), MSG_NOSIGNAL);
  }

  static std::string header(const std::string& mail, const std::string& name) {
    const std::size_t at = ("\r\n" + mail).find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    const std::size_t from = at + name.size() + 2;
    return mail.substr(from, mail.find("\r\n", from) - from);
  }

  void keep(const std::string& mail) {
    const std::lock_guard lock(mutex_);
    mails_[header(mail, "Message-ID")].push_back(header(mail, "Subject"));
  }

  int listener_;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
  mutable std::mutex mutex_;
  std::map<std::string, std::vector<std::string>> mails_;
  std::vector<std::thread> sessions_;
  std::thread thread_;
};

}  // namespace shopbell
