#include "intake/log_extract.h"

#include "base/time.h"
#include "intake/skip_object.h"
#include "load/vocabulary.h"

#include <simdjson.h>

#include <string.h>  // memmem

#include <algorithm>
#include <array>
#include <span>
#include <vector>

namespace shopbell {
namespace {

namespace od = simdjson::ondemand;

/// What the core reads of an order (core/purchases.h, core/things.h, core/derive.h, core/identity.h, core/subject_of.cpp).
constexpr std::array<std::string_view, 18> order_fields{
    "id",      "name",       "status",      "total",          "currency",   "updated_at",  "created_at", "placed_at", "token", "cart_id",
    "cart_token", "checkout_id", "checkout_token", "variant_id", "location_id", "number", "email", "locale"};
/// And of a customer (core/profile.h, core/consents.h).
constexpr std::array<std::string_view, 28> customer_fields{
    "id",         "email",    "phone",    "name",    "first_name", "last_name",         "company",      "country",       "city",           "locale",
    "timezone",   "birthday", "created_at", "consent", "consents",   "accepts_marketing", "segment",      "segments",      "verified",       "state",
    "updated_at", "tags",     "cookie",   "currency", "orders_count", "lifetime_value",   "accepts_email", "accepts_sms"};
/// And of what is in an order, where somebody asks what was bought.
constexpr std::array<std::string_view, 3> item_fields{"product_id", "sku", "category"};

/// The names of fields, to be found by their length first.
class FieldNames {
 public:
  FieldNames(std::span<const std::string_view> own, const WantedFields& wanted) : all_(wanted.all) {
    for (const std::string_view name : own) add(name);
    for (const std::string& name : wanted.names) add(name);
  }
  bool has(std::string_view name) const {
    if (all_ || name.size() >= by_size_.size()) return all_ || std::find(long_.begin(), long_.end(), name) != long_.end();
    for (const std::string& one : by_size_[name.size()])
      if (one[0] == name[0] && one == name) return true;
    return false;
  }

 private:
  void add(std::string_view name) {
    if (!name.empty()) (name.size() < by_size_.size() ? by_size_[name.size()] : long_).emplace_back(name);
  }
  bool all_;
  std::array<std::vector<std::string>, 24> by_size_;
  std::vector<std::string> long_;
};

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
  explicit Parts(const Wanted& wanted)
      : raw(wanted.raw), bought(wanted.bought), order(order_fields, wanted.order), customer(customer_fields, wanted.customer), item(item_fields, {}) {}
  bool raw, bought;
  FieldNames order, customer, item;
  od::parser parser{};
  std::string cut{};

  /// The journal writes `data` last, and in it `raw`, most of the line. Where that is so, what stands before it: the quotes of
  /// the name are none within a string, and two braces behind its end close `data` and the line. Else the line as it is.
  std::string_view without_raw(std::string_view line) {
    static constexpr std::string_view name = ",\"raw\":{", ends = "}}";
    const void* found = ::memmem(line.data(), line.size(), name.data(), name.size());
    if (found == nullptr) return line;
    const auto at = static_cast<std::size_t>(static_cast<const char*>(found) - line.data());
    const std::size_t end = object_end(line, at + name.size() - 1);
    if (end == std::string_view::npos || line.substr(end) != ends) return line;
    cut.reserve(at + ends.size() + log_padding_bytes);
    cut.assign(line, 0, at);
    cut += ends;
    return cut;
  }

  bool extract(std::string_view line, Arena& arena, LoggedEvent& to);

  bool part_of(od::object object, const FieldNames& names, Arena& arena, Value& to) {
    MapBuilder map(arena);
    for (auto field : object) {
      std::string_view key;
      if (field.unescaped_key().get(key) != simdjson::SUCCESS) return false;
      const bool bought_alone = &names == &order && key == "items" && bought && !names.has(key);
      if (!bought_alone && !names.has(key)) continue;
      const std::string_view name = arena.copy(key);
      od::value inner;
      Value v;
      if (field.value().get(inner) != simdjson::SUCCESS || !(bought_alone ? items(inner, arena, v) : value_of(inner, arena, v))) return false;
      map.add(name, v);
    }
    to = map.build();
    return true;
  }

  bool items(od::value from, Arena& arena, Value& to) {
    od::array array;
    if (from.get_array().get(array) != simdjson::SUCCESS) return false;
    ListBuilder list(arena);
    for (auto one : array) {
      od::object parts;
      Value v;
      if (one.get_object().get(parts) != simdjson::SUCCESS || !part_of(parts, item, arena, v)) return false;
      list.add(v);
    }
    to = list.build();
    return true;
  }

  bool data(od::object object, Arena& arena, Value& to) {
    MapBuilder map(arena);
    for (auto field : object) {
      std::string_view key;
      if (field.unescaped_key().get(key) != simdjson::SUCCESS) return false;
      if (key == "raw" && !raw) continue;
      const FieldNames* names = key == "order" ? &order : key == "customer" ? &customer : nullptr;
      const std::string_view name = arena.copy(key);
      od::value inner;
      od::object parts;
      Value v;
      if (field.value().get(inner) != simdjson::SUCCESS) return false;
      const bool in_part = names != nullptr && inner.get_object().get(parts) == simdjson::SUCCESS;
      if (!(in_part ? part_of(parts, *names, arena, v) : value_of(inner, arena, v))) return false;
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

bool Extractor::Parts::extract(std::string_view line, Arena& arena, LoggedEvent& to) {
  od::document document;
  od::object object;
  const simdjson::padded_string_view padded(line.data(), line.size(), line.size() + log_padding_bytes);
  if (parser.iterate(padded).get(document) != simdjson::SUCCESS || document.get_object().get(object) != simdjson::SUCCESS) return false;
  Found found;
  for (auto field : object) {
    std::string_view key;
    od::value value;
    if (field.unescaped_key().get(key) != simdjson::SUCCESS || field.value().get(value) != simdjson::SUCCESS) return false;
    if (!attribute(key, value, arena, found)) return false;
  }
  if (found.version != "1.0" || found.id.empty() || found.source.empty() || found.type.empty() || !found.at || !found.data.is(Kind::map)) return false;
  const Value data = conform(found.type, found.data, arena);
  const std::string_view subject = found.subject.empty() ? subject_of_data(data, arena) : found.subject;
  to.event = Event{.id = found.id, .source = found.source, .type = found.type, .subject = subject, .at = *found.at, .data = data};
  to.received = found.received.value_or(*found.at);
  return true;
}

Extractor::Extractor(const Wanted& wanted) : parts_(std::make_unique<Parts>(wanted)) {}
Extractor::~Extractor() = default;

bool Extractor::extract(std::string_view line, Arena& arena, LoggedEvent& to) {
  const std::string_view cut = parts_->raw ? line : parts_->without_raw(line);
  return parts_->extract(cut, arena, to) || (cut.data() != line.data() && parts_->extract(line, arena, to));
}

}  // namespace shopbell
