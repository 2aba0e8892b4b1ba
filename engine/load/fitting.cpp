// Values as an event's schema wants them, and what is not so.

#include "load/vocabulary.h"

#include "base/time.h"

#include <shopbell/text.h>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace shopbell {
namespace {

using cel::TypeKind;

constexpr double milliseconds_above =
    1e11;  // a number of seconds that large is in the year 5138: milliseconds
constexpr std::int64_t first_second = -62'135'596'800, last_second = 253'402'300'799;  // years 0001 to 9999

template <class T>
std::optional<T> number_of(std::string_view text) {
  T made{};
  text = trimmed(text);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), made);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (!std::isfinite(static_cast<double>(made))) return std::nullopt;
  return made;
}

Value as_text(const Value& v, Arena& arena) {
  switch (v.kind()) {
    case Kind::string: return v;
    case Kind::integer: return Value(arena.copy(std::to_string(v.integer())));
    case Kind::uint: return Value(arena.copy(std::to_string(v.uint())));
    case Kind::real: return Value(arena.copy(fmt::format("{}", v.real())));
    default: return {};
  }
}

Value as_whole(const Value& v) {
  constexpr std::int64_t none = std::numeric_limits<std::int64_t>::min();
  if (v.is(Kind::integer) || v.is(Kind::uint)) return v;
  if (v.is(Kind::real)) return v.integer_or(none) == none ? Value() : Value(v.integer_or(none));
  const auto number = number_of<std::int64_t>(v.text_or(""));
  return number ? Value(*number) : Value();
}

Value as_number(const Value& v) {
  if (v.is(Kind::real)) return v;
  if (v.is_number()) return Value(v.number_or(0));
  const auto number = number_of<double>(v.text_or(""));
  return number ? Value(*number) : Value();
}

Value as_flag(const Value& v) {
  if (v.is(Kind::boolean)) return v;
  const std::string_view text = v.text_or("");
  return text == "true" ? Value(true) : text == "false" ? Value(false) : Value();
}

Value time_of_epoch(double at) {
  if (std::abs(at) > milliseconds_above) at /= 1000;
  const double whole = std::floor(at);
  if (!(whole >= static_cast<double>(first_second) && whole <= static_cast<double>(last_second))) return {};
  const auto millis = static_cast<std::int32_t>((at - whole) * 1000);
  return Value::timestamp(static_cast<std::int64_t>(whole), millis * 1'000'000);
}

// "2023-07-05T14:13:10" and "2023-07-05 14:13:10" without a zone are UTC, as platforms that write them say.
Value as_time(const Value& v) {
  if (v.is(Kind::timestamp)) return v;
  if (v.is_number()) return time_of_epoch(v.number_or(0));
  const std::string_view text = v.text_or("");
  if (const auto at = parse_rfc3339(text)) return Value::timestamp(at->seconds, at->nanos);
  constexpr std::size_t bare = 19;
  if (text.size() == bare && text[4] == '-') {
    std::string whole(text);
    whole[10] = 'T';
    const auto at = parse_rfc3339(whole.append("Z"));
    return at ? Value::timestamp(at->seconds, at->nanos) : Value();
  }
  const auto number = number_of<double>(text);
  return number ? time_of_epoch(*number) : Value();
}

Value as_list(const cel::Type& type, const Value& v, Arena& arena) {
  if (!v.is(Kind::list)) return {};
  ListBuilder list(arena);
  for (const Value& item : v.items())
    if (const Value fit = fitted(type.params()[0], item, arena); !fit.is_null()) list.add(fit);
  return list.build();
}

Value as_object(const cel::Type& type, const Value& v, Arena& arena) {
  if (!v.is(Kind::map)) return {};
  MapBuilder map(arena);
  for (const Member& m : v.members()) {
    const cel::Field* field = type.field(m.key.text_or({}));
    const Value fit = field ? fitted(field->type, m.value, arena) : Value();
    if (!fit.is_null()) map.add(m.key, fit);
  }
  return map.size() == 0 ? Value() : map.build();
}

std::string_view name_of(const Value& v) {
  switch (v.kind()) {
    case Kind::boolean: return "a flag";
    case Kind::integer:
    case Kind::uint: return "a whole number";
    case Kind::real: return "a number";
    case Kind::string: return "a text";
    case Kind::list: return "a list";
    case Kind::map: return "a map";
    case Kind::timestamp: return "a time";
    default: return "no value of an event";
  }
}

bool is_of(const cel::Type& type, const Value& v) {
  switch (type.kind()) {
    case TypeKind::string: return v.is(Kind::string);
    case TypeKind::integer: return v.is(Kind::integer) || v.is(Kind::uint);
    case TypeKind::real: return v.is(Kind::real);
    case TypeKind::boolean: return v.is(Kind::boolean);
    case TypeKind::timestamp: return v.is(Kind::timestamp);
    case TypeKind::list: return v.is(Kind::list);
    case TypeKind::object: return v.is(Kind::map);
    default: return true;
  }
}

void collect(const cel::Type& type, const Value& v, const std::string& path,
             std::vector<std::string>& found) {
  if (v.is_null()) return;
  if (!is_of(type, v))
    return found.push_back(fmt::format("{} is {}, not {}", path, name_of(v), type.to_text()));
  if (type.is(TypeKind::list))
    for (const Value& item : v.items()) collect(type.params()[0], item, path + "[]", found);
  if (!type.is(TypeKind::object)) return;
  for (const Member& m : v.members()) {
    const cel::Field* field = type.field(m.key.text_or({}));
    const std::string inner = fmt::format("{}.{}", path, m.key.text_or("?"));
    if (field == nullptr) found.push_back(inner + " is not in the schema");
    else collect(field->type, m.value, inner, found);
  }
}

}  // namespace

Value fitted(const cel::Type& type, const Value& v, Arena& arena) {
  switch (type.kind()) {
    case TypeKind::string: return as_text(v, arena);
    case TypeKind::integer: return as_whole(v);
    case TypeKind::real: return as_number(v);
    case TypeKind::boolean: return as_flag(v);
    case TypeKind::timestamp: return as_time(v);
    case TypeKind::list: return as_list(type, v, arena);
    case TypeKind::object: return as_object(type, v, arena);
    default: return v;
  }
}

cel::Type data_type(std::string_view event_type) {
  const EventType* type = find_event_type(event_type);
  if (type == nullptr) return {};
  std::vector<cel::Field> nouns;
  for (const auto& [name, fields] : type->nouns) nouns.push_back({name, fields, {}});
  return cel::Type::object(std::string(event_type), std::move(nouns));
}

std::vector<std::string> misfits(std::string_view event_type, const Value& data) {
  const EventType* type = find_event_type(event_type);
  if (type == nullptr) return {fmt::format("there is no event type {}", event_type)};
  std::vector<std::string> found;
  for (const Member& m : data.members()) {
    const std::string_view name = m.key.text_or({});
    const auto is_it = [&](const auto& noun) { return noun.first == name; };
    const auto noun = std::find_if(type->nouns.begin(), type->nouns.end(), is_it);
    if (noun != type->nouns.end()) collect(noun->second, m.value, std::string(name), found);
    else if (name != "raw") found.push_back(fmt::format("{} is no noun of {}", name, event_type));
  }
  return found;
}

}  // namespace shopbell
