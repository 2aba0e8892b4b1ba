// The regex extension. https://github.com/google/cel-go/blob/master/ext/README.md#regex

#include "cel/library.h"
#include "cel/regex.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <string>

namespace shopbell::cel {
namespace {

using Piece = re2::StringPiece;

Value failed(Call& call, const Error& error) { return call.fail(error.code, error.message); }

std::string_view view(const Piece& piece) { return {piece.data(), piece.size()}; }

// The next match at or behind `at`: the whole, and the group when there is one.
bool find(const Regex& regex, std::string_view text, std::size_t at, std::array<Piece, 2>& groups) {
  const int count = regex.re2().NumberOfCapturingGroups() > 0 ? 2 : 1;
  return regex.re2().Match(Piece(text.data(), text.size()), at, text.size(), re2::RE2::UNANCHORED,
                           groups.data(), count);
}

// Where to look on: behind the match, and one byte further when it was empty.
std::size_t behind(std::string_view text, const Piece& match) {
  const auto end = static_cast<std::size_t>(match.data() - text.data()) + match.size();
  return match.empty() ? end + 1 : end;
}

Result<Regex> one_group(Call& call, const Value* args) {
  auto regex = Regex::compile(args[1].text());
  if (!call.spend((args[0].size() + args[1].size()) / 10))
    return fail("cost_too_high", "the evaluation costs too much");
  if (regex && regex->re2().NumberOfCapturingGroups() > 1)
    return fail("bad_regex", "the pattern has more than one group");
  return regex;
}

Value extract(Call& call, const Value* args) {
  const auto regex = one_group(call, args);
  if (!regex) return failed(call, regex.error());
  std::array<Piece, 2> groups;
  if (!find(*regex, args[0].text(), 0, groups)) return Value::optional(nullptr);
  const bool grouped = regex->re2().NumberOfCapturingGroups() == 1;
  if (grouped && groups[1].data() == nullptr) return Value::optional(nullptr);
  return call.optional(Value(view(groups[grouped ? 1 : 0])));
}

Value extract_all(Call& call, const Value* args) {
  const auto regex = one_group(call, args);
  if (!regex) return failed(call, regex.error());
  const bool grouped = regex->re2().NumberOfCapturingGroups() == 1;
  const std::string_view text = args[0].text();
  ListBuilder found(call.arena());
  std::array<Piece, 2> groups;
  for (std::size_t at = 0; at <= text.size() && find(*regex, text, at, groups);
       at = behind(text, groups[0])) {
    if (!call.spend(1)) return call.too_costly();
    if (!grouped || groups[1].data() != nullptr) found.add(Value(view(groups[grouped ? 1 : 0])));
  }
  return found.build();
}

Value replace_some(Call& call, const Value* args, std::int64_t times) {
  const auto regex = Regex::compile(args[1].text());
  if (!regex) return failed(call, regex.error());
  std::string why;
  const Piece rewrite(args[2].text().data(), args[2].text().size());
  if (!regex->re2().CheckRewriteString(rewrite, &why))
    return call.fail("bad_argument", fmt::format("the replacement is wrong: {}", why));
  const std::string_view text = args[0].text();
  std::array<Piece, 10> groups;
  const int count = std::min(regex->re2().NumberOfCapturingGroups(), 9) + 1;
  std::string result;
  std::size_t copied = 0;
  std::size_t at = 0;
  for (; times != 0 && at <= text.size(); --times) {
    if (!regex->re2().Match(Piece(text.data(), text.size()), at, text.size(), re2::RE2::UNANCHORED,
                            groups.data(), count))
      break;
    const auto begin = static_cast<std::size_t>(groups[0].data() - text.data());
    result.append(text.substr(copied, begin - copied));
    regex->re2().Rewrite(&result, rewrite, groups.data(), count);
    copied = begin + groups[0].size();
    at = behind(text, groups[0]);
    if (!call.spend(result.size() / 100 + 1)) return call.too_costly();
  }
  result.append(text.substr(std::min(copied, text.size())));
  return call.spend(result.size() / 10) ? call.text(result) : call.too_costly();
}

Value replace(Call& call, const Value* args) { return replace_some(call, args, -1); }
Value replace_times(Call& call, const Value* args) { return replace_some(call, args, args[3].integer()); }

constexpr auto g = Style::global;

constexpr Entry entries[] = {
    {"regex.extract", g, "string, string", "optional_type(string)", extract},
    {"regex.extractAll", g, "string, string", "list(string)", extract_all},
    {"regex.replace", g, "string, string, string", "string", replace},
    {"regex.replace", g, "string, string, string, int", "string", replace_times},
};

}  // namespace

std::span<const Entry> regex_functions() { return entries; }

}  // namespace shopbell::cel
