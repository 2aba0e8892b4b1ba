#include "intake/log_extract.h"

#include "base/time.h"
#include "load/vocabulary.h"

#include <simdjson.h>

#include <array>

namespace shopbell {
namespace {

namespace od = simdjson::ondemand;

/// What the core reads of an order (core/profile.h, core/things.h, core/derive.h, core/subject_of.cpp).
constexpr std::array<std::string_view, 16> read_by_engine{
    "id",         "name",       "status",  "total",    "currency",    "updated_at",     "created_at", "placed_at",
    "token",      "cart_id",    "cart_token", "checkout_id", "checkout_token", "variant_id", "location_id", "number"};

bool value_of(od::value from, Arena& arena, Value& to);

bool map_of(od::object object, Arena& arena, Value& to) {
  MapBuilder map(arena);
  for (auto field : object) {
    std::string_view key;
    if (field.unescaped_key().get(key) != simdjson::SUCCESS) return false;
    const std::string_view name = arena.copy(key);
    od::value inner;
    Value v;
    if (field.value().get(inner) != simdjson::SUCCESS || !value_of(inner, arena, v)) return false;
    map.add(name, v);
  }
  to = map.build();
  return true;
}

bool list_of(od::array array, Arena& arena, Value& to) {
  ListBuilder list(arena);
  for (auto item : array) {
    od::value inner;
    Value v;
    if (item.get(inner) != simdjson::SUCCESS || !value_of(inner, arena, v)) return false;
    list.add(v);
  }
  to = list.build();
  return true;
}

bool number_of(od::value from, Value& to) {
  od::number number;
  if (from.get_number().get(number) != simdjson::SUCCESS) return false;
  if (number.is_int64()) to = Value(number.get_int64());
  else if (number.is_uint64()) to = Value(number.get_uint64());
  else to = Value(number.get_double());
  return true;
}

bool value_of(od::value from, Arena& arena, Value& to) {
  od::json_type type;
  if (from.type().get(type) != simdjson::SUCCESS) return false;
  od::object object;
  od::array array;
  std::string_view text;
  bool flag = false;
  switch (type) {
    case od::json_type::object: return from.get_object().get(object) == simdjson::SUCCESS && map_of(object, arena, to);
    case od::json_type::array: return from.get_array().get(array) == simdjson::SUCCESS && list_of(array, arena, to);
    case od::json_type::number: return number_of(from, to);
    case od::json_type::string:
      if (from.get_string().get(text) != simdjson::SUCCESS) return false;
      to = arena.copy(text);
      return true;
    case od::json_type::boolean:
      if (from.get_bool().get(flag) != simdjson::SUCCESS) return false;
      to = flag;
      return true;
    case od::json_type::null: to = Value(); return from.is_null();
  }
  return false;
}

bool text_of(od::value from, Arena& arena, std::string_view& to) {
  std::string_view text;
  if (from.get_string().get(text) != simdjson::SUCCESS) return false;
  to = arena.copy(text);
  return true;
}

bool time_of(od::value from, std::optional<Time>& to) {
  std::string_view text;
  if (from.get_string().get(text) != simdjson::SUCCESS) return false;
  to = parse_time(text);
  return to.has_value();
}

}  // namespace

struct Extractor::Parts {
  Wanted wanted;
  od::parser parser{};

  bool wants(std::string_view field) const {
    for (const std::string_view name : read_by_engine)
      if (name == field) return true;
    return wanted.order.contains(field);
  }

  bool order(od::object object, Arena& arena, Value& to) {
    MapBuilder map(arena);
    for (auto field : object) {
      std::string_view key;
      if (field.unescaped_key().get(key) != simdjson::SUCCESS) return false;
      if (!wants(key)) continue;
      const std::string_view name = arena.copy(key);
      od::value inner;
      Value v;
      if (field.value().get(inner) != simdjson::SUCCESS || !value_of(inner, arena, v)) return false;
      map.add(name, v);
    }
    to = map.build();
    return true;
  }

  bool data(od::object object, Arena& arena, Value& to) {
    MapBuilder map(arena);
    for (auto field : object) {
      std::string_view key;
      if (field.unescaped_key().get(key) != simdjson::SUCCESS) return false;
      if (key == "raw" && !wanted.raw) continue;
      const bool in_part = key == "order" && !wanted.whole_order;
      const std::string_view name = arena.copy(key);
      od::value inner;
      od::object parts;
      Value v;
      if (field.value().get(inner) != simdjson::SUCCESS) return false;
      if (in_part ? inner.get_object().get(parts) != simdjson::SUCCESS || !order(parts, arena, v) : !value_of(inner, arena, v)) return false;
      map.add(name, v);
    }
    to = map.build();
    return true;
  }

  struct Found {
    std::string_view version, id, source, type, subject;
    std::optional<Time> at, received;
    Value data;
  };

  bool attribute(std::string_view key, od::value value, Arena& arena, Found& found) {
    od::object object;
    if (key == "data") return value.get_object().get(object) == simdjson::SUCCESS && data(object, arena, found.data);
    if (key == "specversion") return text_of(value, arena, found.version);
    if (key == "id") return text_of(value, arena, found.id);
    if (key == "source") return text_of(value, arena, found.source);
    if (key == "type") return text_of(value, arena, found.type);
    if (key == "subject") return text_of(value, arena, found.subject);
    if (key == "time") return time_of(value, found.at);
    if (key == "received") return time_of(value, found.received);
    return false;  // an extension, or no event at all
  }
};

Extractor::Extractor(const Wanted& wanted) : parts_(std::make_unique<Parts>(Parts{wanted})) {}
Extractor::~Extractor() = default;

bool Extractor::extract(std::string_view line, Arena& arena, LoggedEvent& to) {
  od::document document;
  od::object object;
  const simdjson::padded_string_view padded(line.data(), line.size(), line.size() + log_padding_bytes);
  if (parts_->parser.iterate(padded).get(document) != simdjson::SUCCESS || document.get_object().get(object) != simdjson::SUCCESS) return false;
  Parts::Found found;
  for (auto field : object) {
    std::string_view key;
    od::value value;
    if (field.unescaped_key().get(key) != simdjson::SUCCESS || field.value().get(value) != simdjson::SUCCESS) return false;
    if (!parts_->attribute(key, value, arena, found)) return false;
  }
  if (found.version != "1.0" || found.id.empty() || found.source.empty() || found.type.empty() || !found.at || !found.data.is(Kind::map)) return false;
  const Value data = conform(found.type, found.data, arena);
  const std::string_view subject = found.subject.empty() ? subject_of_data(data, arena) : found.subject;
  to.event = Event{.id = found.id, .source = found.source, .type = found.type, .subject = subject, .at = *found.at, .data = data};
  to.received = found.received.value_or(*found.at);
  return true;
}

}  // namespace shopbell
