#pragma once
// Mail: an RFC 5322 message with MIME parts, sent by SMTP (libcurl) or put into a Maildir.

#include <shopbell/action.h>
#include <shopbell/error.h>

#include <functional>
#include <memory>
#include <string>

namespace shopbell {

/// The message as it goes over the wire: CRLF lines, encoded words, multipart/alternative when there are
/// both a text and HTML, quoted-printable, Date and Message-ID as given; the same Mail is the same bytes.
/// `to` and `reply_to` may name several addresses with commas between. Errors: "bad_address" for an address
/// or header that holds a line break or is no address (RFC 5321 length limits), a Message-ID that is not
/// <left@right>, a header that the mail itself makes, text that is not UTF-8 or above 10 MiB.
Result<std::string> compose(const Mail& mail);

struct SmtpConfig {
  std::string url;  // "smtp://host:587" (STARTTLS required), "smtps://host:465"; "smtp+plain://host" without
                    // TLS, for local relays
  std::string user, password;
  std::string ca_file;  // empty: the system's
  Millis timeout{30'000};
};

/// Sends in threads of its own (libcurl blocks), at most `threads` at once.
class Mailer {
 public:
  static std::unique_ptr<Mailer> smtp(const SmtpConfig& config, int threads = 4);
  /// Writes to folder/{tmp,new,cur} by the Maildir rules: tmp, sync, rename. The file is named by the
  /// Message-ID, so that the same mail twice is one file. Error "outbox": the folder cannot be made.
  static Result<std::unique_ptr<Mailer>> maildir(const std::string& folder);
  virtual ~Mailer() = default;
  /// `done` is called once on a thread of the mailer; before it `giving`, right before the last of the mail is given away:
  /// from then on the far side may have taken it. Errors as Services::mail says, and "bad_address" of
  /// compose(), "outbox" of the Maildir's disk, "overloaded" and "stopped" (the mail was not begun).
  virtual void send(Mail mail, std::function<void(Result<std::string>)> done, std::function<void()> giving = {}) = 0;
  /// Ends what waits, breaks off what does not end by itself, joins its threads.
  virtual void stop() = 0;
};

}  // namespace shopbell
