#pragma once
// A mailbox that is looked into by IMAP (RFC 3501), through libcurl. It blocks: one thread of its own.

#include <shopbell/error.h>
#include <shopbell/time.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace shopbell {

constexpr std::size_t fetched_mail_bytes_max = 40 * 1024 * 1024;

struct ImapConfig {
  std::string url;  // "imaps://host:993/INBOX", "imap://host/INBOX" (STARTTLS required); "imap+plain://host/INBOX" without TLS,
                    // for local servers
  std::string user, password;
  std::string ca_file;  // empty: the system's
  Millis timeout{30'000};
};

/// One connection, as long as it lives.
class Imap {
 public:
  /// `stopping`: what is under way ends when it becomes true.
  Imap(ImapConfig config, const std::atomic<bool>& stopping);
  ~Imap();
  Imap(const Imap&) = delete;
  Imap& operator=(const Imap&) = delete;

  /// UIDVALIDITY of the mailbox, known after the first search; 0: the server did not say.
  std::uint32_t validity() const;
  /// UIDs of the mails with one above `after`, the lowest first. Errors: "connect", "tls", "login", "imap".
  Result<std::vector<std::uint32_t>> above(std::uint32_t after);
  /// Of those that came on that day or later (RFC 3501, 6.4.4: SINCE).
  Result<std::vector<std::uint32_t>> since(Time day);
  /// The mail as it came; it is marked as seen. Errors: those, "too_large", "gone".
  Result<std::string> fetch(std::uint32_t uid);

 private:
  struct Session;
  Result<std::vector<std::uint32_t>> search(const std::string& what);
  std::unique_ptr<Session> session_;
};

}  // namespace shopbell
