#pragma once
// Whether a value is of a JSON Schema: the keywords of draft 7 that ours uses. Any other keyword that says
// what is allowed fails the test, so that none is passed over.

#include "support/catch.h"

#include <shopbell/value.h>

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace shopbell {

class JsonSchema {
 public:
  explicit JsonSchema(const Value& root) : root_(root) {}

  /// Empty: it is. Else the place of the first thing that is not, and what it breaks: "steps/0: oneOf".
  std::string refusal(const Value& v) const { return check(root_, v, ""); }

 private:
  static bool is_type(const Value& v, std::string_view type) {
    if (type == "null") return v.is_null();
    if (type == "string") return v.is(Kind::string);
    if (type == "boolean") return v.is(Kind::boolean);
    if (type == "integer") return v.is(Kind::integer) || v.is(Kind::uint);
    if (type == "number") return v.is_number();
    if (type == "array") return v.is(Kind::list);
    return v.is(Kind::map);
  }

  std::size_t fitting(const Value& schemas, const Value& v) const {
    return static_cast<std::size_t>(std::count_if(schemas.items().begin(), schemas.items().end(),
                                                  [&](const Value& s) { return check(s, v, "").empty(); }));
  }

  bool holds(std::string_view keyword, const Value& rule, const Value& v) const {
    const auto is_one = [&](const Value& type) { return is_type(v, type.text()); };
    const auto equal = [&](const Value& other) { return same(other, v); };
    if (keyword == "type")
      return rule.is(Kind::string) ? is_one(rule)
                                   : std::any_of(rule.items().begin(), rule.items().end(), is_one);
    if (keyword == "enum") return std::any_of(rule.items().begin(), rule.items().end(), equal);
    if (keyword == "const") return equal(rule);
    if (keyword == "anyOf") return fitting(rule, v) > 0;
    if (keyword == "oneOf") return fitting(rule, v) == 1;
    if (keyword == "not") return !check(rule, v, "").empty();
    if (keyword == "pattern")
      return !v.is(Kind::string) || re2::RE2::PartialMatch(std::string(v.text()), std::string(rule.text()));
    if (keyword == "minimum") return v.number_or(0) >= rule.number_or(0);
    if (keyword == "maximum") return v.number_or(0) <= rule.number_or(0);
    if (keyword == "minProperties") return v.members().size() >= static_cast<std::size_t>(rule.integer());
    if (keyword == "maxProperties") return v.members().size() <= static_cast<std::size_t>(rule.integer());
    if (keyword == "required")
      return std::all_of(rule.items().begin(), rule.items().end(),
                         [&](const Value& key) { return v.find(key.text()) != nullptr; });
    FAIL("the schema uses " << keyword << ", which this reader does not know");
    return false;
  }

  std::string check_members(const Value& schema, const Value& v, const std::string& at) const {
    const Value properties = schema["properties"];
    const Value* others = schema.find("additionalProperties");
    for (const Member& m : v.members()) {
      const std::string here = at + "/" + std::string(m.key.text_or(""));
      if (const Value* names = schema.find("propertyNames"))
        if (const std::string found = check(*names, m.key, here); !found.empty()) return found;
      const Value* known = properties.find(m.key.text_or(""));
      if (known == nullptr && others != nullptr && others->is(Kind::boolean) && !others->boolean())
        return here + ": additionalProperties";
      const Value* form = known != nullptr ? known : others;
      if (form == nullptr || form->is(Kind::boolean)) continue;
      if (const std::string found = check(*form, m.value, here); !found.empty()) return found;
    }
    return {};
  }

  std::string check_items(const Value& schema, const Value& v, const std::string& at) const {
    for (std::size_t i = 0; v.is(Kind::list) && schema.find("items") != nullptr && i < v.items().size(); ++i)
      if (const std::string found = check(schema["items"], v.items()[i], at + "/" + std::to_string(i));
          !found.empty())
        return found;
    return {};
  }

  std::string check(const Value& schema, const Value& v, const std::string& at) const {
    static constexpr std::array<std::string_view, 10> elsewhere{
        "$schema",       "title",      "description",
        "definitions",   "properties", "additionalProperties",
        "propertyNames", "items",      "markdownEnumDescriptions",
        "$ref"};
    if (const Value* ref = schema.find("$ref")) {
      const std::string_view name = ref->text().substr(std::string_view("#/definitions/").size());
      return check(root_["definitions"][name], v, at);
    }
    for (const Member& rule : schema.members()) {
      const std::string_view keyword = rule.key.text();
      if (std::find(elsewhere.begin(), elsewhere.end(), keyword) != elsewhere.end()) continue;
      if (!holds(keyword, rule.value, v)) return at + ": " + std::string(keyword);
    }
    if (const std::string found = check_members(schema, v, at); !found.empty()) return found;
    return check_items(schema, v, at);
  }

  Value root_;
};

}  // namespace shopbell
