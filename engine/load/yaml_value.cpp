// The core schema of YAML 1.2.2, chapter 10.3.
#include "load/yaml.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <optional>

namespace shopbell::yaml {
namespace {

bool digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

template <class T, class... Base>
std::optional<T> number(std::string_view text, Base... base) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base...);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

std::optional<Value> whole(std::string_view text) {
  if (text.starts_with("0x") || text.starts_with("0o")) {
    if (const auto value = number<std::int64_t>(text.substr(2), text[1] == 'x' ? 16 : 8); value && text[2] != '-')
      return Value(*value);
    return std::nullopt;
  }
  if (text.starts_with('+')) text.remove_prefix(1);
  if (!digits(text.starts_with('-') ? text.substr(1) : text)) return std::nullopt;
  if (const auto value = number<std::int64_t>(text)) return Value(*value);
  if (const auto value = number<std::uint64_t>(text)) return Value(*value);
  return std::nullopt;  // too large: a double
}

std::optional<double> real(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (text == ".inf" || text == ".Inf" || text == ".INF") return negative ? -infinity : infinity;
  if (text == ".nan" || text == ".NaN" || text == ".NAN") return std::numeric_limits<double>::quiet_NaN();
  if (text.find_first_not_of("0123456789.eE+-") != std::string_view::npos) return std::nullopt;
  if (text.empty() || (text[0] != '.' && (text[0] < '0' || text[0] > '9'))) return std::nullopt;
  const auto value = number<double>(text);
  if (!value) return std::nullopt;
  return negative ? -*value : *value;
}

}  // namespace

Value scalar_value(const Node& node) {
  const std::string_view text = node.text;
  if (!node.plain) return Value(text);
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return {};
  if (text == "true" || text == "True" || text == "TRUE") return Value(true);
  if (text == "false" || text == "False" || text == "FALSE") return Value(false);
  if (const auto value = whole(text)) return *value;
  if (const auto value = real(text)) return Value(*value);
  return Value(text);
}

bool Node::is_null() const { return is_scalar() && scalar_value(*this).is_null(); }
bool Node::is_text() const { return is_scalar() && scalar_value(*this).is(Kind::string); }

Value to_value(const Node& node, Arena& arena) {
  if (node.is_list()) {
    ListBuilder list(arena);
    for (const NodePtr& item : node.items) list.add(to_value(*item, arena));
    return list.build();
  }
  if (node.is_map()) {
    MapBuilder map(arena);
    for (const Entry& entry : node.entries) map.add(arena.copy(entry.key->text), to_value(*entry.value, arena));
    return map.build();
  }
  const Value value = scalar_value(node);
  return value.is(Kind::string) ? Value(arena.copy(value.text())) : value;
}

std::string describe(const Node& node) {
  if (node.is_list()) return "a list";
  if (node.is_map()) return "a map";
  const Value value = scalar_value(node);
  if (value.is_null()) return "nothing";
  if (value.is(Kind::boolean)) return value.boolean() ? "true" : "false";
  if (value.is_number()) return fmt::format("the number {}", node.text);
  return "a text";
}

}  // namespace shopbell::yaml
