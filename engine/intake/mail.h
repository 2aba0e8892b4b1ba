#pragma once
// A mail as it came over the wire (RFC 5322, MIME), read by GMime: what is broken in it is read as far as it goes, as
// customers' programs send what they like. Any thread.

#include <shopbell/arena.h>
#include <shopbell/error.h>
#include <shopbell/time.h>
#include <shopbell/value.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shopbell {

constexpr std::size_t mail_parts_max = 500;  // of one mail, whatever contains them: "too_many_parts"
constexpr int mail_depth_max = 32;           // of parts within parts; deeper ones are not looked into

struct MailPart {
  std::string content_type;  // "text/plain", in lower case
  std::string filename;      // decoded; empty: none
  std::string content;       // of a leaf: without its transfer encoding, in its own charset
  std::string text;          // of a text: in UTF-8
  bool attached = false;     // Content-Disposition says so
  std::vector<MailPart> parts;
};

/// What a mail server tells of a mail (RFC 3464), of its first recipient.
struct DeliveryReport {
  std::string action;      // failed, delayed, delivered, relayed, expanded
  std::string status;      // "5.1.1" (RFC 3463)
  std::string recipient, why;
  std::string message_id;  // of the mail that it is about, without < >
};

struct Mail5322 {
  std::string from, to, cc, reply_to, subject, message_id, in_reply_to;  // decoded, in UTF-8; message ids without < >
  std::vector<std::string> references;                          // of the thread's messages, the first one first
  std::string auto_submitted;                                   // RFC 3834; empty: by a person, as far as one knows
  bool automatic = false;                                       // that, or another header says that no person wrote it
  std::optional<DeliveryReport> report;
  std::optional<Time> date;
  MailPart body;
};

/// Errors: "bad_mail": it is empty; "too_many_parts".
Result<Mail5322> read_mail(std::string_view raw);

/// As a body that platform files map: {from, to, cc, answers_to (Reply-To), subject, date, message_id, in_reply_to, references (a list),
/// auto_submitted, automatic, report: {action, status, recipient, why, message_id}, text, html, attachments: [{name, type, size}]}; what is not there is left out. `text` and `html`: the first of each kind that is
/// no attachment.
Value mail_value(const Mail5322& mail, Arena& arena);

}  // namespace shopbell
