#pragma once
// A mail server on loopback that takes every mail and remembers its Message-ID: how often each came. A mail counts
// from its final dot on, before that is answered, as with a server whose word gets lost. RFC 5321.

#include "support/listener.h"

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace shopbell {

class SmtpSink {
 public:
  SmtpSink() : thread_([this] { accept_all(); }) {}
  ~SmtpSink() {
    listener_.stop();
    thread_.join();
    for (std::thread& each : sessions_) each.join();
  }
  SmtpSink(const SmtpSink&) = delete;
  SmtpSink& operator=(const SmtpSink&) = delete;

  std::uint16_t port() const { return listener_.port(); }
  /// By Message-ID: the subjects it came with, once for each time.
  std::map<std::string, std::vector<std::string>> mails() const {
    const std::lock_guard lock(mutex_);
    return mails_;
  }

 private:
  void accept_all() {
    for (int socket; (socket = listener_.accept()) >= 0;) sessions_.emplace_back([this, socket] { serve(socket); });
  }

  void serve(int socket) {
    Peer peer(listener_, socket);
    peer.say("220 sink ready\r\n");
    std::string in;
    while (const auto line = next(peer, in, "\r\n")) {
      const std::string verb = line->substr(0, 4);
      if (verb == "EHLO") peer.say("250 sink\r\n");
      else if (verb == "DATA") {
        peer.say("354 go on\r\n");
        const auto mail = next(peer, in, "\r\n.\r\n");
        if (!mail) break;
        keep(*mail);
        peer.say("250 taken\r\n");
      } else if (verb == "QUIT") {
        peer.say("221 bye\r\n");
        break;
      } else peer.say("250 ok\r\n");
    }
  }

  std::optional<std::string> next(Peer& peer, std::string& in, std::string_view end) {
    std::size_t at;
    while ((at = in.find(end)) == in.npos) {
      char part[4096];
      const std::size_t got = peer.receive(part, sizeof part);
      if (got == 0) return {};
      in.append(part, got);
    }
    std::string found = in.substr(0, at);
    in.erase(0, at + end.size());
    return found;
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

  Listener listener_{64};
  mutable std::mutex mutex_;
  std::map<std::string, std::vector<std::string>> mails_;
  std::vector<std::thread> sessions_;
  std::thread thread_;
};

}  // namespace shopbell
