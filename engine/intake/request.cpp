#include "intake/request.h"

#include "load/vocabulary.h"

#include <shopbell/text.h>

#include <algorithm>

namespace shopbell {
namespace {

constexpr cel::Limits silently{.messages = false};

// "t=1,v1=ab,v1=cd" and "ts=1;h1=ab": the values of that name.
void append_members(std::vector<std::string_view>& to, std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const std::string_view member = trimmed(header.substr(0, header.find_first_of(",;")));
    header.remove_prefix(std::min(header.find_first_of(",;"), header.size() - 1) + 1);
    if (member.starts_with(name) && member.substr(name.size()).starts_with('='))
      to.push_back(member.substr(name.size() + 1));
  }
}

}  // namespace

void append_texts(std::vector<std::string_view>& to, const Location& location, const Webhook& webhook,
                  const Value& scope, Arena& arena) {
  if (!location.member.empty()) return append_members(to, webhook.header(location.header), location.member);
  const std::string_view text = text_at(location, webhook, scope, arena);
  if (!text.empty()) to.push_back(text);
}

std::string_view text_at(const Location& location, const Webhook& webhook, const Value& scope, Arena& arena) {
  if (!location.member.empty()) {
    std::vector<std::string_view> all;
    append_members(all, webhook.header(location.header), location.member);
    return all.empty() ? std::string_view() : all.front();
  }
  if (!location.header.empty()) return webhook.header(location.header);
  if (!location.program || scope.is_null()) return {};
  Value v = location.program.evaluate(scope, arena, silently);
  if (v.is(Kind::optional)) v = v.items().empty() ? Value() : v.items()[0];
  return fitted(cel::TypeKind::string, v, arena).text_or({});
}

std::string_view text_at(const std::vector<Location>& locations, const Webhook& webhook, const Value& scope,
                         Arena& arena) {
  for (const Location& location : locations)
    if (const auto text = text_at(location, webhook, scope, arena); !text.empty()) return text;
  return {};
}

}  // namespace shopbell
