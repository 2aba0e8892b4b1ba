#pragma once
// What `email` and the channel `email` share: a mail's headers, and what the mail server's word means.

#include <shopbell/action.h>

#include <string>
#include <string_view>
#include <vector>

namespace shopbell::mailing {

/// "The Shop <hello@shop.example>" -> "shop.example".
std::string_view domain_of(std::string_view address);
/// "The Shop <hello@shop.example>" -> "hello@shop.example".
std::string_view address_of(std::string_view text);
constexpr char small(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
/// A line break in a subject would begin another header; a template's folded lines mean blanks.
std::string one_line(std::string_view text);
/// The same for all attempts of the call.
std::string message_id_of(const Call& call, std::string_view from);
/// Auto-Submitted (RFC 3834, 3.1: no vacation notices in return), In-Reply-To and References (RFC 5322, 3.6.4): ids with or
/// without < >; what is none is left out.
void add_headers(Mail& mail, std::string_view answered, const std::vector<std::string_view>& references, bool automatic);

/// Sends it. Fails with "no_address", "no_sender", "no_text" and the server's reasons.
Task<Outcome> send(Mail mail, SentMessage kept, Services& services);

}  // namespace shopbell::mailing
