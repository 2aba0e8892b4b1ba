#pragma once
// A mailbox that is spoken to by IMAP (RFC 3501), as far as one is needed that looks into it; it can break off.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace shopbell {

class ImapServer {
 public:
  ImapServer() {
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
  ~ImapServer() {
    stopping_ = true;
    thread_.join();
    ::close(listener_);
  }

  std::string url() const { return "imap+plain://127.0.0.1:" + std::to_string(port_) + "/INBOX"; }
  void put(std::uint32_t uid, std::string mail) {
    const std::lock_guard lock(mutex_);
    mails_.emplace_back(uid, std::move(mail));
  }
  /// The UIDs are others from now on.
  void count_anew(std::uint32_t validity) {
    const std::lock_guard lock(mutex_);
    validity_ = validity;
    std::uint32_t uid = 0;
    for (auto& mail : mails_) mail.first = ++uid;
  }
  void break_off_next_fetch() { break_off_ = true; }
  int fetches() const { return fetches_; }
  int looks() const { return looks_; }

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
      talk(socket);
      ::close(socket);
    }
  }

  static void say(int socket, const std::string& text) { ::send(socket, text.data(), text.size(), MSG_NOSIGNAL); }

  void talk(int socket) {
    say(socket, "* OK ready\r\n");
    std::string in;
    char part[4096];
    while (readable(socket)) {
      const auto got = ::recv(socket, part, sizeof part, 0);
      if (got <= 0) return;
      in.append(part, static_cast<std::size_t>(got));
      for (std::size_t end; (end = in.find("\r\n")) != std::string::npos; in.erase(0, end + 2))
        if (!obey(socket, in.substr(0, end))) return;
    }
  }

  bool obey(int socket, const std::string& line) {
    const std::lock_guard lock(mutex_);
    const std::string tag = line.substr(0, line.find(' ')), what = line.substr(tag.size() + 1);
    const auto done = [&](const std::string& before) { say(socket, before + tag + " OK done\r\n"); };
    if (what == "CAPABILITY") return done("* CAPABILITY IMAP4rev1\r\n"), true;
    if (what.starts_with("LOGIN ")) {
      if (what.find("secret") == std::string::npos) return say(socket, tag + " NO [AUTHENTICATIONFAILED] no\r\n"), true;
      return done(""), true;
    }
    if (what.starts_with("SELECT ")) return done("* " + std::to_string(mails_.size()) + " EXISTS\r\n* OK [UIDVALIDITY " + std::to_string(validity_) + "] UIDs\r\n"), true;
    if (what.starts_with("UID SEARCH ")) {
      ++looks_;
      std::string found;
      const std::uint32_t from = what.starts_with("UID SEARCH UID ") ? static_cast<std::uint32_t>(std::stoul(what.substr(15))) : 0;
      for (std::size_t i = 0; i < mails_.size(); ++i)
        if (mails_[i].first >= from || (from > 0 && i + 1 == mails_.size())) found += " " + std::to_string(mails_[i].first);
      return done("* SEARCH" + found + "\r\n"), true;
    }
    if (what.starts_with("UID FETCH ")) {
      ++fetches_;
      const auto uid = static_cast<std::uint32_t>(std::stoul(what.substr(10)));
      for (const auto& [known, mail] : mails_) {
        if (known != uid) continue;
        const std::string head = "* 1 FETCH (UID " + std::to_string(uid) + " BODY[] {" + std::to_string(mail.size()) + "}\r\n";
        if (break_off_.exchange(false)) return say(socket, head + mail.substr(0, mail.size() / 2)), false;
        return done(head + mail + ")\r\n"), true;
      }
      return done(""), true;
    }
    if (what == "LOGOUT") return done("* BYE\r\n"), false;
    return say(socket, tag + " BAD what\r\n"), true;
  }

  mutable std::mutex mutex_;
  std::vector<std::pair<std::uint32_t, std::string>> mails_;
  std::uint32_t validity_ = 1;
  std::atomic<bool> stopping_{false}, break_off_{false};
  std::atomic<int> fetches_{0}, looks_{0};
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace shopbell
