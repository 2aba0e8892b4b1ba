#include "serve/v1_fill.h"

#include "serve/customers.h"

#include <shopbell/text.h>

#include <map>

namespace shopbell::v1 {
namespace {

std::string first_word(const std::string& name) { return name.substr(0, name.find(' ')); }

/// Where {{ ... }} begins and ends behind `from`; npos: there is no more.
std::pair<std::size_t, std::size_t> next_open(std::string_view text, std::size_t from) {
  const std::size_t begin = text.find("{{", from), end = begin == std::string_view::npos ? begin : text.find("}}", begin);
  return end == std::string_view::npos ? std::pair{end, end} : std::pair{begin, end + 2};
}

}  // namespace

Result<std::string> filled(V1Parts& parts, V1Ask& ask, const ConversationRow& row, std::string_view text) {
  const auto found = find_customer(*parts.reader, row.subject, ask.arena);
  if (!found) return tl::unexpected(found.error());
  if (!*found) return fail("not_found", "there is no subject " + row.subject);
  const auto known = [p = (*found)->profile](std::string_view field) { return std::string(p[field].text_or({})); };
  std::string name = known("name");
  if (name.empty()) name = trimmed(known("first_name") + " " + known("last_name"));
  const std::map<std::string, std::string, std::less<>> values{{"customer.name", name},
                                                               {"customer.first_name", known("first_name").empty() ? first_word(name) : known("first_name")},
                                                               {"customer.email", known("email")},
                                                               {"agent.name", ask.who.name},
                                                               {"agent.first_name", first_word(ask.who.name)}};
  std::string made;
  std::size_t at = 0;
  for (auto [begin, end] = next_open(text, 0); begin != std::string_view::npos; std::tie(begin, end) = next_open(text, end)) {
    const auto value = values.find(trimmed(text.substr(begin + 2, end - begin - 4)));
    made += text.substr(at, begin - at);
    made += value == values.end() || value->second.empty() ? text.substr(begin, end - begin) : std::string_view(value->second);
    at = end;
  }
  return made.append(text.substr(at));
}

std::string not_filled(std::string_view text) {
  const auto [begin, end] = next_open(text, 0);
  return begin == std::string_view::npos ? std::string() : std::string(text.substr(begin, end - begin));
}

}  // namespace shopbell::v1
