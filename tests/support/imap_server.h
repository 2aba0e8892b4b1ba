#pragma once
// A mailbox that is spoken to by IMAP (RFC 3501), as far as one is needed that looks into it; with a certificate over TLS, from the
// start or by STARTTLS (6.2.1), before which it takes no password. It can break off.

#include "support/listener.h"

#include <algorithm>
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
  enum class Tls { none, from_start, on_demand };

  ImapServer() : ImapServer(Tls::none, nullptr) {}
  ImapServer(Tls how, const Certificate* certificate) : how_(how), tls_(tls_context(certificate)) {
    thread_ = std::thread([this] { run(); });
  }
  ~ImapServer() {
    listener_.stop();
    thread_.join();
  }

  std::string url(const std::string& scheme = "imap+plain") const { return scheme + "://127.0.0.1:" + std::to_string(listener_.port()) + "/INBOX"; }
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
  /// Whether a password came that anybody on the way could read.
  bool heard_password_unsafely() const { return unsafe_; }

 private:
  void run() {
    for (int socket; (socket = listener_.accept()) >= 0;) {
      Peer peer(listener_, socket);
      if (how_ != Tls::from_start || peer.start_tls(tls_.get())) talk(peer);
    }
  }

  void talk(Peer& peer) {
    peer.say("* OK ready\r\n");
    std::string in;
    char part[4096];
    for (std::size_t got; (got = peer.receive(part, sizeof part)) > 0;) {
      in.append(part, got);
      for (std::size_t end; (end = in.find("\r\n")) != std::string::npos; in.erase(0, end + 2))
        if (!obey(peer, in.substr(0, end))) return;
    }
  }

  bool obey(Peer& peer, const std::string& line) {
    const std::lock_guard lock(mutex_);
    if (!signs_in_.empty()) {  // "\0shop\0secret", RFC 4616
      unsafe_ = unsafe_ || !peer.is_safe();
      peer.say(std::exchange(signs_in_, {}) + (line == "AHNob3AAc2VjcmV0" ? " OK done\r\n" : " NO [AUTHENTICATIONFAILED] no\r\n"));
      return true;
    }
    const std::string tag = line.substr(0, line.find(' ')), what = line.substr(std::min(line.size(), tag.size() + 1));
    const auto done = [&](const std::string& before) { peer.say(before + tag + " OK done\r\n"); };
    const bool offers = how_ == Tls::on_demand && !peer.is_safe();
    if (what == "CAPABILITY") return done(std::string("* CAPABILITY IMAP4rev1") + (offers ? " STARTTLS LOGINDISABLED" : how_ == Tls::on_demand ? " AUTH=PLAIN" : "") + "\r\n"), true;
    if (what == "STARTTLS" && offers) return done(""), peer.start_tls(tls_.get());
    if (what == "AUTHENTICATE PLAIN" && peer.is_safe()) return signs_in_ = tag, peer.say("+ \r\n"), true;
    if (what.starts_with("LOGIN ")) {
      unsafe_ = unsafe_ || !peer.is_safe();
      if (what.find("secret") == std::string::npos) return peer.say(tag + " NO [AUTHENTICATIONFAILED] no\r\n"), true;
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
        if (break_off_.exchange(false)) return peer.say(head + mail.substr(0, mail.size() / 2)), false;
        return done(head + mail + ")\r\n"), true;
      }
      return done(""), true;
    }
    if (what == "LOGOUT") return done("* BYE\r\n"), false;
    return peer.say(tag + " BAD what\r\n"), true;
  }

  mutable std::mutex mutex_;
  std::vector<std::pair<std::uint32_t, std::string>> mails_;
  std::uint32_t validity_ = 1;
  const Tls how_;
  const TlsContext tls_;
  std::string signs_in_;  // the tag of what waits for a password
  std::atomic<bool> break_off_{false}, unsafe_{false};
  std::atomic<int> fetches_{0}, looks_{0};
  Listener listener_;
  std::thread thread_;
};

}  // namespace shopbell
