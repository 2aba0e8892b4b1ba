#include "liquid/liquid.h"
#include "liquid/plural.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

namespace shopbell::liquid {
namespace {

// The locale itself, then without its last part: "zh-Hant-TW", "zh-Hant", "zh".
std::string_view shorter(std::string_view locale) {
  const std::size_t dash = locale.find_last_of("-_");
  return dash == std::string_view::npos ? std::string_view() : locale.substr(0, dash);
}

// Locales are few letters: no allocation.
std::string normal(std::string_view locale) {
  std::string to(locale);
  for (char& c : to) c = c == '_' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return to;
}

void collect_keys(const Value& tree, const std::string& prefix, std::set<std::string>& to) {
  for (const Member& m : tree.members()) {
    const std::string key = prefix + std::string(m.key.text_or(""));
    if (m.value.is(Kind::map) && !is_plural(m.value)) collect_keys(m.value, key + ".", to);
    else to.insert(key);
  }
}

bool one_of(std::string_view language, std::string_view list) {
  for (std::size_t at = list.find(language); at != std::string_view::npos; at = list.find(language, at + 1))
    if ((at == 0 || list[at - 1] == ' ') && (at + language.size() == list.size() || list[at + language.size()] == ' ')) return true;
  return false;
}

std::string_view slavic(std::string_view language, std::int64_t n) {
  const std::int64_t ten = n % 10;
  const std::int64_t hundred = n % 100;
  const bool few = ten >= 2 && ten <= 4 && (hundred < 12 || hundred > 14);
  if (language == "pl") return n == 1 ? "one" : few ? "few" : "many";
  const bool one = ten == 1 && hundred != 11;
  const bool south = one_of(language, "hr sr bs");
  return one ? "one" : few ? "few" : south ? "other" : "many";
}

std::string_view arabic(std::int64_t n) {
  const std::int64_t hundred = n % 100;
  return n == 0 ? "zero" : n == 1 ? "one" : n == 2 ? "two" : hundred >= 3 && hundred <= 10 ? "few" : hundred >= 11 ? "many" : "other";
}

std::string_view form_of_whole(std::string_view language, std::int64_t n) {
  if (one_of(language, "ja ko zh th vi id ms")) return "other";
  if (one_of(language, "ru uk be pl hr sr bs")) return slavic(language, n);
  if (one_of(language, "cs sk")) return n == 1 ? "one" : n >= 2 && n <= 4 ? "few" : "other";
  if (language == "ro") return n == 1 ? "one" : n == 0 || (n % 100 >= 2 && n % 100 <= 19) ? "few" : "other";
  if (language == "sl") return n % 100 == 1 ? "one" : n % 100 == 2 ? "two" : n % 100 == 3 || n % 100 == 4 ? "few" : "other";
  if (language == "lt") return n % 10 == 1 && n % 100 != 11 ? "one" : n % 10 >= 2 && (n % 100 < 11 || n % 100 > 19) ? "few" : "other";
  if (language == "lv") return n % 10 == 0 || (n % 100 >= 11 && n % 100 <= 19) ? "zero" : n % 10 == 1 ? "one" : "other";
  if (language == "ar") return arabic(n);
  if (language == "he") return n == 1 ? "one" : n == 2 ? "two" : "other";
  if (one_of(language, "fr pt hi fa")) return n <= 1 ? "one" : "other";
  return n == 1 ? "one" : "other";
}

}  // namespace

std::string_view plural_form(std::string_view locale, double count) {
  const std::string_view language = locale.substr(0, locale.find_first_of("-_"));
  const double size = std::fabs(count);
  if (size > 1e15) return "other";
  if (size != std::floor(size)) {
    if (one_of(language, "fr pt hi fa")) return size < 2 ? "one" : "other";
    return one_of(language, "cs sk lt") ? "many" : "other";
  }
  return form_of_whole(language, static_cast<std::int64_t>(size));
}

bool is_plural(const Value& map) {
  const auto members = map.members();
  return !members.empty() && std::all_of(members.begin(), members.end(), [](const Member& m) {
    return one_of(m.key.text_or("?"), "zero one two few many other");
  });
}

void Translations::add(std::string locale, Document tree) { by_locale_.insert_or_assign(normal(locale), std::move(tree)); }

Value Translations::find(std::string_view locale, std::string_view key, std::string_view* found_in) const {
  for (const std::string& start : {normal(locale), normal(fallback_)}) {
    for (std::string_view l = start; !l.empty(); l = shorter(l)) {
      const auto tree = by_locale_.find(l);
      if (tree == by_locale_.end()) continue;
      const Value found = tree->second.root().at_path(key);
      if (found.is_null()) continue;
      if (found_in != nullptr) *found_in = tree->first;
      return found;
    }
  }
  return {};
}

std::vector<std::string> Translations::keys() const {
  std::set<std::string> all;
  for (const auto& [locale, tree] : by_locale_) collect_keys(tree.root(), "", all);
  return {all.begin(), all.end()};
}

}  // namespace shopbell::liquid
