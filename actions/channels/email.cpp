// email: an answer in the thread of a mail, by the shop's SMTP server or outbox. In-Reply-To and References from the conversation
// (RFC 5322, 3.6.4), the same Message-ID at each attempt. Buttons are numbers: the answer's quote is cut, and `ask`
// understands the number. What comes in: `sources` of the platforms mail
// (by HTTP or IMAP), sendgrid, mailgun and postmark.

#include "../say/mailing.h"

#include <shopbell/channel.h>
#include <shopbell/text.h>

#include <algorithm>

namespace shopbell::channels {
namespace {

constexpr std::size_t subject_characters_max = 60;

constexpr Setting settings[] = {
    {.name = "from", .doc = "Who mails are from: The Shop <hello@shop.example>."},
    {.name = "smtp", .doc = "The mail server: smtps://mail.example:465. Without it mails are written to DATA/outbox, a Maildir."},
    {.name = "user", .doc = "The login at the mail server."},
    {.name = "password", .doc = "The password at the mail server.", .secret = true},
    {.name = "ca_file", .doc = "Certificates that the mail server's may be signed with, beside the system's."},
};

std::string subject_of(const Saying& saying) {
  const std::string_view before = trimmed(saying.thread["subject"].text_or(""));
  if (before.empty()) return shortened(mailing::one_line(saying.text.substr(0, saying.text.find('\n'))), subject_characters_max);
  const bool again = before.size() > 3 && (before[0] == 'R' || before[0] == 'r') && (before[1] == 'e' || before[1] == 'E') && before[2] == ':';
  return (again ? "" : "Re: ") + mailing::one_line(before);
}

bool same_address(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return mailing::small(x) == mailing::small(y); });
}

/// Where the sender wants answers (Reply-To, RFC 5322, 3.6.2), and never the shop itself: that would be a loop.
std::string answered_at(const Saying& saying, std::string_view own) {
  const std::string_view elsewhere = trimmed(saying.thread["answers_to"].text_or(""));
  const bool meant = !elsewhere.empty() && same_address(saying.to, saying.thread["sender"].text_or(""));
  return meant && !same_address(elsewhere, mailing::address_of(own)) ? std::string(elsewhere) : saying.to;
}

Task<Outcome> say(Saying saying, Call call, Value given, Services& services) {
  Mail mail;
  mail.from = given["from"].text_or("");
  mail.to = answered_at(saying, mail.from);
  mail.subject = subject_of(saying);
  mail.text = numbered(saying.text, saying.buttons);
  mail.date = call.at;
  mail.message_id = mailing::message_id_of(call, mail.from);
  std::vector<std::string_view> references;
  const Value known = saying.thread["references"];
  for (const Value& id : known.is(Kind::list) ? known.items() : std::span<const Value>{}) references.push_back(id.text_or(""));
  mailing::add_headers(mail, saying.thread["answers"].text_or(""), references, saying.person.empty());
  SentMessage kept;
  kept.text = mail.text;
  kept.conversation = saying.conversation;
  co_return co_await mailing::send(std::move(mail), std::move(kept), services);
}

}  // namespace

extern const Channel email{.name = "email", .summary = "Answers in the thread of a mail.", .settings = settings, .say = say};

}  // namespace shopbell::channels
