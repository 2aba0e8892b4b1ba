#pragma once
// CLDR plural rules (cardinals) of the languages that shops write in.

#include <shopbell/value.h>

#include <string_view>

namespace shopbell::liquid {

/// "one", "two", "few", "many" or "other". A language that is not known: "one" for 1.
std::string_view plural_form(std::string_view locale, double count);
/// Whether a map of texts is one text in several forms: {one: ..., other: ...}.
bool is_plural(const Value& map);

}  // namespace shopbell::liquid
