#pragma once
// Addresses of mail: what stands in From, To and Reply-To, and what SMTP is told.

#include <shopbell/error.h>

#include <string>
#include <string_view>
#include <vector>

namespace shopbell {

struct Mailbox {
  std::string name;     // UTF-8, may be empty
  std::string address;  // local@domain, ASCII; an internationalised domain as xn--…
};

/// One mailbox, or several with commas between: `a@b.c`, `Ann <a@b.c>`, `"Ann, of B" <a@b.c>`. Error
/// "bad_address": a line break or control character, no address, a local part that is not ASCII (it would
/// need SMTPUTF8 on all the way), longer than RFC 5321 allows (64 + 1 + 255, at most 254 in all), more than
/// `mailboxes_max`.
Result<std::vector<Mailbox>> parse_mailboxes(std::string_view text);

constexpr std::size_t mailboxes_max = 100;  // RFC 5321, 4.5.3.1.8: what every server takes

}  // namespace shopbell
