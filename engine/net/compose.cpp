#include "base/hash.h"
#include "base/utf8.h"
#include "net/mail.h"
#include "net/mail_address.h"
#include "net/mime.h"
#include "net/strict.h"

#include <date/date.h>

#include <algorithm>
#include <array>

namespace shopbell {
namespace {

constexpr std::size_t subject_bytes_max = 2000;
constexpr std::size_t header_bytes_max = 4000;
constexpr std::size_t headers_max = 50;
constexpr std::size_t body_bytes_max = 10 * 1024 * 1024;
constexpr std::array<std::string_view, 10> own_headers{
    "From", "To", "Cc", "Bcc", "Subject", "Date", "Message-ID", "Reply-To", "MIME-Version", "Sender"};

tl::unexpected<Error> bad(std::string message) { return fail("bad_address", std::move(message)); }

bool holds_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

bool is_own(std::string_view name) {
  const auto same = [&](std::string_view own) { return same_ignoring_case(own, name); };
  return std::any_of(own_headers.begin(), own_headers.end(), same) ||
         same_ignoring_case(name.substr(0, 8), "Content-");
}

// <left@right>, in ASCII, without spaces (RFC 5322, 3.6.4).
bool is_message_id(std::string_view id) {
  if (id.size() < 5 || id.size() > 250 || id.front() != '<' || id.back() != '>') return false;
  const auto inner = id.substr(1, id.size() - 2);
  const auto at = inner.find('@');
  if (at == 0 || at == inner.npos || at + 1 == inner.size() || inner.rfind('@') != at) return false;
  return std::all_of(inner.begin(), inner.end(),
                     [](char c) { return c > ' ' && c <= '~' && c != '<' && c != '>'; });
}

Result<void> check(const Mail& mail) {
  if (holds_control(mail.subject) || !utf8_valid(mail.subject) || mail.subject.size() > subject_bytes_max)
    return bad("the subject holds a line break, is not UTF-8 or is longer than " +
               std::to_string(subject_bytes_max) + " bytes");
  if (!is_message_id(mail.message_id)) return bad("the Message-ID is not <left@right>: " + mail.message_id);
  if (mail.headers.size() > headers_max) return bad("more headers than " + std::to_string(headers_max));
  for (const auto& [name, value] : mail.headers) {
    if (!is_token(name) || name.size() > 70) return bad("a header's name holds a character that it must not");
    if (is_own(name)) return bad("the header " + name + " is made from the mail itself");
    if (holds_control(value) || !utf8_valid(value) || value.size() > header_bytes_max)
      return bad("the header " + name + " holds a line break, is not UTF-8 or is longer than " +
                 std::to_string(header_bytes_max) + " bytes");
  }
  if (mail.text.size() > body_bytes_max || mail.html.size() > body_bytes_max)
    return bad("the mail is larger than " + std::to_string(body_bytes_max) + " bytes");
  if (!utf8_valid(mail.text) || !utf8_valid(mail.html)) return bad("the text of the mail is not UTF-8");
  return {};
}

Result<void> append_mailboxes(std::string& to, std::string_view name, std::string_view value) {
  const auto mailboxes = parse_mailboxes(value);
  if (!mailboxes) return tl::unexpected(mailboxes.error());
  std::string all;
  for (const auto& mailbox : *mailboxes) {
    if (!all.empty()) all += ", ";
    const std::string shown = display_name(mailbox.name);
    all += shown.empty() ? mailbox.address : shown + " <" + mailbox.address + ">";
  }
  append_plain_header(to, name, all);
  return {};
}

void append_part(std::string& to, std::string_view type, std::string_view content) {
  to.append("Content-Type: ")
      .append(type)
      .append("; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n");
  append_quoted_printable(to, content);
}

// The boundary comes from the Message-ID, so that the same mail is the same bytes. "=_" never occurs in
// quoted-printable.
void append_body(std::string& to, const Mail& mail) {
  if (mail.html.empty() || mail.text.empty()) {
    mail.html.empty() ? append_part(to, "text/plain", mail.text) : append_part(to, "text/html", mail.html);
    if (!to.ends_with("\r\n")) to.append("\r\n");
    return;
  }
  const std::string boundary = "=_" + id_of({"mail boundary", mail.message_id});
  to.append("Content-Type: multipart/alternative;\r\n boundary=\"")
      .append(boundary)
      .append("\"\r\n\r\n--")
      .append(boundary)
      .append("\r\n");
  append_part(to, "text/plain", mail.text);
  to.append("\r\n--").append(boundary).append("\r\n");
  append_part(to, "text/html", mail.html);
  to.append("\r\n--").append(boundary).append("--\r\n");
}

}  // namespace

Result<std::string> compose(const Mail& mail) {
  if (auto done = check(mail); !done) return tl::unexpected(done.error());
  std::string message;
  message.reserve(1024 + mail.text.size() + mail.html.size() + (mail.text.size() + mail.html.size()) / 4);
  append_plain_header(
      message, "Date",
      date::format("%a, %d %b %Y %T +0000", std::chrono::floor<std::chrono::seconds>(mail.date)));
  const auto sender = parse_mailboxes(mail.from);
  if (sender && sender->size() != 1) return bad("a mail is from one address");
  if (auto done = append_mailboxes(message, "From", mail.from); !done) return tl::unexpected(done.error());
  if (auto done = append_mailboxes(message, "To", mail.to); !done) return tl::unexpected(done.error());
  if (!mail.reply_to.empty())
    if (auto done = append_mailboxes(message, "Reply-To", mail.reply_to); !done)
      return tl::unexpected(done.error());
  append_text_header(message, "Subject", mail.subject);
  append_plain_header(message, "Message-ID", mail.message_id);
  for (const auto& [name, value] : mail.headers) append_text_header(message, name, value);
  append_plain_header(message, "MIME-Version", "1.0");
  append_body(message, mail);
  return message;
}

}  // namespace shopbell
