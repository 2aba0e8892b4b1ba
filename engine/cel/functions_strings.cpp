// The string functions of cel-spec's standard library.

#include "cel/library.h"
#include "cel/regex.h"

#include <fmt/format.h>

namespace shopbell::cel {
namespace {

Value contains(Call& call, const Value* args) {
  if (!call.spend(args[0].size() / 10)) return call.too_costly();
  return args[0].text().find(args[1].text()) != std::string_view::npos;
}

Value starts_with(Call&, const Value* args) { return args[0].text().starts_with(args[1].text()); }
Value ends_with(Call&, const Value* args) { return args[0].text().ends_with(args[1].text()); }

Value matches(Call& call, const Value* args) {
  if (!call.spend((args[0].size() + args[1].size()) / 10)) return call.too_costly();
  const auto regex = Regex::compile(args[1].text());
  if (!regex) return call.fail(regex.error().code, regex.error().message);
  return regex->matches(args[0].text());
}

constexpr auto g = Style::global;
constexpr auto m = Style::member;

constexpr Entry entries[] = {
    {"contains", m, "string, string", "bool", contains},
    {"startsWith", m, "string, string", "bool", starts_with},
    {"endsWith", m, "string, string", "bool", ends_with},
    {"matches", m, "string, string", "bool", matches},
    {"matches", g, "string, string", "bool", matches},
};

}  // namespace

std::span<const Entry> string_functions() { return entries; }

}  // namespace shopbell::cel
