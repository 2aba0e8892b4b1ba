#include "net/mail_address.h"

#include "base/utf8.h"

#include <idn2.h>

#include <algorithm>
#include <memory>
#include <optional>

namespace shopbell {
namespace {

constexpr std::size_t local_bytes_max = 64;     // RFC 5321, 4.5.3.1.1
constexpr std::size_t domain_bytes_max = 255;   // 4.5.3.1.2
constexpr std::size_t address_bytes_max = 254;  // 4.5.3.1.3: a path of 256 with its angle brackets

tl::unexpected<Error> bad(std::string message) {
  return fail("bad_address", std::move(message), "name@example.com or Name <name@example.com>");
}

bool is_atom(char c) {
  const bool is_alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return is_alnum || std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

// RFC 5321's Dot-string; quoted local parts are legal and nobody's.
bool is_local_part(std::string_view text) {
  if (text.empty() || text.size() > local_bytes_max || text.front() == '.' || text.back() == '.')
    return false;
  return text.find("..") == text.npos &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_atom(c) || c == '.'; });
}

bool is_domain(std::string_view text) {
  if (text.empty() || text.size() > domain_bytes_max) return false;
  std::size_t label = 0;
  char before = '.';
  for (const char c : text) {
    const bool is_alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (c == '.') {
      if (before == '.' || before == '-') return false;
      label = 0;
    } else if (!(is_alnum || (c == '-' && before != '.')) || ++label > 63) {
      return false;
    }
    before = c;
  }
  return before != '.' && before != '-';
}

// UTS #46 without its transitional mappings, as browsers do. libcurl's own conversion follows the locale.
std::optional<std::string> to_ascii(const std::string& domain) {
  if (std::all_of(domain.begin(), domain.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; }))
    return domain;
  char* ascii = nullptr;
  if (idn2_to_ascii_8z(domain.c_str(), &ascii, IDN2_NONTRANSITIONAL) != IDN2_OK) return {};
  const std::unique_ptr<char, void (*)(void*)> owned(ascii, idn2_free);
  return std::string(ascii);
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

Result<std::string> parse_address(std::string_view text) {
  const auto at = text.rfind('@');
  if (at == text.npos) return bad("this is no mail address: " + std::string(text));
  if (!is_local_part(text.substr(0, at))) return bad("the part before @ is none: " + std::string(text));
  const auto domain = to_ascii(std::string(text.substr(at + 1)));
  if (!domain || !is_domain(*domain)) return bad("the part behind @ is no domain: " + std::string(text));
  if (at + 1 + domain->size() > address_bytes_max)
    return bad("the address is longer than " + std::to_string(address_bytes_max) + " bytes");
  return std::string(text.substr(0, at + 1)) + *domain;
}

std::string unquoted(std::string_view name) {
  if (name.size() < 2 || name.front() != '"' || name.back() != '"') return std::string(name);
  std::string plain;
  for (std::size_t i = 1; i + 1 < name.size(); ++i) {
    if (name[i] == '\\' && i + 2 < name.size()) ++i;
    plain += name[i];
  }
  return plain;
}

Result<Mailbox> parse_mailbox(std::string_view text) {
  text = trimmed(text);
  Mailbox mailbox;
  const auto open = text.rfind('<');
  if (open != text.npos) {
    if (text.back() != '>') return bad("an angle bracket is not closed: " + std::string(text));
    mailbox.name = unquoted(trimmed(text.substr(0, open)));
    text = text.substr(open + 1, text.size() - open - 2);
  }
  auto address = parse_address(text);
  if (!address) return tl::unexpected(address.error());
  mailbox.address = std::move(*address);
  return mailbox;
}

}  // namespace

Result<std::vector<Mailbox>> parse_mailboxes(std::string_view text) {
  if (!utf8_valid(text)) return bad("the address is not UTF-8");
  if (std::any_of(text.begin(), text.end(),
                  [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
    return bad("the address holds a line break or another control character");
  std::vector<Mailbox> mailboxes;
  bool in_quotes = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const bool at_end = i == text.size();
    if (!at_end && text[i] == '\\' && in_quotes) {
      ++i;
      continue;
    }
    if (!at_end && text[i] == '"') in_quotes = !in_quotes;
    if (!at_end && (text[i] != ',' || in_quotes)) continue;
    auto mailbox = parse_mailbox(text.substr(begin, i - begin));
    if (!mailbox) return tl::unexpected(mailbox.error());
    if (mailboxes.size() == mailboxes_max)
      return bad("more than " + std::to_string(mailboxes_max) + " addresses");
    mailboxes.push_back(std::move(*mailbox));
    begin = i + 1;
  }
  if (in_quotes) return bad("a quotation mark is not closed: " + std::string(text));
  return mailboxes;
}

}  // namespace shopbell
